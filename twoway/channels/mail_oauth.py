"""The section of a mailbox that logs in with tokens in place of a password."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from twoway.config.sections import Section
from twoway.config.values import InFolder, Name, Url, loopback
from twoway.mail.oauth import Endpoint
from twoway.mail.providers import PROVIDERS, Provider
from twoway.mail.tokens import Tokens
from twoway.ports import Access
from twoway.secrets import Secret


def _safe(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" and not loopback(parts.hostname or ""):
        raise ValueError("must begin with https://; tokens never travel in the clear")
    return url


_SafeUrl = Annotated[Url, AfterValidator(_safe)]


class OAuth(Section):
    """Who gives the tokens, to which application, and where they are kept."""

    provider: Literal["microsoft"] | None = None
    """Fills in the two addresses and the scope."""
    tenant: Annotated[Name, Field(pattern=r"^[A-Za-z0-9.-]+$")] = "common"
    """Whose accounts, for Microsoft: an id or domain, ``organizations``, ``consumers``."""
    device_url: _SafeUrl | None = None
    token_url: _SafeUrl | None = None
    scope: Annotated[str, Field(pattern=r"^[!#-\[\]-~ ]+$", max_length=1_000)] | None = None
    client_id: Name
    client_secret: Secret | None = None
    token_file: InFolder

    @model_validator(mode="after")
    def _whole(self) -> Self:
        missing = [key for key in ("device_url", "token_url", "scope") if getattr(self, key) is None]
        if missing and self.provider is None:
            raise ValueError(f"name a provider ({', '.join(PROVIDERS)}), or write {' and '.join(missing)}")
        return self

    @property
    def _provider(self) -> Provider:
        named = PROVIDERS.get(self.provider or "", Provider("", "", ""))
        return Provider(
            self.device_url or named.device_url.format(tenant=self.tenant),
            self.token_url or named.token_url.format(tenant=self.tenant),
            self.scope or named.scope,
        )

    def tokens(self, access: Access) -> Tokens:
        """The login; no network and no file yet."""
        asked = self._provider
        endpoint = Endpoint(
            channel=access.name,
            device_url=asked.device_url,
            token_url=asked.token_url,
            scope=asked.scope,
            client_id=self.client_id,
            client_secret=self.client_secret,
            open_http=access.http,
        )
        return Tokens(endpoint, self.token_file)
