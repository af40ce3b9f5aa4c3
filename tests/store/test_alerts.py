"""Alerts are raised with their cause, told at least once, not too often, and not when they are no longer so."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.conftest import Freeze
from tests.store.desk import FREE, LEASE, Desk, receipt
from twoway import clock
from twoway.alerting import Terms
from twoway.domain import Deleted
from twoway.store import alerting, alerts, channels, doubts, hearing, moves, outcomes
from twoway.store.alerting import Claimed

MINUTE, TEN = timedelta(minutes=1), timedelta(minutes=10)
STRICT = Terms(on=True, quiet_until=None, cooldown=TEN, flood=2, escalate_after=None)


def claim(desk: Desk, terms: Terms = STRICT) -> Claimed | None:
    return alerting.claim(desk.store, LEASE, lambda rule, level, now: terms)


def told(desk: Desk, terms: Terms = STRICT) -> list[int]:
    """What every message that is due counts: 0 where it tells of one alert alone."""
    found = []
    while claimed := claim(desk, terms):
        alerts.sent(desk.store, claimed.row.id)
        found.append(claimed.others.count)
    return found


def severe(desk: Desk, count: int = 1) -> list[int]:
    """So many furious customers; their conversations."""
    first = len(desk.all("SELECT id FROM mentions"))
    numbers = range(first, first + count)
    desk.hear(*(desk.mention(id=f"m{n}", author=f"a{n}") for n in numbers), cursor=f"c{first}")
    desk.judge(complaint=True)
    return desk.queue("severe", 300, alarming=True)


def left_out(desk: Desk) -> list[str | None]:
    return [why for (why,) in desk.all("SELECT left_out FROM alerts WHERE sent_at IS NOT NULL ORDER BY id")]


def test_a_cause_is_raised_once_and_claimed_once(desk: Desk) -> None:
    channels.pause(desk.store, desk.channel, "login refused")
    channels.pause(desk.store, desk.channel, "login refused")
    found = desk.alarm()
    assert found is not None
    assert (found.rule, found.channel_reason) == ("channel_paused", "login refused")
    assert desk.alarm() is None


def test_what_was_claimed_by_a_process_that_died_is_sent_again(desk: Desk, freeze: Freeze) -> None:
    channels.pause(desk.store, desk.channel, "login refused")
    claim(desk)
    freeze(clock.now() + LEASE)
    again = claim(desk)
    assert again is not None
    assert again.row.attempts == 2
    alerts.sent(desk.store, again.row.id)
    assert told(desk) == []


def test_more_than_may_be_told_becomes_one_message_that_counts(desk: Desk, freeze: Freeze) -> None:
    stopped = freeze(clock.now())
    severe(desk, 2)
    assert told(desk) == [0, 0]
    severe(desk, 7)
    assert told(desk) == []
    stopped.shift(TEN)
    assert told(desk) == [7]
    assert desk.all("SELECT id FROM alerts WHERE sent_at IS NULL") == []


def test_a_burst_is_counted_at_once_where_it_comes_first(desk: Desk) -> None:
    conversations_ = severe(desk, 9)
    claimed = claim(desk)
    assert claimed is not None
    assert claimed.others.channels == (("square", 9),)
    assert claimed.others.conversations == tuple(reversed(conversations_[-alerting.NAMED :]))


def flood(desk: Desk, freeze: Freeze, terms: Terms) -> int:
    """How many messages three furious customers a minute cause in half an hour and its end."""
    stopped = freeze(clock.now())
    messages = 0
    for _ in range(30):
        severe(desk, 3)
        messages += len(told(desk, terms))
        stopped.shift(MINUTE)
    stopped.shift(TEN)
    messages += len(told(desk, terms))
    assert desk.all("SELECT id FROM alerts WHERE sent_at IS NULL") == []
    return messages


def test_a_flood_is_never_more_messages_than_allowed(desk: Desk, freeze: Freeze) -> None:
    assert flood(desk, freeze, STRICT) <= 2 * 4


def test_without_that_limit_it_would_be_a_message_each(desk: Desk, freeze: Freeze) -> None:
    """The negative control."""
    assert flood(desk, freeze, replace(STRICT, flood=1000)) == 90


def test_the_same_conversation_is_told_of_again_only_after_its_cooldown(desk: Desk, freeze: Freeze) -> None:
    stopped = freeze(clock.now())
    severe(desk)
    assert told(desk) == [0]
    desk.hear(desk.mention(id="again", author="a0", replies_to=("m0",)), cursor="2")
    desk.judge(complaint=True)
    desk.queue("severe", 300, alarming=True)
    assert told(desk, replace(STRICT, flood=9)) == []
    stopped.shift(TEN)
    assert told(desk, replace(STRICT, flood=9)) == [0]


def test_other_conversations_do_not_wait_for_it(desk: Desk, freeze: Freeze) -> None:
    freeze(clock.now())
    severe(desk)
    told(desk)
    severe(desk)
    assert told(desk) == [0]


def test_quiet_hours_hold_everything_and_tell_it_together_at_their_end(desk: Desk, freeze: Freeze) -> None:
    stopped = freeze(clock.now())
    quiet = replace(STRICT, quiet_until=clock.now() + TEN)
    severe(desk)
    assert told(desk, quiet) == []
    severe(desk)
    assert told(desk, quiet) == []
    stopped.shift(TEN)
    assert told(desk) == [2]


def test_a_rule_that_is_off_tells_nobody_and_says_so(desk: Desk) -> None:
    severe(desk, 3)
    assert told(desk, replace(STRICT, on=False)) == []
    assert left_out(desk) == ["the rule is off"] * 3


def test_what_was_answered_meanwhile_is_told_to_nobody(desk: Desk, freeze: Freeze) -> None:
    stopped = freeze(clock.now())
    first, second = severe(desk, 2)
    assert told(desk, replace(STRICT, quiet_until=clock.now() + TEN)) == []
    moves.close(desk.store, first, None, "rang them", desk.agent.id)
    stopped.shift(TEN)
    claimed = claim(desk)
    assert claimed is not None
    assert claimed.row.conversation_id == second
    assert left_out(desk) == ["no longer so"]


def test_a_clock_set_back_silences_nothing(desk: Desk, freeze: Freeze) -> None:
    stopped = freeze(clock.now())
    stopped.shift(timedelta(days=300))
    severe(desk, 2)
    told(desk)
    stopped.shift(-timedelta(days=299))
    severe(desk)
    assert told(desk) == [0]


def test_an_answer_in_doubt_calls_nobody_while_reading_back_may_settle_it(desk: Desk, freeze: Freeze) -> None:
    stopped = freeze(clock.now())
    desk.said()
    desk.approve()
    held = desk.claim()
    assert desk.begin(held)
    outcomes.doubt(desk.store, held, "the connection broke", clock.now())
    assert told(desk) == []
    stopped.shift(timedelta(minutes=5))
    claimed = claim(desk)
    assert claimed is not None
    assert (claimed.row.rule, claimed.row.delivery_reason) == ("delivery_unknown", "the connection broke")


def test_an_answer_that_was_found_after_all_calls_nobody(desk: Desk, freeze: Freeze) -> None:
    stopped = freeze(clock.now())
    desk.said()
    desk.approve()
    held = desk.claim()
    assert desk.begin(held)
    outcomes.doubt(desk.store, held, "the connection broke", clock.now())
    doubts.found(desk.store, held.delivery.id, 0, receipt())
    stopped.shift(timedelta(hours=1))
    assert told(desk) == []
    assert left_out(desk) == ["no longer so"]


def test_an_answer_that_was_refused_calls_somebody(desk: Desk) -> None:
    desk.said()
    desk.approve()
    outcomes.fail(desk.store, desk.claim(), "too long")
    claimed = claim(desk)
    assert claimed is not None
    assert (claimed.row.rule, claimed.row.delivery_reason) == ("delivery_failed", "too long")


ESCALATING = replace(FREE, escalate_after=TEN)


def escalated(desk: Desk, since: datetime) -> list[int]:
    """The steps that were told of since then."""
    told(desk, ESCALATING)
    sql = f"SELECT level FROM alerts WHERE left_out IS NULL AND begun_at > '{clock.stamp(since)}' ORDER BY id"
    return [level for (level,) in desk.all(sql)]


def test_what_nobody_takes_is_told_to_the_next_and_the_next(desk: Desk, freeze: Freeze) -> None:
    stopped = freeze(clock.now())
    severe(desk)
    told(desk, ESCALATING)
    for step in (1, 2):
        since = clock.now()
        assert escalated(desk, since) == []
        stopped.shift(TEN)
        assert escalated(desk, since) == [step]


@pytest.mark.parametrize("act", ["take", "note", "write", "close"])
def test_whoever_does_anything_has_taken_it(desk: Desk, freeze: Freeze, act: str) -> None:
    stopped = freeze(clock.now())
    (conversation,) = severe(desk)
    told(desk, ESCALATING)
    since = clock.now()
    stopped.shift(MINUTE)
    match act:
        case "take":
            moves.take(desk.store, conversation, desk.agent.id)
        case "note":
            moves.note(desk.store, conversation, "I ring them", desk.agent.id)
        case "write":
            desk.write(conversation=conversation)
        case "close":
            moves.close(desk.store, conversation, None, "settled", desk.agent.id)
    stopped.shift(TEN)
    assert escalated(desk, since) == []


def test_what_happened_before_it_was_told_is_no_taking(desk: Desk, freeze: Freeze) -> None:
    stopped = freeze(clock.now())
    (conversation,) = severe(desk)
    moves.take(desk.store, conversation, desk.agent.id)
    stopped.shift(MINUTE)
    told(desk, ESCALATING)
    since = clock.now()
    stopped.shift(TEN)
    assert escalated(desk, since) == [1]


def test_a_flood_that_nobody_takes_escalates_as_one_message(desk: Desk, freeze: Freeze) -> None:
    stopped = freeze(clock.now())
    severe(desk, 9)
    assert told(desk, replace(STRICT, escalate_after=TEN)) == [9]
    stopped.shift(TEN)
    assert told(desk) == [9]


def test_it_stands_on_the_record_of_each_conversation_once(desk: Desk) -> None:
    conversations_ = severe(desk, 3)
    claimed = claim(desk)
    assert claimed is not None
    for receiver in ("slack-1", "ntfy-2"):
        alerts.reached(desk.store, claimed.row.id, receiver)
    rows = desk.all("SELECT conversation_id, user_id, data FROM events WHERE kind = 'alert.told' ORDER BY id")
    assert [(row[0], row[1]) for row in rows] == [(number, None) for number in conversations_]
    assert rows[0][2] == f'{{"alert":{claimed.row.id},"rule":"severe_complaint"}}'


def test_words_that_were_taken_back_are_not_in_it(desk: Desk, freeze: Freeze) -> None:
    freeze(clock.now())
    desk.hear(desk.mention(id="a"), desk.mention(id="b", replies_to=("a",)))
    desk.judge(complaint=True)
    desk.queue("severe", 300, alarming=True)
    hearing.keep_changes(desk.store, desk.channel, [Deleted("a", clock.now())])
    rows = [alerts.get(desk.store.read(), number) for (number,) in desk.all("SELECT id FROM alerts ORDER BY id")]
    assert [row.text for row in rows if row] == [None, "words of b"]
