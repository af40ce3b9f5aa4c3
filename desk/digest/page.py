"""A report put into words: what the HTML and the plain text both show. Strangers' words are one short harmless line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from desk import wording
from desk.digest.report import Report, Sums
from desk.digest.words import WORDS
from desk.inert import unlinked
from desk.wording import Spoken
from twoway import clock
from twoway.store.figures import ChannelFigures
from twoway.store.inbox import Line
from twoway.text import one_line

NAME, SAID = 60, 160
"""Characters of a name and of a platform's words."""
CHANNELS, TROUBLES = 25, 10
"""Rows that are shown; what is left is counted. All four keep the mail below 100 KB, where Gmail cuts it off."""


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a digest is written, and of which desk."""

    brand: str
    url: str
    """Of the inbox, without a slash at its end."""
    spoken: Spoken
    zone: ZoneInfo

    def say(self, name: str, n: int = 1, **values: str) -> str:
        """The words of that name, one or many."""
        found = WORDS[self.spoken][name]
        words = found if isinstance(found, str) else found[n != 1]
        return words.format(n=wording.number(n, self.spoken), **values)

    def moment(self, at: datetime) -> str:
        """A moment on the reader's clocks."""
        return wording.moment(at, self.zone, self.spoken)


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


@dataclass(frozen=True, slots=True)
class Cells:
    """A row of the table of channels."""

    name: str
    numbers: list[str]
    late: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Everything a reader sees, in order."""

    subject: str
    title: str
    headline: str
    sections: list[Section]
    troubles: list[tuple[str, str]]
    """Channel, and what is wrong with it."""
    further_troubles: str
    columns: list[str]
    rows: list[Cells]
    period: str
    remarks: list[str]
    seal: str
    seal_hash: str


def page(report: Report, reader: Reader) -> Page:
    """The report in the reader's words."""
    seal = report.seal
    return Page(
        subject=f"{', '.join(_told(report, reader, 'subject')[:3])} – {one_line(reader.brand, NAME)}",
        title=wording.day(report.day.on, reader.spoken),
        headline=" ".join(_told(report, reader, "sentence")),
        sections=list(_sections(report, reader)),
        troubles=[(t.channel, reader.say(t.kind, said=one_line(t.said, SAID))) for t in report.troubles[:TROUBLES]],
        further_troubles=_left("further_troubles", len(report.troubles) - TROUBLES, reader),
        columns=[reader.say(name) for name in ("heard", "wanted", "answered", "awaiting", "late_count")],
        rows=_rows(report, reader),
        period=reader.say("period", since=reader.moment(report.day.since), until=reader.moment(report.at)),
        remarks=[reader.say(name, n) for name, n in (("noise", report.sums.noise), ("untold", report.untold)) if n],
        seal=reader.say("seal", number=str(seal.id), at=reader.moment(clock.parse(seal.at)))
        if seal
        else reader.say("no_seal"),
        seal_hash=seal.hash if seal else "",
    )


def _told(report: Report, reader: Reader, form: str) -> list[str]:
    """What matters, gravest first, as sentences or as parts of a subject; never nothing."""
    paused = [trouble.channel for trouble in report.troubles if trouble.kind == "paused"]
    counts = {
        "overdue": report.overdue.total,
        "approve": report.approve.total,
        "failed": report.failed.total,
        "paused": len(paused),
    }
    values = {"length": _oldest(report, reader), "channel": paused[0] if paused else ""}
    told = [reader.say(f"{name}_{form}", n, **values) for name, n in counts.items() if n]
    if told:
        return told
    if report.sums.awaiting:
        return [reader.say(f"open_{form}", report.sums.awaiting)]
    return [reader.say(f"calm_{form}")]


def _oldest(report: Report, reader: Reader) -> str:
    first = next(iter(report.overdue.lines), None)
    due = first.due_at if first else None
    return wording.length(report.at - clock.parse(due), reader.spoken) if due else ""


def _sections(report: Report, reader: Reader) -> Iterator[Section]:
    """Debts, gravest first; a list with nothing in it is not shown."""
    for name, listed, grave in (
        ("overdue", report.overdue, True),
        ("failed", report.failed, True),
        ("approve", report.approve, False),
        ("hand", report.hand, False),
    ):
        if listed.total:
            yield Section(
                heading=reader.say(name),
                total=wording.number(listed.total, reader.spoken),
                items=[_item(line, name, report.at, reader) for line in listed.lines],
                further=_left("further", listed.total - len(listed.lines), reader),
                grave=grave,
                long=name == "failed",
            )


def _left(name: str, n: int, reader: Reader) -> str:
    """What is not shown, counted; nothing where all is."""
    return reader.say(name, n) if n > 0 else ""


def _item(line: Line, section: str, at: datetime, reader: Reader) -> Item:
    return Item(
        who=unlinked(line.author, NAME) or reader.say("unknown"),
        where=reader.say("on", channel=line.channel),
        what=_delivery(line, reader) if section == "failed" else _due(line, section, at, reader),
        url=f"{reader.url}/conversations/{line.id}",
    )


def _delivery(line: Line, reader: Reader) -> str:
    return reader.say(f"delivery_{line.delivery}", said=one_line(line.reason or "", SAID))


def _due(line: Line, section: str, at: datetime, reader: Reader) -> str:
    if line.due_at is None:
        return reader.say("undated")
    due = clock.parse(line.due_at)
    name = "late_since" if section == "overdue" else "late" if due <= at else "left"
    return reader.say(name, length=wording.length(due - at, reader.spoken))


def _rows(report: Report, reader: Reader) -> list[Cells]:
    shown, rest = report.channels[:CHANNELS], len(report.channels) - CHANNELS
    rows = [_cells(row.channel, row, reader) for row in shown]
    if rest > 0:
        rows.append(Cells(reader.say("further_channels", rest), ["…"] * 5, late=False))
    return [*rows, _cells(reader.say("all"), report.sums, reader)] if len(rows) > 1 else rows


def _cells(name: str, row: ChannelFigures | Sums, reader: Reader) -> Cells:
    numbers = (row.heard, row.wanted, row.answered, row.awaiting, row.overdue)
    return Cells(name, [wording.number(n, reader.spoken) for n in numbers], late=row.overdue > 0)
