"""A person corrects the judge beside the judgement."""

import re

import pytest

from tests.desk.web.conftest import Person, Place
from twoway.store import corrections, judgements, mentions

NO_COMPLAINT = {"sentiment": "neutral", "urgency": "calm", "wants_answer": "true"}


def form(person: Person, number: int) -> dict[str, str]:
    """What the form of a conversation's page would send as it stands."""
    page = person.get(f"/conversations/{number}")
    found = re.search(r'<form class="correct".*?</form>', page, re.DOTALL)
    assert found, page
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[0]))
    checked = dict(re.findall(r'type="(?:radio|checkbox)" name="(\w+)" value="(\w+)" checked', found[0]))
    return {**hidden, **checked}


def test_the_form_shows_what_was_judged(place: Place) -> None:
    number = place.ask("@wanderlust The boots fell apart after two days, I want my money back!")
    said = form(place.person("agent"), number)
    assert said["complaint"] == "true"
    assert said["sentiment"] == "negative"
    assert "noise" not in said


def test_what_a_person_says_counts_and_is_signed(place: Place) -> None:
    number, agent = place.ask("@wanderlust The boots fell apart after two days, I want my money back!"), place.person()
    typed = form(agent, number)
    agent.post(f"/conversations/{number}/correct", mention=typed["mention"], words=typed["words"], **NO_COMPLAINT)
    page = agent.get(f"/conversations/{number}")
    assert "no complaint" in page
    assert "Corrected by Approver" in re.sub("</?bdi>", "", page)
    assert "complaint" not in form(agent, number)
    [lesson] = corrections.lessons(place.desk.store, ["square"], 10)
    assert lesson.labels == {
        "sentiment": "neutral", "urgency": "calm", "complaint": False, "wants_answer": True, "noise": False,
    }  # fmt: skip


def test_a_page_says_whether_it_is_learnt_from(place: Place) -> None:
    number, agent = place.ask(), place.person("agent")
    assert "the judge learns from it" in agent.get(f"/conversations/{number}")


def test_nobody_corrects_who_may_only_read(place: Place) -> None:
    number, viewer = place.ask(), place.person("viewer")
    assert "/correct" not in viewer.get(f"/conversations/{number}")
    viewer.post(f"/conversations/{number}/correct", 422, mention=1, words=1, **NO_COMPLAINT)
    assert corrections.count(place.desk.store) == 0


def test_words_that_changed_meanwhile_are_not_corrected_unread(place: Place) -> None:
    number, agent = place.ask(), place.person("agent")
    page = agent.post(f"/conversations/{number}/correct", 409, mention=1, words=2, **NO_COMPLAINT)
    assert "have changed since you looked" in page
    assert corrections.count(place.desk.store) == 0


def test_a_mention_of_another_conversation_is_not_corrected_here(place: Place) -> None:
    one, agent = place.ask(), place.person("agent")
    other = place.ask("@wanderlust And do they come in red?", customer="Ada")
    assert one != other
    mention = next(row.id for row in mentions.of_conversation(place.desk.store, one))
    agent.post(f"/conversations/{other}/correct", 404, mention=mention, words=1, **NO_COMPLAINT)
    found = judgements.of_mention(place.desk.store, mention)
    assert found is not None
    assert found.model != "person"


@pytest.mark.parametrize("wrong", [{"sentiment": "furious"}, {"urgency": ""}, {"mention": "0"}, {"words": "x"}])
def test_odd_forms_change_nothing(place: Place, wrong: dict[str, str]) -> None:
    number, agent = place.ask(), place.person("agent")
    answer = agent.client.post(
        f"/conversations/{number}/correct",
        data={"csrf": agent.session.csrf, "mention": 1, "words": 1, **NO_COMPLAINT, **wrong},
    )
    assert 400 <= answer.status_code < 500
    assert corrections.count(place.desk.store) == 0


def test_every_choice_has_a_label_and_every_group_a_name(place: Place) -> None:
    page = place.person("agent").get(f"/conversations/{place.ask()}")
    found = re.search(r'<form class="correct".*?</form>', page, re.DOTALL)
    assert found
    choices = re.findall(r'<input type="(?:radio|checkbox)"', found[0])
    assert len(choices) == len(re.findall(r"<label><input", found[0])) == 9
    assert len(re.findall(r"<fieldset><legend>[^<]+</legend>", found[0])) == 3
