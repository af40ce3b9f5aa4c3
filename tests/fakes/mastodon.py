"""The fake Mastodon: real paths, fields, scopes and headers; what the real one does not know is refused."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from desk.loopback import running
from tests.fakes import mastodon_search as search
from tests.fakes.faults import Faults
from tests.fakes.faulty import Answer, Dialect, Faulty, Receive, Send
from tests.fakes.mastodon_asked import PAGING, Asked, Listed, Refusal, limit, page_of
from tests.fakes.mastodon_town import BRAND, HOST, Post, Town
from twoway import clock

TOKEN = "a-mastodon-token-that-must-never-be-shown"
SCOPES = frozenset({"read", "write"})
KEY_KEPT = timedelta(hours=1)
WINDOW = timedelta(minutes=5)
VISIBILITIES = ("public", "unlisted", "private", "direct")


Handler = Callable[["Mastodon", Asked, str], Any]


class MastodonDialect(Dialect):
    """Its words for faults."""

    def error(self, status: int, code: str, message: str) -> Answer:
        return Answer(status, [(b"content-type", b"application/json; charset=utf-8")], _json({"error": message}))

    def retry(self, seconds: float) -> tuple[bytes, bytes]:
        return b"x-ratelimit-reset", _reset(clock.now() + timedelta(seconds=seconds))

    def text(self, body: bytes) -> str:
        return parse_qs(body.decode("utf-8", "replace")).get("status", [""])[0]


@dataclass
class Mastodon:
    """An instance with the brand's account; ASGI."""

    town: Town = field(default_factory=Town)
    scopes: frozenset[str] = SCOPES
    heeds_keys: bool = True
    """Other servers that speak this API do not."""
    version: tuple[int, int] = (4, 7)
    searches: bool = True
    """Whether it has a search at all; without one it answers, and finds nothing."""
    results: int = 10_000
    """That its search goes down to."""
    left: int = 300
    leaves_out: str = ""
    """A kind of notice, or the id of a post, that listings pass over as if it were being looked into."""

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        message = await receive()
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        status, body, more = self._answer(scope, headers, message.get("body", b""))
        limits = [
            (b"x-ratelimit-limit", b"300"),
            (b"x-ratelimit-remaining", str(self.left).encode()),
            (b"x-ratelimit-reset", _reset(clock.now() + WINDOW)),
        ]
        kind = [(b"content-type", b"application/json; charset=utf-8")]
        await send({"type": "http.response.start", "status": status, "headers": [*kind, *limits, *more]})
        await send({"type": "http.response.body", "body": _json(body)})

    def _answer(self, scope: Any, headers: dict[str, str], body: bytes) -> tuple[int, Any, list[tuple[bytes, bytes]]]:
        try:
            with self.town.lock:
                return self._routed(scope, headers, body)
        except Refusal as refusal:
            return refusal.status, {"error": refusal.said}, []

    def _routed(self, scope: Any, headers: dict[str, str], body: bytes) -> tuple[int, Any, list[tuple[bytes, bytes]]]:
        path = scope["path"].rstrip("/")
        query, form = (parse_qs(part.decode(), keep_blank_values=True) for part in (scope["query_string"], body))
        for method, pattern, needed, known, since, handler in ROUTES:
            found = re.fullmatch(pattern, path)
            if method == scope["method"] and found and self.version >= since:
                self._let_in(headers, needed)
                if strange := (set(query) | set(form)) - known:
                    raise Refusal(422, f"no such parameter: {', '.join(sorted(strange))}")
                asked = Asked(path, query, form, headers.get("idempotency-key", ""))
                answer = handler(self, asked, found[1] if found.groups() else "")
                return 200, answer, self._links(asked, answer, headers["host"])
        raise Refusal(404, "Not Found")

    def _let_in(self, headers: dict[str, str], needed: str) -> None:
        if not needed:
            return
        if headers.get("authorization") != f"Bearer {TOKEN}":
            raise Refusal(401, "The access token is invalid")
        if not {needed, needed.partition(":")[0]} & self.scopes:
            raise Refusal(403, "This action is outside the authorized scopes")

    def _links(self, asked: Asked, answer: Any, host: str) -> list[tuple[bytes, bytes]]:
        if not isinstance(answer, Listed) or not answer.ids:
            return []
        plain = [(name, value) for name, values in asked.query.items() if name not in PAGING for value in values]
        base = f"http://{host}{asked.path}"
        links = [f'<{base}?{urlencode([*plain, ("min_id", answer.ids[0])])}>; rel="prev"']
        if len(answer.ids) == limit(asked):
            links.insert(0, f'<{base}?{urlencode([*plain, ("max_id", answer.ids[-1])])}>; rel="next"')
        return [(b"link", ", ".join(links).encode())]

    def instance(self, asked: Asked, _: str) -> Any:
        """What it takes."""
        statuses = {
            "max_characters": self.town.characters,
            "max_media_attachments": 4,
            "characters_reserved_per_url": self.town.link,
        }
        version = f"{self.version[0]}.{self.version[1]}.0"
        return {"domain": HOST, "title": "Mastodon", "version": version, "configuration": {"statuses": statuses}}

    def me(self, asked: Asked, _: str) -> Any:
        """The token's account."""
        return self.town.account(self.town.brand)

    def app(self, asked: Asked, _: str) -> Any:
        """The token's application."""
        return {"id": "1", "name": "twoway", "website": None, "scopes": sorted(self.scopes)}

    def notifications(self, asked: Asked, _: str) -> Any:
        """The brand's notifications, newest first."""
        types, everything = asked.query.get("types[]"), asked.one("include_filtered") in ("1", "true")
        wanted = [
            notice
            for notice in self.town.notices
            if (types is None or notice.type in types) and (everything or not notice.filtered)
        ]
        shown = [self.town.notice(notice) for notice in page_of(wanted, asked, most=80)]
        return Listed(
            [notice for notice in shown if notice["type"] != self.leaves_out], [notice["id"] for notice in shown]
        )

    def statuses_of(self, asked: Asked, account: str) -> Any:
        """Somebody's posts, newest first; one's own with the private ones."""
        mine = [post for post in self.town.posts.values() if post.by.id == account and self.town.seen_by_brand(post)]
        shown = [self.town.status(post) for post in page_of(mine, asked, most=40)]
        return Listed(shown, [post["id"] for post in shown])

    def many(self, asked: Asked, _: str) -> Any:
        """Several posts, those that are shown."""
        ids = asked.query.get("id[]", [])
        if len(ids) > 20:
            raise Refusal(422, "Too many statuses")
        found = (self.town.posts.get(id_) for id_ in ids)
        shown = (post for post in found if post and self.town.seen_by_brand(post) and post.id != self.leaves_out)
        return [self.town.status(post) for post in shown]

    def one(self, asked: Asked, id_: str) -> Any:
        """A post."""
        return self.town.status(self._found(id_))

    def tagged(self, asked: Asked, tag: str) -> Any:
        """The timeline of a hashtag, newest first."""
        shown = [self.town.status(post) for post in page_of(search.tagged(self.town, tag, asked.query), asked, most=40)]
        return Listed(shown, [post["id"] for post in shown])

    def search(self, asked: Asked, _: str) -> Any:
        """Posts that the search finds; nothing where the instance has none."""
        skip, most = int(asked.one("offset", "0")), min(int(asked.one("limit", "20")), 40)
        if skip + most > self.results:
            raise Refusal(500, "This method failed")
        found = search.found(self.town, asked.one("q")) if self.searches else []
        shown = [self.town.status(post) for post in found[skip : skip + most] if post.id != self.leaves_out]
        return {"accounts": [], "hashtags": [], "statuses": shown}

    def context(self, asked: Asked, id_: str) -> Any:
        """What is above and below a post."""
        return {"ancestors": [], "descendants": [self.town.status(post) for post in self.town.below(self._found(id_))]}

    def _found(self, id_: str) -> Post:
        post = self.town.posts.get(id_)
        if post is None or not self.town.seen_by_brand(post):
            raise Refusal(404, "Record not found")
        return post

    def post(self, asked: Asked, _: str) -> Any:
        """The brand posts; the same key within the hour gives the same post."""
        kept = self.town.keys.get(asked.key) if asked.key and self.heeds_keys else None
        if kept and clock.now() < kept[1] + KEY_KEPT:
            return self.one(asked, kept[0])
        text, visibility = asked.one("status"), asked.one("visibility", "public")
        warning, above = asked.one("spoiler_text"), asked.one("in_reply_to_id") or None
        if above and (above not in self.town.posts or not self.town.seen_by_brand(self.town.posts[above])):
            raise Refusal(404, "The post you are trying to reply to does not appear to exist.")
        if visibility not in VISIBILITIES:
            raise Refusal(422, "Validation failed: Visibility is not included in the list")
        if not text.strip():
            raise Refusal(422, "Validation failed: Text can't be blank")
        if self.town.counted(text) + self.town.counted(warning) > self.town.characters:
            raise Refusal(422, f"Validation failed: Text character limit of {self.town.characters} exceeded")
        post = self.town.post(self.town.brand, text, visibility, in_reply_to=above, warning=warning)
        self.town.keys[asked.key] = (post.id, clock.now())
        return self.town.status(post)


