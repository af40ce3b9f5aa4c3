"""Which conversation a mention joins, and who may join it."""

from datetime import timedelta

from tests.store.desk import Desk, own_post
from twoway import clock
from twoway.store import judgements


def test_a_reply_joins_the_conversation_of_what_it_answers(desk: Desk) -> None:
    first = desk.said(id="a")
    assert desk.said(id="b", replies_to=("a",)) == first
    assert desk.texts(first) == ["words of a", "words of b"]


def test_a_reply_to_our_answer_joins_its_conversation(desk: Desk) -> None:
    first = desk.said(id="a")
    desk.answered(first, "answer-1")
    assert desk.said(id="b", replies_to=("answer-1",)) == first


def test_a_reply_to_an_answer_made_elsewhere_joins_its_conversation(desk: Desk) -> None:
    first = desk.said(id="a")
    desk.change(own_post("theirs", "a"))
    assert desk.said(id="b", replies_to=("theirs",)) == first


def test_a_platforms_own_thread_is_one_conversation(desk: Desk) -> None:
    assert desk.said(id="a", thread="t") == desk.said(id="b", thread="t")


def test_a_mention_without_a_thread_opens_a_conversation_of_its_own(desk: Desk) -> None:
    assert desk.said() != desk.said()


def test_a_reply_heard_before_what_it_answers_shares_its_conversation(desk: Desk) -> None:
    reply = desk.said(id="b", replies_to=("a",))
    assert desk.said(id="a") == reply


def test_mentions_of_one_thread_heard_together_open_one_conversation(desk: Desk) -> None:
    desk.hear(desk.mention(id="c", replies_to=("b",)), desk.mention(id="b", replies_to=("a",)), desk.mention(id="a"))
    desk.judge()
    assert len(set(desk.queue())) == 1
    assert len(desk.texts()) == 3


def test_history_that_is_answered_now_comes_along_as_context(desk: Desk) -> None:
    desk.hear(desk.mention(id="old", created_at=clock.now() - timedelta(days=9)))
    assert desk.said(id="new", replies_to=("old",)) == 1
    assert desk.texts() == ["words of old", "words of new"]
    assert desk.conversation().version == 1


def test_automatic_mail_in_a_thread_is_context_that_nobody_has_to_react_to(desk: Desk) -> None:
    desk.said(id="a")
    desk.answered()
    version = desk.conversation().version
    desk.hear(desk.mention(id="robot", replies_to=("a",), kind="automatic"))
    assert (desk.row("robot")["conversation_id"], desk.conversation().version) == (1, version)
    assert desk.conversation().state == "waiting"
    assert judgements.unjudged(desk.store, 10) == []


def test_a_private_reply_never_joins_a_public_conversation(desk: Desk) -> None:
    public = desk.said(id="a", thread="t")
    private = desk.said(id="b", thread="t", replies_to=("a",), visibility="private")
    assert private != public
    assert desk.conversation(private).visibility == "private"


def test_a_stranger_to_a_private_conversation_opens_a_linked_one(desk: Desk) -> None:
    first = desk.said(id="a", visibility="private", author="kim")
    second = desk.said(id="b", visibility="private", author="eve", replies_to=("a",))
    assert second != first
    assert desk.conversation(second).linked_to == first
    assert desk.texts(first) == ["words of a"]


def test_a_stranger_heard_before_the_first_is_queued_stays_a_stranger(desk: Desk) -> None:
    desk.hear(
        desk.mention(id="a", visibility="private", author="kim"),
        desk.mention(id="b", visibility="private", author="eve", replies_to=("a",)),
    )
    desk.judge()
    assert len(set(desk.queue())) == 2


def test_whoever_was_addressed_may_join_a_private_conversation(desk: Desk) -> None:
    first = desk.said(id="a", visibility="private", participants=("kim", "pat"))
    assert desk.said(id="b", visibility="private", author="pat", replies_to=("a",)) == first


def test_anybody_may_join_a_public_conversation(desk: Desk) -> None:
    assert desk.said(id="a", author="kim") == desk.said(id="b", author="eve", replies_to=("a",))


def test_a_second_mail_of_the_same_name_is_kept_as_another_mail(desk: Desk) -> None:
    first = desk.said(id="hash-1", reference="<1@example>", visibility="private", author="kim")
    forged = desk.said(id="hash-2", reference="<1@example>", visibility="private", author="eve")
    answer = desk.said(id="hash-3", replies_to=("<1@example>",), visibility="private", author="kim")
    assert forged != first
    assert answer == first


def test_channels_share_no_threads(desk: Desk) -> None:
    first = desk.said(id="a", thread="t")
    other = Desk(desk.store, "other")
    assert other.said(id="b", thread="t", replies_to=("a",)) != first
