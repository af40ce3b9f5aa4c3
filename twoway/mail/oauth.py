"""What a provider of tokens is asked, and what its answers mean (RFC 6749, RFC 8628)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, ValidationError

from twoway import clock
from twoway.errors import AuthFailed, ChannelError, RateLimited, Temporary
from twoway.mail.token_file import Kept
from twoway.text import one_line
from twoway.waiting import retry_at

if TYPE_CHECKING:
    import httpx2

LARGEST = 200_000
"""Bytes of an answer; tokens have some thousand."""
EARLY = timedelta(minutes=5)
"""How long before its end an access token is renewed; at most half of its life."""
_ENDED = {"invalid_grant", "interaction_required", "login_required", "consent_required"}
_LATER = {"temporarily_unavailable", "server_error"}
_Token = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,20000}$")]
M = TypeVar("M", bound=BaseModel)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Grant(_Answer):
    """Tokens, as an endpoint gives them."""

    access_token: _Token
    refresh_token: _Token | None = None
    """None: the one that was used goes on."""
    expires_in: Annotated[int, Field(ge=1, le=10**9)] = 3600
    refresh_token_expires_in: Annotated[int, Field(ge=0, le=10**9)] = 0
    """Not in the RFC, but given by some; 0: not said, or never."""
    refresh_expires_in: Annotated[int, Field(ge=0, le=10**9)] = 0

    def kept(self, refresh: str) -> Kept:
        """As the file holds them; ``refresh`` is what was used to get them."""
        now, life = clock.now(), timedelta(seconds=self.expires_in)
        ends = self.refresh_token_expires_in or self.refresh_expires_in
        return Kept(
            refresh_token=SecretStr(self.refresh_token or refresh),
            access_token=SecretStr(self.access_token),
            renew_at=now + life - min(EARLY, life / 2),
            ends_at=now + timedelta(seconds=ends) if ends else None,
        )


class Code(_Answer):
    """A device code: a person types ``user_code`` at ``verification_uri``."""

    device_code: _Token
    user_code: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    verification_uri: Annotated[str, StringConstraints(pattern=r"^https?://[!-~]{1,500}$")]
    expires_in: Annotated[int, Field(ge=1, le=86_400)] = 900
    interval: Annotated[int, Field(ge=0, le=300)] = 5
    """Seconds between two questions."""


class _Refusal(_Answer):
    error: Annotated[str, StringConstraints(max_length=100)]
    error_description: str = ""


class Refused(Exception):
    """The provider said no, with this code of the RFCs."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


@dataclass(frozen=True)
class Endpoint:
    """A provider, as one application of the brand's speaks to it."""

    channel: str
    device_url: str
    token_url: str
    scope: str
    client_id: str
    client_secret: SecretStr | None
    open_http: Callable[..., "httpx2.Client"] = field(repr=False)

    @cached_property
    def _http(self) -> "httpx2.Client":
        """Behind the address guard; closed by whoever opened it."""
        return self.open_http(largest=LARGEST)

    def code(self) -> Code:
        """A new device code. Raises ChannelError."""
        try:
            return self._ask(Code, self.device_url, {"scope": self.scope})
        except Refused as refusal:
            raise self.refusal("sign in", refusal) from None

    def exchange(self, code: Code) -> Grant:
        """The tokens, once the person has said yes. Raises Refused while or because they have not, ChannelError."""
        grant = "urn:ietf:params:oauth:grant-type:device_code"
        return self._ask(Grant, self.token_url, {"grant_type": grant, "device_code": code.device_code})

    def renew(self, refresh: str) -> Grant:
        """New tokens. Raises ChannelError."""
        try:
            return self._ask(Grant, self.token_url, {"grant_type": "refresh_token", "refresh_token": refresh})
        except Refused as refusal:
            raise self.refusal("renew", refusal) from None

    def refusal(self, operation: str, refusal: Refused) -> ChannelError:
        """A no, in words that say what to do."""
        said, again = str(refusal), f"twoway channel login {self.channel}"
        if refusal.code in _ENDED:
            return AuthFailed(self.channel, operation, f"the sign-in has ended ({said}); sign in again: {again}")
        if refusal.code in ("invalid_client", "unauthorized_client"):
            hint = "check oauth.client_id and client_secret, and whether the application may use device codes"
            return AuthFailed(self.channel, operation, f"the provider does not take it ({said}); {hint}")
        if refusal.code == "invalid_scope":
            return AuthFailed(self.channel, operation, f"the provider does not give this scope ({said})")
        if refusal.code in _LATER:
            return Temporary(self.channel, operation, said)
        return AuthFailed(self.channel, operation, f"{said}; sign in again: {again}")

    def _ask(self, model: type[M], url: str, asked: Mapping[str, str]) -> M:
        import httpx2

        from twoway.http import AddressRefused, AnswerRefused

        form = {"client_id": self.client_id, **asked}
        if self.client_secret:
            form["client_secret"] = self.client_secret.get_secret_value()
        try:
            answer = self._http.post(url, data=form, headers={"Accept": "application/json"})
        except (httpx2.HTTPError, AddressRefused, AnswerRefused) as error:
            raise Temporary(self.channel, "sign in", one_line(str(error)) or type(error).__name__) from None
        try:
            if answer.is_success:
                return model.model_validate_json(answer.content)
            refusal = _Refusal.model_validate_json(answer.content)
        except ValidationError:
            raise self._unreadable(answer) from None
        raise Refused(refusal.error, _without(f"{refusal.error}: {refusal.error_description}", form))

    def _unreadable(self, answer: Any) -> ChannelError:
        said = f"{answer.url.host} answered {answer.status_code}, and no word of it can be read"
        if answer.status_code == 429:
            until = retry_at(answer.headers.get("retry-after", ""))
            return RateLimited(self.channel, "sign in", said, until)
        lasting = 300 <= answer.status_code < 500
        hint = "; are oauth.device_url and token_url right?" if lasting else ""
        return (AuthFailed if lasting else Temporary)(self.channel, "sign in", said + hint)


def _without(said: str, form: Mapping[str, str]) -> str:
    """The provider's words without what it repeats of our secrets."""
    for name in ("refresh_token", "device_code", "client_secret"):
        said = said.replace(form[name], "***") if form.get(name) else said
    return one_line(said.removesuffix(": "), 300)
