"""What could not be read, as the desk records it: the same words on every platform with listings."""

from pydantic import ValidationError

from twoway import clock
from twoway.domain import Gap, Malformed
from twoway.text import sha256


def entry(raw: bytes, error: ValidationError) -> Malformed:
    """An entry that is not as its platform says it is; where, not with which value."""
    where = ", ".join(".".join(map(str, mistake["loc"])) for mistake in error.errors()[:5])
    return Malformed(sha256(raw), f"cannot be read: {where}", raw)


def cursor() -> Gap:
    """A stored cursor that is none, so that nobody knows how far the stream was heard."""
    return Gap(None, clock.now(), "the cursor of this stream could not be read; what came meanwhile may be unheard")
