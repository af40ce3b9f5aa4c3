"""A mail server that keeps what it got, and desks that send their digests through it."""

from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.desk.conftest import Open
from tests.desk.pigeons import Scene
from tests.mail.smtp_server import Server, running

Mailing = Callable[..., Scene]


class Post:
    """The post office: what arrived, as mails, and what it does wrong."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.orders = server.orders

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(taken.content, policy=policy.default) for taken in self.orders.taken]  # type: ignore[misc, arg-type]

    @property
    def recipients(self) -> list[str]:
        return [address for taken in self.orders.taken for address in taken.rcpt_tos]


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    """A server without TLS on loopback."""
    with running(tmp_path) as server:
        yield Post(server)


@pytest.fixture
def mailing(opened: Open, post: Post) -> Mailing:
    """A desk whose digest goes to these recipients, given as lines of TOML."""

    def make(*recipients: str, more: str = "", before: str = "") -> Scene:
        smtp = f'host = "127.0.0.1"\nport = {post.server.port}\nsecurity = "none"\nsender = "desk@fjordlicht.example"'
        people = "\n".join(f"[[digest.recipients]]\n{lines}" for lines in recipients)
        return opened(f"{before}\n[digest]\n{more}\n[digest.smtp]\n{smtp}\n{people}\n")

    return make
