"""Reddit's login and API: real paths, fields, scopes and headers; what the real one does not know is refused."""

import html
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.faulty import Receive, Send
from tests.fakes.reddit_town import BRAND, Said, Town
from twoway import clock

CLIENT, SECRET = "aClientId12345", "a-client-secret-that-must-never-be-shown"
PASSWORD = "a-reddit-password-that-must-never-be-shown"
REFRESH = "a-refresh-token-that-must-never-be-shown"
SCOPES = ("identity", "read", "history", "privatemessages", "submit")
AGENT = re.compile(r"[^:]+:[^:]+:[^:]+ \(by /?u/[\w-]{3,20}\) PRAW/\S+ prawcore/\S+")
WINDOW = 600
DEEPEST, SEARCHED = 1_000, 250


class Refusal(Exception):
    """What the platform says no with."""

    def __init__(self, status: int, **body: Any) -> None:
        super().__init__(str(body))
        self.status, self.body = status, body


@dataclass(frozen=True)
class Asked:
    """A request that was let in."""

    query: dict[str, str]
    form: dict[str, str]

    def one(self, name: str, default: str = "") -> str:
        """A parameter."""
        return self.query.get(name) or self.form.get(name) or default


Handler = Callable[["Reddit", Asked, str], Any]


@dataclass
class Reddit:
    """Reddit with the brand's account and its application; ASGI."""

    town: Town = field(default_factory=Town)
    scopes: tuple[str, ...] = ("*",)
    password: str = PASSWORD
    refresh: str = REFRESH
    lasts: int = 86_400
    used: int = 4
    limit: int = 1_000
    tokens: dict[str, datetime] = field(default_factory=dict)
    """Access tokens and when they end."""
    refuses: tuple[str, str] | None = None
    """A code and words that every answer of the brand's is refused with."""
    hides: set[str] = field(default_factory=set)
    """Names that are not shown when they are asked for."""
    mute: bool = False
    """Takes answers and shows nothing of them, as in a quarantined subreddit."""

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        message = await receive()
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        status, body, more = self._answer(scope, headers, message.get("body", b""))
        kind = (b"content-type", b"application/json; charset=UTF-8")
        await send({"type": "http.response.start", "status": status, "headers": [kind, *more]})
        await send({"type": "http.response.body", "body": _json(body)})

    def _answer(self, scope: Any, headers: dict[str, str], body: bytes) -> tuple[int, Any, list[tuple[bytes, bytes]]]:
        try:
            with self.town.lock:
                found = self._routed(scope, headers, body)
        except Refusal as refusal:
            more = [(b"www-authenticate", refusal.body.pop("about").encode())] if "about" in refusal.body else []
            return refusal.status, {**refusal.body, "error": refusal.status}, [*more, *self._rate()]
        return 200, found, self._rate()

    def _rate(self) -> list[tuple[bytes, bytes]]:
        reset = WINDOW - int(clock.now().timestamp()) % WINDOW
        left = f"{self.limit - self.used}.0"
        rate = {"remaining": left, "used": str(self.used), "reset": str(reset)}
        return [(f"x-ratelimit-{name}".encode(), value.encode()) for name, value in rate.items()]

    def _routed(self, scope: Any, headers: dict[str, str], body: bytes) -> Any:
        path = scope["path"].strip("/")
        query, form = (_single(part.decode()) for part in (scope["query_string"], body))
        if not AGENT.fullmatch(headers.get("user-agent", "")):
            raise Refusal(429, message="Too Many Requests")
        if (scope["method"], path) == ("POST", "api/v1/access_token"):
            return self._token(headers, form)
        for method, pattern, needed, known, handler in ROUTES:
            found = re.fullmatch(pattern, path)
            if method == scope["method"] and found:
                self._let_in(headers, needed)
                if (set(query) | set(form)) - known - {"raw_json", "api_type"}:
                    raise Refusal(400, message="Bad Request")
                answer = handler(self, Asked(query, form), found[1] if found.groups() else "")
                return answer if query.get("raw_json") == "1" else _escaped(answer)
        raise Refusal(404, message="Not Found")

    def _token(self, headers: dict[str, str], form: dict[str, str]) -> Any:
        if headers.get("authorization") != f"Basic {b64encode(f'{CLIENT}:{SECRET}'.encode()).decode()}":
            raise Refusal(401, message="Unauthorized")
        if form.get("grant_type") == "password":
            if (form.get("username"), form.get("password")) != (BRAND, self.password):
                return {"error": "invalid_grant"}
        elif form.get("grant_type") != "refresh_token" or form.get("refresh_token") != self.refresh:
            raise Refusal(400, message="Bad Request")
        token = f"access-{len(self.tokens)}-that-must-never-be-shown"
        self.tokens[token] = clock.now() + timedelta(seconds=self.lasts)
        made = {"access_token": token, "token_type": "bearer", "expires_in": self.lasts, "scope": " ".join(self.scopes)}
        return made | ({"refresh_token": self.refresh} if form["grant_type"] == "refresh_token" else {})

    def _let_in(self, headers: dict[str, str], needed: str) -> None:
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or self.tokens.get(token, clock.now()) <= clock.now():
            raise Refusal(401, message="Unauthorized", about='Bearer realm="reddit", error="invalid_token"')
        self.used += 1
        if not {"*", needed} & set(self.scopes):
            raise Refusal(403, message="Forbidden", about='Bearer realm="reddit", error="insufficient_scope"')

    def revoke(self) -> None:
        """The brand's login is taken away."""
        self.tokens.clear()
        self.password = self.refresh = "another"

    def me(self, asked: Asked, _: str) -> Any:
        """The token's account."""
        brand = self.town.brand
        return {"name": brand.name, "id": brand.id[3:], "created_utc": 1_500_000_000.0, "total_karma": 4_321}

    def inbox(self, asked: Asked, _: str) -> Any:
        """What the brand was told."""
        return self._listing(asked, [self.town.said[name] for name, _ in self.town.inbox], dict(self.town.inbox))

    def sent(self, asked: Asked, _: str) -> Any:
        """What the brand wrote to others."""
        mine = (one for one in self.town.said.values() if one.by is self.town.brand and one.to)
        return self._listing(asked, [one for one in mine if not one.deleted])

    def comments_of(self, asked: Asked, user: str) -> Any:
        """Somebody's comments."""
        person = self.town.people.get(user.lower())
        if person is None:
            raise Refusal(404, message="Not Found")
        said = (one for one in self._shown("t1") if one.by is person)
        return self._listing(asked, list(said))

    def new(self, asked: Asked, subreddit: str) -> Any:
        """The posts of a subreddit."""
        return self._listing(asked, self._in(subreddit, "t3"))

    def comments(self, asked: Asked, subreddit: str) -> Any:
        """The comments of a subreddit."""
        return self._listing(asked, self._in(subreddit, "t1"))

    def _in(self, subreddit: str, kind: str) -> list[Said]:
        if subreddit in self.town.private:
            raise Refusal(403, message="Forbidden", reason="private")
        return [one for one in self._shown(kind) if one.subreddit == subreddit]

    def search(self, asked: Asked, _: str) -> Any:
        """Posts that have one of the phrases, or all."""
        if not asked.one("q") or len(asked.one("q")) > 512 or asked.one("type", "link") != "link":
            raise Refusal(400, message="Bad Request")
        phrases = re.findall(r'"([^"]+)"', asked.one("q"))
        enough = any if " OR " in asked.one("q") else all
        posts = [
            one for one in self._shown("t3") if enough(p.lower() in f"{one.title} {one.text}".lower() for p in phrases)
        ]
        return self._listing(asked, posts, deepest=SEARCHED)

    def _shown(self, kind: str) -> Iterator[Said]:
        hidden = lambda one: one.deleted or one.removed or not self.town.seen(one)  # noqa: E731
        return (one for one in self.town.said.values() if one.name.startswith(kind) and not hidden(one))

    def _listing(
        self, asked: Asked, found: list[Said], why: dict[str, str] | None = None, deepest: int = DEEPEST
    ) -> Any:
        found = sorted(found, key=lambda one: (one.created, one.name), reverse=True)[:deepest]
        limit, after = max(1, min(int(asked.one("limit", "25")), 100)), asked.one("after")
        names = [one.name for one in found]
        # After a thing that is not in the listing there is nothing.
        begin = 0 if not after else names.index(after) + 1 if after in names else len(found)
        page = found[begin : begin + limit]
        last = page[-1].name if page and begin + limit < len(found) else None
        shown = [self.town.thing(one, (why or {}).get(one.name, "")) for one in page]
        return _listed(shown, last)

    def info(self, asked: Asked, _: str) -> Any:
        """Things by their names; deleted ones as such, what does not exist not at all."""
        names = asked.one("id").split(",")
        if len(names) > 100 or any(not re.fullmatch(r"t[135]_[0-9a-z]+", name) for name in names):
            raise Refusal(400, message="Bad Request")
        known = [self.town.said[name] for name in names if name in self.town.said and name not in self.hides]
        return _listed([self.town.thing(one) for one in known if self.town.seen(one)], None)

    def thread(self, asked: Asked, post: str) -> Any:
        """A post, and what stands below it or below one of its comments."""
        found = self.town.said.get(f"t3_{post}")
        if found is None or not self.town.seen(found):
            raise Refusal(404, message="Not Found") if found is None else Refusal(403, reason="private")
        top = f"t1_{asked.one('comment')}" if asked.one("comment") else ""
        if top and (top not in self.town.said or (self.town.said[top].deleted and not list(self.town.answers(top)))):
            return [_listed([self.town.thing(found)], None), _listed([], None)]
        roots = [self.town.said[top]] if top else list(self.town.answers(found.name))
        return [_listed([self.town.thing(found)], None), self._tree(roots)]

    def _tree(self, roots: list[Said]) -> Any:
        made = []
        for one in roots:
            below = list(self.town.answers(one.name))
            thing = self.town.thing(one)
            thing["data"]["replies"] = self._tree(below) if below else ""
            made.append(thing)
        return _listed(made, None)

    def conversation(self, asked: Asked, message: str) -> Any:
        """A message and all that followed."""
        first = self.town.said.get(f"t4_{message}")
        if first is None or first.deleted:
            raise Refusal(404, message="Not Found")
        thing = self.town.thing(first)
        later = [one for one in self.town.said.values() if one.root == first.name and one is not first]
        thing["data"]["replies"] = _listed([self.town.thing(one) for one in later], None) if later else ""
        return _listed([thing], None)

    def comment(self, asked: Asked, _: str) -> Any:
        """The brand answers."""
        above, text = self.town.said.get(asked.one("thing_id")), asked.one("text")
        if asked.one("api_type") != "json":
            raise Refusal(400, message="Bad Request")
        if refused := self.refuses or self._refused(above, text):
            return {"json": {"errors": [[*refused, "text"]]}}
        assert above
        brand = self.town.brand
        if above.to:
            made = self.town.message(brand, above.by, text, above.name)
        else:
            made = self.town.comment(brand, above.name, text)
        return {"json": {"errors": [], "data": {"things": [] if self.mute else [self.town.thing(made)]}}}

    def _refused(self, above: Said | None, text: str) -> tuple[str, str] | None:
        if above is None:
            raise Refusal(404, message="Not Found")
        post = self.town.said[above.root]
        reasons = {
            ("NO_TEXT", "we need something here"): not text.strip(),
            ("TOO_LONG", "this is too long (max: 10000)"): len(text) > 10_000,
            ("DELETED_COMMENT", "that comment has been deleted"): above.deleted,
            ("THREAD_LOCKED", "Comments are locked."): above.locked or post.locked,
            ("TOO_OLD", "that's a piece of history now; it's too late to reply to it"): above.archived or post.archived,
        }
        return next((reason for reason, holds in reasons.items() if holds), None)


