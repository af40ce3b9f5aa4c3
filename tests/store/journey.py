"""A desk that has seen some of everything, through the store's own functions."""

from datetime import timedelta

from tests.store.desk import Desk, own_post, receipt
from twoway import clock
from twoway.domain import Bounced, Deleted, Edited, Gap, Malformed, Page
from twoway.store import approvals, doubts, drafts, events, follow_ups, hearing, moves, outcomes, users


def live(desk: Desk) -> None:
    """Everything that can become of a conversation, one after the other."""
    answers(desk)
    endings(desk)
    changes(desk)
    events.seal_once(desk.store)
    heard(desk)
    events.seal_once(desk.store)
    pending(desk)


def answers(desk: Desk) -> None:
    """Sent: to waiting, to resolved (2), in three parts (3), by hand, found, private (6), and twice (7)."""
    for after in ("waiting", "resolved"):
        number = desk.said()
        desk.answered(number, f"answer-{number}", after=after)
    number = desk.said()
    desk.approve(number, parts=3)
    held = desk.claim()
    for part in range(3):
        desk.begin(held)
        desk.send_begun(held, f"part-{part}", part)
    number = desk.said()
    doubts.by_hand(desk.store, desk.approve(number, route="hand").id, receipt("letter"), desk.approver.id, "a letter")
    number = desk.said()
    doubtful = desk.approve(number)
    held = desk.claim()
    desk.begin(held)
    outcomes.doubt(desk.store, held, "broke", clock.now())
    doubts.found(desk.store, doubtful.id, 0, receipt("found"))
    number = desk.said(visibility="private")
    desk.answered(number, "private-answer")
    number = desk.said(id="again")
    desk.answered(number, "first")
    desk.said(id="and again", replies_to=("again",))
    desk.answered(number, "second")


def endings(desk: Desk) -> None:
    """Closed by a person, snoozed, waiting, undone, refused, withdrawn with a person who left."""
    moves.close(desk.store, desk.said(), None, "called", desk.agent.id)
    moves.snooze(desk.store, desk.said(), None, clock.now() + timedelta(days=1), desk.agent.id)
    moves.wait(desk.store, desk.said(), None, desk.agent.id)
    number = desk.said()
    desk.approve(number)
    approvals.undo(desk.store, number, desk.approver.id)
    drafts.drop(desk.store, number, desk.agent.id)
    desk.approve(desk.said())
    held = desk.claim()
    desk.begin(held)
    outcomes.fail(desk.store, held, "refused")
    leaver, session = desk.person("leaver", "approver")
    desk.approve(desk.said(), session)
    users.deactivate(desk.store, leaver.id, desk.approver.id)


def changes(desk: Desk) -> None:
    """Edited, deleted, answered elsewhere, bounced."""
    follow_ups.add(
        desk.store, desk.said(id="edited"), "call on Tuesday", clock.now() + timedelta(days=2), desk.agent.id
    )
    desk.change(Edited("edited", "other words", clock.now(), b"raw"))
    desk.judge()
    desk.queue()
    desk.said(id="deleted")
    desk.change(Deleted("deleted", clock.now()))
    desk.said(id="elsewhere")
    desk.change(own_post("theirs", "elsewhere"))
    desk.change(own_post("of our own accord", "nobody"))
    number = desk.said(id="bounced")
    desk.answered(number, "to nobody", after="resolved")
    desk.change(Bounced(("to nobody",), "no such mailbox", clock.now(), b""))


def heard(desk: Desk) -> None:
    """History, noise, robots, a gap, something malformed."""
    desk.hear(desk.mention(created_at=clock.now() - timedelta(days=3)), desk.mention(kind="automatic"))
    desk.hear(desk.mention())
    desk.judge(noise=True)
    desk.queue("noise")
    page = Page("9", gap=Gap(None, clock.now(), "gone"), malformed=(Malformed("m", "no date", b"x"),))
    hearing.keep_page(desk.store, desk.stream, page)


def pending(desk: Desk) -> None:
    """One to be sent later, one being sent, and words that nobody has judged yet."""
    desk.approve(desk.said(), not_before=clock.now() + timedelta(hours=1))
    desk.approve(desk.said())
    desk.begin(desk.claim())
    desk.hear(desk.mention(id="unjudged"))
