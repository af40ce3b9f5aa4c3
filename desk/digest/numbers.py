"""Figures in words: the table of channels, volume and mood against the period before, bars as shares of a width."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from desk import wording
from desk.digest.lists import left
from desk.digest.reader import Reader, Room
from desk.digest.report import Report, Sums
from twoway.store.figures import ChannelFigures, Volume

MOODS = ("disappointing", "fine", "delighting")
COLUMNS = ("heard", "wanted", "answered", "rate", "median", "most", "late_count")
_NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a bar."""

    mood: str
    width: int
    """Hundredths of the whole width."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its name and its number; ``rest``: what of the whole width stays empty."""

    name: str
    number: str
    pieces: list[Piece]
    rest: int


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure now and before; ``mood`` is empty where it is none."""

    mood: str
    name: str
    now: str
    before: str


@dataclass(frozen=True, slots=True)
class Mood:
    """Volume and mood against the period before."""

    bars: list[Bar]
    figures: list[Compared]


@dataclass(frozen=True, slots=True)
class Cells:
    """A row of the table of channels, and its mood."""

    name: str
    numbers: list[str]
    late: bool
    pieces: list[Piece]
    mood: str


@dataclass(frozen=True, slots=True)
class Table:
    """A row for each channel, the sums last."""

    columns: list[str]
    rows: list[Cells]
    further: str
    period: str


def mood(report: Report, reader: Reader) -> Mood | None:
    """How much there was and how people felt; None where nothing was heard in either period."""
    now, before = report.sums.volume, report.before
    longest = max(now.heard, before.heard)
    if not longest:
        return None
    bars = [_bar(reader.say(name), volume, longest, reader) for name, volume in (("now", now), ("before", before))]
    figures = [Compared("", reader.say(name), *(_number(v, name, reader) for v in (now, before))) for name in _COUNTED]
    felt = [Compared(name, reader.say(name), *(_felt(v, name, reader) for v in (now, before))) for name in MOODS]
    return Mood(bars, [*figures, *felt])


_COUNTED = ("heard", "given")


def _number(volume: Volume, name: str, reader: Reader) -> str:
    return reader.number(getattr(volume, name))


def _felt(volume: Volume, name: str, reader: Reader) -> str:
    n, of = getattr(volume, name), _judged(volume)
    return f"{reader.number(n)} ({wording.share(n, of, reader.spoken)})" if of else reader.number(n)


def _judged(counted: Volume | ChannelFigures | Sums) -> int:
    return sum(getattr(counted, name) for name in MOODS)


def _bar(name: str, volume: Volume, longest: int, reader: Reader) -> Bar:
    pieces = _pieces(volume, longest)
    return Bar(name, reader.number(volume.heard), pieces, 100 - sum(piece.width for piece in pieces))


def _pieces(counted: Volume | ChannelFigures | Sums, whole: int) -> list[Piece]:
    """Each mood's share of ``whole`` in hundredths; together they never take more than all of it."""
    edges = [0]
    for name in MOODS:
        reached = sum(getattr(counted, mood) for mood in MOODS[: MOODS.index(name) + 1])
        edges.append(round(100 * reached / whole) if whole else 0)
    return [Piece(name, edges[n + 1] - edges[n]) for n, name in enumerate(MOODS) if edges[n + 1] > edges[n]]


def table(report: Report, reader: Reader, room: Room) -> Table | None:
    """A row for each channel, the busiest first where not all have room; None where there is no channel."""
    if not report.channels:
        return None
    busiest = sorted(report.channels, key=lambda row: (-row.overdue, -row.heard, row.channel))[: room.channels]
    rows = [
        _cells(row.channel, row, report.first_answers.get(row.channel, []), reader)
        for row in report.channels
        if row in busiest
    ]
    if len(report.channels) > 1:
        together = sorted(seconds for found in report.first_answers.values() for seconds in found)
        rows.append(_cells(reader.say("all"), report.sums, together, reader))
    return Table(
        columns=[reader.say(name) for name in COLUMNS],
        rows=rows,
        further=left("further_channels", len(report.channels) - room.channels, reader),
        period=reader.say("period", since=reader.moment(report.period.since), until=reader.moment(report.at)),
    )


def _cells(name: str, row: ChannelFigures | Sums, waits: Sequence[int], reader: Reader) -> Cells:
    counts = [reader.number(n) for n in (row.heard, row.wanted, row.answered)]
    rate = wording.share(row.answered, row.wanted, reader.spoken) if row.wanted else _NOTHING
    lengths = [wording.brief(percentile(waits, share), reader.spoken) if waits else _NOTHING for share in (50, 90)]
    felt = ", ".join(f"{reader.number(getattr(row, mood))} {reader.say(mood)}" for mood in MOODS)
    judged = _judged(row)
    return Cells(
        name=name,
        numbers=[*counts, rate, *lengths, reader.number(row.overdue)],
        late=row.overdue > 0,
        pieces=_pieces(row, judged),
        mood=felt if judged else "",
    )


def percentile(ordered: Sequence[int], share: int) -> int:
    """The smallest value that ``share`` per cent of them do not exceed (nearest rank): one that really occurred."""
    return ordered[max(ceil(len(ordered) * share / 100), 1) - 1]
