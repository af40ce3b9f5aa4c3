"""One file, checked whole; every mistake at once, with its key path and what was probably meant."""

from collections.abc import Callable, Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, Field, ValidationError

from twoway import channels
from twoway.channel import Channel, Limits, Policy
from twoway.config import find, load
from twoway.errors import ConfigError
from twoway.secrets import Secret

Write = Callable[[str], Path]
MINIMAL = '[desk]\nbrand = "Kaffee Nord"\n'


class Imap(BaseModel):
    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 993


class PigeonSettings(BaseModel):
    loft: str
    token: Secret | None = None
    imap: Imap | None = None


PIGEON = Channel(
    kind="pigeon",
    label="Pigeons",
    settings=PigeonSettings,
    connect=lambda settings, access: None,
    check=lambda connection: None,
    limits=Limits(length=20),
    policy=Policy(),
    collector="listener.pigeon:Collector",
    sender="responders.by_hand:Sender",
)


@pytest.fixture(autouse=True)
def pigeons(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A kind of channel that only these tests know."""
    known = {**channels.paths(), "pigeon": f"{__name__}:PIGEON"}
    monkeypatch.setattr(channels, "paths", lambda: known)
    yield
    channels.channel.cache_clear()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(text: str) -> Path:
        path = tmp_path / "twoway.toml"
        path.write_text(text, "utf-8")
        return path

    return to_file


def mistakes(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return caught.value.mistakes


def test_a_brand_is_enough(write: Write) -> None:
    config = load(write(MINIMAL))
    assert config.desk.brand == "Kaffee Nord"
    assert config.web.url == "http://127.0.0.1:8620"
    assert config.channels == {}
    assert config.conversation.resolve_waiting_after == timedelta(days=14)


def test_a_channel_has_common_keys_and_those_of_its_kind(write: Write) -> None:
    config = load(
        write(
            MINIMAL + '[channels.loft]\nkind = "pigeon"\nloft = "Nord"\naddress = "du"\nanswer_within = "1d 4h"\n'
            'imap = { host = "mail.example" }\n'
        )
    )
    channel = config.channels["loft"]
    assert (channel.name, channel.kind) == ("loft", "pigeon")
    assert channel.common.address == "du"
    assert channel.common.answer_within == timedelta(hours=28)
    assert channel.settings == PigeonSettings(loft="Nord", imap=Imap(host="mail.example"))


def test_every_mistake_is_reported_at_once(write: Write) -> None:
    path = write("""
        [desk]
        brnad = "Kaffee Nord"
        timezone = "Europe/Berln"
        allow_private = ["127.0.0.0/8", "10.0.0.0/33", "http://intranet"]
        [wep]
        [web]
        port = "8080"
        [channels.loft]
        kind = "pigeon"
        adress = "Sie"
        imap = { host = "mail.example", port = 99999, prot = 993 }
        [channels.other]
        kind = "pigeno"
        [channels.third]
        [channels.Fourth]
        kind = "pigeon"
        loft = "Nord"
        address = "Ihr"
        answer_within = "soon"
        [digest]
        recipients = [{ address = "nobody", at = "25:00" }]
        [[templates]]
        name = "Hello"
        language = "de"
        text = ""
        """)
    assert sorted(mistakes(path)) == [
        "channels.Fourth.address: must be 'Sie' or 'du'",
        'channels.Fourth.answer_within: must be a length of time such as "30m", "4h", "1d 12h"',
        "channels.Fourth: a channel's name is made of small letters, digits, - and _",
        "channels.loft.adress: there is no such key; did you mean 'address'?",
        "channels.loft.imap.port: must be less than or equal to 65535",
        "channels.loft.imap.prot: there is no such key; did you mean 'port'?",
        "channels.loft.loft: is missing",
        f"channels.other.kind: must be one of {', '.join(sorted(channels.paths()))}; did you mean 'pigeon'?",
        "channels.third.kind: is missing",
        "desk.allow_private[2]: must be a network (\"10.0.0.0/8\"), an address, or the name of a host",
        "desk.allow_private[3]: must be a network (\"10.0.0.0/8\"), an address, or the name of a host",
        "desk.brand: is missing",
        "desk.brnad: there is no such key; did you mean 'brand'?",
        "desk.timezone: must be a time zone such as \"Europe/Berlin\"; did you mean 'Europe/Berlin'?",
        'digest.recipients[1].address: must be a mail address such as "name@example.org"',
        'digest.recipients[1].at: must be a time of day such as "07:30"',
        "templates[1].text: is empty",
        "web.port: must be a whole number",
        "wep: there is no such key; did you mean 'web'?",
    ]  # fmt: skip


def test_a_mistake_in_the_writing_names_its_line(write: Write) -> None:
    (mistake,) = mistakes(write('[desk]\nbrand = "Kaffee\n'))
    assert "line 2, column" in mistake


@pytest.mark.parametrize(
    "text", ["channels = 1", "[channels]\nloft = 1", "desk = 1", "templates = 1", "[digest]\nrecipients = {}"]
)
def test_a_value_where_a_table_belongs_is_a_mistake(write: Write, text: str) -> None:
    assert any("must be" in mistake for mistake in mistakes(write(text + "\n")))


def test_a_file_that_is_not_utf_8_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "twoway.toml"
    path.write_bytes(MINIMAL.replace("Nord", "Süd").encode("latin-1"))
    assert "UTF-8" in mistakes(path)[0]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "twoway.toml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())
    assert load(path).desk.brand == "Kaffee Nord"


def test_a_secret_in_the_file_is_a_mistake_that_does_not_repeat_it(write: Write) -> None:
    (mistake,) = mistakes(write(MINIMAL + '[channels.loft]\nkind = "pigeon"\nloft = "Nord"\ntoken = "hunter2"\n'))
    assert mistake.startswith("channels.loft.token: a secret may not stand in this file")
    assert "hunter2" not in mistake


def test_a_secret_file_is_found_beside_the_configuration(write: Write, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hunter2\n")
    (tmp_path / "token").chmod(0o600)
    path = write(MINIMAL + '[channels.loft]\nkind = "pigeon"\nloft = "Nord"\ntoken = "file:token"\n')
    assert load(path).channels["loft"].settings.token.get_secret_value() == "hunter2"


def test_a_channel_that_is_off_may_have_lost_its_secret(write: Write) -> None:
    text = MINIMAL + '[channels.loft]\nkind = "pigeon"\nloft = "Nord"\ntoken = "env:GONE_TOKEN"\n'
    assert mistakes(write(text)) == [
        "channels.loft.token: the environment variable GONE_TOKEN is not set; set it where the desk is started"
    ]
    assert not load(write(text + "enabled = false\n")).channels["loft"].common.enabled


def test_the_database_lies_beside_the_configuration(write: Write, tmp_path: Path) -> None:
    assert load(write(MINIMAL)).desk.database == tmp_path / "twoway.db"
    assert load(write(MINIMAL + 'database = "/srv/desk.db"\n')).desk.database == Path("/srv/desk.db")


def test_an_alert_goes_only_where_alerts_may_go(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT", "json://127.0.0.1:9/hunter2")
    monkeypatch.setenv("WRONG", "file:///etc/hunter2")
    text = MINIMAL + '[alerts]\nurls = ["env:CHAT", "env:WRONG"]\n'
    (mistake,) = mistakes(write(text))
    assert mistake.startswith("alerts.urls[2]: holds no apprise URL of a known kind")
    assert "hunter2" not in mistake
    (url,) = load(write(text.replace(', "env:WRONG"', ""))).alerts.urls
    assert url.get_secret_value() == "json://127.0.0.1:9/hunter2"


def test_recipients_of_the_digest_have_their_own_time(write: Write) -> None:
    smtp = '[digest.smtp]\nhost = "mail.example"\nsecurity = "tls"\nsender = "desk@example.org"\n'
    people = '[[digest.recipients]]\naddress = "ceo@example.org"\nat = "06:15"\ntimezone = "Europe/Vienna"\n'
    digest = load(write(MINIMAL + smtp + people)).digest
    assert digest.smtp
    assert digest.smtp.port_used == 465
    assert (digest.recipients[0].at, digest.recipients[0].timezone) == (time(6, 15), ZoneInfo("Europe/Vienna"))
    assert mistakes(write(MINIMAL + people)) == ["digest: there are recipients but no [digest.smtp] to send through"]


def test_a_login_is_whole(write: Write) -> None:
    text = MINIMAL + '[digest.smtp]\nhost = "mail.example"\nsender = "desk@example.org"\nusername = "desk"\n'
    assert mistakes(write(text)) == ["digest.smtp: username and password belong together; one of them is missing"]


@pytest.mark.parametrize(("host", "allowed"), [("mail.example", False), ("127.0.0.1", True), ("localhost", True)])
def test_mail_leaves_this_machine_only_encrypted(write: Write, host: str, allowed: bool) -> None:
    path = write(MINIMAL + f'[digest.smtp]\nhost = "{host}"\nsecurity = "none"\nsender = "desk@example.org"\n')
    if allowed:
        assert load(path).digest.smtp
    else:
        assert mistakes(path) == ['digest.smtp: security = "none" is only for this machine; write "tls" or "starttls"']


@pytest.mark.parametrize("kind", ["[]", "7", "{}"])
def test_a_kind_that_is_no_text_is_a_mistake(write: Write, kind: str) -> None:
    assert mistakes(write(MINIMAL + f"[channels.loft]\nkind = {kind}\n")) == ["channels.loft.kind: is missing"]


def test_nothing_in_it_changes(write: Write) -> None:
    config = load(write(MINIMAL))
    with pytest.raises(ValidationError):
        config.desk.brand = "Other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        config.channels["more"] = None  # type: ignore[index]


def test_links_use_the_public_address(write: Write) -> None:
    text = MINIMAL + '[web]\npublic_url = "https://desk.example.org/"\n'
    assert load(write(text)).web.url == "https://desk.example.org"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_option_comes_first_then_the_folder_then_the_environment(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("option.toml", "environment.toml"):
        (elsewhere / name).write_text(MINIMAL)
    monkeypatch.setenv("TWOWAY_CONFIG", str(elsewhere / "environment.toml"))
    assert find() == elsewhere / "environment.toml"
    (elsewhere / "twoway.toml").write_text(MINIMAL)
    assert find() == elsewhere / "twoway.toml"
    assert find(Path("option.toml")) == elsewhere / "option.toml"


@pytest.mark.usefixtures("elsewhere")
def test_without_a_file_it_says_how_to_make_one() -> None:
    with pytest.raises(ConfigError, match=r"there is no twoway\.toml here; make one with: twoway init"):
        find()


@pytest.mark.usefixtures("elsewhere")
def test_a_named_file_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"gone\.toml \(--config\)"):
        find(Path("gone.toml"))
    monkeypatch.setenv("TWOWAY_CONFIG", "gone.toml")
    with pytest.raises(ConfigError, match=r"gone\.toml \(\$TWOWAY_CONFIG\)"):
        find()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("rules", "rules"),
        ("owner/name", "owner/name"),
        ("models/ours", "{folder}/models/ours"),
        ("./rules", "{folder}/rules"),
        ("/srv/model", "/srv/model"),
    ],
)
def test_a_model_is_a_name_or_a_folder_seen_from_the_file(write: Write, name: str, found: str) -> None:
    path = write(f'{MINIMAL}[model]\nname = "{name}"\n')
    for folder in ("rules", "models/ours"):
        (path.parent / folder).mkdir(parents=True)
    assert load(path).model.name == found.format(folder=path.parent)
