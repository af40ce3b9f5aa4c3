"""The direct messages that the fake X keeps: conversations of two and groups, and what was billed for reading them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tests.fakes.x_asked import PROBLEM, Refusal
from tests.fakes.x_town import Person, Town, shown, some, written
from twoway import clock

KEPT = timedelta(days=30)
"""How far back they are given."""


@dataclass
class Letter:
    """What happened in a conversation: something was said, or somebody came."""

    id: str
    by: Person
    conversation: str
    text: str
    at: datetime
    kind: str = "MessageCreate"
    media: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Letters:
    """Everything that was written, oldest first, and how far the brand's app may go."""

    sent: list[Letter] = field(default_factory=list)
    may: set[str] = field(default_factory=lambda: {"read", "write"})
    encrypted: set[str] = field(default_factory=set)
    """Conversations that became encrypted chats: nothing of them is given any more."""
    tokens: set[str] = field(default_factory=set)
    """Page tokens that are still good."""
    billed: set[tuple[date, str]] = field(default_factory=set)

    def write(
        self, town: Town, by: Person, text: str, *, to: Person | None = None, group: str = "", **more: Any
    ) -> Letter:
        """Somebody writes: to somebody, to the brand, or into a group."""
        two = sorted((by, to or town.brand), key=lambda person: int(person.id))
        conversation = group or "-".join(person.id for person in two)
        made = Letter(town.next_id(), by, conversation, text, clock.now(), **more)
        self.sent.append(made)
        return made

    def delete(self, id_: str) -> None:
        """The brand takes it out of its own view."""
        self.sent = [letter for letter in self.sent if letter.id != id_]

    def given(self, conversation: str = "") -> list[Letter]:
        """Those that are shown, the newest first."""
        oldest = clock.now() - KEPT
        found = (one for one in self.sent if one.at >= oldest and one.conversation not in self.encrypted)
        return sorted(
            (one for one in found if conversation in ("", one.conversation)), key=lambda one: int(one.id), reverse=True
        )

    def let(self, what: str) -> None:
        """May the app do this?"""
        if what not in self.may:
            said = "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint."
            raise Refusal(403, said, "oauth1-permissions")

    def after(self, token: str, listed: list[Letter]) -> list[Letter]:
        """What a page token stands for."""
        if token and token not in self.tokens:
            raise Refusal(
                400, f"The `pagination_token` query parameter value [{token}] is not valid", f"{PROBLEM}invalid-request"
            )
        return [one for one in listed if not token or int(one.id) < int(token.removeprefix("T"))]

    def bill(self, town: Town, kind: str, id_: str) -> None:
        """What was given today already costs nothing more today."""
        entry = (clock.now().date(), f"{kind} {id_}")
        if entry not in self.billed:
            self.billed.add(entry)
            town.billed[kind] += 1


def event(letter: Letter, asked: set[str]) -> dict[str, Any]:
    """A DmEvent: what it always tells, and what was asked for."""
    text, urls = shown(letter.text)
    said = {"text": text} if letter.kind == "MessageCreate" else {"participant_ids": [letter.by.id]}
    whole = {
        "created_at": written(letter.at), "dm_conversation_id": letter.conversation, "sender_id": letter.by.id,
        "attachments": {"media_keys": [one["media_key"] for one in letter.media]} if letter.media else None,
    }  # fmt: skip
    always = {"id": letter.id, "event_type": letter.kind, **said, **({"urls": urls} if "entities" in asked else {})}
    return {name: found for name, found in (always | some(whole, asked)).items() if found or name == "text"}
