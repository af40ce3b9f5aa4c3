"""A job of the schedule: done by one thread at a time, and no call for it is lost."""

from collections.abc import Callable
from threading import Lock


class Job:
    """Work that comes round again and again. What comes round while it is being done is passed over."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._lock = Lock()
        self._running = self._called = False

    def run(self) -> None:
        """Do the work, and again as long as somebody called meanwhile; nothing where another thread is at it.

        What the work raises is raised; it comes round again all the same.
        """
        with self._lock:
            if self._running:
                return
            self._running = self._called = True
        try:
            while self._begins():
                self._work()
        except BaseException:
            with self._lock:
                self._running = False
            raise

    def call(self) -> bool:
        """There is something to do that may not be in hand yet; whether somebody has to `run` for it."""
        with self._lock:
            self._called = True
            return not self._running

    def _begins(self) -> bool:
        with self._lock:
            self._running, self._called = self._called, False
            return self._running
