"""The lists of a digest: conversations with what is owed in them, each with its link."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from desk import wording
from desk.digest.reader import NAME, Reader, Room
from desk.digest.report import Listed, Report
from desk.inert import unlinked
from twoway import clock
from twoway.store.inbox import Line
from twoway.text import one_line


@dataclass(frozen=True, slots=True)
class Item:
    """One conversation in a list."""

    who: str
    where: str
    what: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """A list with its heading; ``grave`` ones come in red, in ``long`` ones each item takes two lines."""

    heading: str
    total: str
    items: list[Item]
    further: str
    grave: bool
    long: bool


def debts(report: Report, reader: Reader, room: Room) -> Iterator[Section]:
    """What is owed and what hangs; a list with nothing in it is not shown."""
    for name, listed, grave in (
        ("overdue", report.overdue, True),
        ("approve", report.approve, False),
        ("hand", report.hand, False),
        ("failed", report.failed, True),
    ):
        if listed.total:
            yield _section(name, listed, grave, report.at, reader, room)


def today(report: Report, reader: Reader, room: Room) -> Iterator[Section]:
    """What was promised for today, and the clocks that run out before the reader's day ends."""
    for name, listed in (("promised", report.promised), ("today", report.today)):
        if listed.total:
            yield _section(name, listed, False, report.at, reader, room)


def _section(name: str, listed: Listed, grave: bool, at: datetime, reader: Reader, room: Room) -> Section:
    shown = listed.lines[: room.items]
    return Section(
        heading=reader.say(name),
        total=reader.number(listed.total),
        items=[_item(line, name, at, reader, room) for line in shown],
        further=left("further", listed.total - len(shown), reader),
        grave=grave,
        long=name == "failed",
    )


def left(name: str, n: int, reader: Reader) -> str:
    """What is not shown, counted; nothing where all is."""
    return reader.say(name, n) if n > 0 else ""


def oldest(report: Report, reader: Reader) -> str:
    """How long the oldest debt has been overdue; nothing where none is."""
    first = next(iter(report.overdue.lines), None)
    due = first.due_at if first else None
    return wording.length(report.at - clock.parse(due), reader.spoken) if due else ""


def _item(line: Line, section: str, at: datetime, reader: Reader, room: Room) -> Item:
    return Item(
        who=unlinked(line.author, NAME) or reader.say("unknown"),
        where=reader.say("on", channel=line.channel),
        what=_delivery(line, reader, room) if section == "failed" else _due(line, section, at, reader),
        url=f"{reader.url}/conversations/{line.id}",
    )


def _delivery(line: Line, reader: Reader, room: Room) -> str:
    return reader.say(f"delivery_{line.delivery}", said=one_line(line.reason or "", room.said))


def _due(line: Line, section: str, at: datetime, reader: Reader) -> str:
    stamped = line.promised_at if section == "promised" else line.due_at
    if stamped is None:
        return reader.say("undated")
    due = clock.parse(stamped)
    if section in ("promised", "today"):
        return reader.say("at", moment=reader.moment(due))
    name = "late_since" if section == "overdue" else "late" if due <= at else "left"
    return reader.say(name, length=wording.length(due - at, reader.spoken))
