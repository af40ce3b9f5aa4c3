"""A request to the fake Bluesky, its no, and its words for faults."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.fakes.faulty import Answer, Dialect
from twoway import clock


class Refusal(Exception):
    """What the network says no with."""

    def __init__(self, status: int, name: str, said: str = "") -> None:
        super().__init__(said or name)
        self.status, self.name, self.said = status, name, said or name


@dataclass(frozen=True)
class Asked:
    """A request that was let in."""

    query: dict[str, list[str]]
    body: dict[str, Any]
    token: str

    def one(self, name: str, default: str = "") -> str:
        """A parameter."""
        return (self.query.get(name) or [default])[-1]

    def number(self, name: str, default: int, most: int) -> int:
        """A parameter that is a number."""
        found = self.one(name, str(default))
        if not found.isdecimal() or not (0 if name == "depth" else 1) <= int(found) <= most:
            raise Refusal(400, "InvalidRequest", f"Error: {name} must be between 1 and {most}")
        return int(found)

    def many(self, name: str, most: int) -> list[str]:
        """A parameter that may be given several times."""
        found = self.query.get(name, [])
        if not 1 <= len(found) <= most:
            raise Refusal(400, "InvalidRequest", f"Error: {name} must not have more than {most} elements")
        return found


class BlueskyDialect(Dialect):
    """Its words for faults."""

    listings = ("notifications", "feed", "posts", "profiles", "convos", "messages")

    def error(self, status: int, code: str, message: str) -> Answer:
        name = {429: "RateLimitExceeded", 503: "UpstreamFailure"}.get(status, "InvalidRequest")
        return Answer(
            status, [(b"content-type", b"application/json")], written_json({"error": name, "message": message})
        )

    def spoilt(self, entry: Any) -> Any:
        return {name: entry[name] for name in ("indexedAt", "sentAt", "id") if name in entry}

    def retry(self, seconds: float) -> tuple[bytes, bytes]:
        return b"ratelimit-reset", epoch(clock.now() + timedelta(seconds=seconds))

    def text(self, body: bytes) -> str:
        try:
            sent = json.loads(body)
            return str((sent["message"] if "message" in sent else sent["record"])["text"])
        except (ValueError, LookupError, TypeError):
            return ""


def written_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def epoch(moment: datetime) -> bytes:
    return str(int(moment.timestamp())).encode()