PAGED = frozenset({"limit", "after", "before", "count", "show"})
SORTED = PAGED | {"sort", "t"}
SEARCH = SORTED | {"q", "type", "restrict_sr", "include_over_18", "syntax"}
TREE = frozenset({"comment", "context", "sort", "limit", "depth", "threaded", "showmore", "showedits"})
ANSWER = frozenset({"thing_id", "text", "return_rtjson", "richtext_json"})
ROUTES: list[tuple[str, str, str, frozenset[str], Handler]] = [
    ("GET", "api/v1/me", "identity", frozenset(), Reddit.me),
    ("GET", "message/inbox", "privatemessages", PAGED | {"mid", "mark"}, Reddit.inbox),
    ("GET", "message/sent", "privatemessages", PAGED | {"mid", "mark"}, Reddit.sent),
    ("GET", r"message/messages/([0-9a-z]+)", "privatemessages", PAGED | {"mid", "mark"}, Reddit.conversation),
    ("GET", r"user/([\w-]+)/comments", "history", SORTED | {"username", "context"}, Reddit.comments_of),
    ("GET", r"r/(\w+)/new", "read", PAGED, Reddit.new),
    ("GET", r"r/(\w+)/comments", "read", PAGED, Reddit.comments),
    ("GET", "search", "read", SEARCH, Reddit.search),
    ("GET", "api/info", "read", frozenset({"id", "sr_name", "url"}), Reddit.info),
    ("GET", r"comments/([0-9a-z]+)", "read", TREE, Reddit.thread),
    ("POST", "api/comment", "submit", ANSWER, Reddit.comment),
]
"""Method, path, scope, known parameters."""


def _listed(things: list[Any], after: str | None) -> dict[str, Any]:
    data = {"after": after, "before": None, "dist": len(things), "modhash": None, "geo_filter": "", "children": things}
    return {"kind": "Listing", "data": data}


def _single(encoded: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(encoded, keep_blank_values=True).items()}


def _escaped(value: Any) -> Any:
    """As Reddit writes texts to whoever does not ask for them raw."""
    if isinstance(value, dict):
        return {name: _escaped(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_escaped(one) for one in value]
    return html.escape(value, quote=False) if isinstance(value, str) else value


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