NONE: frozenset[str] = frozenset()
OF_TAG = PAGING | {"any[]", "all[]", "none[]", "local", "remote", "only_media"}
SEARCHED = frozenset({"q", "type", "resolve", "limit", "offset", "account_id", "max_id", "min_id", "following"})
POSTED = frozenset({"status", "in_reply_to_id", "sensitive", "visibility", "spoiler_text", "language"})
OF_ACCOUNT = PAGING | {"only_media", "exclude_replies", "exclude_reblogs", "pinned", "tagged"}
NOTICED = PAGING | {"types[]", "exclude_types[]", "account_id", "include_filtered"}
ID = r"(\d+)"
ROUTES: list[tuple[str, str, str, frozenset[str], tuple[int, int], Handler]] = [
    ("GET", "/api/v1/instance", "", NONE, (1, 1), Mastodon.instance),
    ("GET", "/api/v2/instance", "", NONE, (4, 0), Mastodon.instance),
    ("GET", "/api/v1/accounts/verify_credentials", "read:accounts", NONE, (1, 0), Mastodon.me),
    ("GET", "/api/v1/apps/verify_credentials", "read", NONE, (2, 0), Mastodon.app),
    ("GET", "/api/v1/notifications", "read:notifications", NOTICED, (1, 0), Mastodon.notifications),
    ("GET", f"/api/v1/accounts/{ID}/statuses", "read:statuses", OF_ACCOUNT, (1, 0), Mastodon.statuses_of),
    ("GET", "/api/v1/statuses", "read:statuses", frozenset({"id[]"}), (4, 3), Mastodon.many),
    ("GET", f"/api/v1/statuses/{ID}", "read:statuses", NONE, (1, 0), Mastodon.one),
    ("GET", r"/api/v1/timelines/tag/(\w+)", "read:statuses", OF_TAG, (1, 0), Mastodon.tagged),
    ("GET", "/api/v2/search", "read:search", SEARCHED, (2, 4), Mastodon.search),
    ("GET", f"/api/v1/statuses/{ID}/context", "read:statuses", NONE, (1, 0), Mastodon.context),
    ("POST", "/api/v1/statuses", "write:statuses", POSTED, (1, 0), Mastodon.post),
]
"""Method, path, scope, known parameters, the version that has it."""


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _reset(moment: Any) -> bytes:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()


