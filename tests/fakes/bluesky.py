"""The fake Bluesky: real methods, parameters, tokens and headers; what the real one does not know is refused."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from desk.loopback import running
from tests.fakes import bluesky_chat
from tests.fakes.bluesky_asked import Asked, BlueskyDialect, Refusal, epoch, written_json
from tests.fakes.bluesky_login import PASSWORD as PASSWORD
from tests.fakes.bluesky_login import Logins
from tests.fakes.bluesky_records import mistake
from tests.fakes.bluesky_town import BRAND, POSTS, Notice, Post, Town, written
from tests.fakes.faults import Faults
from tests.fakes.faulty import Faulty, Receive, Send
from twoway import clock

WINDOW = timedelta(minutes=5)
_URI = re.compile(r"at://did:[^/]+/[a-zA-Z.]+/[A-Za-z0-9._:~-]+")
Handler = Callable[["Bluesky", Asked], Any]


@dataclass
class Bluesky(Logins):
    """The brand's server and the network behind it; ASGI."""

    priority: bool = False
    """The account's setting, without a word of the request's: leave out whom it does not follow."""
    left: int = 3_000

    def __post_init__(self) -> None:
        self.chat = bluesky_chat.Chat(self.town)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        message = await receive()
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        status, body = self._answer(scope, headers, message.get("body", b""))
        limits = [
            (b"content-type", b"application/json; charset=utf-8"),
            (b"ratelimit-limit", b"3000"),
            (b"ratelimit-remaining", str(self.left).encode()),
            (b"ratelimit-reset", epoch(clock.now() + WINDOW)),
            (b"ratelimit-policy", b"3000;w=300"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": limits})
        await send({"type": "http.response.body", "body": written_json(body)})

    def _answer(self, scope: Any, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        try:
            with self.town.lock:
                return 200, self._routed(scope, headers, body)
        except Refusal as refusal:
            return refusal.status, {"error": refusal.name, "message": refusal.said}

    def _routed(self, scope: Any, headers: dict[str, str], body: bytes) -> Any:
        name = scope["path"].removeprefix("/xrpc/")
        if name not in METHODS:
            raise Refusal(501, "MethodNotImplemented", "Method Not Implemented")
        method, needed, known, handler = METHODS[name]
        if scope["method"] != method:
            raise Refusal(405, "InvalidRequest", f"Incorrect HTTP method ({scope['method']}) expected {method}")
        query, sent = parse_qs(scope["query_string"].decode(), keep_blank_values=True), json.loads(body or b"{}")
        chat, proxy = name in bluesky_chat.METHODS, headers.get("atproto-proxy", "")
        bluesky_chat.admit(proxy)
        token = self.let_in(headers.get("authorization", ""), needed, chat=chat)
        if chat and not proxy:
            raise Refusal(404, "XRPCNotSupported", "XRPC Not Supported")
        if strange := (set(query) | set(sent)) - known:
            raise Refusal(400, "InvalidRequest", f"no such parameter: {', '.join(sorted(strange))}")
        return handler(self, Asked(query, sent, token))

    def notifications(self, asked: Asked) -> Any:
        """The brand's notices, newest first; of a page those with the reasons that were asked for."""
        limit, reasons = asked.number("limit", 50, 100), asked.query.get("reasons")
        priority = asked.one("priority", "true" if self.priority else "false") == "true"
        found: list[Notice] = []
        cursor, left = asked.one("cursor"), 10 if reasons else 1
        while left:
            page = self._notices(cursor, limit, priority)
            cursor, left = written(page[-1].at) if len(page) == limit else "", left - 1
            found += [notice for notice in page if reasons is None or notice.reason in reasons]
            if not cursor or len(found) >= limit / 2:
                break
        shown = [self.town.notice(notice) for notice in found if not self.town.blocked(notice.by)]
        return {"notifications": shown, "priority": priority, **({"cursor": cursor} if cursor else {})}

    def _notices(self, cursor: str, limit: int, priority: bool) -> list[Notice]:
        if cursor and not re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", cursor):
            raise Refusal(400, "InvalidRequest", "Malformed cursor")
        fitting = [notice for notice in self.town.notices if not cursor or written(notice.at) < cursor]
        return sorted(fitting if not priority else [], key=lambda notice: notice.at, reverse=True)[:limit]

    def posts(self, asked: Asked) -> Any:
        """Those that are shown."""
        uris = asked.many("uris", 25)
        if not all(_URI.fullmatch(uri) for uri in uris):
            raise Refusal(400, "InvalidRequest", "Error: uris/0 must be a valid at-uri")
        shown = (self.town.shown(uri) for uri in uris)
        return {"posts": [self.town.view(post) for post in shown if post]}

    def profiles(self, asked: Asked) -> Any:
        """Those who are there."""
        people = (self.town.people.get(did) for did in asked.many("actors", 25))
        return {"profiles": [self.town.profile(person, full=True) for person in people if person and person.active]}

    def feed(self, asked: Asked) -> Any:
        """Somebody's posts, newest first."""
        if asked.one("filter") not in ("posts_with_replies", "posts_no_replies", "posts_with_media"):
            raise Refusal(400, "InvalidRequest", "no such filter")
        mine = [post for post in self.town.posts.values() if post.by.did == asked.one("actor")]
        mine.sort(key=Post.place, reverse=True)
        fitting = [post for post in mine if not asked.one("cursor") or post.place() < asked.one("cursor")]
        page = fitting[: asked.number("limit", 50, 100)]
        entries = [{"post": self.town.view(post)} for post in page]
        return {"feed": entries, **({"cursor": page[-1].place()} if len(page) < len(fitting) else {})}

    def search(self, asked: Asked) -> Any:
        """Posts that have all the words, newest first; the cursor is how many were given."""
        words = asked.one("q").casefold().split()
        if not words:
            raise Refusal(400, "InvalidRequest", 'Params must have the property "q"')
        found = [post for post in self.town.posts.values() if post.has(words) and self.town.shown(post.uri)]
        found.sort(key=Post.place, reverse=True)
        start, limit = int(asked.one("cursor", "0")), asked.number("limit", 25, 100)
        more = {"cursor": str(start + limit)} if len(found) > start + limit else {}
        return {
            "posts": [self.town.view(post) for post in found[start : start + limit]],
            "hitsTotal": len(found),
            **more,
        }

    def thread(self, asked: Asked) -> Any:
        """A post and what is below it."""
        post = self.town.posts.get(asked.one("uri"))
        if post is None or not post.by.active:
            raise Refusal(400, "NotFound", f"Post not found: {asked.one('uri')}")
        return {"thread": self.town.thread(post, asked.number("depth", 6, 1_000))}

    def resolve(self, asked: Asked) -> Any:
        """Whose handle it is."""
        person = self.town.by_handle(asked.one("handle"))
        if person is None:
            raise Refusal(400, "InvalidRequest", "Unable to resolve handle")
        return {"did": person.did}

    def record(self, asked: Asked) -> Any:
        """A record as it is kept, whoever is blocked."""
        person = self.town.people.get(asked.one("repo"))
        if person is None or not person.active:
            raise Refusal(400, "InvalidRequest", f"Could not find repo: {asked.one('repo')}")
        uri = f"at://{person.did}/{asked.one('collection')}/{asked.one('rkey')}"
        if uri not in self.town.posts:
            raise Refusal(400, "RecordNotFound", f"Could not locate record: {uri}")
        post = self.town.posts[uri]
        return {"uri": uri, "cid": post.cid, "value": post.record}

    def put(self, asked: Asked) -> Any:
        """The brand writes a record; where ``swapRecord`` is null, only if there is none."""
        body, brand = asked.body, self.town.brand
        if body.get("repo") != brand.did or body.get("collection") != POSTS:
            raise Refusal(400, "InvalidRequest", "this login writes posts of its own")
        if said := mistake(body.get("record"), str(body.get("rkey"))):
            raise Refusal(400, "InvalidRequest", said)
        uri = f"at://{brand.did}/{POSTS}/{body['rkey']}"
        if uri in self.town.posts and "swapRecord" in body and body["swapRecord"] is None:
            raise Refusal(400, "InvalidSwap", f"Record was at {self.town.posts[uri].cid}")
        post = self.town.keep(brand, body["rkey"], body["record"])
        commit = {"cid": post.cid, "rev": body["rkey"]}
        return {"uri": uri, "cid": post.cid, "commit": commit, "validationStatus": "valid"}


def _chat(handler: Callable[[bluesky_chat.Chat, Asked], Any], server: "Bluesky", asked: Asked) -> Any:
    return handler(server.chat, asked)


PAGING = frozenset({"limit", "cursor"})
SEARCH = PAGING | {"q", "sort", "since", "until", "mentions", "author", "lang", "domain", "url", "tag"}
PUT = frozenset({"repo", "collection", "rkey", "validate", "record", "swapRecord", "swapCommit"})
METHODS: dict[str, tuple[str, str, frozenset[str], Handler]] = {
    "com.atproto.server.createSession": (
        "POST", "", frozenset({"identifier", "password", "authFactorToken", "allowTakendown"}), Bluesky.create_session,
    ),
    "com.atproto.server.refreshSession": ("POST", "refresh", frozenset(), Bluesky.refresh_session),
    "com.atproto.server.getSession": ("GET", "access", frozenset(), Bluesky.get_session),
    "app.bsky.notification.listNotifications": (
        "GET", "access", PAGING | {"reasons", "priority"}, Bluesky.notifications,
    ),
    "app.bsky.feed.getPosts": ("GET", "access", frozenset({"uris"}), Bluesky.posts),
    "app.bsky.actor.getProfiles": ("GET", "access", frozenset({"actors"}), Bluesky.profiles),
    "app.bsky.feed.getAuthorFeed": ("GET", "access", PAGING | {"actor", "filter", "includePins"}, Bluesky.feed),
    "app.bsky.feed.searchPosts": ("GET", "access", SEARCH, Bluesky.search),
    "app.bsky.feed.getPostThread": ("GET", "access", frozenset({"uri", "depth", "parentHeight"}), Bluesky.thread),
    "com.atproto.identity.resolveHandle": ("GET", "", frozenset({"handle"}), Bluesky.resolve),
    "com.atproto.repo.getRecord": ("GET", "", frozenset({"repo", "collection", "rkey", "cid"}), Bluesky.record),
    "com.atproto.repo.putRecord": ("POST", "access", PUT, Bluesky.put),
    **{name: (http, "access", known, partial(_chat, handler))
       for name, (http, known, handler) in bluesky_chat.METHODS.items()},
}  # fmt: skip
"""HTTP method, token, known parameters."""


@dataclass
class FakeBluesky:
    """A running network: where it is, what it keeps, what goes wrong."""

    url: str
    server: Bluesky
    faults: Faults

    @property
    def town(self) -> Town:
        """What it keeps."""
        return self.server.town

    @property
    def chat(self) -> bluesky_chat.Chat:
        """What its chat service keeps."""
        return self.server.chat

    def say(self, customer: str, text: str, *, reply_to: str = "", **more: Any) -> str:
        """A customer posts and mentions the brand; the post's URI."""
        return self.town.say(self.town.join(customer), f"@{BRAND} {text}", reply_to=reply_to, **more).uri

    def answer_elsewhere(self, post: str, text: str) -> str:
        """Somebody of the brand answers without the desk."""
        return self.town.say(self.town.brand, text, reply_to=post).uri

    def of_brand(self) -> list[Post]:
        """What really stands there in the brand's name, oldest first."""
        own = (post for post in self.town.posts.values() if post.by is self.town.brand)
        return sorted(own, key=lambda post: post.indexed)

    def revoke(self) -> None:
        """The app password and all that was made with it is no longer good."""
        self.server.password = "another"
        self.server.tokens.clear()

    def requests(self, method: str = "") -> list[dict[str, Any]]:
        """What was received for that method."""
        return [entry for entry in self.faults.log() if entry["path"].endswith(method)]


@contextmanager
def fake_bluesky(folder: Path, **how: Any) -> Iterator[FakeBluesky]:
    """A network on loopback; the record of what it received lies in ``folder``."""
    server, faults = Bluesky(**how), Faults(folder)
    with running(Faulty(server, faults, BlueskyDialect())) as url:
        yield FakeBluesky(url, server, faults)
