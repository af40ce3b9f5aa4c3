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
from twoway import clock
from twoway.domain import Absent, Part
from twoway.store import Store, database, deliveries, doubts, endings, hearing, migrations, outcomes
from twoway.store.deliveries import Claim, DeliveryRow


@dataclass(frozen=True, slots=True)
class Control:
    """One protection less."""

    name: str
    kind: Kind
    shows: str
    """Which of the counts it has to raise."""
    take_away: Callable[[], None]
    cuts: bool = False
    """Whether a power cut forgets commits."""


def _retry_blindly() -> None:
    def find(self: Sender, part: Part, since: datetime) -> Absent:
        return Absent("not asked")

    Sender.find = find  # type: ignore[method-assign]


def _cursor_before_data() -> None:
    keep = hearing.keep_page

    def keep_page(store: Store, stream: Any, page: Any) -> hearing.Kept:
        with store.write() as db:
            now = clock.stamp(clock.now())
            db.execute("UPDATE streams SET cursor = ?, cursor_at = ? WHERE id = ?", (page.cursor, now, stream.id))
        return keep(store, stream, page)

    hearing.keep_page = keep_page


def _no_version() -> None:
    deliveries._CLAIM = _without(deliveries._CLAIM, "AND c.version = a.version ")
    endings.holds = lambda db, delivery: True
    wanted = migrations.wanted_triggers

    def fewer() -> dict[str, str]:
        return {name: text for name, text in wanted().items() if name != "deliveries_send_what_still_holds"}

    migrations.wanted_triggers = fewer


def _without(sql: str, words: str) -> str:
    if words not in sql:
        raise LookupError(f"the statement no longer says {words!r}")
    return sql.replace(words, "")


def _no_claim() -> None:
    select = deliveries._CLAIM[deliveries._CLAIM.index("SELECT d.id") : deliveries._CLAIM.index("LIMIT 1)")]

    def claim(store: Store, name: str, channels: list[str], lease: timedelta) -> Claim | None:
        values = {"now": clock.stamp(clock.now()), "channels": json.dumps(channels)}
        with store.write() as db:
            row = db.execute(f"{select} LIMIT 1", values).fetchone()
            if row is None:
                return None
            found = deliveries.get(db, row["id"])
            return Claim(found, channels[0], deliveries.preview(db, found.sha256), name)

    deliveries.claim = claim
    outcomes.begin_part = lambda *arguments: True
    outcomes._held = lambda db, held: None


def _lease_never_honoured() -> None:
    def held(db: sqlite3.Connection, claim: Claim) -> DeliveryRow | None:
        found = deliveries.get(db, claim.delivery.id)
        return found if found.state == "sending" else None

    outcomes._held = held
    outcomes.hold_on = lambda *arguments: False
    worker.LEASE = timedelta(milliseconds=1)


def _lease_never_ends() -> None:
    doubts.expire = lambda *arguments: 0


def _not_durable() -> None:
    database.SETTINGS["synchronous"] = "NORMAL"


CONTROLS = (
    Control("sending again on doubt, without reading back", "neither", "twice", _retry_blindly),
    Control("the cursor stored before what it covers", "read-back", "lost", _cursor_before_data),
    Control("no look at the version before sending", "read-back", "unreviewed", _no_version),
    Control("reading what to send without claiming it", "read-back", "twice", _no_claim),
    Control("a lease that nobody honours", "read-back", "twice", _lease_never_honoured),
    Control("a lease that never ends", "read-back", "never", _lease_never_ends),
    Control("synchronous=NORMAL, the last commits cut off", "neither", "unreviewed", _not_durable, cuts=True),
)


def named(name: str) -> Control:
    """The control of that name."""
    return next(control for control in CONTROLS if control.name == name)
