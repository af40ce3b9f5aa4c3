"""A chat room on loopback, for the desks that alert it."""

import json
from collections.abc import Callable

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from desk.alerts import alert_once
from tests.desk.pigeons import Scene


class Room:
    """What was said in it, and whether it takes more."""

    def __init__(self, server: HTTPServer, path: str) -> None:
        self.url = f"json://127.0.0.1:{server.port}{path}"
        self.said: list[dict[str, str]] = []
        self.open = True
        server.expect_request(path).respond_with_handler(self._hear)

    def _hear(self, request: Request) -> Response:
        if not self.open:
            return Response("down", 503)
        self.said.append(json.loads(request.data))
        return Response("ok")

    @property
    def titles(self) -> list[str]:
        """In the order in which they were said."""
        return [said["title"] for said in self.said]


Rooms = Callable[..., Scene]


def drain(scene: Scene) -> int:
    """Work until nothing is due; how many messages were tried."""
    tries = 0
    while alert_once(scene.desk):
        tries += 1
        assert tries < 100
    return tries
