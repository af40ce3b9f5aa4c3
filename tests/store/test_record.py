"""Seals: each once, over restarts and processes."""

from tests.store.desk import Desk
from twoway.store import events


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
