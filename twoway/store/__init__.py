"""One SQLite file; all SQL of the desk stands here, in named functions split by noun."""

from twoway.store.database import Store, open_store, open_untouched

__all__ = ["Store", "open_store", "open_untouched"]
