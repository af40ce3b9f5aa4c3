"""A digest through a real Postfix into a real Dovecot, read back from there; and read in a real browser."""

import re
from email.message import Message

import pytest

from desk.digest import digest_once
from tests.desk.conftest import Open
from tests.servers.fixtures import MailServers

READER = "colleague@desk.test"


def body(mail: Message, kind: str) -> str:
    """The decoded words of one form."""
    (part,) = (part for part in mail.walk() if part.get_content_type() == kind)
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode("utf-8")


@pytest.fixture
def sent(opened: Open, mail_servers: MailServers, monkeypatch: pytest.MonkeyPatch) -> Message:
    """A digest as it lies in its reader's inbox."""
    monkeypatch.setenv("PASSWORD", mail_servers.password("desk@desk.test"))
    scene = opened(
        f'[digest.smtp]\nhost = "127.0.0.1"\nport = {mail_servers.postfix.submission_port}\n'
        f'sender = "desk@desk.test"\nusername = "desk@desk.test"\npassword = "env:PASSWORD"\n'
        f'ca_file = "{mail_servers.ca_file}"\n[[digest.recipients]]\naddress = "{READER}"\nat = "00:00"\n'
    )
    scene.says("Zum dritten Mal kam die falsche Lampe! Grüße, 李小龙 😡", severe=True, name="Ölaf Größe")
    assert digest_once(scene.desk)
    row = scene.desk.store.read().execute("SELECT sent_at, last_error FROM digests").fetchone()
    assert row["sent_at"], row["last_error"]
    return mail_servers.arrived(READER, r"Message-ID: <digest\.")


@pytest.mark.servers
def test_what_arrives_is_what_was_written(sent: Message) -> None:
    for kind in ("text/plain", "text/html"):
        words = body(sent, kind)
        assert "Zum dritten Mal kam die falsche Lampe! Grüße, 李小龙 😡" in words
        assert "Ölaf Größe" in words
    assert (sent["Auto-Submitted"], sent["To"]) == ("auto-generated", READER)
    assert len(sent.as_bytes()) < 100_000


@pytest.mark.servers
def test_the_way_off_the_list_arrives_whole(sent: Message) -> None:
    unfolded = re.sub(r"\s+", "", str(sent["List-Unsubscribe"]))
    assert re.fullmatch(r"<https://desk\.example\.org/digest/[\w-]{43}>", unfolded)
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
