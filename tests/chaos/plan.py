"""What will go wrong in a world, and when: all of it drawn from one seed, before anything happens."""

import random
from dataclasses import dataclass, field, replace
from typing import Literal

Kind = Literal["idempotent", "read-back", "neither"]
KINDS: tuple[Kind, ...] = ("idempotent", "read-back", "neither")
Does = Literal["talk", "meddle", "native", "order", "kill", "power", "lock", "jump", "backup", "restore", "confirm"]

POSTS = "/api/v1/posts"
# Weight, kind, method, path, seconds. Slow is within the time that the desk waits (1 s), and beyond it.
_ORDERS: list[tuple[int, str, str, str, float | None]] = [
    (6, "drop-before", "POST", POSTS, None),
    (16, "drop-after", "POST", POSTS, None),
    (5, "error-before", "POST", POSTS, None),
    (14, "error-after", "POST", POSTS, None),
    (3, "limit", "POST", POSTS, 1),
    (2, "limit", "POST", POSTS, None),
    (4, "slow", "POST", POSTS, 0.5),
    (3, "slow", "POST", POSTS, 1.4),
    (4, "malformed", "POST", POSTS, None),
    (2, "nonsense", "POST", POSTS, None),
    (6, "repeat", "GET", "/api/v1/", None),
    (6, "shuffle", "GET", "/api/v1/", None),
    (3, "malformed", "GET", "/api/v1/", None),
    (2, "nonsense", "GET", "/api/v1/", None),
    (3, "drop-after", "GET", "/api/v1/", None),
    (3, "error-before", "GET", "/api/v1/", None),
    (3, "slow", "GET", POSTS, 0.4),
    (3, "repeat", "GET", "/api/v1/activity", None),
    (2, "limit", "GET", "/api/v1/notifications", 1),
]
_ENDS = ("before sending", "during sending", "after sending", "after the receipt", *["before a commit of changes"] * 3)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happens, ``at`` seconds after the beginning."""

    at: float
    does: Does
    draw: float
    """A number in [0, 1) that decides whatever is left to decide when it happens."""
    order: dict[str, str | float] = field(default_factory=dict)
    seconds: float = 0


@dataclass(frozen=True, slots=True)
class Life:
    """How one worker process lives and ends."""

    number: int
    end: str = ""
    """The step before which it kills itself; '' to be killed from outside."""
    count: int = 0
    """At which occurrence of that step; without a name, of any."""
    undo_seconds: float = 0
    power: bool = False
    """Whether its end is everybody's: the power fails."""
    disk_full: int = 0
    """The round of its work in which the disk is full; 0: never."""
    afresh: bool = False
    """Whether it begins as a program of its own, in the desk's time."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A world."""

    seed: int
    kind: Kind
    lag: float | None
    acts: tuple[Act, ...]

    @property
    def doubts_end(self) -> bool:
        """Whether the platform shows its posts sooner or later, so that no doubt is left to a person."""
        return self.kind != "neither" or self.lag is not None

    def life(self, number: int) -> Life:
        """The life of the so-many-th worker."""
        chance = random.Random(f"{self.seed}/life/{number}")
        life = Life(number, undo_seconds=chance.choice((0, 0, 0, 0.3, 0.8)), disk_full=chance.choice((0,) * 5 + (2, 4)))
        way = chance.random()
        if way < 0.25:
            return life
        if way < 0.75:
            end = chance.choice(_ENDS)
            times = 1 if "changes" in end else chance.randint(1, 2)
            return replace(life, end=end, count=times, power=chance.random() < (0.6 if "after" in end else 0.1))
        return replace(life, count=chance.randint(1, 150))


def plan(seed: int, kind: Kind, seconds: float, *, restore: bool) -> Plan:
    """The world of that seed."""
    chance = random.Random(f"{seed}/{kind}")
    acts = [
        *_often(chance, seconds, 0.13, "talk"),
        *_often(chance, seconds, 1.5, "native"),
        *_often(chance, seconds, 0.5, "kill"),
        *_often(chance, seconds, 0.3, "meddle"),
        *(Act(act.at, "order", act.draw, order=_order(chance)) for act in _often(chance, seconds, 0.22, "order")),
        *(Act(act.at, "lock", act.draw, seconds=chance.choice((0.2, 0.6, 1.3))) for act in _some(chance, seconds, 2)),
        *(Act(act.at, "power", act.draw) for act in _some(chance, seconds, 2)),
    ]
    jumps = chance.choice(((), (3600,), (-3600, 3600), (7200, -3600)))
    acts += [Act((n + 1) * seconds / 3, "jump", chance.random(), seconds=by) for n, by in enumerate(jumps)]
    if restore:
        begun = chance.uniform(0.2, 0.5) * seconds
        restored = begun + chance.uniform(0.1, 0.4) * seconds
        acts += [Act(begun, "backup", 0), Act(restored, "restore", chance.random())]
        acts.append(Act(restored + chance.uniform(0.2, 1), "confirm", 0))
    lag = chance.choice((None, None, 1.0)) if kind == "neither" else None
    return Plan(seed, kind, lag, tuple(sorted(acts, key=lambda act: act.at)))


def _often(chance: random.Random, seconds: float, every: float, does: Does) -> list[Act]:
    acts, at = [], 0.0
    while (at := at + chance.expovariate(1 / every)) < seconds:
        acts.append(Act(at, does, chance.random()))
    return acts


def _some(chance: random.Random, seconds: float, most: int) -> list[Act]:
    return [Act(chance.uniform(0, seconds), "talk", chance.random()) for _ in range(chance.randint(1, most))]


def _order(chance: random.Random) -> dict[str, str | float]:
    _, kind, method, path, seconds = chance.choices(_ORDERS, [row[0] for row in _ORDERS])[0]
    return {"kind": kind, "method": method, "path": path, **({} if seconds is None else {"seconds": seconds})}
