"""Answers that a person gives on the platform itself, or on the telephone; the desk shows the text and the way."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from pydantic import TypeAdapter

from twoway.channels.log import HandAddress
from twoway.domain import Draft, Finding, OwnPost, Part, Preview, Receipt, Target, Unclear
from twoway.errors import Refused, Rejected
from twoway.text import storable


def is_for_hand(address: str) -> bool:
    """Whether a reply address was written for a person, whatever the channel."""
    try:
        found = json.loads(address)
    except ValueError:
        return False
    return isinstance(found, dict) and found.keys() == set(HandAddress.__slots__)


class Named(Protocol):
    """Any connection, which knows its channel's name."""

    @property
    def name(self) -> str:
        """The channel's name in the configuration."""


class Sender:
    """Shows an answer; giving it is a person's work."""

    def __init__(self, connection: Named, settings: Any) -> None:
        self._name = connection.name

    def preview(self, draft: Draft, address: str) -> Preview:
        """The approved words and how the customer is reached. Raises Rejected for an empty text."""
        to = TypeAdapter(HandAddress).validate_json(address)
        text = storable(draft.text).strip()
        if not text:
            raise Rejected(self._name, "preview", "an answer needs words")
        return Preview(self._name, address, to.visibility, (text,), recipients=(to.reach,), subject=draft.subject)

    def look(self, preview: Preview) -> Target:
        """Nothing can be seen from here."""
        return Target()

    def send(self, part: Part) -> Receipt:
        """Refused: a person answers and then records it."""
        raise Refused(f"{self._name} is answered by hand: give the answer yourself, then record who gave it and when")

    def find(self, part: Part, since: datetime) -> Finding:
        """Never known from here."""
        return Unclear("an answer by hand is known to whoever gave it")

    def recent(self, since: datetime) -> Iterator[OwnPost] | Unclear:
        """Never known from here."""
        return Unclear("answers by hand are known to whoever gave them")
