"""Forked children: each in a process group of its own, gone when their parent is."""

import ctypes
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

_DIE_WITH_PARENT = 1


def say(line: str) -> None:
    """To whoever watches."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def pause(seconds: float) -> None:
    """Wait; faketime spoils ``time.sleep``, which waits until a moment of a clock."""
    select.select([], [], [], seconds)


def fork(work: Callable[[], None]) -> int:
    """The process id of a child that does this and nothing else. The parent has to be without threads."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    return child or _live(work)


def _live(work: Callable[[], None]) -> NoReturn:
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        work()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(3)
    os._exit(0)
