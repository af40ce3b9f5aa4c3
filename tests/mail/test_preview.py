"""What a person approves is what is sent, and what cannot be sent is never offered for approval."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes

import pytest

from responders.mail import Sender
from tests.mail.accounts import connection, sender
from twoway.domain import Draft, Part
from twoway.errors import Rejected
from twoway.mail.address import ReplyAddress, read, write
from twoway.mail.writing import compose, key_of, message_id, reply_subject

ADDRESS = ReplyAddress(("k@kunde.test",), ("b@x.test",), "Frage", "<q@kunde.test>", ("<p@k.test>",), (), "2026-11-22")
SECTION = {"mailbox": "desk@desk.test", "imap": {"host": "mx.test"}, "smtp": {"host": "mx.test"}}
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def desk() -> Sender:
    """A sender that never reaches a network."""
    return sender(connection(SECTION, "x"))


def test_a_preview_names_recipients_subject_and_text(desk: Sender) -> None:
    preview = desk.preview(Draft("Hallo  \r\nSie\n\n"), write(ADDRESS))

    assert preview.recipients == ("k@kunde.test", "b@x.test")
    assert (preview.subject, preview.parts, preview.visibility) == ("Re: Frage", ("Hallo\nSie",), "private")


def test_the_same_draft_is_the_same_preview(desk: Sender) -> None:
    first, second = (desk.preview(Draft("Hallo"), write(ADDRESS)) for _ in range(2))

    assert first.sha256 == second.sha256


def test_a_subject_of_ones_own_replaces_the_old_one(desk: Sender) -> None:
    assert desk.preview(Draft("Hallo", "Neu\r\nBcc: x@y.test"), write(ADDRESS)).subject == "Neu Bcc: x@y.test"


BAD_TEXTS = ["", " \n ", "x" * 50_001, "a\0b", "a\ud800b"]


@pytest.mark.parametrize("text", BAD_TEXTS, ids=["empty", "blank", "long", "nul", "half"])
def test_a_text_that_cannot_be_sent_is_rejected_before_approval(desk: Sender, text: str) -> None:
    with pytest.raises(Rejected):
        desk.preview(Draft(text), write(ADDRESS))


BAD_RECIPIENTS = [(), ("kaputt",), ("a@x.test\r\nRCPT TO:<b@x.test>",), ("a@" + "ü" * 70 + ".test",), ("a@b..test ",)]


@pytest.mark.parametrize("recipients", BAD_RECIPIENTS, ids=["none", "word", "injection", "domain", "space"])
def test_recipients_that_mail_cannot_reach_are_rejected(desk: Sender, recipients: tuple[str, ...]) -> None:
    with pytest.raises(Rejected):
        desk.preview(Draft("Hallo"), write(replace(ADDRESS, to=recipients, cc=())))


SUBJECTS = {
    "Frage": "Re: Frage",
    "Re: Frage": "Re: Frage",
    "AW: Re: RE[2]: aw:Frage": "Re: Frage",
    "Antwort: Frage": "Re: Frage",
    "Regen: Frage": "Re: Regen: Frage",
    "": "Re:",
    "a\r\nBcc: x@y.test": "Re: a Bcc: x@y.test",
    "re: re: \u202eFrage": "Re: Frage",
}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_re_stands_once(subject: str) -> None:
    assert reply_subject(subject) == SUBJECTS[subject]


def test_nothing_a_stranger_wrote_becomes_a_header(desk: Sender) -> None:
    hostile = "x\r\nBcc: victim@x.test\r\n\r\nBody"
    preview = desk.preview(Draft("Hallo"), write(replace(ADDRESS, subject=hostile)))
    sent = message_from_bytes(compose(Part(preview, 0, "k"), ADDRESS, (hostile, "desk@desk.test"), NOW))

    assert sent.keys() == [
        *("From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References"),
        *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
    ]


def test_message_ids_that_break_lines_are_refused_not_sent(desk: Sender) -> None:
    preview = desk.preview(Draft("Hallo"), write(ADDRESS))
    with pytest.raises(ValueError, match="linefeed"):
        compose(Part(preview, 0, "k"), replace(ADDRESS, in_reply_to="<a@b>\r\nBcc: x@y.test"), ("", "d@desk.test"), NOW)


def test_a_long_thread_is_named_by_its_beginning_and_its_end(desk: Sender) -> None:
    thread = tuple(f"<{number}.{'x' * 100}@kunde.test>" for number in range(100))
    preview = desk.preview(Draft("Hallo"), write(ADDRESS))
    raw = compose(Part(preview, 0, "k"), replace(ADDRESS, references=thread), ("", "desk@desk.test"), NOW)
    named = message_from_bytes(raw)["References"].split()

    assert (len(named), named[0], named[-2:]) == (20, thread[0], [thread[-1], "<q@kunde.test>"])
    assert max(map(len, raw.split(b"\r\n"))) < 998


@pytest.mark.parametrize("key", ["a" * 32, "abc-1"])
def test_a_plain_key_can_be_read_from_its_message_id(key: str) -> None:
    assert key_of(message_id(key, "desk.test"), "desk.test") == key


@pytest.mark.parametrize("key", ["a b", "<x>", "ä", "a@b", "x" * 200, ""])
def test_any_key_makes_a_sound_message_id(key: str) -> None:
    name = message_id(key, "desk.test")

    assert name == message_id(key, "desk.test")
    assert name.isascii()
    assert name.count("@") == 1
    assert " " not in name


def test_a_reply_address_is_read_as_it_was_written() -> None:
    assert read(write(ADDRESS)) == ADDRESS
