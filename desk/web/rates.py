"""Counts what happened in the last while, so that too much of it can be refused."""

from collections import deque
from collections.abc import Hashable, Iterable, Mapping
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
    _counted: dict[Hashable, deque[datetime]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def full(self, key: Hashable, most: int) -> int:
        """Seconds until another is allowed; 0: now."""
        with self._lock:
            return self._wait(key, most, clock.now())

    def count(self, key: Hashable) -> None:
        """One more, however many there are."""
        with self._lock:
            self._count((key,), clock.now())

    def begin(self, most: Mapping[Hashable, int]) -> int:
        """Counts one more of each key, unless one of them is full: then none, and so many seconds are to be waited."""
        now = clock.now()
        with self._lock:
            wait = max(self._wait(key, limit, now) for key, limit in most.items())
            if not wait:
                self._count(most, now)
        return wait

    def forget(self, key: Hashable) -> None:
        """As if it had never been counted."""
        with self._lock:
            self._counted.pop(key, None)

    def take_back(self, key: Hashable) -> None:
        """One less."""
        with self._lock:
            if counted := self._counted.get(key):
                counted.pop()

    def _wait(self, key: Hashable, most: int, now: datetime) -> int:
        counted = self._recent(key, now)
        return int((counted[-most] + self.within - now).total_seconds()) + 1 if len(counted) >= most else 0

    def _count(self, keys: Iterable[Hashable], now: datetime) -> None:
        for key in keys:
            self._counted[key] = self._recent(key, now)
            self._counted[key].append(now)
        while len(self._counted) > MOST:
            self._counted.pop(next(iter(self._counted)))

    def _recent(self, key: Hashable, now: datetime) -> deque[datetime]:
        counted = self._counted.get(key, deque())
        while counted and counted[0] <= now - self.within:
            counted.popleft()
        return counted
