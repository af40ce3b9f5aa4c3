"""What an audit found."""

from dataclasses import asdict, dataclass
from typing import Any

SHOWN = 50
"""Offending rows named for each check; all are counted."""


@dataclass(frozen=True, slots=True)
class Check:
    """One question asked of ``rows`` rows. ``offending`` names those that break it: ``delivery 7``; at most SHOWN."""

    name: str
    asked: str
    rows: int
    broken: int = 0
    offending: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether none breaks it."""
        return self.broken == 0


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise, and what was asked. ``elsewhere``: the part that only the tests under faults and attacks show."""

    number: int
    title: str
    elsewhere: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether it holds here."""
        return all(check.ok for check in self.checks)


@dataclass(frozen=True, slots=True)
class Report:
    """Every promise, and what is under way and no violation."""

    promises: tuple[Promise, ...]
    in_progress: dict[str, int]

    @property
    def ok(self) -> bool:
        """Whether every promise holds."""
        return all(promise.ok for promise in self.promises)

    def broken(self) -> list[Check]:
        """The checks that found something."""
        return [check for promise in self.promises for check in promise.checks if not check.ok]

    def as_json(self) -> dict[str, Any]:
        """The form that ``twoway audit --json`` prints."""
        promises = [
            {
                "number": promise.number,
                "title": promise.title,
                "ok": promise.ok,
                "checks": [{**asdict(check), "ok": check.ok} for check in promise.checks],
                "shown_elsewhere": promise.elsewhere,
            }
            for promise in self.promises
        ]
        return {"ok": self.ok, "promises": promises, "in_progress": self.in_progress}
