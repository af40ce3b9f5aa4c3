"""Every version that was learnt, in a folder beside the database, and which of them judges.

``<database>.models/1.0.0+3/`` holds heads, calibration and a manifest that says where they come from; ``current`` names
the version that judges. Without that file it is the released one.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.embedded.learned import LEARNED, Learned, learned
from models.embedded.weights import CALIBRATION, HEADS, MANIFEST, Damaged, digest
from twoway import clock
from twoway.errors import Refused
from twoway.store import durable
from twoway.store.learned import CURRENT, beside


@dataclass(frozen=True, slots=True)
class Version:
    """One that was kept."""

    name: str
    parent: str
    """What judged before it, and judges again after going back."""
    made_at: str
    heads: list[str]
    """What it learnt anew."""
    corrections: Mapping[str, int]
    current: bool


class Versions:
    """The folder of one desk. Reading it writes nothing; it need not be there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problem = ""
        """Why the current version does not judge; empty where it does."""
        self._seen: tuple[str, Learned] | None = None

    @classmethod
    def beside(cls, database: Path) -> "Versions":
        """Those of a desk."""
        return cls(beside(database))

    @property
    def current(self) -> str:
        """The name of the version that is to judge; '' for the released one."""
        try:
            return (self.folder / CURRENT).read_text("utf-8").strip()
        except FileNotFoundError:
            return ""

    def present(self, released: Learned) -> Learned:
        """What judges now: the current version where it can be read and fits the encoder, else the released one."""
        name = self.current
        if self._seen is None or self._seen[0] != name:
            self._seen = (name, self._read(name, released) if name else released)
            if not name:
                self.problem = ""
        return self._seen[1]

    def _read(self, name: str, released: Learned) -> Learned:
        try:
            found = learned(self._place(name))
        except (Damaged, Refused) as error:
            self.problem = f"{error}. What came with the desk judges until `twoway train` is run again."
            return released
        if found.encoder != released.encoder:
            self.problem = f"{name} was learnt for another release than {released.version}. Run `twoway train` again."
            return released
        self.problem = ""
        return found

    def add(self, found: Learned, base: str, more: Mapping[str, Any]) -> str:
        """Keep another version of the release ``base`` and let it judge; its name. Raises StoreError."""
        taken = [int(number) for name in self._names() if (number := name.rpartition("+")[2]).isdigit()]
        name = f"{base}+{max(taken, default=0) + 1}"
        with durable.os_words(self.folder / name, "the version"):
            self._write(name, found, {"parent": found.version, "made_at": clock.stamp(clock.now()), **more})
        self._adopt(name)
        return name

    def go_back(self, released: str) -> str:
        """Let the version before the current one judge; the name of what judges then. Raises Refused."""
        if not self.current:
            raise Refused("the model that came with the desk judges already; there is nothing to go back to")
        parent = str(self._manifest(self.current)["parent"])
        self._adopt(parent if parent in self._names() else "")
        return self.current or released

    def every(self) -> list[Version]:
        """All that were kept, the newest last. Raises Damaged."""
        found = []
        for name in self._names():
            said = self._manifest(name)
            found.append(
                Version(name, said["parent"], said["made_at"], said["heads"], said["corrections"], name == self.current)
            )
        return sorted(found, key=lambda version: version.made_at)

    def _names(self) -> list[str]:
        return [place.parent.name for place in self.folder.glob(f"*/{MANIFEST}")]

    def _manifest(self, name: str) -> dict[str, Any]:
        place = self._place(name) / MANIFEST
        try:
            return dict(json.loads(place.read_bytes()))
        except (OSError, ValueError) as error:
            raise Damaged(f"{place}: unreadable ({error})") from error

    def _place(self, name: str) -> Path:
        if name != Path(name).name:
            raise Refused(f"{self.folder / CURRENT} names no version: {name[:40]!r}")
        return self.folder / name

    def _write(self, name: str, found: Learned, more: Mapping[str, Any]) -> None:
        """The manifest last: a folder without one is no version."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        place = self.folder / name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        found.heads.save(place / HEADS)
        (place / CALIBRATION).write_text(json.dumps(found.calibration.as_json(), indent=1) + "\n", "utf-8")
        sums = {file: digest(place / file) for file in LEARNED}
        manifest = {"version": name, "encoder": found.encoder, "sha256": sums, **more}
        new = place / f"{MANIFEST}.new"
        new.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
        durable.put(new, place / MANIFEST)

    def _adopt(self, name: str) -> None:
        new = self.folder / f"{CURRENT}.new"
        with durable.os_words(new, "the current version"):
            new.write_text(f"{name}\n", "utf-8")
            durable.put(new, self.folder / CURRENT)
