"""A provider of tokens, strict: it knows the paths, fields and grants of the RFCs, and says no to all else."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from twoway import clock

CLIENT = "a-registered-application"
SCOPE = "imap smtp offline_access"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
TAKEN = {
    "/device": {"client_id", "scope"},
    DEVICE: {"grant_type", "client_id", "device_code"},
    "refresh_token": {"grant_type", "client_id", "refresh_token"},
}


@dataclass
class Access:
    """A token that was given."""

    user: str
    ends_at: datetime


@dataclass
class Provider:
    """What it gave; ``answers`` are what it says to the next questions at ``/token`` in place of the truth."""

    url: str
    user: str = "desk@desk.test"
    secret: str = ""
    """Asked for where it is not empty."""
    life: int = 3600
    """Seconds that an access token lasts."""
    lasting: dict[str, int] = field(default_factory=dict)
    """Further fields beside tokens, such as when the refresh token ends."""
    rotates: bool = True
    offline: bool = True
    waits: int = 1
    """How often a person has not typed the code yet."""
    interval: int = 0
    answers: list[Response] = field(default_factory=list)
    declines: str = "access_denied"
    """Its word for a person who says no."""
    codes: dict[str, str] = field(default_factory=dict)
    """Device codes, and what became of them: pending, denied, used."""
    refresh: set[str] = field(default_factory=set)
    access: dict[str, Access] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def withdraw(self) -> None:
        """Nothing that was given is good any more."""
        self.refresh.clear()
        self.access.clear()

    def forget_access(self) -> None:
        """Access tokens are good no more, though their time has not come."""
        self.access.clear()

    def device(self, request: Request) -> Response:
        """Gives a device code."""
        if refusal := self._wrong(request, "/device"):
            return refusal
        if request.form["scope"] != SCOPE:
            return _no(400, "invalid_scope", "no such scope")
        code = f"device-code-{next(self._numbers)}"
        self.codes[code] = "pending"
        given = {"device_code": code, "user_code": "WDJB-MJHT", "verification_uri": f"{self.url}/activate"}
        return _json(200, {**given, "expires_in": 900, "interval": self.interval})

    def token(self, request: Request) -> Response:
        """Gives tokens."""
        self.asked.append(dict(request.form))
        if self.answers:
            return self.answers.pop(0)
        grant = request.form.get("grant_type", "")
        if grant not in (DEVICE, "refresh_token"):
            return _no(400, "unsupported_grant_type", "")
        return self._wrong(request, grant) or (self._by_code(request) if grant == DEVICE else self._by_refresh(request))

    def _by_code(self, request: Request) -> Response:
        code = request.form["device_code"]
        state = self.codes.get(code, "used")
        if state == "denied":
            return _no(400, self.declines, "")
        if state == "used":
            return _no(400, "invalid_grant", "used before")
        if self.waits:
            self.waits -= 1
            return _no(400, "authorization_pending", "")
        self.codes[code] = "used"
        return self._give()

    def _by_refresh(self, request: Request) -> Response:
        used = request.form["refresh_token"]
        if used not in self.refresh:
            return _no(400, "invalid_grant", f"the refresh token {used} has been withdrawn")
        if self.rotates:
            self.refresh.remove(used)
        return self._give()

    def _give(self) -> Response:
        number = next(self._numbers)
        access, refresh = f"access-token-{number}", f"refresh-token-{number}"
        self.access[access] = Access(self.user, clock.now() + timedelta(seconds=self.life))
        given: dict[str, Any] = {"access_token": access, "token_type": "Bearer", "expires_in": self.life}
        if self.offline and (self.rotates or not self.refresh):
            self.refresh.add(refresh)
            given["refresh_token"] = refresh
        return _json(200, {**given, **self.lasting})

    def introspect(self, request: Request) -> Response:
        """Tells a mail server whether a token is good (RFC 7662)."""
        found = self.access.get(request.form.get("token", ""))
        if found is None or found.ends_at <= clock.now():
            return _json(200, {"active": False})
        return _json(200, {"active": True, "username": found.user, "token_type": "Bearer"})

    def _wrong(self, request: Request, what: str) -> Response | None:
        wanted = TAKEN[what] | ({"client_secret"} if self.secret else set())
        if request.mimetype != "application/x-www-form-urlencoded" or request.args or set(request.form) != wanted:
            return _no(400, "invalid_request", f"wanted {sorted(wanted)}")
        if request.form["client_id"] != CLIENT or request.form.get("client_secret", "") != self.secret:
            return _no(401, "invalid_client", "no such application")
        return None


def _json(status: int, said: Any) -> Response:
    return Response(json.dumps(said), status, content_type="application/json")


def _no(status: int, code: str, said: str) -> Response:
    return _json(status, {"error": code, **({"error_description": said} if said else {})})


@contextmanager
def fake_provider(port: int = 0) -> Iterator[Provider]:
    """A provider on loopback."""
    with HTTPServer("127.0.0.1", port) as server:
        provider = Provider(f"http://127.0.0.1:{server.port}")
        for path, handler in (("/device", provider.device), ("/token", provider.token)):
            server.expect_request(path, method="POST").respond_with_handler(handler)
        server.expect_request("/introspect", method="POST").respond_with_handler(provider.introspect)
        yield provider
