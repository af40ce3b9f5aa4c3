"""Whose yes counts for which words: the writer's own is not enough where the channel asks for other eyes.

The schema refuses the same; here it is said in plain words, before anybody has clicked.
"""

import sqlite3
from dataclasses import asdict, dataclass

from twoway.store.draft_versions import newest
from twoway.store.rows import columns, one

OWN = "on this channel somebody else approves what you wrote or submitted"
UNSEEN = "on this channel two people see every answer; submit it, and somebody else approves it"
EDITED = "you changed words that were submitted; submit them again, and somebody else approves them"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a channel asks of an approval. ``approval_seconds``: how long it lasts."""

    four_eyes: bool = False
    second_eyes_on_edits: bool = False
    approval_seconds: int = 86_400


def as_numbers(asked: Rules) -> dict[str, int]:
    """The rules as the file and the record hold them, by name."""
    return {name: int(value) for name, value in asdict(asked).items()}


def rules(db: sqlite3.Connection, channel: int) -> Rules:
    """The rules of a channel now. Raises NotFound."""
    sql = f"SELECT {columns(Rules)} FROM channels WHERE id = ?"
    found = one(Rules, db.execute(sql, (channel,)), f"channel {channel}")
    return Rules(bool(found.four_eyes), bool(found.second_eyes_on_edits), found.approval_seconds)


_EDITED = """
SELECT 1 FROM draft_versions WHERE draft_id = :draft AND version < :version AND submitted_by IS NOT NULL
  AND (submitted_by <> :user OR user_id <> :user)
"""


def barred(db: sqlite3.Connection, channel: int, draft: int, user: int) -> str:
    """Why this person may not approve the words of this draft as they stand; '' if they may."""
    asked, words = rules(db, channel), newest(db, draft)
    if asked.four_eyes and user in (words.user_id, words.submitted_by):
        return OWN
    if asked.four_eyes and words.user_id is None and words.submitted_by is None:
        return UNSEEN
    values = {"draft": draft, "version": words.version, "user": user}
    if asked.second_eyes_on_edits and words.user_id == user and db.execute(_EDITED, values).fetchone():
        return EDITED
    return ""
