"""The fake X: real paths, parameters, fields, scopes and headers; what the real one does not know is refused."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from desk.loopback import running
from tests.fakes import x_messages
from tests.fakes.faults import Faults
from tests.fakes.faulty import Answer, Dialect, Faulty, Receive, Send
from tests.fakes.x_asked import PROBLEM, Asked, Refusal
from tests.fakes.x_fields import LISTS, PAGED, SHOWN
from tests.fakes.x_letters import Letters
from tests.fakes.x_search import Query, Unreadable
from tests.fakes.x_signature import is_signed
from tests.fakes.x_town import BRAND, EPOCH, LISTED, Post, Town, counted
from twoway import clock

TOKEN = "an-x-token-that-must-never-be-shown"
WEEK = timedelta(days=7)

Handler = Callable[["X", Asked, str], Any]


class XDialect(Dialect):
    """Its words for faults."""

    listings = ("data",)

    def error(self, status: int, code: str, message: str) -> Answer:
        kind = [(b"content-type", b"application/problem+json")]
        return Answer(status, kind, _json({"title": code, "detail": message, "type": "about:blank", "status": status}))

    def retry(self, seconds: float) -> tuple[bytes, bytes]:
        return b"x-rate-limit-reset", str(int((clock.now() + timedelta(seconds=seconds)).timestamp())).encode()


@dataclass
class X:
    """The platform with the brand's account; ASGI."""

    town: Town = field(default_factory=Town)
    tier: str = "self-serve"
    left: int = 300
    holes: set[str] = field(default_factory=set)
    """Ids that a page leaves out after it was cut: such pages may be empty before the end."""
    headers: dict[str, str] = field(default_factory=dict)
    letters: Letters = field(default_factory=Letters)
    says_no: dict[str, Refusal] = field(default_factory=dict)
    """Paths that answer with a refusal."""

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        message = await receive()
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        status, body = self._answer(scope, headers, message.get("body", b""))
        reset = int((clock.now() + timedelta(minutes=15)).timestamp())
        limits = {
            "x-rate-limit-limit": "300",
            "x-rate-limit-remaining": str(self.left),
            "x-rate-limit-reset": str(reset),
        }
        sent = {"content-type": "application/json; charset=utf-8", **limits, **self.headers}
        pairs = [(name.encode(), value.encode()) for name, value in sent.items()]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": _json(body)})

    def _answer(self, scope: Any, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        try:
            with self.town.lock:
                return self._routed(scope, headers, body)
        except Refusal as refusal:
            said = {"title": "No", "detail": refusal.said, "type": refusal.problem, "status": refusal.status}
            return refusal.status, said

    def _routed(self, scope: Any, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        path, raw = scope["path"], scope["query_string"].decode()
        for method, pattern, known, status, handler in ROUTES:
            found = re.fullmatch(pattern, path)
            if method == scope["method"] and found:
                self._let_in(method, path, raw, headers)
                if path in self.says_no:
                    raise self.says_no[path]
                query = {name: values[-1] for name, values in parse_qs(raw, keep_blank_values=True).items()}
                asked = Asked(query, json.loads(body) if body else None)
                self._check(asked, known, x_messages.LISTS if "dm_" in path else LISTS)
                return status, handler(self, asked, found[1] if found.groups() else "")
        raise Refusal(404, f"{path} is not there", "resource-not-found")

    @staticmethod
    def _check(asked: Asked, known: frozenset[str], lists: dict[str, frozenset[str]]) -> None:
        if strange := set(asked.query) - known:
            raise Refusal(
                400, f"The query parameter {sorted(strange)} is not one of {sorted(known)}", "invalid-request"
            )
        for name, values in lists.items():
            if strange := asked.many(name) - values:
                raise Refusal(
                    400, f"The `{name}` query parameter value {sorted(strange)} is not one", "invalid-request"
                )

    def _let_in(self, method: str, path: str, query: str, headers: dict[str, str]) -> None:
        given = headers.get("authorization", "")
        if given != f"Bearer {TOKEN}" and not (given.startswith("OAuth ") and is_signed(method, path, query, given)):
            raise Refusal(401, "Unauthorized")

    def me(self, asked: Asked, _: str) -> Any:
        """The login's account."""
        self.town.billed["users"] += 1
        return {"data": self.town.user(self.town.brand, asked.many("user.fields"))}

    def mentions(self, asked: Asked, account: str) -> Any:
        """Posts that name somebody, newest first, as far as the listing goes."""
        self._own_only(account)
        brand = self.town.brand
        found = [post for post in self.town.newest() if self.town.calls(post, brand) and post.by is not brand]
        return self._page(found[:LISTED], asked, "mention", least=5)

    def posts_of(self, asked: Asked, account: str) -> Any:
        """Somebody's posts, newest first."""
        self._own_only(account)
        return self._page([post for post in self.town.newest() if post.by.id == account], asked, "mention", least=5)

    def _own_only(self, account: str) -> None:
        if account != self.town.brand.id:
            raise Refusal(404, f"Could not find user with id: [{account}].", "resource-not-found")

    def search(self, asked: Asked, _: str) -> Any:
        """Posts of the last seven days, newest first."""
        query, oldest = asked.query.get("query", ""), clock.now() - WEEK
        if not 1 <= len(query) <= (512 if self.tier == "self-serve" else 4096):
            raise Refusal(400, "The `query` query parameter is too long or empty", "invalid-request")
        for name in ("since_id", "until_id"):
            if name in asked.query and _time(asked.number(name, 0)) < oldest.timestamp():
                raise Refusal(400, f"'{name}' must be a tweet id created after {oldest}", "invalid-request")
        try:
            test = Query(query, self.town).test()
        except Unreadable as error:
            raise Refusal(400, f"There were errors processing your request: {error}", "invalid-request") from error
        return self._page([post for post in self.town.newest() if post.at >= oldest and test(post)], asked, "post", 10)

    def _page(self, found: list[Post], asked: Asked, kind: str, least: int) -> Any:
        limit = asked.number("max_results", 10)
        if not least <= limit <= 100:
            raise Refusal(400, f"max_results [{limit}] is not between {least} and 100", "invalid-request")
        token = asked.query.get("pagination_token", asked.query.get("next_token", ""))
        below = min(asked.number("until_id", 2**63), int(token.removeprefix("t") or 2**63))
        above = asked.number("since_id", 0)
        fitting = [post for post in found if above < int(post.id) < below]
        page = fitting[:limit]
        more = {"next_token": f"t{page[-1].id}"} if len(fitting) > limit else {}
        return self._with([post for post in page if post.id not in self.holes], asked, kind, more)

    def lookup(self, asked: Asked, _: str) -> Any:
        """Posts by their ids; of those that are not there, why."""
        ids = asked.query.get("ids", "").split(",")
        if not 1 <= len(ids) <= 100 or not all(id_.isdecimal() for id_ in ids):
            raise Refusal(400, "The number of values in the `ids` query parameter is wrong", "invalid-request")
        there = [self.town.posts[id_] for id_ in ids if id_ in self.town.posts]
        shown = [post for post in there if not post.by.protected]
        errors = [_missing(id_, id_ in self.town.posts) for id_ in ids if id_ not in {post.id for post in shown}]
        return self._with(shown, asked, "post", None) | ({"errors": errors} if errors else {})

    def _with(self, posts: list[Post], asked: Asked, kind: str, meta: dict[str, Any] | None) -> Any:
        """Posts and what was asked for along with them; all of it is billed."""
        fields, expand = asked.many("tweet.fields"), asked.many("expansions")
        quoted = [
            self.town.posts[id_] for post in posts for id_ in (post.answers, post.quotes) if id_ in self.town.posts
        ]
        users = {post.by.id: self.town.user(post.by, asked.many("user.fields")) for post in posts}
        tweets = {post.id: self.town.tweet(post, fields) for post in quoted}
        media = [found for post in posts for found in post.media]
        included = {
            "users": list(users.values()) if "author_id" in expand else [],
            "tweets": list(tweets.values()) if "referenced_tweets.id" in expand else [],
            "media": media if "attachments.media_keys" in expand else [],
        }
        self.town.billed[kind] += len(posts)
        for name, found in (("users", "users"), ("post", "tweets"), ("media", "media")):
            self.town.billed[name] += len(included[found])
        answer: dict[str, Any] = {"data": [self.town.tweet(post, fields) for post in posts]} if posts else {}
        shown = {name: found for name, found in included.items() if found}
        counts = {"result_count": len(posts), **(meta or {})}
        return answer | ({"includes": shown} if shown else {}) | ({"meta": counts} if meta is not None else {})

    def create(self, asked: Asked, _: str) -> Any:
        """The brand posts, and answers where it may."""
        body = asked.body or {}
        reply = body.get("reply", {})
        if set(body) - {"text", "reply"} or set(reply) - {"in_reply_to_tweet_id", "exclude_reply_user_ids"}:
            raise Refusal(400, f"no such key: {sorted(body)} {sorted(reply)}", "invalid-request")
        text, above = str(body.get("text", "")).strip(), reply.get("in_reply_to_tweet_id")
        if not text or counted(text) > 280:
            raise Refusal(400, "Your Tweet text is empty or too long.", "invalid-request")
        if above:
            text = self._answering(text, str(above), set(reply.get("exclude_reply_user_ids", ())))
        same = (post for post in self.town.posts.values() if post.by is self.town.brand and post.answers == above)
        if any(post.text == text for post in same):
            raise Refusal(403, "You are not allowed to create a Tweet with duplicate content.")
        made = self.town.post(self.town.brand, text, answers=above)
        self.town.billed["link" if "https://" in text else "reply"] += 1
        return {"data": {"id": made.id, "text": text, "edit_history_tweet_ids": [made.id]}}

    def _answering(self, text: str, above: str, excluded: set[str]) -> str:
        """What is posted: those whom the answered post names are named unless they are left out."""
        target, brand = self.town.posts.get(above), self.town.brand
        if target is None or target.by.protected:
            raise Refusal(403, "You attempted to reply to a Tweet that is deleted or not visible to you.")
        may = self.tier == "enterprise" or target.by is brand or self.town.summons(target, brand)
        open_ = target.reply_settings == "everyone" or self.town.calls(target, brand)
        if not may or not open_:
            raise Refusal(
                403,
                "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by"
                " the author of the post you are replying to.",
            )
        called = [target.by, *self.town.named(target)]
        missing = [person for person in dict.fromkeys(person.username for person in called) if person != BRAND]
        ids = {person.username: person.id for person in called}
        names = [f"@{name}" for name in missing if ids[name] not in excluded and f"@{name}" not in text.lower()]
        return " ".join((*names, text))


def _missing(id_: str, protected: bool) -> dict[str, Any]:
    said = f"Sorry, you are not authorized to see the Tweet with ids: [{id_}]." if protected else f"no tweet {id_}"
    problem = "not-authorized-for-resource" if protected else "resource-not-found"
    return {
        "value": id_, "detail": said, "title": "No", "resource_type": "tweet", "parameter": "ids", "resource_id": id_,
        "type": f"{PROBLEM}{problem}",
    }  # fmt: skip


ROUTES: list[tuple[str, str, frozenset[str], int, Handler]] = [
    ("GET", "/2/users/me", frozenset({"expansions", "tweet.fields", "user.fields"}), 200, X.me),
    ("GET", r"/2/users/(\d+)/mentions", PAGED | {"pagination_token"}, 200, X.mentions),
    ("GET", r"/2/users/(\d+)/tweets", PAGED | {"pagination_token", "exclude"}, 200, X.posts_of),
    ("GET", "/2/tweets/search/recent", PAGED | {"query", "next_token", "sort_order"}, 200, X.search),
    ("GET", "/2/tweets", SHOWN | {"ids"}, 200, X.lookup),
    ("POST", "/2/tweets", frozenset(), 201, X.create),
    *x_messages.ROUTES,
]
"""Method, path, known parameters, status of success."""


def _time(id_: int) -> float:
    return ((id_ >> 22) + EPOCH) / 1000


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


@dataclass
class FakeX:
    """A running platform: where it is, what it keeps, what goes wrong."""

    url: str
    server: X
    faults: Faults

    @property
    def town(self) -> Town:
        """What it keeps."""
        return self.server.town

    def say(self, customer: str, text: str, *, reply_to: str = "", **more: Any) -> str:
        """A customer posts and names the brand; the id of the post."""
        return self.town.post(self.town.join(customer), f"@{BRAND} {text}", answers=reply_to or None, **more).id

    def talk(self, customer: str, text: str, **more: Any) -> str:
        """A customer posts without naming anybody."""
        return self.town.post(self.town.join(customer), text, **more).id

    def answer_elsewhere(self, post: str, text: str) -> str:
        """Somebody of the brand answers without the desk."""
        return self.town.post(self.town.brand, text, answers=post).id

    def write(self, customer: str, text: str, **more: Any) -> str:
        """A customer writes a direct message; its id."""
        return self.server.letters.write(self.town, self.town.join(customer), text, **more).id

    def write_elsewhere(self, customer: str, text: str) -> str:
        """Somebody of the brand writes to a customer without the desk."""
        return self.server.letters.write(self.town, self.town.brand, text, to=self.town.join(customer)).id

    def messages_of_brand(self) -> list[str]:
        """What the brand really said in direct messages, oldest first."""
        return [one.text for one in self.server.letters.sent if one.by is self.town.brand]

    def posts_of_brand(self) -> list[str]:
        """What really stands there in the brand's name, oldest first."""
        return [post.text for post in reversed(self.town.newest()) if post.by is self.town.brand]

    def requests(self, path: str = "") -> list[dict[str, Any]]:
        """What was received for paths that begin so."""
        return [entry for entry in self.faults.log() if entry["path"].startswith(path)]


@contextmanager
def fake_x(folder: Path, **how: Any) -> Iterator[FakeX]:
    """X on loopback; the record of what it received lies in ``folder``."""
    server, faults = X(**how), Faults(folder)
    with running(Faulty(server, faults, XDialect())) as url:
        yield FakeX(url, server, faults)
