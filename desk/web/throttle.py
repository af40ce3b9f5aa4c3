"""Counts failed sign-ins, so that passwords cannot be guessed."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from twoway import clock

WITHIN = timedelta(minutes=15)
PER_LOGIN = 5
"""Failures of one login from one address."""
PER_ADDRESS = 30
"""Failures of one address, whatever the login."""
MOST = 10_000
"""Counters kept; the oldest go first, so that memory stays flat."""


@dataclass
class Throttle:
    """Failures of the last quarter of an hour, in this process."""

    _failures: dict[tuple[str, ...], deque[datetime]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, login: str, address: str) -> bool:
        """Whether another try is allowed; it counts as failed until `succeeded`, also while it is being checked."""
        now = clock.now()
        counted = ((login.casefold(), address), PER_LOGIN), ((address,), PER_ADDRESS)
        with self._lock:
            if any(self._recent(key, now) >= most for key, most in counted):
                return False
            for key, _ in counted:
                self._failures.setdefault(key, deque()).append(now)
            while len(self._failures) > MOST:
                self._failures.pop(next(iter(self._failures)))
        return True

    def succeeded(self, login: str, address: str) -> None:
        """The password was right: the login's failures are forgotten, and this try is no failure of the address."""
        with self._lock:
            self._failures.pop((login.casefold(), address), None)
            tries = self._failures.get((address,))
            if tries:
                tries.pop()

    def _recent(self, key: tuple[str, ...], now: datetime) -> int:
        tries = self._failures.get(key, deque())
        while tries and tries[0] <= now - WITHIN:
            tries.popleft()
        return len(tries)
