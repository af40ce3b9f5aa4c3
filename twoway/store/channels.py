"""Channels: who they are, how far each stream has been read, and how they fare."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from twoway import clock
from twoway.domain import Standing
from twoway.errors import NotFound, Refused
from twoway.store import alerts, eyes, outages, promises, standings
from twoway.store.database import Store
from twoway.store.events import record
from twoway.store.eyes import Rules, as_numbers
from twoway.store.promises import Promises
from twoway.store.rows import columns, many, maybe, one
from twoway.text import storable


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A configured account on a platform and its health."""

    id: int
    name: str
    kind: str
    answer_seconds: int
    four_eyes: int
    second_eyes_on_edits: int
    approval_seconds: int
    started_at: str
    last_heard_at: str | None
    last_success_at: str | None
    erring_since: str | None
    """Since when no poll has read everything; ``last_error`` is what was said last."""
    last_error: str | None
    paused_at: str | None
    paused_reason: str | None
    polled_at: str | None
    poll_after: str | None
    """It is not asked before then: its platform said so."""

    def waits(self, now: datetime) -> bool:
        """Does the platform want to be left alone?"""
        return self.poll_after is not None and clock.parse(self.poll_after) > now


@dataclass(frozen=True, slots=True)
class Stream:
    """How far one listing of a channel has been read."""

    id: int
    channel_id: int
    name: str
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A gap or a malformed item, as the channel's health shows it."""

    at: str
    reason: str


def register(
    store: Store,
    name: str,
    kind: str,
    answer_seconds: int,
    rules: Rules | None = None,
    others: Promises | None = None,
) -> ChannelRow:
    """The channel of that name, made on first sight: it starts now. Raises Refused if it was of another kind.

    Other rules hold for whatever is approved from now on, another promise for what is owed already, too; where they
    are None they stay as they are.
    """
    now = clock.now()
    with store.write() as db:
        known = maybe(ChannelRow, db.execute(f"SELECT {columns(ChannelRow)} FROM channels WHERE name = ?", (name,)))
        if known and known.kind != kind:
            raise Refused(
                f"the channel {name!r} is of kind {known.kind!r} in this database; give the new one another name"
            )
        if known is None:
            made = db.execute(
                "INSERT INTO channels (name, kind, answer_seconds, started_at) VALUES (?, ?, ?, ?)",
                (name, kind, answer_seconds, clock.stamp(now)),
            )
            record(
                db, "channel.started", now, channel=made.lastrowid, **as_numbers(eyes.rules(db, made.lastrowid or 0))
            )
        channel = db.execute("SELECT id FROM channels WHERE name = ?", (name,)).fetchone()["id"]
        promises.keep(db, channel, timedelta(seconds=answer_seconds), others)
        if rules:
            _rule(db, name, rules, now)
    return by_name(store, name)


def _rule(db: sqlite3.Connection, name: str, rules: Rules, now: datetime) -> None:
    """On the record, so that the audit knows what was asked of an approval when it was given."""
    values = as_numbers(rules)
    row = db.execute(
        "UPDATE channels SET four_eyes = :four_eyes, second_eyes_on_edits = :second_eyes_on_edits,"
        " approval_seconds = :approval_seconds WHERE name = :name AND (four_eyes, second_eyes_on_edits,"
        " approval_seconds) <> (:four_eyes, :second_eyes_on_edits, :approval_seconds) RETURNING id",
        {**values, "name": name},
    ).fetchone()
    if row:
        record(db, "channel.rules_set", now, channel=row["id"], **values)


def by_name(store: Store, name: str) -> ChannelRow:
    """The channel of that name. Raises NotFound."""
    sql = f"SELECT {columns(ChannelRow)} FROM channels WHERE name = ?"
    return one(ChannelRow, store.read().execute(sql, (name,)), f"channel {name!r} in this database")


def all_of(store: Store) -> list[ChannelRow]:
    """Every channel there ever was, by name."""
    return many(ChannelRow, store.read().execute(f"SELECT {columns(ChannelRow)} FROM channels ORDER BY name"))


def stream(store: Store, channel: int, name: str) -> Stream:
    """The stream of that name, made on first sight."""
    sql = f"SELECT {columns(Stream)} FROM streams WHERE channel_id = ? AND name = ?"
    known = maybe(Stream, store.read().execute(sql, (channel, name)))
    if known:
        return known
    with store.write() as db:
        db.execute("INSERT OR IGNORE INTO streams (channel_id, name) VALUES (?, ?)", (channel, name))
    return one(Stream, store.read().execute(sql, (channel, name)), f"stream {name!r}")


