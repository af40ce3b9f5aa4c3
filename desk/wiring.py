"""Who answers what the floors ask for: the only place that puts configuration, store, judge and channels together."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import structlog

from desk.judges import Opened, open_judge
from desk.promising import promises
from listener.match import Matcher, Sieve
from responders import queue
from responders.compose import library
from responders.draft import Writer
from responders.outlet import Outlet
from twoway import channels as kinds
from twoway import clock, http
from twoway.channel import load
from twoway.config import Config, ConfiguredChannel, Query, Searching
from twoway.domain import Standing
from twoway.errors import NotFound, Refused
from twoway.ports import Access, Bounded, Collector, Judge, Metered, Sender
from twoway.store import Store, channels, hold, inbound, lanes, learned, mentions, open_store, spending
from twoway.store import desk as stamps
from twoway.store.eyes import Rules
from twoway.store.judgements import JudgementRow
from twoway.store.queueing import Placing

log = structlog.get_logger(__name__)

WHYS = 1_000
"""Reasons that are kept in memory; finding some takes a tenth of a second."""


@dataclass
class Desk:
    """A desk at work: its configuration, its file, its channels. Connections are made on first use and shared."""

    config: Config
    store: Store
    _connections: dict[str, Any] = field(default_factory=dict)
    _closing: ExitStack = field(default_factory=ExitStack)
    _lock: Lock = field(default_factory=Lock)
    _judging: Lock = field(default_factory=Lock)
    """A model may be long in coming; nobody else waits for it."""
    _opened: Opened | None = None
    _whys: dict[int, list[str]] = field(default_factory=dict)
    _writer: Writer | None = None

    @property
    def names(self) -> list[str]:
        """The channels that are switched on."""
        return [name for name, channel in self.config.channels.items() if channel.common.enabled]

    @property
    def judge(self) -> Judge:
        """Whoever judges; loaded on first use."""
        with self._judging:
            if self._opened is None:
                self._opened = open_judge(self.config.model, self.store.path)
                if self._opened.problem:
                    log.error("another judge stands in", model=self._opened.judge.model, why=self._opened.problem)
            return self._opened.judge

    @property
    def judge_name(self) -> str:
        """Name and version of whoever judges; the name in the configuration while none was needed yet."""
        return self._opened.judge.model if self._opened else self.config.model.name

    @property
    def judge_problem(self) -> str:
        """Why it is not the judge that the configuration names; empty where it is, or none was needed yet."""
        return self._opened.problem if self._opened else ""

    def why(self, judgement: JudgementRow, words: str) -> list[str]:
        """The words that carried a judgement: those kept with it, else found now by the model that made it."""
        if judgement.why or judgement.model != self.judge.model:
            return judgement.why
        found = self._whys.get(judgement.id)
        if found is None:
            if len(self._whys) >= WHYS:
                self._whys.clear()
            found = self._whys[judgement.id] = list(self.judge.why(words))
        return found

    def register(self) -> None:
        """Make every configured channel known to the store; a new one starts now."""
        for name in self.names:
            configured, common = self.config.channels[name], self.config.channels[name].common
            rules = Rules(common.four_eyes, common.second_eyes_on_edits, int(common.approval_expires.total_seconds()))
            seconds = int(common.answer_within.total_seconds())
            others = promises(self.config, common)
            channels.register(self.store, name, configured.kind, seconds, rules, others)
        owned = self.config.lanes
        lanes.keep_owners(self.store, {"unhappy": owned.unhappy.owner, "super": owned.super.owner})

    @property
    def placing(self) -> Placing:
        """What decides where a judged mention belongs."""
        return partial(queue.placing, rules=self.config.lanes)

    def collector(self, name: str, since: datetime | None = None) -> Collector:
        """The hearing half of a channel: only what is a mention by the brand's query."""
        return Sieve(self.everything(name, since), self.matcher(name))

    def matcher(self, name: str) -> Matcher:
        """What decides on a channel whether a post is a mention: its own query, else the brand's."""
        return Matcher(self._query(self._configured(name)), _language_of)

    def _query(self, configured: ConfiguredChannel) -> Query:
        own = configured.settings.query if isinstance(configured.settings, Searching) else None
        return own or self.config.query

    def everything(self, name: str, since: datetime | None = None) -> Collector:
        """All that a channel gives. A stream without a cursor begins at ``since``.

        None: where the channel did, which may be long before it could be read for the first time, its login being
        refused until now; a stream that was added later, such as a search for a further word, begins there.
        """
        configured, row = self._configured(name), channels.by_name(self.store, name)
        # Servers that know whole seconds only must not pass over the second in which the channel started.
        since = since or clock.parse(max(row.started_at, row.last_success_at or "")).replace(microsecond=0)
        made: Collector = load(kinds.channel(configured.kind).collector)(
            self._connection(configured), configured.settings, since
        )
        return made

    def sender(self, name: str) -> Sender:
        """The answering half of a channel."""
        configured = self._configured(name)
        made: Sender = load(kinds.channel(configured.kind).sender)(self._connection(configured), configured.settings)
        return made

    def outlet(self, name: str) -> Outlet:
        """A channel's way out and how it speaks."""
        configured = self._configured(name)
        common, kind = configured.common, kinds.channel(configured.kind)
        return Outlet(
            name=name,
            channel_id=channels.by_name(self.store, name).id,
            channel=replace(kind, limits=kind.limits.of(configured.settings)),
            sender=partial(self.sender, name),
            language_of=_language_of,
            address=common.address,
            signature=common.signature,
            undo_seconds=common.undo_seconds,
        )

    def outlets(self) -> dict[str, Outlet]:
        """Every channel's way out, by name."""
        return {name: self.outlet(name) for name in self.names}

    def check(self, name: str) -> None:
        """Log in to a channel, both ways. Raises ChannelError."""
        configured = self._configured(name)
        kinds.channel(configured.kind).check(self._connection(configured))

    def standing(self, name: str) -> Standing | None:
        """How a channel's account stands with its platform, as far as its connection knows by now; asks nobody."""
        connection = self._connections.get(name)
        return connection.standing() if isinstance(connection, Metered) else None

    def sign_in(self, name: str, tell: Callable[[str, str], None]) -> None:
        """Let a person sign in to a channel, who is told an address and a code. Raises ChannelError, Refused."""
        configured = self._configured(name)
        sign_in = kinds.channel(configured.kind).sign_in
        if sign_in is None:
            raise Refused(f"{name} is not signed in to; its login stands in the configuration")
        sign_in(self._connection(configured), tell)

    def wait(self, name: str, seconds: float) -> bool:
        """Wait at most ``seconds`` for a sign that polling a channel is worth it. Raises ChannelError."""
        configured = self._configured(name)
        return bool(load(kinds.channel(configured.kind).wake)(self._connection(configured), seconds))

    def can_wake(self, name: str) -> bool:
        """Can this channel's platform call us?"""
        return bool(kinds.channel(self._configured(name).kind).wake)

    def writer(self) -> Writer:
        """Whoever proposes answers. Raises ConfigError for a template that cannot be filled in."""
        if self._writer is None:
            outlets = {outlet.channel_id: outlet for outlet in self.outlets().values()}
            spoken = self.config.desk.languages
            self._writer = Writer(library(self.config.templates), outlets, self.config.desk.brand, spoken[0])
        return self._writer

    def poll_seconds(self, name: str) -> int:
        """How often a channel is read."""
        configured = self._configured(name)
        return configured.common.poll_seconds or kinds.channel(configured.kind).limits.poll_seconds

    def keep_days(self, name: str) -> int | None:
        """How long what was said on a channel may be kept: as configured, never longer than its platform allows."""
        configured = self._configured(name)
        most = (configured.common.keep_days, kinds.channel(configured.kind).policy.keep_days)
        return min(filter(None, most), default=None)

    def most_kept(self, name: str) -> int | None:
        """How many mentions of a channel may be kept, as far as its connection knows; None: any number."""
        connection = self._connections.get(name)
        return connection.most_kept() if isinstance(connection, Bounded) else None

    def unfollowed(self, name: str) -> tuple[str, ...]:
        """Streams of a channel of whose mentions its platform is not asked again."""
        connection = self._connections.get(name)
        return (mentions.IMPORTED, *(connection.unfollowed() if isinstance(connection, Bounded) else ()))

    def _configured(self, name: str) -> ConfiguredChannel:
        if name not in self.names:
            raise NotFound(f"no channel {name!r} is switched on; there are {', '.join(self.names) or 'none'}")
        return self.config.channels[name]

    def _connection(self, configured: ConfiguredChannel) -> Any:
        with self._lock:
            if configured.name not in self._connections:
                connect: Callable[[Any, Access], Any] = kinds.channel(configured.kind).connect
                self._connections[configured.name] = connect(configured.settings, self._access(configured))
            return self._connections[configured.name]

    def _access(self, configured: ConfiguredChannel) -> Access:
        guard = http.Guard(tuple(self.config.desk.allow_private))

        def client(**how: Any) -> Any:
            return self._closing.enter_context(http.client(**how, guard=guard))

        channel = channels.by_name(self.store, configured.name).id
        return Access(
            name=configured.name,
            instance=stamps.stamp(self.store).instance,
            door=inbound.ChannelDoor(self.store, channel),
            http=client,
            memory=mentions.ChannelMemory(self.store, channel),
            ledger=spending.ChannelLedger(self.store, channel),
            query=self._query(configured),
            neighbour=lambda other: self._connection(self._configured(other)),
        )

    def close(self) -> None:
        """Close every connection and the file."""
        self._closing.close()
        self.store.close()


def _language_of(text: str) -> str:
    from models.language import identify

    return identify(text).code


def open_desk(config: Config, database: Path | None = None, *, create: bool = True, demo: bool = False) -> Desk:
    """The desk of a configuration; ``database`` goes before the file that it names. Raises StoreError.

    A file that was restored, copied or moved is held from then on: it hears, but sends nothing. What a backup holds of
    what was learnt is laid beside it.
    """
    desk = Desk(config, open_store(database or config.desk.database, create=create, demo=demo))
    hold.check(desk.store)
    learned.lay(desk.store)
    desk.register()
    desk.writer()
    return desk
