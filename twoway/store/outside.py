"""Posts of ours as the record has them: answers made elsewhere, and what an audit asks of a post that stands there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from twoway import clock
from twoway.store.database import Store
from twoway.store.rows import columns, many, maybe
from twoway.text import storable

_KEY = re.compile("[0-9a-f]{32}")


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


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the record says of one part of an answer."""

    delivery: int
    part: int
    state: str
    """Of the delivery."""
    tried: int
    """Whether a program began to send this part."""
    approved: int
    """Whether there is an approval of this very preview."""
    words: str | None
    """The approved words; None once they are erased."""
    remote_id: str | None
    """The post that is this part's receipt, if it has one."""
    evidence: str | None

    @property
    def under_way(self) -> bool:
        """Whether it may stand on the platform before its receipt is written."""
        return self.remote_id is None and (
            self.state in ("sending", "unknown") or (self.state == "pending" and bool(self.tried))
        )


_RECORDED = """
SELECT d.id AS delivery, p.number AS part, d.state, p.tried_at IS NOT NULL AS tried, a.id IS NOT NULL AS approved,
  json_extract(w.body, '$.parts[' || p.number || ']') AS words, r.remote_id, r.evidence
FROM parts p JOIN deliveries d ON d.id = p.delivery_id
LEFT JOIN receipts r ON r.delivery_id = p.delivery_id AND r.part = p.number
LEFT JOIN approvals a ON a.id = d.approval_id AND a.sha256 = d.sha256 AND a.conversation_id = d.conversation_id
LEFT JOIN previews w ON w.sha256 = d.sha256
"""


def is_key(key: str) -> bool:
    """Whether a key has the form of a desk's own; other programs give their posts keys as well."""
    return _KEY.fullmatch(key) is not None


def by_post(store: Store, channel: int, remote_id: str) -> Recorded | None:
    """The part whose receipt that post is."""
    sql = f"{_RECORDED} WHERE r.channel_id = ? AND r.remote_id = ?"
    return maybe(Recorded, store.read().execute(sql, (channel, storable(remote_id))))


def by_key(store: Store, key: str) -> Recorded | None:
    """The part with that key, of whatever channel: a form's answers go out through a mailbox."""
    return maybe(Recorded, store.read().execute(f"{_RECORDED} WHERE p.key = ?", (key,)))


def made_elsewhere(store: Store, channel: int, remote_id: str) -> bool:
    """Whether that post is recorded as an answer made elsewhere."""
    sql = "SELECT 1 FROM outside_answers WHERE channel_id = ? AND remote_id = ?"
    return store.read().execute(sql, (channel, storable(remote_id))).fetchone() is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """A part that the platform took, and where it should stand."""

    remote_id: str
    delivery: int
    url: str


def sent_between(store: Store, channel: int, since: datetime, until: datetime) -> Iterator[Standing]:
    """Every part that a program sent between these moments and that did not come back, oldest first."""
    sql = (
        "SELECT r.remote_id, d.id AS delivery, r.url FROM deliveries d JOIN receipts r ON r.delivery_id = d.id"
        " WHERE d.channel_id = ? AND d.state = 'sent' AND d.route = 'api' AND d.sent_at >= ?"
        " AND r.at BETWEEN ? AND ? ORDER BY d.sent_at, r.part"
    )
    first, last = clock.stamp(since), clock.stamp(until)
    for row in store.read().execute(sql, (channel, first, first, last)):
        yield Standing(*row)
