"""Several people at one desk: they see each other, take and hand over, and look at what the other has changed."""

import pytest

from desk.web.words import Words
from tests.desk.web.conftest import Person, Place, write
from twoway.store import channels, conversations, deliveries, presence
from twoway.store.eyes import EDITED, OWN, Rules

ANSWER = "Yes, Tim, up to 48. Best wishes, pk"
BETTER = "Yes, Tim, up to <b>49</b>. Best wishes, pk"


@pytest.fixture
def petra(place: Place) -> Person:
    """May approve."""
    return place.person(login="petra")


@pytest.fixture
def bo(place: Place) -> Person:
    """Writes."""
    return place.person("agent", "bo")


def ask(place: Place, **rules: bool) -> None:
    """What the square asks of an approval."""
    seconds = channels.by_name(place.desk.store, "square").answer_seconds
    channels.register(place.desk.store, "square", "square", seconds, Rules(**rules))


def handed_in(place: Place, writer: Person, text: str = ANSWER) -> str:
    """A question, an answer to it, submitted; its path."""
    number = place.ask()
    path = f"/conversations/{number}"
    writer.post(f"{path}/submit", **write(writer, number, text))
    return path


def test_two_people_see_each_other(place: Place, petra: Person, bo: Person) -> None:
    path = f"/conversations/{place.ask()}"
    assert "Bo" not in petra.post(f"{path}/presence", 200)
    bo.post(f"{path}/presence", 200)
    assert "Bo is looking at this" in petra.post(f"{path}/presence", 200)
    bo.post(f"{path}/presence", 200, what="writing")
    assert "Bo is writing" in petra.get(path)
    assert "Bo is writing" not in bo.get(path)


def test_presence_says_no_more_than_there_is(place: Place, petra: Person) -> None:
    path = f"/conversations/{place.ask()}"
    petra.post(f"{path}/presence", 422, what="spying")
    petra.post("/conversations/4711/presence", 404)
    assert petra.client.post(f"{path}/presence", data={"csrf": "x"}).status_code == 403
    assert presence.others(place.desk.store, 1, 0) == []


def test_one_takes_it_and_the_other_is_told(place: Place, petra: Person, bo: Person) -> None:
    path = f"/conversations/{place.ask()}"
    assert 'id="take"' in bo.get(path)
    bo.post(f"{path}/take")
    assert 'id="take"' not in petra.get(path)
    assert "Somebody else sees to this already" in petra.post(f"{path}/take", 409)


def test_a_hand_over_brings_its_note(place: Place, petra: Person, bo: Person) -> None:
    number = place.ask()
    path = f"/conversations/{number}"
    petra.post(f"{path}/assign", assignee=str(bo.user.id), note="She <i>called</i> twice")
    page = bo.get(path)
    assert "She &lt;i&gt;called&lt;/i&gt; twice" in page
    assert conversations.by_id(place.desk.store, number).assignee_id == bo.user.id


def test_a_note_for_nobody_is_asked_about(place: Place, petra: Person) -> None:
    path = f"/conversations/{place.ask()}"
    assert "Choose the colleague" in petra.post(f"{path}/assign", 422, assignee="", note="for whom?")


def test_what_an_approver_changed_is_shown_word_by_word(place: Place, petra: Person, bo: Person) -> None:
    path = handed_in(place, bo)
    number = int(path.rpartition("/")[2])
    assert "<ins>" not in petra.get(path)
    composed = write(petra, number, BETTER)
    page = petra.get(path)
    assert "What Petra changed" in page
    assert "<del>48</del><ins>&lt;b&gt;49&lt;/b&gt;</ins>" in page
    petra.post(f"{path}/approve", **composed)
    assert "<del>48</del><ins>" in bo.get(path)


def test_with_four_eyes_the_writer_is_told_that_somebody_else_approves(place: Place, petra: Person) -> None:
    ask(place, four_eyes=True)
    path = handed_in(place, petra)
    page = petra.get(path)
    assert Words("en").said(OWN) in page
    assert "disabled" in page[page.index('id="approve"') :][:200]
    number = int(path.rpartition("/")[2])
    petra.post(f"{path}/approve", 422, **write(petra, number, ANSWER))
    assert deliveries.of_conversation(place.desk.store, number) == []
    eve = place.person(login="eve")
    eve.post(f"{path}/approve", **write(eve, number, ANSWER))
    assert [row.state for row in deliveries.of_conversation(place.desk.store, number)] == ["pending"]


def test_with_second_eyes_an_edit_goes_to_somebody_else(place: Place, petra: Person, bo: Person) -> None:
    ask(place, second_eyes_on_edits=True)
    path = handed_in(place, bo)
    number = int(path.rpartition("/")[2])
    composed = write(petra, number, BETTER)
    assert Words("en").said(EDITED) in petra.post(f"{path}/approve", 422, **composed)
    petra.post(f"{path}/submit", **composed)
    eve = place.person(login="eve")
    assert "What Petra changed" in eve.get(path)
    eve.post(f"{path}/approve", **write(eve, number, BETTER))
    assert [row.state for row in deliveries.of_conversation(place.desk.store, number)] == ["pending"]


def test_until_when_an_approval_lasts_is_shown(place: Place, petra: Person) -> None:
    number = place.ask()
    petra.post(f"/conversations/{number}/approve", **write(petra, number, ANSWER))
    assert "The approval lasts until" in petra.get(f"/conversations/{number}")
