"""A mailbox has one login; tokens go to safe addresses only, and the command signs in."""

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from desk.wiring import open_desk
from listener.collect import collect_once
from tests.desk.cli.conftest import Shell, log_as_it_was
from tests.desk.cli.conftest import twoway as twoway
from tests.fakes.oauth import CLIENT, SCOPE, Provider, fake_provider
from tests.servers.fixtures import MailServers
from twoway import clock
from twoway.channels.mail import Settings
from twoway.config import load
from twoway.domain import Standing
from twoway.errors import ConfigError
from twoway.store import channels, open_store, standings

__all__ = ["log_as_it_was"]
HEAD = """
[desk]
brand = "Wanderlust"
allow_private = ["127.0.0.1"]
[channels.support]
kind = "mail"
mailbox = "desk@desk.test"
imap = {{ host = "127.0.0.1", port = {imap} }}
smtp = {{ host = "127.0.0.1", port = {smtp} }}
ca_file = "{ca}"
{login}
[channels.telefon]
kind = "log"
"""
OAUTH = """[channels.support.oauth]
client_id = "{client}"
token_file = "support.tokens"
"""


def written(folder: Path, login: str, imap: int = 993, smtp: int = 587, ca: str = "ca.pem") -> Path:
    file = folder / "twoway.toml"
    file.write_text(HEAD.format(login=login, imap=imap, smtp=smtp, ca=ca))
    return file


def mistakes(folder: Path, login: str) -> str:
    with pytest.raises(ConfigError) as raised:
        load(written(folder, login))
    return "\n".join(raised.value.mistakes)


OWN = OAUTH.format(client=CLIENT)


def test_a_password_has_no_end_in_place_of_the_sign_in_that_had_one(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("x")
    (tmp_path / "p").chmod(0o600)
    with closing(open_desk(load(written(tmp_path, 'password = "file:p"', imap=9, smtp=9)))) as desk:
        channel = channels.by_name(desk.store, "support").id
        standings.learned(desk.store, channel, Standing(expires_at=clock.now()))
        collect_once(
            desk.store, "support", partial(desk.collector, "support"), standing=partial(desk.standing, "support")
        )
        assert standings.of(desk.store, channel) == Standing()


@pytest.mark.parametrize("login", ["", f'password = "file:p"\n{OWN}provider = "microsoft"\n'])
def test_a_mailbox_has_one_login(tmp_path: Path, login: str) -> None:
    (tmp_path / "p").write_text("x")
    (tmp_path / "p").chmod(0o600)
    assert "password or a table oauth" in mistakes(tmp_path, login)


def test_what_no_provider_fills_in_is_named(tmp_path: Path) -> None:
    assert "device_url and token_url and scope" in mistakes(tmp_path, OWN)


def test_tokens_never_travel_in_the_clear(tmp_path: Path) -> None:
    assert "https://" in mistakes(tmp_path, f'{OWN}token_url = "http://login.example.org/token"\n')


def test_an_unknown_provider_is_told(tmp_path: Path) -> None:
    assert "channels.support.oauth.provider" in mistakes(tmp_path, f'{OWN}provider = "google"\n')


def test_microsoft_needs_nothing_but_an_application(tmp_path: Path) -> None:
    config = load(written(tmp_path, f'{OWN}provider = "microsoft"\ntenant = "kaffee.example"\n'))
    settings: Any = config.channels["support"].settings
    assert isinstance(settings, Settings)
    assert settings.oauth
    asked = settings.oauth._provider
    assert asked.token_url == "https://login.microsoftonline.com/kaffee.example/oauth2/v2.0/token"
    assert settings.oauth.token_file == tmp_path / "support.tokens"


@pytest.fixture
def provider(mail_servers: MailServers) -> Iterator[Provider]:
    with fake_provider(mail_servers.dovecot.oauth_port) as running:
        yield running


@pytest.fixture
def desk(twoway: Shell, mail_servers: MailServers, provider: Provider) -> Shell:
    """A desk whose mailbox wants tokens; nobody has signed in."""
    mail_servers.dovecot.account("desk@desk.test")
    urls = {"device_url": f"{provider.url}/device", "token_url": f"{provider.url}/token", "scope": SCOPE}
    login = OWN + "".join(f'{key} = "{value}"\n' for key, value in urls.items())
    ports = {"imap": mail_servers.dovecot.imaps_port, "smtp": mail_servers.postfix.submission_port}
    written(twoway.folder, login, ca=str(mail_servers.ca_file), **ports)
    return twoway


@pytest.mark.servers
def test_the_command_signs_in_and_lets_the_channel_work_again(desk: Shell, provider: Provider) -> None:
    desk("collect", code=1)
    store = open_store(desk.folder / "twoway.db")
    paused = channels.by_name(store, "support").paused_reason or ""
    assert "twoway channel login support" in paused
    told = desk("channel", "login", "support")
    assert f"Open {provider.url}/activate and type the code WDJB-MJHT" in told
    assert channels.by_name(store, "support").paused_at is None
    store.close()
    desk("collect")
    assert "support" in desk("check")
    assert (desk.folder / "support.tokens").stat().st_mode & 0o777 == 0o600


@pytest.mark.servers
def test_a_sign_in_as_somebody_else_is_noticed_at_once(desk: Shell, provider: Provider) -> None:
    provider.user = "somebody@desk.test"
    desk("channel", "login", "support", code=1)
    assert "support: check:" in desk.err


@pytest.mark.servers
@pytest.mark.parametrize(("name", "code"), [("telefon", 1), ("nowhere", 2)])
def test_what_has_no_such_login_is_told(desk: Shell, name: str, code: int) -> None:
    desk("channel", "login", name, code=code)
    assert desk.err.startswith("twoway: ")
