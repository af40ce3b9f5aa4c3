"""Who may ask the fake Bluesky: app passwords, tokens, and what each is good for."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.fakes.bluesky_asked import Asked, Refusal
from tests.fakes.bluesky_town import BRAND, Town
from twoway import clock

PASSWORD = "abcd-efgh-ijkl-mnop-never-shown"
ACCESS, REFRESH = timedelta(hours=2), timedelta(days=90)


@dataclass
class Logins:
    """The brand's account and its tokens."""

    town: Town = field(default_factory=Town)
    password: str = PASSWORD
    privileged: bool = True
    """Whether the app password may read and write direct messages."""
    forbidding: str = "Bad token method"
    """What is said where it may not."""
    takendown: bool = False
    elsewhere: str = ""
    """What the account's document says of where its data are."""
    tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    _made: int = 0

    def let_in(self, authorization: str, needed: str, *, chat: bool) -> str:
        """The token, if it is good for this."""
        token = authorization.removeprefix("Bearer ")
        if not needed:
            return token
        if not token:
            raise Refusal(401, "AuthMissing", "Authentication Required")
        kind, ends = self.tokens.get(token, ("", clock.now()))
        if kind != needed:
            raise Refusal(400, "InvalidToken", "Token could not be verified")
        if clock.now() >= ends:
            raise Refusal(400, "ExpiredToken", "Token has expired")
        if self.takendown:
            raise Refusal(401, "AccountTakedown", "Account has been taken down")
        if chat and not self.privileged:
            raise Refusal(400, "InvalidToken", self.forbidding)
        return token

    def create_session(self, asked: Asked) -> Any:
        """A login."""
        who = asked.body.get("identifier")
        if who not in (self.town.brand.handle, self.town.brand.did) or asked.body.get("password") != self.password:
            raise Refusal(401, "AuthenticationRequired", "Invalid identifier or password")
        if self.takendown:
            raise Refusal(401, "AccountTakedown", "Account has been taken down")
        return self._session()

    def refresh_session(self, asked: Asked) -> Any:
        """New tokens; the old one is used up."""
        del self.tokens[asked.token]
        return self._session()

    def _session(self) -> Any:
        self._made += 1
        access, refresh = f"access-{self._made}-secret", f"refresh-{self._made}-secret"
        self.tokens |= {access: ("access", clock.now() + ACCESS), refresh: ("refresh", clock.now() + REFRESH)}
        return {"accessJwt": access, "refreshJwt": refresh, **self.get_session(None)}

    def get_session(self, asked: Asked | None) -> Any:
        """Whose login it is."""
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": self.elsewhere}
        document = {"didDoc": {"id": self.town.brand.did, "service": [service]}} if self.elsewhere else {}
        return {"did": self.town.brand.did, "handle": BRAND, "active": True, "emailConfirmed": True, **document}
