"""Secrets stay out of the configuration: a setting names where its secret is, never the secret itself.

`"env:NAME"` is the environment variable NAME, `"file:PATH"` the contents of a file without its trailing newline; a
relative PATH starts at the folder of the configuration file. No message repeats a value that may be the secret.
"""

import os
import re
import stat
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, SecretStr, ValidationInfo

LARGEST = 65_536
"""Bytes; what is larger is no password or token but a wrong path."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HOW = 'write "env:NAME" (an environment variable) or "file:PATH" (a file only you can read) in its place'


def _from_environment(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise ValueError('after "env:" comes the name of an environment variable: letters, digits and _')
    if name not in os.environ:
        raise ValueError(f"the environment variable {name} is not set; set it where the desk is started")
    if not os.environ[name].strip():
        raise ValueError(f"the environment variable {name} is empty; put the secret into it")
    return os.environ[name]


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # a pipe without a writer would hang the start for ever


def _read(path: Path) -> bytes:
    with open(path, "rb", opener=_open) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"{path} is not a plain file; name the file that holds the secret")
        if status.st_mode & stat.S_IROTH:
            raise ValueError(f"{path} can be read by everybody on this machine; do: chmod o-rwx '{path}'")
        if status.st_size > LARGEST:
            raise ValueError(f"{path} is too large for a secret; name the file that holds nothing else")
        return file.read(LARGEST)


def _from_file(written: str, folder: Path) -> str:
    if not written:
        raise ValueError('after "file:" comes the path of the file that holds the secret')
    path = folder / Path(written).expanduser()
    try:
        secret = _read(path).decode()
    except FileNotFoundError:
        raise ValueError(f"there is no file {path}; create it with the secret as its only line") from None
    except IsADirectoryError:
        raise ValueError(f"{path} is a folder; name the file that holds the secret") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not text in UTF-8; write the secret as its only line") from None
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}; let the user who runs the desk read it") from None
    secret = secret.removesuffix("\n").removesuffix("\r")
    if not secret.strip():
        raise ValueError(f"{path} is empty; write the secret as its only line")
    return secret


def _resolve(value: object, info: ValidationInfo) -> SecretStr:
    """The secret that ``value`` names. Raises ValueError with words for a person, without the value."""
    if isinstance(value, SecretStr):
        return value
    context = info.context or {}
    source, _, written = value.partition(":") if isinstance(value, str) else ("", "", "")
    if source in ("env", "file") and not context.get("secrets", True):
        return SecretStr("")
    if source == "env":
        return SecretStr(_from_environment(written))
    if source == "file":
        return SecretStr(_from_file(written, context.get("folder", Path())))
    raise ValueError(f"a secret may not stand in this file; {_HOW}")


Secret = Annotated[SecretStr, BeforeValidator(_resolve)]
"""A setting that names its secret; the model holds a `SecretStr`.

Validate with ``context={"folder": Path}``; with ``"secrets": False`` beside it nothing is read and every secret is
empty, for what is switched off.
"""
