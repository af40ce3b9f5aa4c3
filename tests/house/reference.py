"""The keys of the configuration, as the models have them."""

import re
import tomllib
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tests.house import files
from twoway.channels import channel, paths
from twoway.config import Alerts, Common, Conversation, Desk, Digest, Model, Query, Template, Topic, Web
from twoway.config.lanes import Lanes, WorkingTime

EXAMPLE = files.ROOT / "config.example.toml"

SECTIONS: dict[str, type[BaseModel]] = {
    "desk": Desk,
    "web": Web,
    "model": Model,
    "alerts": Alerts,
    "digest": Digest,
    "templates": Template,
    "topics": Topic,
    "conversation": Conversation,
    "query": Query,
    "clock": WorkingTime,
    "lanes": Lanes,
}


def inner(annotation: Any) -> type[BaseModel] | None:
    """The model inside an annotation, where there is one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, UnionType, tuple, list, Annotated):
        return next((found for found in map(inner, get_args(annotation)) if found), None)
    return None


def fields(model: type[BaseModel], before: str) -> Iterator[tuple[str, FieldInfo]]:
    """Every key under ``before`` that takes a value, with its field."""
    for name, field in model.model_fields.items():
        if table := inner(field.annotation):
            yield from fields(table, f"{before}.{name}")
        else:
            yield f"{before}.{name}", field


def known() -> dict[str, FieldInfo]:
    """Every key path; a channel's are ``channels.KIND.…`` and, for the common ones, ``channels.*.…``."""
    found = {path: field for name, model in SECTIONS.items() for path, field in fields(model, name)}
    found.update(fields(Common, "channels.*"))
    for kind in paths():
        found.update(fields(channel(kind).settings, f"channels.{kind}"))
    return found


def activated() -> dict[str, Any]:
    """The example with every key switched on."""
    return tomllib.loads(re.sub(r"(?m)^#(?! )", "", EXAMPLE.read_text("utf-8")))


def shown(value: Any, before: str) -> Iterator[tuple[str, Any]]:
    """Every key path with a value in a table."""
    if isinstance(value, dict) and value:
        for name, entry in value.items():
            yield from shown(entry, f"{before}.{name}" if before else name)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield from shown(value[0], before)
    else:
        yield before, value


def in_example() -> dict[str, Any]:
    """Every key path of the activated example, named like those of `known`."""
    table = activated()
    channels: dict[str, Any] = table.pop("channels")
    found = dict(shown(table, ""))
    for settings in channels.values():
        kind = settings.pop("kind")
        for path, value in shown(settings, ""):
            common = path in Common.model_fields
            found.setdefault(f"channels.{'*' if common else kind}.{path}", value)
    return found
