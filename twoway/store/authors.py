"""Authors by the name that a person knows them by."""

from twoway.errors import Refused
from twoway.store.database import Store
from twoway.store.mentions import AuthorRow
from twoway.store.rows import columns, many, one

_NAMED = (
    f"SELECT {columns(AuthorRow)} FROM authors WHERE channel_id = :channel"
    " AND handle COLLATE NOCASE IN (:name, '@' || :name, ltrim(:name, '@')) ORDER BY id LIMIT 10"
)


def find(store: Store, channel: int, name: str) -> AuthorRow:
    """The author with this id on the platform, else with this handle, @ or not.

    Raises NotFound; Refused, naming their ids, where several have had the handle.
    """
    sql = f"SELECT {columns(AuthorRow)} FROM authors WHERE channel_id = ? AND remote_id = ?"
    known = many(AuthorRow, store.read().execute(sql, (channel, name)))
    named = known or many(AuthorRow, store.read().execute(_NAMED, {"channel": channel, "name": name}))
    if len(named) > 1:
        ids = ", ".join(author.remote_id for author in named)
        raise Refused(f"several authors have had the handle {name!r}; say which by their id: {ids}")
    return named[0] if named else one(AuthorRow, store.read().execute("SELECT 1 WHERE 0"), f"author {name!r}")
