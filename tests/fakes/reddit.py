"""The fake Reddit: a running server, what goes wrong with it, and somebody to play the customer."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from desk.loopback import running
from tests.fakes.faults import Faults
from tests.fakes.faulty import Answer, Dialect, Faulty
from tests.fakes.reddit_api import Reddit
from tests.fakes.reddit_town import BRAND, HOME, Town


class RedditDialect(Dialect):
    """Its words for faults."""

    def error(self, status: int, code: str, message: str) -> Answer:
        return Answer(status, [(b"content-type", b"application/json")], _bytes({"message": message, "error": status}))

    def retry(self, seconds: float) -> tuple[bytes, bytes]:
        return b"retry-after", str(int(seconds)).encode()

    def text(self, body: bytes) -> str:
        return parse_qs(body.decode("utf-8", "replace")).get("text", [""])[0]

    def each(self, answer: Answer, change: Callable[[list[Any]], list[Any]]) -> Answer:
        found = json.loads(answer.body)
        if isinstance(found, dict) and found.get("data", {}).get("children"):
            found["data"]["children"] = change(found["data"]["children"])
        return Answer(answer.status, answer.headers, _bytes(found))

    def spoilt(self, entry: Any) -> Any:
        kept = ("name", "created_utc")
        return {"kind": entry["kind"], "data": {name: entry["data"][name] for name in kept}}


def _bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


@dataclass
class FakeReddit:
    """A running Reddit: where it is, what it keeps, what goes wrong."""

    url: str
    server: Reddit
    faults: Faults

    @property
    def town(self) -> Town:
        """What it keeps."""
        return self.server.town

    def say(self, customer: str, text: str, *, private: bool = False, reply_to: str = "") -> str:
        """A customer names the brand in a comment, or writes to it; the name of what was said."""
        town, person = self.town, self.town.join(customer)
        if private:
            return town.message(person, town.brand, text, reply_to).name
        above = reply_to or town.post(town.join("Otto"), "Which backpack?", "For the Alps.", HOME).name
        return town.comment(person, above, f"u/{BRAND} {text}").name

    def answer_elsewhere(self, name: str, text: str) -> str:
        """Somebody of the brand answers without the desk."""
        above = self.town.said[name]
        if above.to:
            return self.town.message(self.town.brand, above.by, text, name).name
        return self.town.comment(self.town.brand, name, text).name

    def in_name_of_brand(self) -> list[str]:
        """What really stands there in the brand's name, oldest first."""
        return [one.text for one in self.town.said.values() if one.by is self.town.brand and not one.deleted]

    def requests(self, path: str = "/", method: str = "") -> list[dict[str, Any]]:
        """What was received for paths that begin so."""
        log = self.faults.log()
        return [entry for entry in log if entry["path"].startswith(path) and method in ("", entry["method"])]


@contextmanager
def fake_reddit(folder: Path, **how: Any) -> Iterator[FakeReddit]:
    """Reddit on loopback; the record of what it received lies in ``folder``."""
    server, faults = Reddit(**how), Faults(folder)
    with running(Faulty(server, faults, RedditDialect())) as url:
        yield FakeReddit(url, server, faults)
