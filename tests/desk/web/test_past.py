"""A person may begin from what was answered to somebody who asked nearly the same; never in public from private."""

from typing import Any

import pytest

from desk import wiring
from desk.judges import Opened
from tests.desk.web.conftest import Open, Person, Place, fields, write
from tests.fakes.encoder import FakeEncoder
from twoway import clock
from twoway.domain import Deleted
from twoway.store import channels, deliveries, drafts, hearing, mentions

QUESTION = "@wanderlust Die Lampe flackert. Ich bin ratlos, was nun?"
AGAIN = "@wanderlust Meine neue Lampe geht nicht an!"
ANSWER = (
    "Liebe Anna,\n\nbitte ziehen Sie den Stecker 10 Sekunden lang. Ihr Vorgang ist 4711-0815, @Anna.\n\nViele Grüße, aa"
)


@pytest.fixture
def place(opened: Open, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(wiring, "open_judge", lambda *_: Opened(FakeEncoder("lampe", "brot")))
    return opened(undo=0, signature="Viele Grüße, {initials}")


@pytest.fixture
def anna(place: Place) -> Person:
    return place.person(login="aa")


@pytest.fixture
def bert(place: Place) -> Person:
    return place.person(login="bb")


def answered(place: Place, by: Person, question: str = QUESTION, answer: str = ANSWER, **how: Any) -> int:
    """A conversation that was answered."""
    number = place.ask(question, "Anna", **how)
    by.post(f"/conversations/{number}/approve", **write(by, number, answer))
    place.deliver()
    assert deliveries.of_conversation(place.desk.store, number)[-1].state == "sent"
    return number


def past(person: Person, number: int) -> str:
    """The part of the page that shows what was answered before."""
    return person.get(f"/conversations/{number}/past").partition('id="past"')[2].partition("</section>")[0]


def begin(person: Person, number: int, delivery: int, status: int = 303) -> str:
    page = person.get(f"/conversations/{number}")
    return person.post(f"/conversations/{number}/propose", status, **fields(page), source=f"answer:{delivery}")


def test_an_answer_to_a_near_question_is_shown_when_it_is_asked_for(place: Place, anna: Person, bert: Person) -> None:
    answered(place, anna)
    number = place.ask(AGAIN, "Bruno")
    assert "10 Sekunden" not in bert.get(f"/conversations/{number}")
    assert "What did we answer" in bert.get(f"/conversations/{number}")
    assert "10 Sekunden" in past(bert, number)
    assert 'value="answer:1"' in past(bert, number)


def test_an_answer_to_another_question_is_not_shown(place: Place, anna: Person, bert: Person) -> None:
    answered(place, anna)
    number = place.ask("@wanderlust Das Brot war hart.", "Bruno")
    assert "We have not answered anything like this yet" in past(bert, number)


def test_a_draft_begins_with_gaps_where_the_other_customer_was_meant(place: Place, anna: Person, bert: Person) -> None:
    answered(place, anna)
    number = place.ask(AGAIN, "Bruno")
    begin(bert, number, 1)
    draft = drafts.in_work(place.desk.store.read(), number)
    assert draft is not None
    assert draft.text == (
        "Liebe [Name],\n\nbitte ziehen Sie den Stecker 10 Sekunden lang. Ihr Vorgang ist [...], [...].\n\n"
        "Viele Grüße, bb"
    )
    page = bert.get(f"/conversations/{number}")
    for gap in ("[Name]", "[...]"):
        assert f"Something is still missing here: {gap}" in page
    bert.post(f"/conversations/{number}/approve", 422, **fields(page))
    assert deliveries.of_conversation(place.desk.store, number) == []


def test_nothing_private_is_offered_in_public(place: Place, anna: Person, bert: Person) -> None:
    answered(place, anna, private=True)
    public = place.ask(AGAIN, "Bruno")
    assert "We have not answered anything like this yet" in past(bert, public)
    assert "no such template" in begin(bert, public, 1, 404)
    private = place.ask(AGAIN, "Carla", private=True)
    assert "10 Sekunden" in past(bert, private)
    begin(bert, private, 1)


def test_what_was_answered_in_public_helps_in_private_too(place: Place, anna: Person, bert: Person) -> None:
    answered(place, anna)
    assert "10 Sekunden" in past(bert, place.ask(AGAIN, "Carla", private=True))


def test_words_that_were_deleted_offer_their_answer_no_more(place: Place, anna: Person, bert: Person) -> None:
    number = answered(place, anna)
    store = place.desk.store
    said = mentions.of_conversation(store, number)[0]
    channel = channels.by_name(store, "square").id
    hearing.keep_changes(store, channel, [Deleted(said.remote_id, clock.now())])
    other = place.ask(AGAIN, "Bruno")
    assert "We have not answered anything like this yet" in past(bert, other)
    begin(bert, other, 1, 404)


def test_an_answer_of_the_same_conversation_is_not_another(place: Place, anna: Person) -> None:
    number = answered(place, anna)
    assert "We have not answered" in past(anna, number)


def test_a_reader_has_nothing_to_begin(place: Place, anna: Person) -> None:
    answered(place, anna)
    number, viewer = place.ask(AGAIN, "Bruno"), place.person("viewer")
    assert "What did we answer" not in viewer.get(f"/conversations/{number}")
    viewer.get(f"/conversations/{number}/past", 422)


@pytest.mark.parametrize("source", ["answer:", "answer:99", "answer:x", "answer:-1", "answer:" + "9" * 30])
def test_an_answer_that_is_none_is_refused(place: Place, anna: Person, source: str) -> None:
    number = place.ask(AGAIN, "Bruno")
    page = anna.get(f"/conversations/{number}")
    anna.post(f"/conversations/{number}/propose", 404, **fields(page), source=source)
