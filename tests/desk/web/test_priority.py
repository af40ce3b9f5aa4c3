"""Why a conversation stands where it stands, tags of its author, and one answer for many who say the same."""

import re

import pytest

from desk import wiring
from desk.judges import Opened
from desk.web.inbox import fold
from responders import spread
from tests.desk.web.conftest import Open, Person, Place, fields, write
from tests.fakes.encoder import FakeEncoder
from twoway.errors import Refused
from twoway.store import conversations, deliveries, drafts, inbox, tags

LAMP = "@wanderlust Die Lampe, die ich bei euch gekauft habe, flackert seit gestern, und niemand meldet sich."
ANSWER = "Hallo Tim,\n\ndas tut uns leid, Tim. Bitte schicke uns die Lampe zurück: tim@example.org, 0171 2345678."
VIP = '[lanes.super]\ntags = ["VIP"]'


@pytest.fixture
def place(opened: Open, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(wiring, "open_judge", lambda *_: Opened(FakeEncoder("lampe", "brot")))
    return opened(web=VIP)


def ids(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'href="/conversations/(\d+)"', page)]


def text_of(place: Place, conversation: int) -> str:
    draft = drafts.in_work(place.desk.store.read(), conversation)
    return draft.text if draft else ""


def test_a_tag_puts_its_author_first_and_says_so(place: Place) -> None:
    first, other = place.ask(LAMP), place.ask("@wanderlust Wann öffnet ihr?", "Ida")
    person = place.person()
    person.post(f"/conversations/{other}/tag", tag="VIP")
    assert ids(person.get("/inbox/open")) == [other, first]
    page = person.get(f"/conversations/{other}")
    assert "Super-customer, 9 points" in page
    person.post(f"/conversations/{other}/untag", tag="VIP")
    assert "Super-customer," not in person.get(f"/conversations/{other}")


def test_a_tag_that_is_none_is_refused_with_the_reason(place: Place) -> None:
    number = place.ask(LAMP)
    assert "A tag is a word or two" in place.person().post(f"/conversations/{number}/tag", 422, tag=" ")


def test_the_page_says_which_answer_is_due_and_when_the_clock_stands(place: Place) -> None:
    number = place.ask(LAMP)
    person = place.person()
    page = person.get(f"/conversations/{number}")
    assert "First answer due:" in page
    assert "reminder:" in page
    person.post(f"/conversations/{number}/lane", lane="noise")
    assert "The clock stands still" in person.get(f"/conversations/{number}")


def test_who_may_only_read_says_nothing_of_an_author(place: Place) -> None:
    number = place.ask(LAMP)
    reader = place.person("viewer")
    assert "/tag" not in reader.get(f"/conversations/{number}")
    reader.post(f"/conversations/{number}/tag", 422, tag="VIP")
    assert tags.of_author(place.desk.store, conversations.by_id(place.desk.store, number).author_id) == []


def test_the_list_shows_the_points_and_their_reasons(place: Place) -> None:
    for words in (LAMP, "@wanderlust Hallo? Ist da jemand?"):
        number = place.ask(words)
    person = place.person()
    assert "3</abbr>" in person.get("/inbox/open")
    assert "writes again and again&nbsp;3" in person.get("/inbox/open")
    assert "Answer, 3 points: writes again and again&nbsp;3" in person.get(f"/conversations/{number}")


def test_what_says_the_same_is_folded_below_the_first(place: Place) -> None:
    first, bread = place.ask(LAMP), place.ask("@wanderlust Wann öffnet ihr?", "Ida")
    again = [place.ask(LAMP, who) for who in ("Eva", "Jan")]
    page = place.person().get("/inbox/open")
    assert "2 other conversations say nearly the same" in page
    assert sorted(ids(page)) == sorted([first, bread, *again])
    shown, folded = fold(inbox.lines(place.desk.store, "open"))
    assert ([line.id for line in shown], [line.id for line in folded[first]]) == ([first, bread], again)


def ready(place: Place) -> tuple[Person, int, list[int]]:
    """Four who say the same; to the first somebody has written an answer, and to the last, too."""
    numbers = [place.ask(LAMP, who) for who in ("Tim", "Eva", "Jan", "Ada")]
    person = place.person()
    write(person, numbers[0], ANSWER)
    write(person, numbers[3], "Liebe Ada, das sehe ich mir selbst an.")
    return person, numbers[0], numbers[1:]


def test_a_draft_is_copied_to_all_who_say_the_same_and_nothing_is_approved(place: Place) -> None:
    person, first, (eva, jan, ada) = ready(place)
    assert "Copy the draft to the 2 other conversations" in person.get(f"/conversations/{first}")
    person.post(f"/conversations/{first}/spread")
    assert text_of(place, ada) == "Liebe Ada, das sehe ich mir selbst an."
    for number in (eva, jan):
        draft = drafts.in_work(place.desk.store.read(), number)
        assert draft is not None
        assert (draft.user_id, draft.state) == (person.user.id, "writing")
        assert not deliveries.of_conversation(place.desk.store, number)
    assert "Copy the draft" not in person.get(f"/conversations/{first}")


def test_what_is_true_of_one_customer_alone_becomes_a_gap(place: Place) -> None:
    person, first, (eva, *_) = ready(place)
    person.post(f"/conversations/{first}/spread")
    said = text_of(place, eva)
    assert "Tim" not in said
    assert "example.org" not in said
    assert "2345678" not in said
    assert "Bitte schicke uns die Lampe zurück" in said


def test_the_greeting_is_the_other_customer_s(place: Place) -> None:
    numbers = [place.ask(LAMP, who) for who in ("Tim", "Eva")]
    greeted = fields(place.person().get(f"/conversations/{numbers[0]}"))["text"]
    assert "Tim" in greeted.splitlines()[0]
    person = place.person(login="second")
    write(person, numbers[0], f"{greeted.splitlines()[0]}\n\nwir tauschen die Lampe.")
    person.post(f"/conversations/{numbers[0]}/spread")
    assert text_of(place, numbers[1]) == f"{greeted.splitlines()[0].replace('Tim', 'Eva')}\n\nwir tauschen die Lampe."


def test_without_words_of_a_person_there_is_nothing_to_copy(place: Place) -> None:
    first, _ = place.ask(LAMP), place.ask(LAMP, "Eva")
    person = place.person()
    assert "Copy the draft" not in person.get(f"/conversations/{first}")
    with pytest.raises(Refused):
        spread.copy(place.desk.store, place.desk.writer(), person.user, first)


def test_words_of_a_private_conversation_are_copied_nowhere_public(place: Place) -> None:
    person, first, _ = ready(place)
    with place.desk.store.write() as db:  # as if the platform had private posts
        db.execute("PRAGMA defer_foreign_keys = ON")
        db.execute("UPDATE mentions SET visibility = 'private' WHERE conversation_id = ?", (first,))
        db.execute("UPDATE conversations SET visibility = 'private' WHERE id = ?", (first,))
    assert conversations.by_id(place.desk.store, first).visibility == "private"
    assert spread.free(place.desk.store, place.desk.writer(), first) == []
    assert person.user.role == "approver"
