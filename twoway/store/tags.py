"""What people say of an author, in a word: VIP, press, wholesale. Personal: it goes when the author is erased."""

from twoway import clock
from twoway.errors import Refused
from twoway.store import queueing
from twoway.store.database import Store
from twoway.store.events import record
from twoway.store.queueing import Placing
from twoway.text import storable

LONGEST = 40
MOST = 20


def of_author(store: Store, author: int) -> list[str]:
    """The tags of an author, by name."""
    sql = "SELECT tag FROM author_tags WHERE author_id = ? ORDER BY tag"
    return [row["tag"] for row in store.read().execute(sql, (author,))]


def known(store: Store, limit: int = 100) -> list[str]:
    """Tags in use, by name."""
    sql = "SELECT DISTINCT tag FROM author_tags ORDER BY tag LIMIT ?"
    return [row["tag"] for row in store.read().execute(sql, (limit,))]


def add(store: Store, conversation: int, tag: str, user: int, placing: Placing) -> None:
    """Say this of the author of a conversation; what is open of theirs goes where it then belongs."""
    said = " ".join(storable(tag).split())
    if not said or len(said) > LONGEST:
        raise Refused(f"a tag is a word or two, at most {LONGEST} characters")
    _change(
        store,
        conversation,
        "INSERT OR IGNORE INTO author_tags (author_id, tag, user_id, at) VALUES (:author, :tag, :user, :at)",
        said,
        user,
        placing,
    )


def remove(store: Store, conversation: int, tag: str, user: int, placing: Placing) -> None:
    """Take it back."""
    sql = "DELETE FROM author_tags WHERE author_id = :author AND tag = :tag"
    _change(store, conversation, sql, tag, user, placing)


_OPEN = "SELECT id FROM conversations WHERE author_id = ? AND state <> 'resolved' ORDER BY id DESC LIMIT 50"


def _change(store: Store, conversation: int, sql: str, tag: str, user: int, placing: Placing) -> None:
    now = clock.now()
    with store.write() as db:
        found = db.execute("SELECT author_id FROM conversations WHERE id = ?", (conversation,)).fetchone()
        if found is None:
            raise Refused(f"there is no conversation {conversation}")
        values = {"author": found["author_id"], "tag": tag, "user": user, "at": clock.stamp(now)}
        if db.execute(sql, values).rowcount:
            if db.execute("SELECT count(*) FROM author_tags WHERE author_id = :author", values).fetchone()[0] > MOST:
                raise Refused(f"an author has at most {MOST} tags; take one back first")
            record(db, "author.tagged", now, conversation=conversation, user=user)
            for row in db.execute(_OPEN, (found["author_id"],)).fetchall():
                if not queueing.placed_by_person(db, row["id"]):
                    queueing.rearrange(db, row["id"], placing, now, None)
