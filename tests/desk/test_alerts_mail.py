"""Alerts read back from a real mailbox: through Postfix into Dovecot."""

from email import policy
from email.parser import BytesParser

import pytest

from desk.alerts import alert_once
from tests.desk.conftest import Open
from tests.servers.fixtures import MailServers
from twoway.store import channels

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]

LEAD = "colleague@desk.test"


@pytest.fixture
def url(mail_servers: MailServers, monkeypatch: pytest.MonkeyPatch) -> str:
    """The lead's mailbox as a receiver, which is emptied."""
    mail_servers.dovecot.account(LEAD)
    found = f"mailto://127.0.0.1:{mail_servers.postfix.smtp_port}/?from=desk@desk.test&to={LEAD}&mode=insecure"
    monkeypatch.setenv("LEAD", found)
    return found


RECEIVER = '[[alerts.receivers]]\nname = "lead"\nurls = ["env:LEAD"]\nlanguage = "en"\n'
RULE = '[[alerts.rules]]\nnames = ["severe_complaint", "channel_paused"]\nchat = ["lead"]\nflood = 2\n'


@pytest.mark.usefixtures("url")
def test_the_message_is_in_the_mailbox_in_the_language_of_its_receiver(opened: Open, mail_servers: MailServers) -> None:
    scene = opened(RECEIVER + RULE)
    conversation = scene.says("Unverschämt!", severe=True)
    assert alert_once(scene.desk)
    raw = mail_servers.arrived(LEAD, f"conversations/{conversation}").as_bytes()
    mail = BytesParser(policy=policy.default).parsebytes(raw)
    assert mail["Subject"] == "Fjordlicht: severe complaint on loft"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Reason: complaint, very urgent, upset" in body.get_content()
    assert "Assigned to: nobody yet" in body.get_content()


@pytest.mark.usefixtures("url")
def test_a_flood_is_one_mail_that_counts(opened: Open, mail_servers: MailServers) -> None:
    scene = opened(RECEIVER + RULE)
    for _ in range(30):
        scene.says("Unverschämt!", severe=True)
    channels.pause(scene.desk.store, channels.by_name(scene.desk.store, "loft").id, "401: token has expired")
    while alert_once(scene.desk):
        pass
    mail_servers.arrived(LEAD, "30 alerts: severe complaints")
    mail_servers.arrived(LEAD, "channel loft is paused")
    assert len(mail_servers.dovecot.mails(LEAD)) == 2
