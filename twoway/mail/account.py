"""What a mail account is: servers, login, and the words of an error without the password in them."""

import base64
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from twoway.mail.tokens import Tokens
from twoway.text import one_line

Security = Literal["tls", "starttls", "none"]


@dataclass(frozen=True, slots=True)
class Server:
    """One server and the login it wants. ``user`` is empty where it wants none."""

    channel: str
    """The channel's name; errors carry it."""
    host: str
    port: int
    security: Security
    user: str
    password: str
    ca_file: Path | None
    timeout: float
    """Seconds that one answer of the server may take."""
    helo: str = "localhost"
    """How we introduce ourselves to an SMTP server."""
    tokens: Tokens | None = None
    """In place of a password, for XOAUTH2."""

    def __repr__(self) -> str:
        return f"Server({self.channel}, {self.host}:{self.port})"

    def tls(self) -> ssl.SSLContext:
        """Certificates are always checked, against ``ca_file`` where one is configured."""
        return ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)

    def said(self, words: object) -> str:
        """A server's or library's words on one line, even if they repeat the password."""
        if isinstance(words, list | tuple):
            words = b" ".join(part for part in words if isinstance(part, bytes))
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        for hidden in self._secrets():
            text = text.replace(hidden, "***")
        return one_line(text, 300) or "no reason given"

    def _secrets(self) -> list[str]:
        hidden = [self.password] if self.password else self.tokens.hidden if self.tokens else []
        sent = [made for secret in hidden for made in (secret, f"\0{self.user}\0{secret}", self.bearer(secret))]
        return [*hidden, *(base64.b64encode(text.encode()).decode() for text in sent)]

    def bearer(self, token: str) -> str:
        """What XOAUTH2 sends in place of a password."""
        return f"user={self.user}\1auth=Bearer {token}\1\1"
