"""A square on a file of its own, spoken to without a network."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from desk.square import create_app

TOKEN = "the-brand's-token"
Open = Callable[..., TestClient]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens a square of any kind; the same file each time."""
    clients: list[TestClient] = []

    def make(**rules: Any) -> TestClient:
        app = create_app(
            tmp_path / "square.db", token=TOKEN, brand_handle="wanderlust", brand_name="Wanderlust", **rules
        )
        client = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.app.state.board.file.close()


@pytest.fixture
def square(opened: Open) -> TestClient:
    """The square as it is by default."""
    return opened()


class Api:
    """The brand's program."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {TOKEN}"}

    def get(self, path: str, status: int = 200) -> Any:
        """What a path answers."""
        answer = self.client.get(f"/api/v1/{path}", headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def post(self, status: int = 201, key: str = "", **body: Any) -> Any:
        """What posting answers."""
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        answer = self.client.post("/api/v1/posts", json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture
def api(square: TestClient) -> Api:
    """The brand's program at the default square."""
    return Api(square)


def say(square: TestClient, name: str, text: str, **fields: Any) -> str:
    """A customer says something on the page; the id of the post."""
    answer = square.post("/say", data={"name": name, "text": text, **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rpartition("-" if "#" in answer.headers["location"] else "/")[2]
