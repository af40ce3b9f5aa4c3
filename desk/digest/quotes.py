"""What customers said, as far as their platform and the owner let it out of the house."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desk.digest.reader import NAME, Reader, Room
from desk.digest.report import Report
from desk.inert import unlinked
from twoway.store.voices import Voice


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words; ``said`` is empty where they may not be quoted."""

    who: str
    where: str
    said: str
    notes: str
    url: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """Some people's words under one heading."""

    heading: str
    quotes: list[Quote]


def complaints(report: Report, reader: Reader, room: Room) -> Iterator[Quoted]:
    """The worst complaints."""
    return _quoted("complaints", report.complaints, reader, room)


def praise(report: Report, reader: Reader, room: Room) -> Iterator[Quoted]:
    """What is worth sharing."""
    return _quoted("praise", report.praise, reader, room)


def _quoted(name: str, voices: Sequence[Voice], reader: Reader, room: Room) -> Iterator[Quoted]:
    if voices:
        yield Quoted(reader.say(name), [_quote(voice, reader, room) for voice in voices[: room.quotes]])


def _quote(voice: Voice, reader: Reader, room: Room) -> Quote:
    words = unlinked(f"{voice.title}: {voice.text}" if voice.title else voice.text, room.said)
    return Quote(
        who=unlinked(voice.author, NAME) or reader.say("unknown"),
        where=reader.say("on", channel=voice.channel),
        said=reader.say("quoted", said=words) if words else "",
        notes=", ".join(_notes(voice, reader)),
        url=f"{reader.url}/conversations/{voice.conversation}",
    )


def _notes(voice: Voice, reader: Reader) -> Iterator[str]:
    if voice.severe:
        yield reader.say("severe")
    if voice.followers:
        yield reader.say("followers", voice.followers)
    if voice.alike:
        yield reader.say("alike", voice.alike)
    if voice.awaiting:
        yield reader.say("unanswered")
