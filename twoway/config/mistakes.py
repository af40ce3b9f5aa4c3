"""Mistakes in words: the key path, what is wrong, and what was probably meant. Never the value, it may be a secret."""

from collections.abc import Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from twoway.config.values import nearest

Key = int | str

_WORDS = {
    "missing": "is missing",
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list, written in [ ]",
    "list_type": "must be a list, written in [ ]",
    "model_type": "must be a table of keys",
    "string_too_short": "is empty",
    "string_pattern_mismatch": "is not written as it should be",
    "too_short": "is empty",
}


def path(*keys: Key) -> str:
    """How a key is written: ``channels.support.imap.port``, ``templates[2].text`` (counted from 1)."""
    written = ""
    for key in keys:
        written += f"[{key + 1}]" if isinstance(key, int) else f".{key}" if written else key
    return written


def unknown(key: str, known: Sequence[str]) -> str:
    """What is wrong with a key that does not exist."""
    return f"there is no such key{nearest(key, list(known))}"


def of(error: ValidationError, model: type[BaseModel], *before: Key, known: Sequence[str] = ()) -> list[str]:
    """Every mistake in ``error``, found by ``model`` under the key path ``before``.

    ``known`` are further keys that would have been right at the top of ``model``.
    """
    return [_line(detail, model, before, known) for detail in error.errors(include_url=False, include_input=False)]


def _line(detail: ErrorDetails, model: type[BaseModel], before: Sequence[Key], known: Sequence[str]) -> str:
    keys = detail["loc"]
    said = _WORDS.get(detail["type"]) or _plain(detail["msg"])
    if detail["type"] == "extra_forbidden":
        beside = known if len(keys) == 1 else ()
        said = unknown(str(keys[-1]), [*_fields(model, keys[:-1]), *beside])
    return f"{path(*before, *keys)}: {said}"


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should", "must").replace("Value should", "must")


def _fields(model: type[BaseModel], keys: Sequence[Key]) -> list[str]:
    """The keys that exist under ``keys``."""
    found: Any = model
    for key in keys:
        found = _model(found)
        field = getattr(found, "model_fields", {}).get(key)
        found = field.annotation if field else found
    found = _model(found)
    return list(getattr(found, "model_fields", {}))


def _model(annotation: Any) -> Any:
    """The model inside ``Model | None``, ``tuple[Model, ...]`` and the like; None where there is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, UnionType, tuple, list, dict, Annotated):
        return next((found for found in map(_model, get_args(annotation)) if found), None)
    return None
