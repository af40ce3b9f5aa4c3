"""What counts as sent in our name, by what lies in the mailbox."""

from datetime import timedelta

import pytest

from tests.mail.accounts import reading, sender
from tests.servers.dovecot import Dovecot
from twoway import clock
from twoway.domain import OwnPost
from twoway.errors import AuthFailed
from twoway.mail.writing import message_id
from twoway.text import sha256

pytestmark = pytest.mark.servers

DESK = "desk@desk.test"
KEY = "0123456789abcdef" * 2
OURS = message_id(KEY, "desk.test")


@pytest.fixture
def box(dovecot: Dovecot) -> Dovecot:
    """An empty mailbox with folders."""
    dovecot.account(DESK)
    with dovecot.login(DESK) as client:
        for folder in ("Sent", "Drafts", "Archive"):
            client.create(folder)
    return dovecot


def mail(name: str, text: str = "Kommt morgen.", sender: str = DESK, *more: str) -> bytes:
    """A mail with that Message-ID; none where it is empty."""
    headers = [f"From: {sender}", "To: kim@customer.test", "Subject: Paket", *more]
    headers += [f"Message-ID: {name}"] if name else []
    return "\r\n".join([*headers, "", text, ""]).encode()


def listed(box: Dovecot, hours: int = 1, **changes: object) -> list[OwnPost]:
    """What the sender finds."""
    return list(sender(reading(box, DESK, **changes)).recent(clock.now() - timedelta(hours=hours)))


def test_our_copy_is_found_with_key_and_words_wherever_it_was_moved(box: Dovecot) -> None:
    box.put(DESK, mail(OURS), folder="Archive")
    assert [(post.id, post.key, post.text) for post in listed(box)] == [(OURS, KEY, "Kommt morgen.\n")]


def test_quotes_and_signatures_are_words_that_were_approved(box: Dovecot) -> None:
    text = "Ja.\r\n\r\nAm 1.1.2026 schrieb Kim:\r\n> Kommt es?\r\n\r\n-- \r\nIhr Team"
    box.put(DESK, mail(OURS, text))
    assert [post.text.split() for post in listed(box)] == [text.split()]


def test_a_colleagues_mail_is_found_without_a_key(box: Dovecot) -> None:
    box.put(DESK, mail("<a@mua.test>", "words", "Ada <ada@elsewhere.test>"), folder="Sent")
    box.put(DESK, mail("<b@mua.test>"))
    assert {(post.id, post.key) for post in listed(box, sent_folder="Sent")} == {
        ("<a@mua.test>", ""), ("<b@mua.test>", "")
    }  # fmt: skip


def test_a_mail_without_a_message_id_is_named_by_its_bytes(box: Dovecot) -> None:
    box.put(DESK, mail(""))
    assert [post.id for post in listed(box)] == [sha256(mail(""))]


def test_an_alias_is_ours_too(box: Dovecot) -> None:
    box.put(DESK, mail("<a@mua.test>", "words", "help@desk.test"))
    assert listed(box) == []
    assert len(listed(box, aliases=("help@desk.test",))) == 1


def test_drafts_customers_and_forms_are_not_ours(box: Dovecot) -> None:
    box.put(DESK, mail("<draft@mua.test>"), folder="Drafts")
    box.put(DESK, mail("<question@customer.test>", "words", "kim@customer.test"))
    box.put(DESK, mail("<form@desk.test>", "words", DESK, "Reply-To: kim@customer.test"))
    assert listed(box, sent_folder="Sent") == []


def test_what_arrived_before_is_not_listed(box: Dovecot) -> None:
    box.put(DESK, mail(OURS), at=clock.now() - timedelta(hours=2))
    assert listed(box) == []
    assert len(listed(box, hours=3)) == 1


def test_many_pages_are_read(box: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("responders.mail_own.PAGE", 2)
    box.put(DESK, *(mail(f"<{number}@mua.test>") for number in range(5)))
    assert len(listed(box)) == 5


def test_a_folder_that_is_read_and_cannot_be_opened_is_no_silence(box: Dovecot) -> None:
    with pytest.raises(AuthFailed, match="Post"):
        listed(box, sent_folder="Post")
