"""What of Reddit the desk has stored since it was started: what it was told once need not be asked for again."""

from dataclasses import dataclass, field

MOST = 20_000
"""Things that are remembered; the oldest are forgotten first."""


@dataclass
class Told:
    """Things by their names, each with its last version."""

    _versions: dict[str, str] = field(default_factory=dict)

    def keep(self, name: str, version: str) -> None:
        """A thing was stored."""
        self._versions.pop(name, None)
        self._versions[name] = version
        while len(self._versions) > MOST:
            self._versions.pop(next(iter(self._versions)), None)

    def knows(self, name: str, version: str) -> bool:
        """Was it stored in that version?"""
        return self._versions.get(name) == version
