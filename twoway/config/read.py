"""Finding and reading the file: every section by its model, every channel by its kind's, all mistakes together."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from twoway.channel import Channel
from twoway.config import mistakes
from twoway.config.alerts import Alerts
from twoway.config.lanes import Lanes, WorkingTime
from twoway.config.sections import Common, Conversation, Desk, Digest, Model, Query, Section, Template, Web
from twoway.config.topics import Topic, Topics
from twoway.config.values import nearest
from twoway.errors import ConfigError, NotFound

FILE = "twoway.toml"
VARIABLE = "TWOWAY_CONFIG"

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_AT_LINE = re.compile(r"(?P<said>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)")

Table = TypeVar("Table", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class ConfiguredChannel:
    """One account on one platform."""

    name: str
    """The key under [channels]; it names the channel everywhere."""
    kind: str
    common: Common
    settings: Any
    """An instance of the kind's own ``settings`` model."""


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file, checked."""

    path: Path
    desk: Desk
    web: Web
    model: Model
    channels: Mapping[str, ConfiguredChannel]
    """By name, in the order of the file; those switched off are here too, with empty secrets."""
    alerts: Alerts
    digest: Digest
    templates: tuple[Template, ...]
    topics: tuple[Topic, ...]
    conversation: Conversation
    query: Query
    """What counts as a mention, where it is not said for a channel of its own."""
    clock: WorkingTime
    """When clocks run, where it is not said for a channel of its own."""
    lanes: Lanes


class _Templates(Section):
    templates: tuple[Template, ...] = ()


def find(option: Path | None = None) -> Path:
    """The file to read: ``option``, else ./twoway.toml, else $TWOWAY_CONFIG. Raises ConfigError where there is none."""
    if option:
        return _existing(option, "--config")
    if Path(FILE).is_file():
        return Path(FILE).absolute()
    if os.environ.get(VARIABLE):
        return _existing(Path(os.environ[VARIABLE]), f"${VARIABLE}")
    raise ConfigError([f"there is no {FILE} here; make one with: twoway init . (or name one with --config FILE)"])


def _existing(path: Path, source: str) -> Path:
    if not path.is_file():
        raise ConfigError([f"there is no file {path} ({source})"])
    return path.absolute()


def load(path: Path) -> Config:
    """The configuration in ``path``. Raises ConfigError with every mistake in it."""
    return _Reader(path.absolute()).read()


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: is not text in UTF-8 (byte {error.start}); save it as UTF-8"]) from None
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from None
    except tomllib.TOMLDecodeError as error:
        match = _AT_LINE.fullmatch(str(error))
        said = f"line {match['line']}, column {match['column']}: {match['said']}" if match else str(error)
        raise ConfigError([f"{path}: {said}"]) from None


class _Reader:
    """Reads section after section and remembers what was wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.mistakes: list[str] = []

    def read(self) -> Config:
        """The configuration, or ConfigError."""
        table = _parse(self.path)
        self._unknown_sections(table)
        desk, web = self._section(Desk, table, "desk"), self._section(Web, table, "web")
        model = self._section(Model, table, "model")
        channels = self._channels(table.get("channels", {}))
        alerts = self._section(Alerts, table, "alerts")
        digest = self._section(Digest, table, "digest")
        templates = self._checked(_Templates, {"templates": table.get("templates", [])})
        topics = self._checked(Topics, {"topics": table.get("topics", [])})
        conversation, query = self._section(Conversation, table, "conversation"), self._section(Query, table, "query")
        lists = templates and topics and (templates.templates, topics.topics)
        clock, lanes = self._section(WorkingTime, table, "clock"), self._section(Lanes, table, "lanes")
        rest = conversation and query and (conversation, query)
        times = clock and lanes and (clock, lanes)
        if desk and web and model and alerts and digest and lists and rest and times and not self.mistakes:
            return Config(self.path, desk, web, model, channels, alerts, digest, *lists, *rest, *times)
        raise ConfigError(self.mistakes)

    def _unknown_sections(self, table: Mapping[str, Any]) -> None:
        known = [name for name in Config.__dataclass_fields__ if name != "path"]
        for name in sorted(table.keys() - set(known)):
            self.mistakes.append(f"{name}: {mistakes.unknown(name, known)}")

    def _section(self, model: type[Table], table: Mapping[str, Any], name: str) -> Table | None:
        return self._checked(model, table.get(name, {}), name)

    def _checked(
        self, model: type[Table], value: Any, *keys: mistakes.Key, known: tuple[str, ...] = (), secrets: bool = True
    ) -> Table | None:
        context = {"folder": self.path.parent, "secrets": secrets}
        try:
            return model.model_validate(value, context=context, extra="forbid")
        except ValidationError as error:
            self.mistakes.extend(mistakes.of(error, model, *keys, known=known))
            return None

    def _channels(self, tables: Any) -> Mapping[str, ConfiguredChannel]:
        if not isinstance(tables, dict):
            self.mistakes.append("channels: must be tables, one for each channel: [channels.NAME]")
            return {}
        read = {name: self._channel(name, table) for name, table in tables.items()}
        channels = {name: channel for name, channel in read.items() if channel}
        for channel in channels.values():
            self._neighbours(channel, tables)
        return MappingProxyType(channels)

    def _neighbours(self, channel: ConfiguredChannel, tables: Mapping[str, Any]) -> None:
        """Channels that a channel leans on are there, of the right kind, and switched on."""
        for key, kind in getattr(channel.settings, "neighbours", {}).items():
            other = getattr(channel.settings, key)
            if other is None or not channel.common.enabled:
                continue
            right = [name for name, found in tables.items() if isinstance(found, dict) and found.get("kind") == kind]
            at = mistakes.path("channels", channel.name, key)
            if other not in right:
                there = ", ".join(right) or "none"
                self.mistakes.append(f"{at}: must name a channel of the kind {kind}; there is {there}")
            elif tables[other].get("enabled") is False:
                self.mistakes.append(f"{at}: the channel {other} is switched off")

    def _channel(self, name: str, table: Any) -> ConfiguredChannel | None:
        at = mistakes.path("channels", name)
        if not _NAME.fullmatch(name):
            self.mistakes.append(f"{at}: a channel's name is made of small letters, digits, - and _")
        if not isinstance(table, dict):
            self.mistakes.append(f"{at}: must be a table of keys: [{at}]")
            return None
        found = self._kind(at, table.get("kind"))
        if found is None:
            return None
        ours = tuple(Common.model_fields)
        common = self._checked(Common, {key: table[key] for key in table if key in ours}, "channels", name)
        own = {key: table[key] for key in table if key not in (*ours, "kind")}
        # A channel that is switched off may keep settings whose secrets are gone.
        on = table.get("enabled") is not False
        settings = self._checked(found.settings, own, "channels", name, known=(*ours, "kind"), secrets=on)
        return ConfiguredChannel(name, found.kind, common, settings) if common and settings else None

    def _kind(self, at: str, kind: Any) -> Channel | None:
        from twoway.channels import channel, paths

        if isinstance(kind, str) and kind in paths():
            try:
                return channel(kind)
            except NotFound as error:  # a package from elsewhere, or what it needs
                self.mistakes.append(f"{at}.kind: {error}")
                return None
        kinds = sorted(paths())
        said = f"must be one of {', '.join(kinds)}{nearest(kind, kinds)}" if isinstance(kind, str) else "is missing"
        self.mistakes.append(f"{at}.kind: {said}")
        return None