def answer_since(store: Store, channel: int, since: datetime) -> None:
    """Count what was said since then as work, not as history; a channel's start only ever moves back."""
    with store.write() as db:
        db.execute("UPDATE channels SET started_at = min(started_at, ?) WHERE id = ?", (clock.stamp(since), channel))
        db.execute(
            "UPDATE mentions SET history = 0 WHERE channel_id = ? AND history = 1 AND created_at >= ?",
            (channel, clock.stamp(since)),
        )
        record(db, "channel.answers_since", clock.now(), channel=channel, since=clock.stamp(since))


def polled(
    store: Store,
    channel: int,
    *,
    well: bool,
    up: bool = False,
    begun: bool = True,
    retry_at: datetime | None = None,
    standing: Standing | None = None,
) -> None:
    """A poll has ended: whether everything was read, when the platform may be asked again, how the account stands.

    ``up``: the platform is there, though single streams could not be read. ``begun``: each of these has a cursor, from
    which it goes on; what has none begins where the channel was last read as a whole.
    """
    now = clock.now()
    after = clock.stamp(retry_at) if retry_at else None
    with store.write() as db:
        db.execute("UPDATE channels SET polled_at = ?, poll_after = ? WHERE id = ?", (clock.stamp(now), after, channel))
        if well:
            db.execute("UPDATE channels SET erring_since = NULL, last_error = NULL WHERE id = ?", (channel,))
        if well or (up and begun):
            db.execute("UPDATE channels SET last_success_at = polled_at WHERE id = ?", (channel,))
        if well or up:
            outages.end(db, channel, now)
        standings.keep(db, channel, standing, now)


def erred(store: Store, channel: int, error: str, *, alone: bool = False) -> None:
    """The platform, or the way to it, failed; ``error`` is shown in the channel's health.

    ``alone``: one stream's error, which is no outage.
    """
    now = clock.now()
    with store.write() as db:
        db.execute(
            "UPDATE channels SET erring_since = coalesce(erring_since, ?), last_error = ? WHERE id = ?",
            (clock.stamp(now), storable(error), channel),
        )
        if not alone:
            outages.begin(db, channel, error, now)


def pause(store: Store, channel: int, reason: str) -> None:
    """Stop hearing and sending on a channel until it is resumed, and alert; the rest of the desk goes on."""
    now = clock.now()
    with store.write() as db:
        paused = db.execute(
            "UPDATE channels SET paused_at = ?, paused_reason = ?, erring_since = coalesce(erring_since, ?),"
            " last_error = ? WHERE id = ? AND paused_at IS NULL",
            (clock.stamp(now), storable(reason), clock.stamp(now), storable(reason), channel),
        )
        if paused.rowcount:
            outages.begin(db, channel, reason, now)
            record(db, "channel.paused", now, channel=channel)
            alerts.raise_alert(db, "channel_paused", f"channel_paused:{channel}:{clock.stamp(now)}", channel, None, now)


def resume(store: Store, name: str, user: int | None) -> None:
    """Let a channel work again that is paused, or that its platform told to wait. Raises NotFound."""
    now = clock.now()
    with store.write() as db:
        resumed = db.execute(
            "UPDATE channels SET paused_at = NULL, paused_reason = NULL, erring_since = NULL, last_error = NULL,"
            " poll_after = NULL WHERE name = ? AND (paused_at IS NOT NULL OR poll_after > ?) RETURNING id",
            (name, clock.stamp(now)),
        ).fetchone()
        if resumed is None:
            raise NotFound(f"there is no paused channel {name!r}")
        record(db, "channel.resumed", now, channel=resumed["id"], user=user)


def gaps(store: Store, channel: int, since: datetime) -> list[Trouble]:
    """Stretches the platform did not give, noticed since then, newest first."""
    sql = (
        "SELECT g.at, g.reason FROM gaps g JOIN streams s ON s.id = g.stream_id"
        " WHERE s.channel_id = ? AND g.at >= ? ORDER BY g.id DESC LIMIT 50"
    )
    return many(Trouble, store.read().execute(sql, (channel, clock.stamp(since))))


def malformed(store: Store, channel: int) -> list[Trouble]:
    """What was received and could not be read, newest first."""
    sql = "SELECT at, reason FROM malformed WHERE channel_id = ? ORDER BY id DESC LIMIT 50"
    return many(Trouble, store.read().execute(sql, (channel,)))
