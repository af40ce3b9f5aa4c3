"""Nothing is answered twice: claims, tries, doubt, reading back."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conftest import Freeze
from tests.store.desk import LEASE, Desk
from twoway import clock
from twoway.store import (
    channels,
    conversations,
    deliveries,
    doubts,
    open_store,
    outcomes,
)
from twoway.store.deliveries import Claim


def nothing_due(desk: Desk) -> bool:
    return deliveries.claim(desk.store, "worker", {desk.name: timedelta(0)}, LEASE) is None


def test_a_claim_is_given_once(desk: Desk) -> None:
    desk.said()
    desk.approve()
    assert desk.claim().preview.parts == ("Hello 0",)
    assert nothing_due(desk)


def test_of_many_workers_on_two_connections_exactly_one_wins(desk: Desk, tmp_path: Path) -> None:
    other = open_store(tmp_path / "twoway.db")
    desk.said()
    desk.approve()
    barrier = threading.Barrier(8)
    won: list[Claim] = []

    def work(number: int) -> None:
        barrier.wait(10)
        store = (desk.store, other)[number % 2]
        held = deliveries.claim(store, f"worker {number}", {desk.name: timedelta(0)}, LEASE)
        if held:
            won.append(held)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    other.close()
    assert len(won) == 1
    assert desk.delivery().attempts == 1


def test_nothing_goes_out_before_its_time(desk: Desk, freeze: Freeze) -> None:
    desk.said()
    desk.approve(not_before=clock.now() + timedelta(seconds=10))
    assert nothing_due(desk)
    freeze(clock.now() + timedelta(seconds=11))
    assert desk.claim()


def test_nothing_goes_out_on_a_paused_channel(desk: Desk) -> None:
    desk.said()
    desk.approve()
    channels.pause(desk.store, desk.channel, "login refused\ud800")
    assert nothing_due(desk)
    channels.resume(desk.store, desk.name, desk.approver.id)
    assert desk.claim()


def test_what_is_given_by_hand_is_never_claimed(desk: Desk) -> None:
    desk.said()
    desk.approve(route="hand")
    assert nothing_due(desk)


def test_words_that_were_erased_are_never_claimed_and_block_nothing(desk: Desk) -> None:
    first, second = desk.said(), desk.said()
    desk.approve(first, draft=desk.write("one", conversation=first))
    desk.approve(second)
    with desk.store.write() as db:
        db.execute(
            "UPDATE previews SET body = NULL, erased_at = ? WHERE sha256 = ?",
            (clock.stamp(clock.now()), desk.delivery(1).sha256),
        )
    assert desk.claim().delivery.conversation_id == second


def test_an_answer_is_sent_when_all_of_its_parts_are(desk: Desk) -> None:
    desk.said()
    desk.approve(parts=2)
    held = desk.claim()
    desk.begin(held)
    desk.send_begun(held, "one", 0)
    assert desk.delivery().state == "sending"
    assert desk.begin(held)
    desk.send_begun(held, "two", 1)
    assert desk.delivery().state == "sent"
    assert desk.one("SELECT remote_id FROM receipts WHERE id = ?", desk.delivery().receipt_id)[0] == "two"


def test_a_later_part_knows_what_was_posted_before_it(desk: Desk) -> None:
    desk.said()
    desk.approve(parts=2)
    held = desk.claim()
    desk.begin(held)
    desk.send_begun(held, "one")
    part = deliveries.next_part(desk.store.read(), 1, held.preview)
    assert part is not None
    assert (part.number, [found.remote_id for found in part.before]) == (1, ["one"])


@pytest.mark.parametrize(("after", "state"), [("waiting", "waiting"), ("resolved", "resolved")])
def test_once_sent_the_conversation_goes_where_the_person_wanted(desk: Desk, after: str, state: str) -> None:
    desk.said()
    desk.answered(after=after)
    assert desk.conversation().state == state


def test_a_conversation_closed_by_rule_while_its_answer_is_sent_keeps_the_receipt(desk: Desk) -> None:
    desk.said()
    desk.approve(after="resolved")
    held = desk.claim()
    with desk.store.write() as db:
        found = conversations.get(db, 1)
        conversations.close(db, found, clock.now(), rule="blocked author")
    desk.begin(held)
    desk.send_begun(held)
    assert desk.delivery().state == "sent"


def test_nothing_is_begun_once_the_conversation_has_changed(desk: Desk) -> None:
    desk.said(id="a")
    desk.approve()
    held = desk.claim()
    desk.hear(desk.mention(id="b", replies_to=("a",)))
    assert not desk.begin(held)
    assert desk.delivery().state == "cancelled"
    assert desk.draft() is not None


def test_an_answer_of_which_a_part_stands_is_sent_to_its_end(desk: Desk) -> None:
    desk.said(id="a")
    desk.approve(parts=2)
    held = desk.claim()
    desk.begin(held)
    desk.send_begun(held, "one", 0)
    desk.hear(desk.mention(id="b", replies_to=("a",)))
    assert desk.begin(held)
    desk.send_begun(held, "two", 1)
    assert desk.delivery().state == "sent"


def test_what_was_not_accepted_is_tried_again_then(desk: Desk, freeze: Freeze) -> None:
    desk.said()
    desk.approve()
    held = desk.claim()
    desk.begin(held)
    outcomes.retry(desk.store, held, "slower, please", clock.now() + timedelta(minutes=1))
    assert (desk.delivery().state, desk.delivery().reason) == ("pending", "slower, please")
    assert nothing_due(desk)
    freeze(clock.now() + timedelta(minutes=2))
    assert desk.claim().delivery.attempts == 2


def test_what_was_not_accepted_is_not_tried_again_once_the_conversation_has_changed(desk: Desk) -> None:
    desk.said(id="a")
    desk.approve()
    held = desk.claim()
    desk.begin(held)
    desk.hear(desk.mention(id="b", replies_to=("a",)))
    outcomes.retry(desk.store, held, "slower", clock.now())
    assert desk.delivery().state == "cancelled"


def test_refused_words_go_back_to_the_person_with_a_note(desk: Desk) -> None:
    desk.said()
    desk.approve()
    held = desk.claim()
    desk.begin(held)
    outcomes.fail(desk.store, held, "too rude")
    assert desk.delivery().state == "failed"
    assert [found.text for found in conversations.notes(desk.store, 1)] == ["too rude"]
    assert desk.draft() is not None
    assert desk.conversation().awaiting_since is not None


def test_a_worker_that_lost_its_claim_changes_nothing(desk: Desk, freeze: Freeze) -> None:
    desk.said()
    desk.approve()
    held = desk.claim("slow")
    freeze(clock.now() + LEASE + timedelta(seconds=1))
    doubts.expire(desk.store)
    desk.claim("fast")
    assert not desk.begin(held)
    outcomes.fail(desk.store, held, "no")
    outcomes.doubt(desk.store, held, "no", clock.now())
    outcomes.retry(desk.store, held, "no", clock.now())
    outcomes.withdraw(desk.store, held, "no")
    assert (desk.delivery().state, desk.delivery().claimed_by) == ("sending", "fast")


def test_a_lease_that_ended_before_anything_was_sent_is_free_again(desk: Desk, freeze: Freeze) -> None:
    desk.said()
    desk.approve()
    desk.claim()
    assert doubts.expire(desk.store) == 0
    freeze(clock.now() + LEASE + timedelta(seconds=1))
    assert doubts.expire(desk.store) == 1
    assert desk.delivery().state == "pending"


def test_a_lease_that_ended_while_sending_is_in_doubt(desk: Desk, freeze: Freeze) -> None:
    desk.said()
    desk.approve()
    desk.begin(desk.claim())
    freeze(clock.now() + LEASE + timedelta(seconds=1))
    doubts.expire(desk.store)
    assert desk.delivery().state == "unknown"
    assert nothing_due(desk)


def test_each_part_holds_on_to_the_claim(desk: Desk, freeze: Freeze) -> None:
    desk.said()
    desk.approve()
    held = desk.claim()
    stopped = freeze(clock.now() + timedelta(minutes=2))
    desk.begin(held)
    stopped.shift(120)
    assert doubts.expire(desk.store) == 0


def test_answers_on_a_channel_keep_its_pace_whoever_sends_them(desk: Desk, freeze: Freeze) -> None:
    stopped = freeze(clock.now())
    for number in range(2):
        desk.approve(desk.said(id=f"q{number}", author=f"kim{number}"))
    pace = {desk.name: timedelta(seconds=20)}
    assert deliveries.claim(desk.store, "one", pace, LEASE)
    assert deliveries.claim(desk.store, "two", pace, LEASE) is None
    stopped.shift(21)
    assert deliveries.claim(desk.store, "two", pace, LEASE)
