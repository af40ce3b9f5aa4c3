"""What platforms really answered, out of the source distributions of the libraries that recorded it.

Fetched with pip into ``build/recordings`` and read from there; posts belong to whoever wrote them, so that nothing of
them is kept in this repository.
"""

import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from tests.servers.starting import refuse

CACHE = Path(__file__).parents[2] / "build" / "recordings"
SECONDS = 120
"""That fetching one may take."""


@dataclass(frozen=True)
class Exchange:
    """One request and what it was answered with."""

    method: str
    url: str
    sent: str
    status: int
    headers: dict[str, list[str]]
    body: str

    @property
    def json(self) -> Any:
        """The answer; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True)
class Recordings:
    """All that one library recorded."""

    exchanges: dict[str, tuple[Exchange, ...]]

    def of(self, name: str) -> tuple[Exchange, ...]:
        """What was recorded under a name."""
        return self.exchanges[name]

    def __iter__(self) -> Iterator[Exchange]:
        return (exchange for exchanges in self.exchanges.values() for exchange in exchanges)


@cache
def recorded(library: str) -> Recordings:
    """Those of the version that is installed. Skips where they cannot be fetched."""
    archive = _archive(library, version(library))
    with tarfile.open(archive) as packed:
        held = (member for member in packed.getmembers() if _is_recording(member.name))
        read = {Path(member.name).stem: _read(member.name, packed.extractfile(member)) for member in held}
    found = Recordings({name: exchanges for name, exchanges in read.items() if exchanges})
    assert found.exchanges, f"{archive.name} holds no recordings"
    return found


def _archive(library: str, number: str) -> Path:
    stem = f"{library.lower().replace('.', '_')}-{number}"
    found = CACHE / f"{stem}.tar.gz"
    if not found.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--retries", "1",
             "--timeout", "15", "--no-deps", "--no-binary", ":all:", "--dest", str(CACHE), f"{library}=={number}"],
            capture_output=True, text=True, timeout=SECONDS,
        )  # fmt: skip
        if not found.exists():
            reason = (done.stderr.strip().splitlines() or ["no such file came"])[-1]
            refuse(f"the recordings of {library} {number} cannot be fetched ({reason})")
    return found


def _is_recording(name: str) -> bool:
    return "/cassettes" in name and name.endswith((".json", ".yaml")) and not name.endswith(".ws.yaml")


def _read(name: str, file: Any) -> tuple[Exchange, ...]:
    text = file.read().decode()
    found = json.loads(text) if name.endswith(".json") else yaml.load(text, Loader=yaml.CSafeLoader)
    return tuple(_exchange(one["request"], one["response"]) for one in found["interactions"])


def _exchange(request: dict[str, Any], response: dict[str, Any]) -> Exchange:
    headers = {name.lower(): values for name, values in response["headers"].items()}
    body, sent = response["body"].get("string") or "", request["body"] or ""
    text = body if isinstance(body, str) else body.decode("utf-8", "replace")
    return Exchange(request["method"], request["uri"], str(sent), response["status"]["code"], headers, text)
