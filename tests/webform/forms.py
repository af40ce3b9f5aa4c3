"""Forms as the desk makes them, and messages as other systems sign them."""

import json
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from twoway import clock
from twoway.channels import webform
from twoway.channels.webform import Settings, Webform
from twoway.http import Guard, client
from twoway.ports import Access, Inbound
from twoway.webhooks import signed

SECRET = SecretStr("whsec_" + "YS1mb3JtJ3Mtb3duLXNlY3JldC1mb3ItdGhlLXRlc3Rz")
OTHER = SecretStr("whsec_" + "YW5vdGhlci1zZWNyZXQtdGhhdC1zaWducy1mb3Jtcw==")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@dataclass
class Door:
    """An inbound door that keeps what it took."""

    taken: list[Inbound] = field(default_factory=list)

    def put(self, media_type: str = JSON, body: bytes | None = None, **message: Any) -> str:
        """A message comes in; its webhook-id."""
        body = json.dumps(message, ensure_ascii=False).encode() if body is None else body
        number = len(self.taken) + 1
        self.taken.append(Inbound(number, clock.now(), media_type, body, f"msg_{number}"))
        return f"msg_{number}"

    def after(self, cursor: int, limit: int) -> list[Inbound]:
        """As the desk's own."""
        return [request for request in self.taken if request.id > cursor][:limit]


def settings(**more: Any) -> Settings:
    """The section of a form."""
    return Settings(secrets=(SECRET,), **more)


def form(door: Door, neighbour: Any = None, **more: Any) -> Webform:
    """The connection of a form, behind the address guard; ``neighbour`` is the mailbox that it borrows."""
    guard = Guard(("127.0.0.1",))
    access = Access(
        "our form", "desk-under-test", door, lambda **how: client(**how, guard=guard), neighbour=lambda name: neighbour
    )
    return webform.connect(settings(**more), access)


def headers(body: bytes, id_: str = "msg_1", secret: SecretStr = SECRET, media_type: str = JSON) -> dict[str, str]:
    """What a sender that knows the secret sends with a body."""
    return {"content-type": media_type, **signed(secret, id_, body)}
