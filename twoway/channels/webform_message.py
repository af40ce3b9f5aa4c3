"""What a form or another system posts: the fields, read and checked the same at the door and by the collector."""

import json
import re
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic import field_validator as check

from twoway import clock
from twoway.config.values import nearest
from twoway.errors import NotAdmitted
from twoway.mail.headers import is_address
from twoway.text import harmless, storable

AHEAD = timedelta(days=1)
"""How far in the future a message may have been written: clocks and zones differ."""
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MOST_FIELDS = 50
_WORDS = {"missing": "is missing", "string_too_short": "is empty", "string_type": "must be text"}


def _mail(written: str) -> str:
    if written and not is_address(written):
        raise ValueError("must be a mail address such as name@example.org, or be left out")
    return written


def _web(written: str) -> str:
    parts = urlsplit(written)
    if written and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError("must begin with https:// or http://, or be left out")
    return written


_Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[!-~]*$")]


class Message(BaseModel):
    """One message of a customer."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000)]
    id: _Name = ""
    """The sending system's own name of it; the webhook-id where it is left out."""
    subject: _Line = ""
    name: _Line = ""
    email: Annotated[_Line, AfterValidator(_mail)] = ""
    reply_to: _Name = ""
    """The ``id`` of an earlier message that this one goes on from."""
    thread: _Name = ""
    """What all messages of one matter have in common, such as the number of a ticket."""
    url: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000), AfterValidator(_web)] = ""
    """Where it was written, or where a colleague finds it."""
    language: Annotated[str, StringConstraints(pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9-]{1,30})?)?$")] = ""
    created_at: AwareDatetime | None = None
    """None: when it was received."""

    @check("text", "subject", "name", mode="before")
    @classmethod
    def _storable(cls, value: object) -> object:
        return storable(value) if isinstance(value, str) else value

    @check("subject", "name")
    @classmethod
    def _on_a_line(cls, value: str) -> str:
        return " ".join(harmless(value).split())

    @check("created_at", mode="before")
    @classmethod
    def _written(cls, value: object) -> object:
        if value is not None and not isinstance(value, str):
            raise ValueError("must be text such as 2026-11-22T09:30:00+01:00")
        return value or None

    @check("created_at")
    @classmethod
    def _not_ahead(cls, value: datetime | None) -> datetime | None:
        if value and value > clock.now() + AHEAD:
            raise ValueError("this moment is still to come")
        return value


def read(media_type: str, body: bytes) -> Message:
    """The message in a body. Raises NotAdmitted, naming every field that is wrong, never its value."""
    try:
        return Message.model_validate(_fields(media_type.partition(";")[0].strip().lower(), body))
    except ValidationError as error:
        raise NotAdmitted(422, "these fields are wrong; mend them and send again", _wrong(error)) from None


def _fields(media_type: str, body: bytes) -> Any:
    if media_type not in (JSON, FORM):
        raise NotAdmitted(415, f"send {JSON}, or {FORM} as a browser does")
    try:
        text = body.decode()
        if media_type == JSON:
            return _object(text)
        return _once(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS))
    except (ValueError, RecursionError):
        what = "one JSON object" if media_type == JSON else f"a form of at most {MOST_FIELDS} fields"
        raise NotAdmitted(400, f"the body must be {what} in UTF-8, each field once") from None


def _object(text: str) -> Any:
    found = json.loads(text, object_pairs_hook=_once)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A field that comes twice would hide one of its values."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field comes twice")
    return fields


def _wrong(error: ValidationError) -> dict[str, str]:
    known = list(Message.model_fields)
    said = {}
    for mistake in error.errors(include_url=False, include_input=False):
        name = re.sub(r"[^ -~]", "?", str(mistake["loc"][0]))[:50]
        words = _WORDS.get(mistake["type"]) or mistake["msg"].removeprefix("Value error, ")
        unknown = mistake["type"] == "extra_forbidden"
        said[name] = f"there is no such field{nearest(name, known) or '; leave it out'}" if unknown else words
    return said
