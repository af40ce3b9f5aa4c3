"""A mailbox that takes tokens: real servers ask the provider, the desk renews, and a withdrawn sign-in is told."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from tests.fakes.oauth import CLIENT, SCOPE, Provider, fake_provider
from tests.mail.accounts import collector, pages, sender
from tests.servers.fixtures import MailServers
from twoway import clock
from twoway.channels import mail
from twoway.channels.mail import Connection, Settings, connect
from twoway.domain import Draft, Found, Part
from twoway.errors import AuthFailed, Temporary
from twoway.http import Guard, client
from twoway.mail import address
from twoway.ports import Access

pytestmark = pytest.mark.servers

DESK, CUSTOMER = "desk@desk.test", "customer@customer.test"
TO = address.write(address.ReplyAddress((CUSTOMER,), (), "Tasse", "", (), (CUSTOMER,), "2026-11-22"))


@pytest.fixture
def provider(mail_servers: MailServers) -> Iterator[Provider]:
    with fake_provider(mail_servers.dovecot.oauth_port) as running:
        yield running


@pytest.fixture
def channel(mail_servers: MailServers, provider: Provider, tmp_path: Path) -> Connection:
    """A channel on an empty mailbox, to which somebody has signed in."""
    for user in (DESK, CUSTOMER):
        mail_servers.dovecot.account(user)
    made = opened(mail_servers, provider, tmp_path)
    mail.sign_in(made, lambda where, code: None)
    return made


def opened(servers: MailServers, provider: Provider, folder: Path) -> Connection:
    oauth = {"device_url": f"{provider.url}/device", "token_url": f"{provider.url}/token", "scope": SCOPE}
    section = {"oauth": {**oauth, "client_id": CLIENT, "token_file": "desk.tokens"}, **servers.settings(DESK)}
    settings = Settings.model_validate(section, context={"folder": folder})
    guard = Guard(("127.0.0.1",))
    return connect(settings, Access("mail", "instance", None, lambda **how: client(**how, guard=guard)))  # type: ignore[arg-type]


def renewals(provider: Provider) -> int:
    return sum(asked["grant_type"] == "refresh_token" for asked in provider.asked)


def test_it_is_read_and_answered_with_tokens_and_no_password(mail_servers: MailServers, channel: Connection) -> None:
    mail.check(channel)
    assert len(pages(channel)) == 1
    part = Part(sender(channel).preview(Draft("Morgen."), TO), 0, "a" * 32)
    receipt = sender(channel).send(part)
    assert mail_servers.arrived(CUSTOMER, "twoway")["Message-ID"] == receipt.remote_id
    mail_servers.arrived(DESK, "twoway")
    assert isinstance(sender(channel).find(part, clock.now()), Found)


def test_a_password_is_still_taken_beside_it(mail_servers: MailServers, provider: Provider) -> None:
    with mail_servers.dovecot.login(mail_servers.dovecot.account(DESK)) as box:
        assert box.noop()[0] == "OK"


def test_a_token_is_renewed_before_it_ends(provider: Provider, channel: Connection) -> None:
    pages(channel)
    assert renewals(provider) == 0
    with time_machine.travel(clock.now().timestamp() + provider.life - 60, tick=True):
        pages(channel)
        mail.smtp.check(channel.smtp)
    assert renewals(provider) == 1


@pytest.mark.parametrize("half", ["imap", "smtp"])
def test_a_token_that_is_not_taken_is_renewed_once(provider: Provider, channel: Connection, half: str) -> None:
    provider.forget_access()
    if half == "imap":
        pages(channel)
    else:
        mail.smtp.check(channel.smtp)
    assert renewals(provider) == 1


@pytest.mark.parametrize("half", ["imap", "smtp"])
def test_a_mailbox_that_takes_no_new_token_either_pauses_and_is_not_asked_for_ever(
    provider: Provider, channel: Connection, half: str
) -> None:
    provider.forget_access()
    provider.user = "somebody.else@desk.test"
    with pytest.raises(AuthFailed) as refused:
        pages(channel) if half == "imap" else mail.smtp.check(channel.smtp)
    assert renewals(provider) == 1
    _says_no_secret(refused.value, provider)


def test_a_withdrawn_sign_in_says_how_to_sign_in_again(provider: Provider, channel: Connection) -> None:
    known = [*provider.refresh, *provider.access]
    provider.withdraw()
    with pytest.raises(AuthFailed, match="twoway channel login mail") as refused:
        pages(channel)
    _says_no_secret(refused.value, provider, known)


def test_a_provider_that_is_down_is_temporary(
    mail_servers: MailServers, provider: Provider, channel: Connection, tmp_path: Path
) -> None:
    provider.forget_access()
    file = tmp_path / "desk.tokens"
    kept = json.loads(file.read_text())
    file.write_text(json.dumps({**kept, "renew_at": "2020-01-01T00:00:00Z"}))
    away = opened(mail_servers, Provider("http://127.0.0.1:9"), tmp_path)
    with pytest.raises(Temporary):
        pages(away)
    assert json.loads(file.read_text())["refresh_token"] == kept["refresh_token"]


def test_a_renewed_token_serves_every_process(
    mail_servers: MailServers, provider: Provider, channel: Connection, tmp_path: Path
) -> None:
    other = opened(mail_servers, provider, tmp_path)
    provider.forget_access()
    pages(channel)
    pages(other)
    assert renewals(provider) == 1


def test_nobody_has_signed_in_yet(mail_servers: MailServers, provider: Provider, tmp_path: Path) -> None:
    mail_servers.dovecot.account(DESK)
    with pytest.raises(AuthFailed, match="twoway channel login mail"):
        list(collector(opened(mail_servers, provider, tmp_path)).collect("INBOX", None))


def test_a_server_that_takes_no_tokens_is_told(
    channel: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.mail.smtp_server import running

    with running(tmp_path, auth=True) as server:
        monkeypatch.setattr("twoway.channels.mail.SMTP_PORTS", {"none": server.port})
        smtp = channel.settings.smtp.model_copy(update={"security": "none", "port": server.port})
        settings = channel.settings.model_copy(update={"smtp": smtp})
        plain = Connection("mail", settings, channel.tokens)
        with pytest.raises(AuthFailed, match="XOAUTH2"):
            mail.smtp.check(plain.smtp)


def _says_no_secret(error: BaseException, provider: Provider, more: list[str] | None = None) -> None:
    said = f"{error!r} {error.__cause__!r} {error.__context__!r}"
    for token in (*provider.refresh, *provider.access, *(more or [])):
        assert token not in said
