"""What the desk makes of a mail: whose it is, who takes part, and where an answer would go."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from listener.mail_mention import MOST_COPIED, Heard, heard
from twoway.channels.mail import Settings
from twoway.domain import Bounced, Malformed, Mention, OwnPost
from twoway.mail import address
from twoway.mail.address import ReplyAddress

PAYLOADS = Path(__file__).parents[1] / "payloads" / "mail"
RECEIVED = datetime(2026, 11, 22, 12, tzinfo=UTC)
SETTINGS = Settings.model_validate(
    {
        "mailbox": "desk@desk.test",
        "aliases": ["Info@desk.test"],
        "password": SecretStr("x"),
        "imap": {"host": "mx.test"},
        "smtp": {"host": "mx.test"},
    }
)


def letter(**headers: str) -> bytes:
    """A mail to the desk; keywords become headers, ``reply_to`` is Reply-To."""
    lines = {"From": "K <k@kunde.test>", "To": "desk@desk.test", "Subject": "Frage", "Message-ID": "<q@kunde.test>"}
    lines |= {name.replace("_", "-").title().replace("-Id", "-ID"): value for name, value in headers.items()}
    return "".join(f"{name}: {value}\n" for name, value in lines.items()).encode() + b"\nHallo\n"


def of(raw: bytes, **options: Any) -> Heard:
    """What is heard."""
    return heard(raw, RECEIVED, SETTINGS, **options)


def mention(raw: bytes) -> Mention:
    """The mention that is heard."""
    found = of(raw)
    assert isinstance(found, Mention)
    return found


def answer_to(raw: bytes) -> ReplyAddress:
    """Where an answer to it goes."""
    return address.read(mention(raw).address)


def payload(name: str) -> bytes:
    """A stored payload."""
    return (PAYLOADS / f"{name}.eml").read_bytes()


def test_participants_are_everybody_but_the_author_and_ourselves() -> None:
    raw = letter(to="DESK@desk.test, info@desk.test, a@x.test", cc="b@x.test, K@kunde.test")

    assert mention(raw).participants == ("a@x.test", "b@x.test")


def test_an_answer_goes_to_the_author_and_those_who_read_along() -> None:
    found = answer_to(letter(cc="b@x.test, info@desk.test"))

    assert (found.to, found.cc, found.in_reply_to) == (("k@kunde.test",), ("b@x.test",), "<q@kunde.test>")


def test_reply_to_is_obeyed_but_the_author_stays_who_wrote() -> None:
    raw = letter(reply_to="hilfe@kunde.test")

    assert answer_to(raw).to == ("hilfe@kunde.test",)
    assert mention(raw).author.id == "k@kunde.test"


def test_a_circular_is_answered_to_its_author_alone() -> None:
    many = ", ".join(f"p{number}@x.test" for number in range(MOST_COPIED + 1))

    assert answer_to(letter(cc=many)).cc == ()
    assert len(answer_to(letter(cc=many.partition(", ")[2])).cc) == MOST_COPIED


def test_the_thread_is_oldest_first() -> None:
    raw = letter(in_reply_to="<c@d>", references="<a@d> <b@d> <c@d>")

    assert mention(raw).replies_to == ("<c@d>", "<b@d>", "<a@d>")
    assert answer_to(raw).thread == ("<a@d>", "<b@d>", "<c@d>", "<q@kunde.test>")


def test_the_same_message_id_is_not_the_same_mail() -> None:
    one, two = mention(letter()), mention(letter(subject="Anders"))

    assert one.reference == two.reference
    assert one.id != two.id


def test_a_form_on_our_site_that_sends_in_our_name_is_the_customers_mail() -> None:
    found = mention(letter(**{"from": "Formular <desk@desk.test>", "reply_to": "Karl <karl@kunde.test>"}))

    assert (found.author.id, found.author.name) == ("karl@kunde.test", "Karl")
    assert address.read(found.address).to == ("karl@kunde.test",)


@pytest.mark.parametrize("own", ["desk@desk.test", "Info@Desk.test"])
def test_mail_from_any_of_our_addresses_is_ours(own: str) -> None:
    assert isinstance(of(letter(**{"from": own})), OwnPost)


def test_our_own_answer_gives_its_key_back() -> None:
    found = of(letter(**{"from": "desk@desk.test", "message_id": "<twoway.abc@desk.test>"}))

    assert isinstance(found, OwnPost)
    assert (found.id, found.key) == ("<twoway.abc@desk.test>", "abc")


def test_a_stranger_who_repeats_our_message_id_is_not_us() -> None:
    assert isinstance(of(letter(message_id="<twoway.abc@desk.test>")), Mention)


def test_everything_in_our_sent_folder_is_ours() -> None:
    assert isinstance(of(letter(), sent=True), OwnPost)


@pytest.mark.parametrize("name", ["bounce", "bounce_headers_only", "bounce_exim"])
def test_a_bounce_of_our_answer_fails_it(name: str) -> None:
    found = of(payload(name))

    assert isinstance(found, Bounced)
    assert found.remote_ids == ("<twoway.k1@desk.test>",)


@pytest.mark.parametrize("name", ["delayed", "delivered", "out_of_office", "read_report"])
def test_other_reports_about_our_answer_are_seen_and_fail_nothing(name: str) -> None:
    assert mention(payload(name)).kind == "automatic"


def test_a_bounce_of_somebody_elses_mail_fails_nothing() -> None:
    raw = payload("bounce").replace(b"<twoway.k1@desk.test>", b"<other@desk.test>")

    assert mention(raw).kind == "automatic"


def test_a_copy_that_did_not_reach_our_own_mailbox_fails_nothing() -> None:
    raw = payload("bounce").replace(b"karla@kunde.test", b"desk@desk.test")

    assert mention(raw).kind == "automatic"


def test_what_cannot_be_read_is_kept_as_it_came() -> None:
    found = of(b"\0\xff")

    assert isinstance(found, Malformed)
    assert (found.raw, "sender" in found.reason) == (b"\0\xff", True)


def test_when_a_mail_came_is_the_servers_word_whatever_its_date_says() -> None:
    found = mention(letter(date="Mon, 07 Jan 2019 10:00:00 +0000"))

    assert found.arrived_at == RECEIVED
    assert found.created_at < RECEIVED


@pytest.mark.parametrize(("minutes", "said"), [(-30, -30), (30, 0)])
def test_our_own_mail_was_written_when_it_lay_there_at_the_latest(minutes: int, said: int) -> None:
    written = RECEIVED + timedelta(minutes=minutes)
    found = of(letter(date=format_datetime(written)), sent=True)
    assert isinstance(found, OwnPost)
    assert found.created_at == RECEIVED + timedelta(minutes=said)
