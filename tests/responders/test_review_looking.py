"""Looking before a yes and before sending: gone, newer words, our own answer from elsewhere; each ends well."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.web.words import Words
from responders import review
from responders.deliver import deliver_once
from tests.store.desk import ANSWER_SECONDS, Desk, make
from tests.store.platform import Platform, answer_elsewhere, refusal
from twoway.domain import Target
from twoway.errors import Gone, Refused
from twoway.store import channels, conversations, drafts, moves
from twoway.store.audit import audit
from twoway.store.eyes import OWN, Rules


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with one conversation."""
    found = make(tmp_path)
    found.said(id="a")
    yield found
    assert found.consistent()
    assert audit(found.store).broken() == []
    found.store.close()


@pytest.fixture
def platform() -> Platform:
    """An empty platform."""
    return Platform()


def prepare(desk: Desk, platform: Platform) -> review.Prepared:
    review.save(desk.store, desk.agent, 1, "Hello")
    return review.prepare(desk.store, platform.outlet(desk), desk.approver, 1)


def refused(desk: Desk, platform: Platform, prepared: review.Prepared) -> str:
    seen = prepared.preview.sha256
    with pytest.raises(Refused) as error:
        review.approve(desk.store, platform.outlet(desk), desk.approver, desk.session, prepared, seen)
    return str(error.value)


def deliver(desk: Desk, platform: Platform) -> None:
    deliver_once(desk.store, {"square": platform.outlet(desk)}, "worker")


LOOKS = {
    "gone": lambda: Target(there=False),
    "edited": lambda: Target(edited=True),
    "written again": lambda: Target(newer=("unheard",)),
    "answered elsewhere": lambda: Target(answer=answer_elsewhere()),
}


@pytest.mark.parametrize("name", LOOKS)
def test_nothing_is_approved_for_what_has_changed_and_both_languages_say_why(
    desk: Desk, platform: Platform, name: str
) -> None:
    platform.target = LOOKS[name]()
    said = refused(desk, platform, prepare(desk, platform))
    assert Words("de").said(said) != said
    assert desk.all("SELECT 1 FROM approvals") == []
    draft = drafts.in_work(desk.store.read(), 1)
    assert draft is not None


def test_a_platform_that_says_gone_while_looking_is_believed(desk: Desk, platform: Platform) -> None:
    platform.looking = refusal(Gone)
    assert refused(desk, platform, prepare(desk, platform)) == review.GONE


def test_our_answer_from_elsewhere_is_kept_before_anybody_approves(desk: Desk, platform: Platform) -> None:
    platform.target = LOOKS["answered elsewhere"]()
    prepare(desk, platform)
    assert desk.all("SELECT conversation_id FROM outside_answers") == [(1,)]
    assert (desk.conversation().state, desk.conversation().awaiting_since) == ("waiting", None)


def test_our_answer_from_elsewhere_found_before_sending_ends_in_waiting(desk: Desk, platform: Platform) -> None:
    desk.approve()
    platform.target = LOOKS["answered elsewhere"]()
    deliver(desk, platform)
    assert (platform.texts, desk.delivery().state, desk.conversation().state) == ([], "cancelled", "waiting")
    assert desk.draft() is not None


@pytest.mark.parametrize("name", ["gone", "edited", "written again"])
def test_what_changed_before_sending_comes_back_onto_the_desk(desk: Desk, platform: Platform, name: str) -> None:
    desk.approve()
    moves.wait(desk.store, 1, None, desk.agent.id)
    platform.target = LOOKS[name]()
    deliver(desk, platform)
    assert (platform.texts, desk.delivery().state, desk.conversation().state) == ([], "cancelled", "open")
    note = conversations.notes(desk.store, 1)[-1].text
    assert Words("de").said(note) != note


def test_whoever_closed_it_meanwhile_is_obeyed(desk: Desk, platform: Platform) -> None:
    desk.approve()
    platform.target = LOOKS["gone"]()
    platform.meanwhile = lambda: moves.close(desk.store, 1, None, "called", desk.agent.id)
    deliver(desk, platform)
    assert (platform.texts, desk.conversation().state) == ([], "resolved")


def test_who_may_not_approve_these_words_is_told_before_they_click(desk: Desk, platform: Platform) -> None:
    channels.register(desk.store, desk.name, "square", ANSWER_SECONDS, Rules(four_eyes=True))
    review.save(desk.store, desk.approver, 1, "Hello")
    prepared = review.prepare(desk.store, platform.outlet(desk), desk.approver, 1)
    assert (prepared.approvable, prepared.barred) == (False, OWN)
    assert refused(desk, platform, prepared) == OWN
    eve, session = desk.person("eve", "approver")
    prepared = review.prepare(desk.store, platform.outlet(desk), eve, 1)
    seen = prepared.preview.sha256
    assert review.approve(desk.store, platform.outlet(desk), eve, session, prepared, seen).state == "pending"


def test_a_viewer_neither_takes_nor_hands_over(desk: Desk) -> None:
    viewer, _ = desk.person("viewer", "viewer")
    for act in (
        lambda: review.take(desk.store, viewer, 1),
        lambda: review.hand_over(desk.store, viewer, 1, desk.agent.id, "please"),
    ):
        with pytest.raises(Refused, match="the role viewer may not"):
            act()
