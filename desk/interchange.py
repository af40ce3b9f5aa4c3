"""The form in which mentions come in from a file and go out into one: an object a mention."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, model_validator

from twoway import clock
from twoway.channels.log import HandAddress
from twoway.domain import Author, Mention, MentionKind, Visibility
from twoway.errors import Refused

REASON = "it was imported from a file; only a person can answer it, on the platform itself"
LONGEST = 1_000_000
"""Characters of a text."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
"""How far in the future a mention may lie: clocks differ, next year is a slip."""


def _name(value: object) -> object:
    """Platforms' ids are often numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _moment(value: object, info: ValidationInfo) -> datetime:
    """Never a bare number, of which nobody says whether it counts seconds."""
    if not isinstance(value, str):
        raise ValueError("write a time as 2026-11-22T07:22:00Z")
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        raise ValueError("write a time as 2026-11-22T07:22:00Z") from None
    zone: ZoneInfo = info.context["zone"] if info.context else ZoneInfo("UTC")
    try:
        found = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise ValueError("this is no time of ours") from None
    if not EARLIEST <= found <= clock.now() + AHEAD:
        raise ValueError("this moment is still to come" if found > EARLIEST else "this is before anybody posted")
    return found


def _link(value: object) -> object:
    if isinstance(value, str) and value and not value.startswith(("http://", "https://")):
        raise ValueError("an address begins with https:// or http://")
    return value


def _several(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


_Id = Annotated[str, Field(min_length=1, max_length=1000), BeforeValidator(_name)]
_Short = Annotated[str, Field(max_length=1000), BeforeValidator(_name)]


class _Form(BaseModel):
    """What others write beside what is asked for is left alone; null is as good as nothing."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _without_null(cls, values: Any) -> Any:
        return {name: value for name, value in values.items() if value is not None} if type(values) is dict else values


class Who(_Form):
    """Whoever wrote a mention."""

    id: _Id
    handle: _Short = ""
    name: _Short = ""
    url: Annotated[_Short, BeforeValidator(_link)] = ""
    followers: Annotated[int, Field(ge=0, lt=2**53)] | None = None


class Line(_Form):
    """A mention."""

    id: _Id
    created_at: Annotated[datetime, BeforeValidator(_moment)]
    """Without a zone it is the brand's."""
    text: Annotated[str, Field(max_length=LONGEST)]
    author: Who
    url: Annotated[str, Field(max_length=4000), BeforeValidator(_link)] = ""
    lang: Annotated[str, Field(max_length=35)] = ""
    reply_to: Annotated[tuple[_Id, ...], BeforeValidator(_several)] = ()
    """What it answers, the nearest first: one id or several."""
    thread: _Short = ""
    visibility: Visibility | None = None
    reference: _Short = ""
    """The name by which replies refer to it, where that is not its id."""
    title: Annotated[str, Field(max_length=10_000)] = ""
    kind: MentionKind = "message"


def mention(values: dict[str, Any], raw: bytes, zone: ZoneInfo, visibility: Visibility) -> Mention:
    """The mention that a line of a file tells of; ``visibility`` where it does not say itself.

    Raises Refused naming every field that is wrong, without its value.
    """
    try:
        line = Line.model_validate(values, context={"zone": zone})
    except ValidationError as error:
        raise Refused("; ".join(_mistake(found) for found in error.errors()[:5])) from None
    author, seen = line.author, line.visibility or visibility
    reach = " ".join(dict.fromkeys(filter(None, (author.name, author.handle or author.id, line.url))))
    return Mention(
        id=line.id,
        author=Author(author.id, author.handle or author.id, author.name, author.url, author.followers),
        text=line.text,
        created_at=line.created_at,
        address=HandAddress(seen, reach, line.id).written(),
        visibility=seen,
        raw=raw,
        reference=line.reference,
        replies_to=line.reply_to,
        thread=line.thread,
        kind=line.kind,
        route="hand",
        route_reason=REASON,
        title=line.title,
        url=line.url,
        language=line.lang,
    )


def _mistake(found: Any) -> str:
    where = ".".join(str(key) for key in found["loc"])
    return f"{where}: {found['msg'].removeprefix('Value error, ')}"
