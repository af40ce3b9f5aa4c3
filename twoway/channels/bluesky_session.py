"""What a login at Bluesky gives."""

from typing import Any

from pydantic import Field

from twoway.channels.bluesky_posts import Did, View


class _Endpoint(View):
    id: str = ""
    service_endpoint: Any = ""


class _Document(View):
    service: tuple[_Endpoint, ...] = ()


class Session(View):
    """What a login gives."""

    access_jwt: str = Field(min_length=1, repr=False)
    refresh_jwt: str = Field(min_length=1, repr=False)
    did: Did
    active: bool = True
    status: str = ""
    did_doc: _Document | None = None

    @property
    def server(self) -> str:
        """Where the account's data are, by its own document."""
        services = self.did_doc.service if self.did_doc else ()
        found = next((one.service_endpoint for one in services if one.id.endswith("#atproto_pds")), "")
        return found.rstrip("/") if isinstance(found, str) else ""


class Account(View):
    """Whose login it is."""

    active: bool = True
    status: str = ""
