"""What holds for every test: only loopback, no name service, a time that can be stopped, nothing left behind."""

import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

pytest_plugins = ["tests.servers.fixtures"]

REQUIRED = os.environ.get("TWOWAY_REQUIRE_SERVERS") == "1"
"""In .ci/run a test that cannot run is a failure."""
PROGRAMS = {"servers": ("dovecot", "postfix"), "chat": ("ngircd",), "browser": ("chromium",)}
"""What tests with that mark need; all of it comes from Debian."""

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


def _missing(mark: str) -> list[str]:
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    return [program for program in PROGRAMS[mark] if not shutil.which(program, path=path)]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leaves out what needs programs that this machine does not have."""
    for mark in filter(item.get_closest_marker, PROGRAMS):
        if missing := _missing(mark):
            pytest.skip(f"{' and '.join(missing)} not installed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Makes a skipped test a failed one where nothing may be missing."""
    report = yield
    if REQUIRED and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} may not be skipped here: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says in one line what could not run here."""
    reasons = {
        str(report.longrepr[2]).removeprefix("Skipped: ") for report in terminalreporter.stats.get("skipped", [])
    }
    if reasons:
        terminalreporter.write_line(f"Not run here: {'; '.join(sorted(reasons))}. .ci/run runs everything.")


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
