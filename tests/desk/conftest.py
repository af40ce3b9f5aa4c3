"""Desks for the tests, closed when they end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.desk import pigeons
from tests.desk.pigeons import Scene
from tests.desk.rooms import Room, Rooms
from twoway import channels

Open = Callable[..., Scene]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens the desk, as often as wanted: each time as another process would."""
    monkeypatch.setattr(channels, "paths", pigeons.known)
    channels.channel.cache_clear()
    scenes: list[Scene] = []

    def make(more: str = "", basic: str = pigeons.BASIC) -> Scene:
        scenes.append(pigeons.open_scene(tmp_path, more, basic))
        return scenes[-1]

    yield make
    for scene in scenes:
        scene.desk.close()
    channels.channel.cache_clear()


@pytest.fixture
def room(httpserver: HTTPServer) -> Room:
    """Where the team sits."""
    return Room(httpserver, "/team")


@pytest.fixture
def alerting(opened: Open, monkeypatch: pytest.MonkeyPatch) -> Rooms:
    """A desk that alerts these rooms."""

    def make(*rooms: Room, more: str = "") -> Scene:
        for number, one in enumerate(rooms):
            monkeypatch.setenv(f"ROOM_{number}", one.url)
        urls = ", ".join(f'"env:ROOM_{number}"' for number in range(len(rooms)))
        return opened(f"[alerts]\nurls = [{urls}]\n{more}")

    return make
