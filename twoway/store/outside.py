"""Answers of ours that the desk did not send: heard on the platform, written there by somebody."""

from dataclasses import dataclass

from twoway.store.database import Store
from twoway.store.rows import columns, many


@dataclass(frozen=True, slots=True)
class OutsideAnswer:
    """An answer made elsewhere, as it was heard."""

    id: int
    remote_id: str
    url: str
    text: str
    created_at: str
    heard_at: str
    erased_at: str | None


def of_conversation(store: Store, conversation: int) -> list[OutsideAnswer]:
    """Every answer made elsewhere in a conversation, oldest first."""
    sql = f"SELECT {columns(OutsideAnswer)} FROM outside_answers WHERE conversation_id = ? ORDER BY created_at, id"
    return many(OutsideAnswer, store.read().execute(sql, (conversation,)))
