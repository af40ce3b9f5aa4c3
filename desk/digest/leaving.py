"""Leaving the list, and coming back: a signed link in every digest, which needs no login (RFC 8058).

The link holds no address, only a signature over address and kind; it is good for as long as the configuration names
that person. The key is the file's own stamp, which never leaves the house.
"""

import hmac
from base64 import urlsafe_b64encode

from desk.wiring import Desk
from twoway.config import Recipient
from twoway.store import Store
from twoway.store import desk as stamps
from twoway.store.digests import Kind
from twoway.text import canonical


def key(recipient: Recipient) -> str:
    """By what a recipient is known: a mailbox gets one digest of a kind a day, however its address is written."""
    return recipient.address.lower()


def kinds(recipient: Recipient) -> list[Kind]:
    """What a recipient is to have by the configuration."""
    return [*(["daily"] if recipient.daily else []), *(["weekly"] if recipient.weekly != "none" else [])]  # type: ignore[list-item]


def link(desk: Desk, recipient: Recipient, kind: Kind) -> str:
    """Where that recipient leaves the list."""
    return f"{desk.config.web.url}/digest/{_token(desk.store, recipient, kind)}"


def whose(desk: Desk, token: str) -> tuple[Recipient, Kind] | None:
    """Whose digest a link is about; None for a link that was made up, or of somebody no longer on the list."""
    for recipient in desk.config.digest.recipients:
        for kind in kinds(recipient):
            if hmac.compare_digest(_token(desk.store, recipient, kind).encode(), token.encode()):
                return recipient, kind
    return None


def _token(store: Store, recipient: Recipient, kind: Kind) -> str:
    said = canonical(["leave the digest", kind, key(recipient)])
    signed = hmac.digest(stamps.stamp(store).instance.encode(), said.encode(), "sha256")
    return urlsafe_b64encode(signed).decode().rstrip("=")
