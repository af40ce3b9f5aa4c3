"""The fake platform does to a request what was ordered, and writes down what really happened."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.fakes.__main__ import received
from tests.fakes.square import TOKEN, FakeSquare, client, fake_square

POSTS = "/api/v1/posts"


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[FakeSquare]:
    with fake_square(tmp_path) as found:
        yield found


def post(platform: FakeSquare, key: str, text: str = "hello") -> httpx2.Response:
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": key}
    with client(base_url=platform.url, headers=headers) as http:
        return http.post(POSTS, json={"text": text})


@pytest.mark.parametrize(("kind", "accepted"), [("drop-before", 0), ("drop-after", 1)])
def test_a_dropped_connection_gives_no_byte(platform: FakeSquare, kind: str, accepted: int) -> None:
    platform.faults.order(kind, method="POST", path=POSTS)
    with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
        post(platform, "k")
    assert len(platform.posts_of_brand()) == accepted


def test_the_record_counts_what_was_accepted_by_key_and_text(platform: FakeSquare, tmp_path: Path) -> None:
    platform.faults.order("drop-before", method="POST")
    platform.faults.order("drop-after", method="POST")
    for key in ("never", "silently"):
        with pytest.raises(httpx2.TransportError):
            post(platform, key)
    post(platform, "openly")
    assert received(tmp_path) == {"key": {"silently": 1, "openly": 1}, "text": {"hello": 2}}


def test_another_process_reads_the_record(platform: FakeSquare, tmp_path: Path) -> None:
    post(platform, "k")
    command = [sys.executable, "-m", "tests.fakes", str(tmp_path), "--received"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert json.loads(said)["key"] == {"k": 1}


def test_orders_come_from_a_file_and_from_a_request_too(platform: FakeSquare) -> None:
    order = {"kind": "error-before", "method": "POST", "path": POSTS}
    platform.faults.control.write_text(json.dumps(order) + "\n")
    assert post(platform, "k").status_code == 503
    httpx2.post(f"{platform.url}/orders", json=order, trust_env=False)
    assert post(platform, "k").status_code == 503
    assert post(platform, "k").status_code == 201


def test_an_order_is_for_requests_that_fit_and_for_so_many(platform: FakeSquare) -> None:
    platform.faults.order("error-after", method="POST", path=POSTS, times=2)
    assert httpx2.get(platform.url, trust_env=False).status_code == 200
    assert [post(platform, key).status_code for key in "abc"] == [503, 503, 201]
    assert len(platform.posts_of_brand()) == 3


def test_an_unknown_fault_is_refused(platform: FakeSquare) -> None:
    with pytest.raises(ValueError, match="no such fault: explode"):
        platform.faults.order("explode")
