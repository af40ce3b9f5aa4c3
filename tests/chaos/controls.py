"""Protections, each taken away from outside: what the chaos must then be able to show."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from responders.square import Sender
from tests.chaos import worker
from tests.chaos.plan import Kind
from tests.chaos.worker import swap
from twoway import clock
from twoway.domain import Absent, Part
from twoway.store import Store, conversations, database, deliveries, doubts, endings, hearing, migrations, outcomes
from twoway.store.deliveries import Claim, DeliveryRow


@dataclass(frozen=True, slots=True)
class Control:
    """One protection less."""

    name: str
    kind: Kind
    shows: tuple[str, ...]
    """Which of the counts it has to raise, one or the other."""
    take_away: Callable[[], None]
    cuts: bool = False
    """Whether a power cut forgets commits."""


def _retry_blindly() -> None:
    def find(self: Sender, part: Part, since: datetime) -> Absent:
        return Absent("not asked")

    swap(Sender, "find", find)
    swap(doubts, "missed", lambda *arguments: True)


def _cursor_before_data() -> None:
    keep = hearing.keep_page

    def keep_page(store: Store, stream: Any, page: Any) -> hearing.Kept:
        with store.write() as db:
            now = clock.stamp(clock.now())
            db.execute("UPDATE streams SET cursor = ?, cursor_at = ? WHERE id = ?", (page.cursor, now, stream.id))
        return keep(store, stream, page)

    swap(hearing, "keep_page", keep_page)


def _no_version() -> None:
    swap(deliveries, "_CLAIM", _without(deliveries._CLAIM, "AND c.version = a.version "))
    swap(endings, "lapsed", lambda *arguments: "")
    swap(conversations, "raise_version", _raise_only)
    wanted = migrations.wanted_triggers

    def fewer() -> dict[str, str]:
        return {name: text for name, text in wanted().items() if name != "deliveries_send_what_still_holds"}

    swap(migrations, "wanted_triggers", fewer)


def _raise_only(db: sqlite3.Connection, conversation: int, now: datetime, why: str, user: int | None = None) -> None:
    """What was approved before is not cancelled."""
    db.execute("UPDATE conversations SET version = version + 1 WHERE id = ?", (conversation,))


def _without(sql: str, words: str) -> str:
    if words not in sql:
        raise LookupError(f"the statement no longer says {words!r}")
    return sql.replace(words, "")


def _no_claim() -> None:
    select = deliveries._CLAIM[deliveries._CLAIM.index("SELECT d.id") : deliveries._CLAIM.index("LIMIT 1)")]

    def claim(store: Store, name: str, channels: dict[str, timedelta], lease: timedelta) -> Claim | None:
        values = {"now": clock.stamp(clock.now()), "channels": json.dumps(list(channels))}
        with store.write() as db:
            row = db.execute(f"{select} LIMIT 1", values).fetchone()
            if row is None:
                return None
            found = deliveries.get(db, row["id"])
            return Claim(found, next(iter(channels)), deliveries.preview(db, found.sha256), name)

    swap(deliveries, "claim", claim)
    swap(outcomes, "begin_part", lambda *arguments: True)
    swap(outcomes, "_held", lambda db, held: None)


def _lease_never_honoured() -> None:
    def held(db: sqlite3.Connection, claim: Claim) -> DeliveryRow | None:
        found = deliveries.get(db, claim.delivery.id)
        return found if found.state == "sending" else None

    swap(outcomes, "_held", held)
    swap(outcomes, "hold_on", lambda *arguments: False)
    swap(worker, "LEASE", timedelta(milliseconds=1))


def _lease_never_ends() -> None:
    swap(doubts, "expire", lambda *arguments: 0)


def _not_durable() -> None:
    database.SETTINGS["synchronous"] = "NORMAL"


CONTROLS = (
    Control("sending again on doubt, without reading back", "neither", ("twice", "unreviewed"), _retry_blindly),
    Control("the cursor stored before what it covers", "read-back", ("lost",), _cursor_before_data),
    Control("an approval that holds whatever came after it", "read-back", ("unreviewed",), _no_version),
    Control("reading what to send without claiming it", "read-back", ("twice",), _no_claim),
    Control("a lease that nobody honours", "read-back", ("twice",), _lease_never_honoured),
    Control("a lease that never ends", "read-back", ("never",), _lease_never_ends),
    Control(
        "synchronous=NORMAL, the last commits cut off", "neither", ("unreviewed", "twice"), _not_durable, cuts=True
    ),
)


def named(name: str) -> Control:
    """The control of that name."""
    return next(control for control in CONTROLS if control.name == name)
