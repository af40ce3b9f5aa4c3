"""The real Bluesky network on loopback, from its own packages: PLC, PDS and AppView, with PostgreSQL and Redis.

`make test-bluesky` fetches it. Nobody's account is needed, nothing leaves this machine.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.servers import starting
from twoway import clock

HERE = Path(__file__).parent / "bluesky_network"
FETCHED = Path(__file__).parents[2] / "build" / "bluesky"
PROGRAMS = ("node", "redis-server", "initdb", "pg_ctl")
PASSWORD = "an-account-of-the-tests"
POSTS = "app.bsky.feed.post"


class Refused(Exception):
    """The network said no."""


@dataclass(frozen=True)
class Account:
    """Somebody on the network, who posts as an app does."""

    url: str
    did: str
    handle: str
    token: str

    def ask(self, method: str, **query: Any) -> Any:
        """A query."""
        return _answer(httpx2.get(f"{self.url}/xrpc/{method}", params=query, headers=self._headers, timeout=20))

    def do(self, method: str, **body: Any) -> Any:
        """A procedure."""
        return _answer(httpx2.post(f"{self.url}/xrpc/{method}", json=body, headers=self._headers, timeout=20))

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def post(self, text: str, naming: "Account | None" = None, **more: Any) -> dict[str, str]:
        """Writes a post; where it has the handle of ``naming``, that is a mention. Its uri and cid."""
        at = clock.stamp(clock.now())[:-4] + "Z"
        record = {"$type": POSTS, "text": text, "createdAt": at, "langs": ["de"], **more}
        if naming:
            start = len(text[: text.index(f"@{naming.handle}")].encode())
            feature = {"$type": "app.bsky.richtext.facet#mention", "did": naming.did}
            index = {"byteStart": start, "byteEnd": start + len(naming.handle) + 1}
            record["facets"] = [{"index": index, "features": [feature]}]
        made = self.do("com.atproto.repo.createRecord", repo=self.did, collection=POSTS, record=record)
        return {"uri": made["uri"], "cid": made["cid"]}

    def delete(self, uri: str) -> None:
        """Takes a post back."""
        self.do("com.atproto.repo.deleteRecord", repo=self.did, collection=POSTS, rkey=uri.rpartition("/")[2])

    def app_password(self, **more: bool) -> str:
        """A new app password; ``privileged``: it may read and write direct messages."""
        made = self.do("com.atproto.server.createAppPassword", name=f"desk {clock.stamp(clock.now())}", **more)
        return str(made["password"])


def _answer(answer: httpx2.Response) -> Any:
    if not answer.is_success:
        raise Refused(f"{answer.status_code} {answer.text}")
    return answer.json() if answer.content else None


@dataclass(frozen=True)
class Network:
    """The running network; ``url`` is the server where accounts log in, ``index`` the DID of its index."""

    url: str
    index: str

    def join(self, name: str) -> Account:
        """A new account, once the index knows it."""
        body = {"handle": f"{name}.test", "email": f"{name}@mail.test", "password": PASSWORD}
        made = Account(self.url, "", "", "").do("com.atproto.server.createAccount", **body)
        account = Account(self.url, made["did"], made["handle"], made["accessJwt"])
        starting.wait_until(lambda: _known(account), f"the index knows {account.handle}", 30)
        return account


def _known(account: Account) -> bool:
    try:
        return bool(account.ask("app.bsky.actor.getProfile", actor=account.did))
    except Refused:
        return False


@contextmanager
def running() -> Iterator[Network]:
    """A network with rate limits and without accounts."""
    missing = [program for program in PROGRAMS if not _find(program)]
    if missing or not (FETCHED / ".done").exists():
        starting.refuse("the Bluesky network is not installed (make test-bluesky gets it, with node and npm)")
    with starting.scratch() as folder, ExitStack() as stack:
        database, redis, *ports = starting.free_ports(7)
        stack.enter_context(_postgres(folder / "postgres", database))
        options = ["--port", str(redis), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        stack.enter_context(_process([_program("redis-server"), *options], folder / "redis.log", {}))
        starting.wait_until(lambda: starting.listens(redis), "Redis starts")
        environment = {
            "DB_POSTGRES_URL": f"postgresql://postgres@127.0.0.1:{database}/postgres",
            "DB_POSTGRES_SCHEMA": "dev",
            "REDIS_HOST": f"127.0.0.1:{redis}",
            "LOG_ENABLED": "0",
            "NODE_PATH": str(FETCHED / "node_modules"),
        }
        log = folder / "network.log"
        command = [_program("node"), str(HERE / "network.js"), *map(str, ports)]
        stack.enter_context(_process(command, log, environment))
        starting.wait_until(lambda: "READY did:" in log.read_text("utf-8"), f"the network starts ({log})", 90)
        _, _, index = log.read_text("utf-8").partition("READY ")
        yield Network(f"http://localhost:{ports[1]}", index.split()[0])


def _find(program: str) -> str | None:
    """Debian keeps PostgreSQL's own programs where no path leads."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return starting.find(program) or (str(kept[-1]) if kept else None)


def _program(name: str) -> str:
    return _find(name) or name


@contextmanager
def _process(command: list[str], log: Path, environment: dict[str, str]) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **environment})
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)


@contextmanager
def _postgres(folder: Path, port: int) -> Iterator[None]:
    """A database server of the tests' own; PostgreSQL refuses to run as root."""
    folder.mkdir()
    run = _as_postgres() if os.geteuid() == 0 else _run
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = str(folder / "data")
    run(
        [_program("initdb"), "-D", data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    run([_program("pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start"])
    try:
        yield
    finally:
        run([_program("pg_ctl"), "-D", data, "-m", "immediate", "stop"])


def _run(command: list[str]) -> None:
    # Not captured: the server that it starts would keep a pipe open.
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60, cwd="/")


def _as_postgres() -> Callable[[list[str]], None]:
    return lambda command: _run(["runuser", "-u", "postgres", "--", *command])
