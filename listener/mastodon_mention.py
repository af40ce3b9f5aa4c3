"""A post on Mastodon as the desk hears it."""

from datetime import datetime
from typing import Any

from twoway.channels.mastodon_posts import Address, Instance, Media, Status, visibility
from twoway.domain import Attachment, Author, Mention
from twoway.text import one_line, storable


def position(entry: Any) -> str:
    """The id of a listing's entry, even of one that cannot be read otherwise: nothing may hold a stream up."""
    found = entry.get("id") if isinstance(entry, dict) else None
    return found if isinstance(found, str) and found.isascii() and found.isalnum() and len(found) <= 64 else ""


def mention(
    status: Status, raw: bytes, instance: Instance, me: str, arrived_at: datetime | None = None, found: bool = False
) -> Mention:
    """A post; ``me`` is the brand's account, ``found`` says that a search came upon it."""
    others = (person.id for person in status.mentions if person.id not in (me, status.account.id))
    account = status.account
    followers = account.followers_count if (account.followers_count or 0) >= 0 else None  # -1: they hide it
    return Mention(
        id=status.id,
        author=Author(account.id, f"@{account.acct}", storable(account.display_name), account.url or "", followers),
        text=status.text,
        created_at=status.created_at,
        address=Address.of(status, instance),
        visibility=visibility(status.visibility),
        raw=raw,
        reference=status.id,
        replies_to=(status.in_reply_to_id,) if status.in_reply_to_id else (),
        participants=tuple(dict.fromkeys(others)),
        title=storable(status.spoiler_text),
        quoted=status.quoted,
        url=status.url or status.uri,
        language=status.language or "",
        attachments=tuple(_attachment(media) for media in status.media_attachments),
        found=found,
        arrived_at=arrived_at,
        edited_at=status.edited_at,
    )


def _attachment(media: Media) -> Attachment:
    """A picture by its link and by the words for those who cannot see it; its size is not told."""
    link = media.url or media.remote_url or ""
    return Attachment(one_line(f"{link} {media.description or ''}", 1_000), media.type, 0)