@dataclass
class FakeMastodon:
    """A running instance: where it is, what it keeps, what goes wrong."""

    url: str
    server: Mastodon
    faults: Faults

    @property
    def town(self) -> Town:
        """What it keeps."""
        return self.server.town

    def say(self, customer: str, text: str, *, visibility: str = "public", reply_to: str = "", **more: Any) -> str:
        """A customer posts and mentions the brand; the id of the post."""
        person = self.town.join(customer)
        return self.town.post(person, f"@{BRAND} {text}", visibility, in_reply_to=reply_to or None, **more).id

    def talk(self, customer: str, text: str, *, visibility: str = "public") -> str:
        """A customer posts without mentioning the brand; the id of the post."""
        return self.town.post(self.town.join(customer), text, visibility).id

    def answer_elsewhere(self, post: str, text: str) -> str:
        """Somebody of the brand answers without the desk."""
        return self.town.post(self.town.brand, text, self.town.posts[post].visibility, in_reply_to=post).id

    def posts_of_brand(self) -> list[str]:
        """What really stands there in the brand's name, oldest first."""
        own = (post for post in self.town.posts.values() if post.by is self.town.brand)
        return [post.text for post in sorted(own, key=lambda post: int(post.id))]

    def requests(self, path: str = "") -> list[dict[str, Any]]:
        """What was received for paths that begin so."""
        return [entry for entry in self.faults.log() if entry["path"].startswith(path)]


@contextmanager
def fake_mastodon(folder: Path, **how: Any) -> Iterator[FakeMastodon]:
    """An instance on loopback; the record of what it received lies in ``folder``."""
    server, faults = Mastodon(**how), Faults(folder)
    with running(Faulty(server, faults, MastodonDialect())) as url:
        yield FakeMastodon(url, server, faults)
