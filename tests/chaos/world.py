"""One world: a platform, people, two workers on one file, everything that goes wrong, and how it ends.

found -> play (acts of the plan; whoever dies is followed by the next life) -> heal -> settle -> count, audit
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from tests.chaos import clocks, counting
from tests.chaos.clocks import Clock
from tests.chaos.controls import Control
from tests.chaos.life import live
from tests.chaos.people import People
from tests.chaos.plan import Act, Life, Plan
from tests.chaos.platform import Platform
from tests.chaos.powercut import cut
from tests.chaos.process import fork, pause
from tests.chaos.worker import opened
from tests.kills.worker import REVIEWER

ADMIN = "admin"
WORKERS = 2
_ON_THE_WAY = """
SELECT m.remote_id FROM deliveries d JOIN mentions m ON m.conversation_id = d.conversation_id AND m.deleted_at IS NULL
WHERE d.state IN ('pending', 'sending') ORDER BY m.id
"""
COUNTER = Path(counting.__file__)


@dataclass
class Ended:
    """What is to be said about a world."""

    seed: int
    kind: str
    kills: int = 0
    faults: int = 0
    counts: dict[str, Any] = field(default_factory=dict)
    audit: list[str] = field(default_factory=list)
    crashes: int = 0
    done: dict[str, int] = field(default_factory=dict)
    """How often each kind of act was done."""
    control: str = ""


class World:
    """Run it with `run`; everything lies in ``folder``."""

    def __init__(self, folder: Path, plan: Plan, patience: float, control: Control | None = None) -> None:
        folder.mkdir(parents=True)
        self.folder, self.plan, self.patience, self.control = folder, plan, patience, control
        self.clock = Clock(folder)
        self.platform = Platform(folder, plan)
        self.people = People(folder, plan.seed)
        self.ended = Ended(plan.seed, plan.kind, control=control.name if control else "")
        self._numbers = count(1)
        self._alive: dict[int, Life] = {}
        self._helpers: set[int] = set()

    def run(self) -> Ended:
        """From the first word to the last count."""
        try:
            self._do(self._found)
            self._play()
            self._heal()
            self._settle()
        finally:
            for worker in list(self._alive):
                self._kill(worker, counted=False)
            self.platform.close()
        self._count()
        return self.ended

    # What happens

    def _play(self) -> None:
        begun, acts = time.monotonic(), list(self.plan.acts)
        while acts:
            self._watch(lambda: self.plan.life(next(self._numbers)))
            while acts and acts[0].at <= time.monotonic() - begun:
                act = acts.pop(0)
                getattr(self, f"_{act.does}")(act)
                self.ended.done[act.does] = self.ended.done.get(act.does, 0) + 1
            pause(0.005)

    def _talk(self, act: Act) -> None:
        self.people.talk()

    def _meddle(self, act: Act) -> None:
        """A customer whose answer is on its way says something else, just when the desk looks once more."""
        waiting = counting.ask(self.folder / "twoway.db", _ON_THE_WAY)
        if waiting:
            post = int(waiting[int(act.draw * len(waiting))]["remote_id"])
            slow = {"kind": "slow", "method": "GET", "path": f"/api/v1/posts/{post}", "seconds": 0.3}
            self._order(Act(act.at, "order", 0, slow))
            self.people.meddle(post)

    def _native(self, act: Act) -> None:
        self.people.answer_natively()

    def _order(self, act: Act) -> None:
        with (self.folder / "orders.jsonl").open("a") as orders:
            orders.write(json.dumps(act.order) + "\n")

    def _kill(self, act: Act | int, *, counted: bool = True) -> None:
        alive = sorted(self._alive)
        worker = act if isinstance(act, int) else alive[int(act.draw * len(alive))] if alive else 0
        if worker:
            os.kill(worker, signal.SIGKILL)
            self._bury(worker, os.waitpid(worker, 0)[1], counted=counted)

    def _power(self, act: Act) -> None:
        """Everybody dies at once; of what was written without being made durable, the last is gone."""
        self._all_die()
        if self.control and self.control.cuts:
            cut(self.folder / "twoway.db", 20 + int(act.draw * 130))

    def _lock(self, act: Act) -> None:
        self._helpers.add(fork(lambda: self._hold_lock(act.seconds)))

    def _jump(self, act: Act) -> None:
        self.clock.jump(act.seconds)

    def _backup(self, act: Act) -> None:
        from twoway.store.backup import back_up

        self._do(lambda: back_up(self.folder / "twoway.db", self.folder / "backup.db", lambda done, of: None))

    def _restore(self, act: Act) -> None:
        """By the desk's own command, or, as somebody in a hurry would, by copying files."""
        self._all_die()
        desk = self.folder / "twoway.db"
        self._do(lambda: counting.copy(desk, self.folder / f"replaced-{len(self.ended.done)}.db"))
        if act.draw < 0.5:
            self._do(self._restore_properly)
            return
        for leftover in ("-wal", "-shm"):
            desk.with_name(desk.name + leftover).unlink(missing_ok=True)
        shutil.copy(self.folder / "backup.db", desk)

    def _restore_properly(self) -> None:
        from twoway.store.backup_restore import restore

        clocks.follow(self.folder)
        restore(self.folder / "backup.db", self.folder / "twoway.db", lambda *done: None)

    def _confirm(self, act: Act) -> None:
        self._do(self._let_go_on)

    # Processes

    def _watch(self, life: Any) -> None:
        for worker, ending in list(self._alive.items()):
            ended, status = os.waitpid(worker, os.WNOHANG) if worker in self._alive else (0, 0)
            if ended:
                self._bury(worker, status)
                if ending.power:
                    self._power(Act(0, "power", ending.number * 0.618 % 1))
        self._helpers = {helper for helper in self._helpers if not os.waitpid(helper, os.WNOHANG)[0]}
        while len(self._alive) < WORKERS:
            begun: Life = replace(life(), afresh=self.clock.just_jumped())
            self._alive[fork(lambda: self._live(begun))] = begun  # noqa: B023 - the child keeps this one

    def _bury(self, worker: int, status: int, *, counted: bool = True) -> None:
        self._alive.pop(worker)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        self.ended.kills += killed and counted
        self.ended.crashes += not killed

    def _all_die(self) -> None:
        for worker in list(self._alive):
            self._kill(worker)
        for helper in self._helpers:
            os.waitpid(helper, 0)
        self._helpers = set()

    def _do(self, work: Any) -> None:
        """In a process of its own, whose connections to the file end with it."""
        status = os.waitpid(fork(work), 0)[1]
        if status:
            raise RuntimeError(f"a helper of the world {self.plan.seed} failed: {status}")

    def _live(self, life: Life) -> None:
        log = os.open(self.folder / "workers.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.dup2(log, 1)
        os.dup2(log, 2)
        control = self.control.name if self.control else ""
        if life.afresh:
            told = json.dumps(asdict(life))
            self.clock.enter("tests.chaos.life", str(self.folder), self.platform.url, told, control)
        live(self.folder, self.platform.url, life, control)

    def _found(self) -> None:
        from twoway.store import users

        worker = opened(self.folder, self.platform.url, Life(0))
        users.add(worker.store, REVIEWER, "The script", "S", "approver", None)
        users.add(worker.store, ADMIN, "The admin", "A", "admin", None)
        worker.hear()
        worker.store.close()

    def _hold_lock(self, seconds: float) -> None:
        connection = sqlite3.connect(self.folder / "twoway.db", timeout=5, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        pause(seconds)
        connection.execute("ROLLBACK")

    def _let_go_on(self) -> None:
        """An admin looks at why sending is held, and lets it go on."""
        from twoway.store import hold, open_store, sessions, users

        clocks.follow(self.folder)
        store = open_store(self.folder / "twoway.db")
        if hold.of(store.read()):
            hold.confirm(store, sessions.begin(store, users.by_login(store, ADMIN).id, "link")[1])
        store.close()

    # The end

    def _heal(self) -> None:
        self._all_die()
        self.clock.heal()
        self.platform.heal()

    def _settle(self) -> None:
        """Nothing goes wrong any more: until nothing is left to do for a moment, a longer one if something is lost."""
        until, quiet = time.monotonic() + self.patience, 0
        while quiet < (12 if counting.count(self.folder).lost else 2) and time.monotonic() < until:
            self._watch(lambda: Life(next(self._numbers)))
            pause(0.2)
            if self._held():
                self._do(self._let_go_on)
            quiet = 0 if counting.unsettled(self.folder, self.plan.doubts_end) else quiet + 1

    def _held(self) -> bool:
        return bool(counting.ask(self.folder / "twoway.db", "SELECT 1 FROM desk WHERE held_at IS NOT NULL"))

    def _count(self) -> None:
        command = [sys.executable, str(COUNTER), str(self.folder)]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
        self.ended.counts = json.loads(said)
        acts = ("talk", "native", "lock", "jump", "power", "restore")
        self.ended.faults = self.ended.counts["faults"] + sum(self.ended.done.get(act, 0) for act in acts)
        if self.control is None:
            self._do(self._audit)
            self.ended.audit = json.loads((self.folder / "audit.json").read_text())
        (self.folder / "ended.json").write_text(json.dumps(asdict(self.ended)))

    def _audit(self) -> None:
        from twoway.store import open_untouched
        from twoway.store.audit import audit

        clocks.follow(self.folder)
        store = open_untouched(self.folder / "twoway.db")
        broken = [f"{check.name}: {', '.join(check.offending[:5])}" for check in audit(store).broken()]
        (self.folder / "audit.json").write_text(json.dumps(broken))
        store.close()
