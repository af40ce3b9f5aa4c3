"""What holds for every test: only loopback, no name service, a time that can be stopped, nothing left behind."""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
"""A Monday, noon in Berlin."""

Clock = time_machine.Traveller
Freeze = Callable[..., Clock]

_resolve = socket.getaddrinfo


def _numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _only_here(host: Any, *arguments: Any, **options: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    if name not in (None, "", "localhost", socket.gethostname()) and not _numeric(name):
        raise socket.gaierror(socket.EAI_NONAME, f"tests ask no name service (for {name})")
    return _resolve(host, *arguments, **options)


@pytest.fixture(autouse=True)
def no_name_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names resolve only where they mean this machine; pytest-socket keeps connections to loopback."""
    monkeypatch.setattr(socket, "getaddrinfo", _only_here)


@pytest.fixture(autouse=True)
def no_config_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration of whoever runs the tests is not theirs to use."""
    monkeypatch.delenv("TWOWAY_CONFIG", raising=False)


@pytest.fixture
def freeze() -> Iterator[Freeze]:
    """Stops the time: ``clock = freeze()`` (at NOON) or ``freeze(moment)``; go on with ``clock.shift(seconds)``."""
    started: list[time_machine.travel] = []

    def stop_at(moment: datetime = NOON) -> Clock:
        started.append(time_machine.travel(moment, tick=False))
        return started[-1].start()

    yield stop_at
    for travel in reversed(started):
        travel.stop()
