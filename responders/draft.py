"""Proposing: every conversation that awaits an answer finds a beginning of one, which a person then makes theirs."""

from collections.abc import Mapping
from dataclasses import dataclass

from responders.compose import Ask, Proposal, Template, compose, opening
from responders.outlet import Outlet
from twoway.store import Store, conversations, deliveries, drafts, judgements, mentions

BATCH = 50


@dataclass(frozen=True, slots=True)
class Writer:
    """What proposals are made of."""

    templates: tuple[Template, ...]
    outlets: Mapping[int, Outlet]
    """By the channel's id."""
    brand: str
    fallback: str
    """The language to answer in where there is no template in the customer's."""


def proposals(store: Store, writer: Writer, conversation: int, initials: str = "") -> list[Proposal]:
    """Beginnings of an answer to what a customer said last, the most fitting first; none where nothing is left.

    ``initials`` are those of whoever will write it; without them they are a gap to fill.
    """
    ask = _ask(store, writer, conversation, initials)
    return compose(writer.templates, ask) if ask else []


def greeting(store: Store, writer: Writer, conversation: int) -> str:
    """How an answer to what a customer said last begins; empty where nothing is left to answer."""
    ask = _ask(store, writer, conversation)
    return opening(ask) if ask else ""


def _ask(store: Store, writer: Writer, conversation: int, initials: str = "") -> Ask | None:
    found = conversations.by_id(store, conversation)
    target = mentions.latest(store.read(), conversation)
    outlet = writer.outlets.get(found.channel_id)
    if target is None or outlet is None:
        return None
    author = mentions.author(store, target.author_id)
    judged = judgements.of_mention(store, target.id)
    return Ask(
        judgement=judged.judgement if judged else None,
        language=judged.language if judged else "",
        address=outlet.address,
        brand=writer.brand,
        name=author.name,
        handle=author.handle,
        text=target.text,
        channel=outlet.channel.label,
        signature=outlet.signature,
        initials=initials,
        follow_up=any(row.state == "sent" for row in deliveries.of_conversation(store, conversation)),
        fallback=writer.fallback,
    )


def draft_once(store: Store, writer: Writer, batch: int = BATCH) -> bool:
    """Write the best proposal for conversations that have none; whether any was written."""
    written = False
    for conversation in drafts.undrafted(store, list(writer.outlets), batch):
        best = next(iter(proposals(store, writer, conversation)), None)
        if best:
            drafts.save(store, conversation, best.text, best.subject, source=best.source, user=None)
            written = True
    return written
