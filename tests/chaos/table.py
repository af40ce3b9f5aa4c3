"""What the worlds of a run say together: by kind of platform, then the controls."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.plan import KINDS
from tests.chaos.world import Ended

COUNTED = ("approved", "once", "twice", "never", "waiting", "unreviewed", "lost", "hanging")
FORBIDDEN = ("twice", "never", "unreviewed", "lost", "hanging")


@dataclass
class Row:
    """All worlds of one kind of platform."""

    kind: str
    worlds: int = 0
    kills: int = 0
    faults: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    wrong: list[str] = field(default_factory=list)

    def add(self, ended: Ended) -> None:
        """One more world."""
        self.worlds += 1
        self.kills += ended.kills
        self.faults += ended.faults
        for name in COUNTED:
            self.counts[name] += ended.counts[name]
        self.wrong += [f"seed {ended.seed}, {ended.kind}: {what}" for what in wrongs(ended)]


@dataclass
class Shown:
    """What was seen with one protection taken away."""

    name: str
    shows: tuple[str, ...]
    seeds: list[int] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How much was shown."""
        return sum(self.counts.values())

    def add(self, ended: Ended) -> None:
        """What one more seed has shown."""
        self.seeds.append(ended.seed)
        for name in self.shows:
            self.counts[name] = self.counts.get(name, 0) + ended.counts[name]


def wrongs(ended: Ended) -> list[str]:
    """What must not be in a world."""
    counts = ended.counts
    found = [f"{name} = {counts[name]}" for name in FORBIDDEN if counts[name]]
    if ended.kind != "neither" and counts["waiting"]:
        found.append(f"waiting = {counts['waiting']}")
    if counts["once"] + counts["waiting"] != counts["approved"]:
        found.append(f"once + waiting = {counts['once'] + counts['waiting']}, approved = {counts['approved']}")
    if ended.crashes:
        found.append(f"{ended.crashes} workers ended by themselves")
    return found + counts["offending"] + [f"audit: {broken}" for broken in ended.audit]


def rows(worlds: Iterable[Ended]) -> list[Row]:
    """The worlds by kind of platform."""
    table = {kind: Row(kind) for kind in KINDS}
    for ended in worlds:
        table[ended.kind].add(ended)
    return [row for row in table.values() if row.worlds]


def text(table: list[Row], controls: list[Shown]) -> str:
    """For reading."""
    names = ["platform", "worlds", "kills", "faults", *COUNTED]
    names[names.index("waiting")] = "for a person"
    lines = [names]
    lines += [[row.kind, *map(str, (row.worlds, row.kills, row.faults, *row.counts.values()))] for row in table]
    widths = [max(len(line[place]) for line in lines) for place in range(len(names))]
    said = ["  ".join(cell.rjust(width) if at else cell.ljust(width) for at, (cell, width) in enumerate(zip(line, widths, strict=True))) for line in lines]  # fmt: skip # noqa: E501
    if controls:
        said += ["", "With one protection taken away, on the same seeds:"]
        said += [f"  {one.name:<52} {_counts(one)}" for one in controls]
    return "\n".join(said)


def _counts(one: Shown) -> str:
    seeds = f"{len(one.seeds)} seed{'s' if len(one.seeds) > 1 else ''}"
    return f"{', '.join(f'{name} {count}' for name, count in one.counts.items())}  ({seeds})"


def document(table: list[Row], controls: list[Shown]) -> dict[str, Any]:
    """For programs."""
    return {
        "platforms": [vars(row) for row in table],
        "controls": [{**vars(one), "count": one.count} for one in controls],
    }
