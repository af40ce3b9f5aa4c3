"""What the fake X is asked, and what it says no with."""

from dataclasses import dataclass
from typing import Any

PROBLEM = "https://api.twitter.com/2/problems/"


class Refusal(Exception):
    """What the platform says no with."""

    def __init__(self, status: int, said: str, problem: str = "about:blank") -> None:
        super().__init__(said)
        self.status, self.said = status, said
        self.problem = problem if ":" in problem else f"{PROBLEM}{problem}"


@dataclass(frozen=True)
class Asked:
    """A request that was let in."""

    query: dict[str, str]
    body: Any = None

    def many(self, name: str) -> set[str]:
        """A parameter with several values."""
        return set(filter(None, self.query.get(name, "").split(",")))

    def number(self, name: str, default: int) -> int:
        """A parameter that is a number."""
        written = self.query.get(name, str(default))
        if not written.isdecimal():
            raise Refusal(400, f"The `{name}` query parameter value [{written}] is not valid", "invalid-request")
        return int(written)
