"""The one message form of every alert: values in, title and body out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from desk import wording
from desk.alerts.words import RULES, WORDS
from desk.inert import inert
from desk.wording import Spoken
from twoway import clock
from twoway.store.alerts import AlertRow

NAME = 60
QUOTE = 200
REASON = 300
"""Characters of a stranger's or a platform's words."""


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


@dataclass(frozen=True, slots=True)
class Message:
    """What a receiver gets: plain text in which only the desk's own link is alive."""

    title: str
    body: str
    level: Literal["warning", "failure"]


def write(row: AlertRow, setting: Setting, now: datetime) -> Message:
    """The message of an alert; a further try says that it may be one."""
    words = WORDS[setting.spoken]
    rule = RULES[row.rule]
    repeat = f"{words['again']}: " if row.attempts > 1 else ""
    title = words[row.rule].format(channel=row.channel)
    lines = (f"{words[name]}: {value}" for name, value in _facts(row, setting, now) if value)
    warned = [words["maybe_twice"]] if row.attempts > 1 else []
    body = "\n".join((*lines, *warned, _link(row, setting)))
    return Message(f"{repeat}{inert(setting.brand, NAME)}: {title}", body, rule)


def _facts(row: AlertRow, setting: Setting, now: datetime) -> Iterator[tuple[str, str]]:
    """Name and value of each line; an empty value is left out."""
    yield "reason", _reason(row, setting)
    if row.conversation_id is None:
        return
    yield "channel", row.channel or ""
    yield "author", _author(row, setting)
    yield "quote", WORDS[setting.spoken]["quoted"].format(inert(row.text, QUOTE)) if setting.quote and row.text else ""
    yield "language", wording.language(row.language, setting.spoken) if row.language else ""
    yield "due", _due(row, setting, now)


def _reason(row: AlertRow, setting: Setting) -> str:
    words = WORDS[setting.spoken]
    if row.conversation_id is None:
        if row.channel is None:
            return words["held_why" if row.held_reason else "running_again"]
        return inert(row.channel_reason, REASON) if row.channel_reason else words["running_again"]
    grave = (("urgent", row.urgency == "now"), ("upset", row.sentiment == "negative"))
    return ", ".join((words["complaint"], *(words[name] for name, true in grave if true)))


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


def _link(row: AlertRow, setting: Setting) -> str:
    return f"{setting.url}/conversations/{row.conversation_id}" if row.conversation_id else setting.url
