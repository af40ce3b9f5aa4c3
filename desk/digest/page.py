"""A report put into words: what the HTML and the plain text both show. Strangers' words are one short harmless line."""

from dataclasses import dataclass
from itertools import chain

from desk import wording
from desk.digest import lists, numbers, quotes
from desk.digest.health import Trouble
from desk.digest.lists import Section
from desk.digest.numbers import Mood, Table
from desk.digest.quotes import Quoted
from desk.digest.reader import NAME, Reader, Room
from desk.digest.report import Report
from twoway import clock
from twoway.text import one_line


@dataclass(frozen=True, slots=True)
class Page:
    """Everything a reader sees, in order."""

    subject: str
    title: str
    headline: str
    debts: list[Section]
    troubles: list[tuple[str, str]]
    """Channel, and what is wrong with it."""
    further_troubles: str
    remarks: list[tuple[str, str]]
    """What else to look at, and where; the address may be empty."""
    mood: Mood | None
    table: Table | None
    voices: list[Quoted]
    today: list[Section]
    seal: str
    seal_hash: str


def page(report: Report, reader: Reader, room: Room) -> Page:
    """The report in the reader's words, as far as there is room."""
    seal, said = report.seal, ", ".join(_told(report, reader, "subject")[:3])
    told = (report.troubles[: room.troubles], len(report.troubles) - room.troubles)
    return Page(
        subject=reader.say("subject", told=said, brand=one_line(reader.brand, NAME)),
        title=wording.day(report.period.on, reader.spoken),
        headline=" ".join(_told(report, reader, "sentence")),
        debts=list(lists.debts(report, reader, room)),
        troubles=[(trouble.channel, _wrong(trouble, reader, room)) for trouble in told[0]],
        further_troubles=lists.left("further_troubles", told[1], reader),
        remarks=_remarks(report, reader),
        mood=numbers.mood(report, reader),
        table=numbers.table(report, reader, room),
        voices=list(chain(quotes.complaints(report, reader, room), quotes.praise(report, reader, room))),
        today=list(lists.today(report, reader, room)),
        seal=reader.say("seal", number=str(seal.id), at=reader.moment(clock.parse(seal.at)))
        if seal
        else reader.say("no_seal"),
        seal_hash=seal.hash if seal else "",
    )


def _wrong(trouble: Trouble, reader: Reader, room: Room) -> str:
    since, until = (reader.moment(moment) if moment else "" for moment in (trouble.since, trouble.until))
    account = trouble.account
    spent, budget = (reader.money(amount, account.currency) for amount in (account.spent, account.budget))
    said = one_line(trouble.said, room.said)
    return reader.say(trouble.kind, said=said, since=since, until=until, spent=spent, budget=budget)


def _remarks(report: Report, reader: Reader) -> list[tuple[str, str]]:
    said = []
    if not report.troubles and report.channels:
        said.append((reader.say("healthy"), f"{reader.url}/health"))
    if report.sums.noise:
        said.append((reader.say("noise", report.sums.noise), f"{reader.url}/inbox/noise"))
    if report.untold:
        said.append((reader.say("untold", report.untold), ""))
    return said


def _told(report: Report, reader: Reader, form: str) -> list[str]:
    """What matters, gravest first, as sentences or as parts of a subject; never nothing."""
    paused = [trouble.channel for trouble in report.troubles if trouble.kind == "paused"]
    counts = {
        "overdue": report.overdue.total,
        "approve": report.approve.total,
        "failed": report.failed.total,
        "paused": len(paused),
        "failing": len({trouble.channel for trouble in report.troubles if trouble.kind in ("error", "silent")}),
        "promised": report.promised.total,
    }
    values = {"length": lists.oldest(report, reader), "channel": paused[0] if paused else ""}
    told = [reader.say(f"{name}_{form}", n, **values) for name, n in counts.items() if n]
    if told:
        return told
    if report.sums.awaiting:
        return [reader.say(f"open_{form}", report.sums.awaiting)]
    return [reader.say(f"calm_{form}")]
