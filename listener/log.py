"""Hears the log: entries that the desk took in through the inbound door, in their order."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import ValidationError

from twoway.channels.log import Entry, HandAddress, Log, Settings, mistakes
from twoway.domain import Author, Malformed, Mention, Page
from twoway.ports import Inbound
from twoway.text import sha256

PAGE = 50
"""Entries of a page."""
STREAM = "inbound"
REASON = "it was written down by a person; nobody can be answered there by a program"


class Collector:
    """Hears one log. Whatever is in the door came after the channel was set up, so that it begins at the first row."""

    def __init__(self, connection: Log, settings: Settings, since: datetime | None = None) -> None:
        self._log = connection

    def streams(self) -> list[str]:
        """The inbound door."""
        return [STREAM]

    def collect(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages of entries after the row ``cursor``."""
        position = int(cursor or 0)
        while requests := self._log.door.after(position, PAGE):
            position = max(request.id for request in requests)
            yield _page(requests, position)


def _page(requests: list[Inbound], position: int) -> Page:
    mentions: list[Mention] = []
    malformed: list[Malformed] = []
    for request in requests:
        try:
            mentions.append(_mention(request, Entry.model_validate_json(request.body)))
        except ValidationError as error:
            reason = "; ".join(mistakes(error)[:5])
            malformed.append(Malformed(f"{request.id}-{sha256(request.body)[:12]}", reason, request.body))
    return Page(str(position), tuple(mentions), malformed=tuple(malformed))


def _mention(request: Inbound, entry: Entry) -> Mention:
    known_as = entry.contact or entry.who
    number = f"entry-{request.id}"
    return Mention(
        id=number,
        author=Author(id=" ".join(known_as.casefold().split()), handle=known_as, name=entry.who),
        text=entry.text,
        created_at=entry.at,
        address=HandAddress(entry.visibility, entry.reach, number).written(),
        visibility=entry.visibility,
        raw=request.body,
        route="hand",
        route_reason=REASON,
        arrived_at=request.received_at,
    )
