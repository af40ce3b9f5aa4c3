"""The one message form of every alert: values in, title and body out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from desk import wording
from desk.alerts.reasons import reason
from desk.alerts.rules import RULES, Severity
from desk.alerts.words import WORDS
from desk.inert import inert
from desk.wording import Spoken
from twoway import clock
from twoway.store.alerting import Others
from twoway.store.alerts import AlertRow

NAME = 60
QUOTE = 200
"""Characters of a stranger's words."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How this desk tells of an alert."""

    brand: str
    url: str
    """Of the inbox, without a slash at its end."""
    zone: ZoneInfo
    spoken: Spoken
    quote: bool
    """Whether the customer's words may leave the house."""
    people: tuple[str, ...] = ()
    """Whom it is for."""
    test: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """What a receiver gets: plain text in which only the desk's own links are alive."""

    title: str
    body: str
    level: Severity


def write(row: AlertRow, others: Others, setting: Setting, now: datetime) -> Message:
    """The message of an alert, with the others that it counts; a further try says that it may be one."""
    words = WORDS[setting.spoken]
    marks = [words[name] for name, true in (("test", setting.test), ("again", row.attempts > 1)) if true]
    lines = _many(row, others, setting, now) if others.count else _one(row, setting, now)
    title = ": ".join((*marks, inert(setting.brand, NAME), _title(row, others, setting)))
    return Message(title, "\n".join((*lines, *_warnings(row, setting), *_links(row, others, setting))), RULES[row.rule])


def _title(row: AlertRow, others: Others, setting: Setting) -> str:
    words = WORDS[setting.spoken]
    if others.count:
        return words["many"].format(count=wording.number(others.count, setting.spoken), rule=words[f"many.{row.rule}"])
    lane = words.get(row.lane or "", row.lane or "")
    return words[row.rule].format(channel=row.channel, lane=lane)


def _one(row: AlertRow, setting: Setting, now: datetime) -> Iterator[str]:
    words = WORDS[setting.spoken]
    return (f"{words[name]}: {value}" for name, value in _facts(row, setting, now) if value)


def _facts(row: AlertRow, setting: Setting, now: datetime) -> Iterator[tuple[str, str]]:
    """Name and value of each line; an empty value is left out."""
    words = WORDS[setting.spoken]
    yield "severity", words[RULES[row.rule]]
    yield "reason", reason(row, setting.zone, setting.spoken)
    yield "people", ", ".join(setting.people)
    if row.conversation_id is None:
        return
    yield "channel", row.channel or ""
    yield "author", _author(row, setting)
    yield "quote", words["quoted"].format(inert(row.text, QUOTE)) if setting.quote and row.text else ""
    yield "language", wording.language(row.language, setting.spoken) if row.language else ""
    yield "due", _due(row, setting, now)
    yield "assignee", inert(row.assignee, NAME) if row.assignee else words["nobody"]


def _many(row: AlertRow, others: Others, setting: Setting, now: datetime) -> Iterator[str]:
    """What several have in common: nobody in particular is quoted."""
    words = WORDS[setting.spoken]
    counted = (
        words["counted"].format(name=name, count=wording.number(count, setting.spoken))
        for name, count in others.channels
        if name
    )
    yield f"{words['severity']}: {words[RULES[row.rule]]}"
    if named := ", ".join(counted):
        yield f"{words['channels']}: {named}"
    if setting.people:
        yield f"{words['people']}: {', '.join(setting.people)}"


def _warnings(row: AlertRow, setting: Setting) -> Iterator[str]:
    words = WORDS[setting.spoken]
    if row.level:
        yield words["step"].format(step=row.level)
    if row.attempts > 1:
        yield words["maybe_twice"]
    if setting.test:
        yield words["test_only"]


def _author(row: AlertRow, setting: Setting) -> str:
    words = WORDS[setting.spoken]
    name = inert(row.author or "", NAME) or words["unknown"]
    if row.followers is None:
        return name
    return f"{name} ({wording.number(row.followers, setting.spoken)} {words['followers']})"


def _due(row: AlertRow, setting: Setting, now: datetime) -> str:
    if row.due_at is None:
        return ""
    due = clock.parse(row.due_at)
    words = WORDS[setting.spoken]["overdue" if due <= now else "left"]
    left = words.format(length=wording.length(due - now, setting.spoken))
    return f"{wording.moment(due, setting.zone, setting.spoken)} ({left})"


def _links(row: AlertRow, others: Others, setting: Setting) -> list[str]:
    """Where it is seen to, once signed in; nothing of it can be read without."""
    if others.conversations:
        return [f"{setting.url}/conversations/{number}" for number in others.conversations]
    return [f"{setting.url}/conversations/{row.conversation_id}" if row.conversation_id else setting.url]
