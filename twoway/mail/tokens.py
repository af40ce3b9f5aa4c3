"""A mailbox' login by OAuth: an access token whenever one is needed, renewed before it ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import sleep

from twoway import clock
from twoway.errors import AuthFailed, Temporary
from twoway.mail import token_file
from twoway.mail.oauth import Endpoint, Refused
from twoway.mail.token_file import Kept, Unusable

SLOWER = 5
"""Seconds more between two questions, when the provider asks for it (RFC 8628, section 3.5)."""

_DECLINED = {"access_denied", "authorization_declined"}
"""The RFC's word for it, and Microsoft's."""


@dataclass
class Tokens:
    """Shared by all threads of a desk, and through the file by all its processes."""

    endpoint: Endpoint
    file: Path
    _shown: list[str] = field(default_factory=list, repr=False)

    def access(self, operation: str, refused: str = "") -> str:
        """An access token; another one than ``refused``, which a server did not take. Raises ChannelError."""
        kept = self._read(operation)
        if not self._good(kept, refused):
            kept = self._renewed(operation, refused)
        token = kept.access_token.get_secret_value()
        self._shown = [token, kept.refresh_token.get_secret_value()]
        return token

    @property
    def hidden(self) -> list[str]:
        """What no error may repeat."""
        return self._shown

    @property
    def ends_at(self) -> datetime | None:
        """When somebody has to sign in again; None where the provider does not say, or nobody has signed in."""
        try:
            return token_file.read(self.file).ends_at
        except Unusable:
            return None

    def sign_in(self, tell: Callable[[str, str], None], wait: Callable[[float], None] = sleep) -> None:
        """Tell a person where to type which code, and wait until they have. Raises ChannelError."""
        code = self.endpoint.code()
        tell(code.verification_uri, code.user_code)
        until, pause = clock.now() + timedelta(seconds=code.expires_in), code.interval
        while clock.now() < until:
            wait(pause)
            try:
                grant = self.endpoint.exchange(code)
            except Refused as refusal:
                if refusal.code not in ("authorization_pending", "slow_down"):
                    raise self._not_signed_in(refusal) from None
                pause += SLOWER if refusal.code == "slow_down" else 0
            except Temporary:
                pause += SLOWER  # a question that got lost is asked again, as the RFC says
            else:
                return self._begin(grant.kept(""), bool(grant.refresh_token))
        raise AuthFailed(self.endpoint.channel, "sign in", "nobody typed the code in time; begin again")

    def _not_signed_in(self, refusal: Refused) -> Exception:
        if refusal.code in _DECLINED:
            return AuthFailed(self.endpoint.channel, "sign in", "the sign-in was refused")
        if refusal.code == "expired_token":
            return AuthFailed(self.endpoint.channel, "sign in", "the code has expired; begin again")
        return self.endpoint.refusal("sign in", refusal)

    def _begin(self, kept: Kept, lasting: bool) -> None:
        if not lasting:
            said = "the provider gave no refresh token; the scope has to ask for it (often offline_access)"
            raise AuthFailed(self.endpoint.channel, "sign in", said)
        with self._alone("sign in"):
            token_file.write(self.file, kept)

    def _good(self, kept: Kept, refused: str) -> bool:
        return kept.fresh(clock.now()) and kept.access_token.get_secret_value() != refused

    def _renewed(self, operation: str, refused: str) -> Kept:
        with self._alone(operation):
            kept = self._read(operation)  # another thread or process may have been faster
            if not self._good(kept, refused):
                refresh = kept.refresh_token.get_secret_value()
                kept = self.endpoint.renew(refresh).kept(refresh)
                token_file.write(self.file, kept)
        return kept

    def _read(self, operation: str) -> Kept:
        try:
            return token_file.read(self.file)
        except Unusable as error:
            again = "" if "chmod" in str(error) else f"; sign in: twoway channel login {self.endpoint.channel}"
            raise AuthFailed(self.endpoint.channel, operation, f"{error}{again}") from None

    @contextmanager
    def _alone(self, operation: str) -> Iterator[None]:
        try:
            with token_file.alone(self.file):
                yield
        except OSError as error:
            said = f"{self.file} cannot be written: {error.strerror or error}"
            raise Temporary(self.endpoint.channel, operation, said) from None
