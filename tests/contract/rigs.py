"""The table of channel set-ups that the contract suite runs over."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from pydantic import SecretStr

from listener.log import Collector as LogCollector
from listener.square import Collector as SquareCollector
from responders.by_hand import Sender as HandSender
from responders.square import Sender as SquareSender
from tests.contract.bluesky import BlueskyMessagesRig, BlueskyRig, open_bluesky
from tests.contract.feed import FeedRig, open_feed
from tests.contract.mail import MailRig, open_mail
from tests.contract.mastodon import MastodonRig, open_mastodon
from tests.contract.pinboard import PinboardRig, open_pinboard
from tests.contract.reddit import BY_PASSWORD, RedditRig, open_reddit
from tests.contract.rig import Rig
from tests.contract.webform import (
    FormByMailRig,
    FormByWebhookRig,
    FormRig,
    MuteReceiverRig,
    open_by_mail,
    open_by_webhook,
    open_form,
    open_mute,
)
from tests.contract.x import XMessagesRig, XRig, open_x
from tests.fakes.square import BRAND, TOKEN, FakeSquare, client, fake_square
from twoway import clock
from twoway.channels import log, square
from twoway.ports import Access, Inbound

Open = Callable[[pytest.FixtureRequest], AbstractContextManager[Rig]]


@dataclass
class Door:
    """An inbound door that keeps what it took."""

    taken: list[Inbound] = field(default_factory=list)

    def put(self, body: bytes) -> int:
        """The desk stores a request."""
        self.taken.append(Inbound(len(self.taken) + 1, clock.now(), log.MEDIA_TYPE, body))
        return len(self.taken)

    def after(self, cursor: int, limit: int) -> list[Inbound]:
        """As the desk's own."""
        return [request for request in self.taken if request.id > cursor][:limit]


def access(name: str, door: Door) -> Access:
    """What wiring gives a channel, on loopback."""
    return Access(name, "desk-under-test", door, client)


@dataclass
class SquareRig:
    """The fake square and the brand's login to it."""

    platform: FakeSquare
    can: frozenset[str]
    secret: str = TOKEN
    name: str = "our square"
    page_size: str = "listener.square.PAGE"

    def __post_init__(self) -> None:
        self.settings = square.Settings(url=self.platform.url, token=SecretStr(TOKEN), handle=BRAND, timeout_seconds=2)
        self.connection = square.connect(self.settings, access(self.name, Door()))

    def collector(self, since: datetime | None = None) -> SquareCollector:
        return SquareCollector(self.connection, self.settings, since)

    def sender(self) -> SquareSender:
        return SquareSender(self.connection, self.settings)

    def say(self, customer: str, text: str, *, private: bool = False, reply_to: str = "") -> str:
        return self.platform.say(customer, text if private else f"@{BRAND} {text}", private=private, reply_to=reply_to)

    def heard_as(self, said: str) -> str:
        return said

    def edit(self, customer: str, said: str, text: str) -> None:
        self.platform.edit(customer, said, text)

    def delete(self, customer: str, said: str) -> None:
        self.platform.delete(customer, said)

    def answer_elsewhere(self, said: str, text: str) -> None:
        self.platform.answer_elsewhere(said, text)

    def drop_next_send(self, *, accepted: bool) -> None:
        self.platform.faults.order("drop-after" if accepted else "drop-before", method="POST", path="/api/v1/posts")

    def refuse_login(self) -> None:
        self.connection.http.headers["Authorization"] = "Bearer revoked"

    def in_our_name(self, expected: int) -> list[str]:
        return self.platform.posts_of_brand()


class LogRig:
    """A log in which a colleague writes calls down."""

    can = frozenset({"private", "hand", "unlisted"})
    page_size = "listener.log.PAGE"
    secret = ""
    name = "our log"

    def __init__(self) -> None:
        self.door = Door()
        self.settings = log.Settings()
        self.connection = log.connect(self.settings, access(self.name, self.door))

    def collector(self, since: datetime | None = None) -> LogCollector:
        return LogCollector(self.connection, self.settings, since)

    def sender(self) -> HandSender:
        return HandSender(self.connection, self.settings)

    def say(self, customer: str, text: str, *, private: bool = True, reply_to: str = "") -> str:
        return str(self.door.put(log.log_entry(customer, text, medium="call", contact="+49 30 1234")))

    def heard_as(self, said: str) -> str:
        return f"entry-{said}"

    def _cannot(self, *arguments: Any, **options: Any) -> Any:
        raise NotImplementedError("a log cannot; its rig does not say so either")

    edit = delete = answer_elsewhere = drop_next_send = refuse_login = in_our_name = _cannot


EVERY = frozenset({"outage", "history", "edit", "delete", "private", "public", "api", "look", "doubt"})
SQUARES: dict[str, tuple[dict[str, Any], frozenset[str]]] = {
    "square idempotent": ({"kind": "idempotent"}, EVERY | {"found", "key", "absent", "answers", "lists"}),
    "square read-back": ({"kind": "read-back"}, EVERY | {"found", "key", "answers", "lists"}),
    "square lagging": ({"kind": "neither", "lag": 3600}, EVERY),
    "square neither": ({"kind": "neither"}, EVERY | {"unlisted"}),
}


def _square(rules: dict[str, Any], can: frozenset[str]) -> Open:
    @contextmanager
    def open_rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
        with fake_square(request.getfixturevalue("tmp_path"), **rules) as platform:
            rig = SquareRig(platform, can)
            yield rig
            rig.connection.http.close()

    return open_rig


@contextmanager
def _log(request: pytest.FixtureRequest) -> Iterator[Rig]:
    yield LogRig()


@contextmanager
def _mail(request: pytest.FixtureRequest) -> Iterator[Rig]:
    yield open_mail(request)


RIGS: dict[str, Open] = {
    **{name: _square(rules, can) for name, (rules, can) in SQUARES.items()},
    "log": _log,
    "mail": _mail,
    "feed": open_feed,
    "webform by hand": open_form,
    "webform by webhook": open_by_webhook,
    "webform by mute webhook": open_mute,
    "webform by mail": open_by_mail,
    "mastodon": open_mastodon,
    "bluesky": open_bluesky,
    "bluesky by direct message": partial(open_bluesky, made=BlueskyMessagesRig),
    "reddit": open_reddit,
    "reddit script": partial(open_reddit, **BY_PASSWORD),
    "x": open_x,
    "x by direct message": partial(open_x, made=XMessagesRig),
    "a package of its own": open_pinboard,
    "mastodon without keys": partial(open_mastodon, heeds_keys=False, version=(3, 5)),
}

CAN: dict[str, frozenset[str]] = {
    **{name: can for name, (_, can) in SQUARES.items()},
    "log": LogRig.can,
    "mail": MailRig.can,
    "feed": FeedRig.can,
    "webform by hand": FormRig.can,
    "webform by webhook": FormByWebhookRig.can,
    "webform by mute webhook": MuteReceiverRig.can,
    "webform by mail": FormByMailRig.can,
    "mastodon": MastodonRig.can,
    "bluesky": BlueskyRig.can,
    "bluesky by direct message": BlueskyMessagesRig.can,
    "mastodon without keys": MastodonRig.can,
    "reddit": RedditRig.can,
    "reddit script": RedditRig.can,
    "x": XRig.can,
    "x by direct message": XMessagesRig.can,
    "a package of its own": PinboardRig.can,
}
"""What each can do; see `Rig.can`."""
MARKS: dict[str, Any] = {"mail": pytest.mark.servers, "webform by mail": pytest.mark.servers}
"""Marks of set-ups that need programs of their own."""
