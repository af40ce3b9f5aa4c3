"""Seals and alerts: each once, over restarts and processes."""

from datetime import timedelta

from tests.conftest import Freeze
from tests.store.desk import Desk
from twoway import clock
from twoway.store import alerts, channels, events

LEASE = timedelta(minutes=5)


def sealed(desk: Desk) -> list[events.Seal]:
    return [events.Seal(*row) for row in desk.all("SELECT id, first_event, last_event, previous, hash, at FROM seals")]


def of(desk: Desk, seal: events.Seal) -> list[events.Event]:
    sql = "SELECT id, at, kind, channel_id, conversation_id, user_id, data FROM events WHERE id BETWEEN ? AND ?"
    return [events.Event(*row) for row in desk.all(sql, seal.first_event, seal.last_event)]


def test_every_seal_hashes_its_events_and_the_seal_before(desk: Desk) -> None:
    assert events.seal_once(desk.store)
    desk.said()
    assert events.seal_once(desk.store)
    first, second = sealed(desk)
    assert first.previous == events.GENESIS
    assert (second.previous, second.first_event) == (first.hash, first.last_event + 1)
    assert second.hash == events.chain(first.hash, of(desk, second))
    assert events.newest_seal(desk.store) == second


def test_nothing_new_is_nothing_to_seal(desk: Desk) -> None:
    events.seal_once(desk.store)
    assert not events.seal_once(desk.store)


def test_any_changed_event_breaks_the_hash(desk: Desk) -> None:
    events.seal_once(desk.store)
    (seal,) = sealed(desk)
    found = of(desk, seal)
    assert events.chain(events.GENESIS, found[1:]) != seal.hash
    assert events.chain(events.GENESIS, found[::-1]) != seal.hash


def test_an_alert_is_raised_once_a_cause_and_claimed_once(desk: Desk) -> None:
    channels.pause(desk.store, desk.channel, "login refused")
    channels.pause(desk.store, desk.channel, "login refused")
    found = alerts.claim(desk.store, LEASE)
    assert found is not None
    assert (found.rule, found.channel_reason) == ("channel_paused", "login refused")
    assert alerts.claim(desk.store, LEASE) is None


def test_an_alert_whose_sender_died_is_sent_again(desk: Desk, freeze: Freeze) -> None:
    channels.pause(desk.store, desk.channel, "login refused")
    alerts.claim(desk.store, LEASE)
    freeze(clock.now() + LEASE)
    found = alerts.claim(desk.store, LEASE)
    assert found is not None
    alerts.sent(desk.store, found.id)
    assert found.attempts == 2


def test_a_sent_alert_is_never_claimed_again(desk: Desk, freeze: Freeze) -> None:
    channels.pause(desk.store, desk.channel, "login refused")
    found = alerts.claim(desk.store, LEASE)
    assert found is not None
    alerts.sent(desk.store, found.id)
    freeze(clock.now() + LEASE)
    assert alerts.claim(desk.store, LEASE) is None
