"""A form's section: what is wrong with it is said at once, with its key, and without its secret."""

from pathlib import Path

import pytest

from tests.fakes.webhook import SECRET as OUT
from tests.webform.forms import SECRET
from twoway.config import load
from twoway.errors import ConfigError

HEAD = """
[desk]
brand = "Wanderlust"
[channels.support]
kind = "mail"
enabled = {mail}
mailbox = "desk@desk.test"
password = "env:FORM_SECRET"
imap = {{ host = "127.0.0.1" }}
smtp = {{ host = "127.0.0.1" }}
[channels.telefon]
kind = "log"
[channels.contact]
kind = "webform"
"""
SECRETS = 'secrets = ["env:FORM_SECRET"]\n'


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORM_SECRET", SECRET.get_secret_value())
    monkeypatch.setenv("OUT_SECRET", OUT)


def read(folder: Path, section: str, mail: str = "true") -> list[str]:
    """The mistakes of a configuration with this section."""
    file = folder / "twoway.toml"
    file.write_text(HEAD.format(mail=mail) + section)
    try:
        load(file)
    except ConfigError as error:
        return error.mistakes
    return []


@pytest.mark.parametrize(
    "section",
    [
        SECRETS,
        f'{SECRETS}mail = "support"\n',
        f'{SECRETS}[channels.contact.webhook]\nurl = "https://shop.example/a"\nsecret = "env:OUT_SECRET"\n',
    ],
)
def test_a_whole_section_is_right(tmp_path: Path, section: str) -> None:
    assert read(tmp_path, section) == []


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("", "channels.contact.secrets: is missing"),
        ("secrets = []\n", "channels.contact.secrets"),
        (
            f'{SECRETS}mail = "nowhere"\n',
            "channels.contact.mail: must name a channel of the kind mail; there is",
        ),
        (f'{SECRETS}mail = "telefon"\n', "channels.contact.mail: must name"),
        (f'{SECRETS}mail = "contact"\n', "channels.contact.mail: must name"),
        (f'{SECRETS}[channels.contact.webhook]\nsecret = "env:OUT_SECRET"\n', "channels.contact.webhook.url"),
        (f'{SECRETS}[channels.contact.webhook]\nurl = "https://shop.example/a"\n', "channels.contact.webhook.secret"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, section: str, told: str) -> None:
    [mistake] = read(tmp_path, section)
    assert mistake.startswith(told)


def test_a_mailbox_that_is_switched_off_answers_nobody(tmp_path: Path) -> None:
    [mistake] = read(tmp_path, f'{SECRETS}mail = "support"\n', mail="false")
    assert mistake == "channels.contact.mail: the channel support is switched off"


def test_a_form_that_is_switched_off_may_name_what_is_gone(tmp_path: Path) -> None:
    assert read(tmp_path, f'enabled = false\n{SECRETS}mail = "nowhere"\n') == []


@pytest.mark.parametrize("secret", ["hunter2", "whsec_", "whsec_c2hvcnQ=", "whsec_%%%", "whsec_" + "A" * 120])
def test_what_is_no_webhook_secret_is_told_but_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("OWN", secret)
    [mistake] = read(tmp_path, 'secrets = ["env:OWN"]\n')
    assert "whsec_ and 24 to 64 random bytes" in mistake
    assert secret == "whsec_" or secret not in mistake
