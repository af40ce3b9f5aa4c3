"""Counts what happened in the last while, so that too much of it can be refused."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from twoway import clock

MOST = 10_000
"""Counters kept; the oldest go first, so that memory stays flat."""


@dataclass
class Rate:
    """At most so much ``within`` any stretch of time, for each of whatever is counted; in this process."""

    within: timedelta
    _counted: dict[str, deque[datetime]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def full(self, key: str, most: int) -> int:
        """Seconds until another is allowed; 0: now."""
        now = clock.now()
        with self._lock:
            counted = self._recent(key, now)
            return int((counted[-most] + self.within - now).total_seconds()) + 1 if len(counted) >= most else 0

    def count(self, key: str) -> None:
        """One more."""
        now = clock.now()
        with self._lock:
            self._counted[key] = self._recent(key, now)
            self._counted[key].append(now)
            while len(self._counted) > MOST:
                self._counted.pop(next(iter(self._counted)))

    def _recent(self, key: str, now: datetime) -> deque[datetime]:
        counted = self._counted.get(key, deque())
        while counted and counted[0] <= now - self.within:
            counted.popleft()
        return counted
