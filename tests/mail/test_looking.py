"""What the desk sees in the mailbox before an answer goes out."""

import pytest

from tests.mail.accounts import pages, reading, sender
from tests.servers.dovecot import Dovecot
from twoway.channels.mail import Connection
from twoway.domain import Draft, Preview

pytestmark = pytest.mark.servers

DESK = "desk@desk.test"


def letter(
    name: str, *, sender: str = "k@kunde.test", answers: str = "", extra: str = "", text: str = "Hallo"
) -> bytes:
    """A mail with that Message-ID."""
    thread = f"In-Reply-To: {answers}\nReferences: <root@x> {answers}\n" if answers else ""
    return f"From: {sender}\nTo: {DESK}\nSubject: Re: Frage\nMessage-ID: {name}\n{thread}{extra}\n{text}\n".replace(
        "\n", "\r\n"
    ).encode()


@pytest.fixture
def channel(dovecot: Dovecot) -> Connection:
    """A channel on an empty mailbox that reads what colleagues sent, too."""
    return reading(dovecot, dovecot.account(DESK), sent_folder="Sent")


@pytest.fixture
def preview(dovecot: Dovecot, channel: Connection) -> Preview:
    """An answer to the mail ``<q@kunde.test>``, which has been heard."""
    [first] = pages(channel)
    dovecot.put(DESK, letter("<q@kunde.test>"))
    return sender(channel).preview(Draft("Gern."), pages(channel, first.cursor)[0].mentions[0].address)


def test_nothing_new_is_nothing_in_the_way(channel: Connection, preview: Preview) -> None:
    target = sender(channel).look(preview)

    assert (target.there, target.newer, target.answer) == (True, (), None)


def test_newer_words_of_the_customer_are_named(dovecot: Dovecot, channel: Connection, preview: Preview) -> None:
    dovecot.put(DESK, letter("<more@kunde.test>", answers="<q@kunde.test>"), letter("<other@kunde.test>"))

    assert sender(channel).look(preview).newer == ("<more@kunde.test>",)


def test_a_robots_reply_is_no_newer_word(dovecot: Dovecot, channel: Connection, preview: Preview) -> None:
    dovecot.put(DESK, letter("<oof@kunde.test>", answers="<q@kunde.test>", extra="Auto-Submitted: auto-replied\n"))

    assert sender(channel).look(preview).newer == ()


@pytest.mark.parametrize("folder", ["INBOX", "Sent"])
def test_an_answer_from_a_colleagues_mail_program_is_shown(
    dovecot: Dovecot, channel: Connection, preview: Preview, folder: str
) -> None:
    mine = letter("<mine@desk.test>", sender=DESK, answers="<q@kunde.test>", text="Schon erledigt.")
    dovecot.put(DESK, mine, folder=folder)
    answer = sender(channel).look(preview).answer

    assert answer is not None
    assert (answer.id, answer.text, answer.raw) == ("<mine@desk.test>", "Schon erledigt.", mine)


def test_an_answer_of_this_desk_is_no_answer_made_elsewhere(
    dovecot: Dovecot, channel: Connection, preview: Preview
) -> None:
    dovecot.put(DESK, letter("<twoway.k1@desk.test>", sender=DESK, answers="<q@kunde.test>"))

    assert sender(channel).look(preview).answer is None


def test_looking_changes_no_flag(dovecot: Dovecot, channel: Connection, preview: Preview) -> None:
    dovecot.put(DESK, letter("<mine@desk.test>", sender=DESK, answers="<q@kunde.test>"))
    before = dovecot.flags(DESK)
    sender(channel).look(preview)

    assert dovecot.flags(DESK) == before
