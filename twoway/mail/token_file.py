"""The file that holds a mailbox' tokens: whole or not at all, and nobody else may read it."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretStr, ValidationError, field_serializer

LARGEST = 65_536


class Unusable(Exception):
    """The tokens cannot be used; the message says what to do."""


class Kept(BaseModel):
    """What the file holds."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    refresh_token: SecretStr
    access_token: SecretStr
    renew_at: AwareDatetime
    """When to ask for another access token, some time before this one ends."""
    ends_at: AwareDatetime | None = None
    """When the sign-in itself ends, where the provider said so."""

    @field_serializer("refresh_token", "access_token")
    def _plain(self, secret: SecretStr) -> str:
        return secret.get_secret_value()

    def fresh(self, now: datetime) -> bool:
        """Whether the access token may be used."""
        return now < self.renew_at


def read(path: Path) -> Kept:
    """The tokens. Raises Unusable."""
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Unusable(f"{path} is not a plain file")
            if status.st_mode & 0o077:
                raise Unusable(f"{path} can be read or changed by others; do: chmod 600 '{path}'")
            return Kept.model_validate_json(file.read(LARGEST))
    except FileNotFoundError:
        raise Unusable("nobody has signed in to this mailbox yet") from None
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}") from None
    except ValidationError:
        raise Unusable(f"{path} holds no tokens of the desk's") from None


def write(path: Path, kept: Kept) -> None:
    """Put the tokens in place of those that were there. Raises OSError; then the old ones are still there."""
    from twoway.store import durable

    whole = path.with_name(f"{path.name}.new")
    durable.make_private(whole)
    whole.write_text(kept.model_dump_json(), "utf-8")
    durable.put(whole, path)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Only one thread of one process renews tokens at a time: some providers take a refresh token only once."""
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
