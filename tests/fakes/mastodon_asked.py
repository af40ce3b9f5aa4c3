"""Requests to the fake Mastodon, its refusals, and its pages."""

from dataclasses import dataclass
from typing import Any

PAGING = frozenset({"limit", "max_id", "since_id", "min_id"})


class Refusal(Exception):
    """What the platform says no with."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status, self.said = status, said


@dataclass(frozen=True)
class Asked:
    """A request that was let in."""

    path: str
    query: dict[str, list[str]]
    form: dict[str, list[str]]
    key: str = ""

    def one(self, name: str, default: str = "") -> str:
        """A parameter."""
        return (self.query.get(name) or self.form.get(name) or [default])[-1]


class Listed(list[Any]):
    """A page of a listing, with the ids that it was cut by: some of them may not be shown."""

    def __init__(self, shown: list[Any], ids: list[str]) -> None:
        super().__init__(shown)
        self.ids = ids


def limit(asked: Asked, most: int = 80) -> int:
    """How many entries a page has."""
    return max(1, min(int(asked.one("limit", "40")), most))


def page_of(found: list[Any], asked: Asked, most: int) -> list[Any]:
    """The newest that fit; with min_id those right above it."""
    at = {name: int(asked.one(name)) for name in ("max_id", "since_id", "min_id") if asked.one(name)}
    above = max(at.get("since_id", 0), at.get("min_id", 0))
    fitting = [entry for entry in found if above < int(entry.id) < at.get("max_id", 2**63)]
    fitting.sort(key=lambda entry: int(entry.id))
    taken = limit(asked, most)
    return (fitting[:taken] if "min_id" in at else fitting[-taken:])[::-1]
