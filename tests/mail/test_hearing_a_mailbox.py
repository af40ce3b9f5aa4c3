"""The collector on a real Dovecot."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from listener.mail import BYTES_A_PAGE, LARGEST, START, idle
from tests.mail.accounts import collector, pages, reading
from tests.servers.dovecot import Dovecot
from tests.servers.wire import Wire, tapped
from twoway import clock
from twoway.channels.mail import Connection
from twoway.domain import Mention, OwnPost, Page
from twoway.errors import Temporary
from twoway.text import sha256

pytestmark = pytest.mark.servers

DESK = "desk@desk.test"


def letter(number: int, *, sender: str = "k@customer.test", text: str = "Hallo") -> bytes:
    """A small mail that differs from every other."""
    head = f"From: {sender}\r\nTo: {DESK}\r\nSubject: Nr. {number}\r\nMessage-ID: <{number}@customer.test>\r\n"
    return f"{head}\r\n{text}\r\n".encode()


def mentions(heard: list[Page]) -> list[Mention]:
    """All mentions of these pages, in order."""
    return [mention for page in heard for mention in page.mentions]


@pytest.fixture
def channel(dovecot: Dovecot) -> Connection:
    """A channel on an empty mailbox."""
    return reading(dovecot, dovecot.account(DESK))


@pytest.fixture
def wire(dovecot: Dovecot) -> Iterator[Wire]:
    """Between the channel and Dovecot's unencrypted port."""
    with tapped(dovecot.imap_port) as tap:
        yield tap


def over(wire: Wire, dovecot: Dovecot) -> Connection:
    """The same channel, through the wire."""
    return reading(dovecot, DESK, imap={"host": "127.0.0.1", "port": wire.port, "security": "none"})


def test_a_new_mailbox_starts_now(dovecot: Dovecot, channel: Connection) -> None:
    dovecot.put(DESK, letter(1))
    [first] = pages(channel)
    dovecot.put(DESK, letter(2))
    heard = pages(channel, first.cursor)

    assert not first.mentions
    assert [mention.reference for mention in mentions(heard)] == ["<2@customer.test>"]


def test_a_mention_is_the_raw_mail_under_its_hash(dovecot: Dovecot, channel: Connection) -> None:
    [first] = pages(channel)
    dovecot.put(DESK, letter(1))
    [mention] = mentions(pages(channel, first.cursor))

    assert mention.raw == letter(1)
    assert mention.id == sha256(letter(1))
    assert (mention.visibility, mention.author.id) == ("private", "k@customer.test")


def test_what_is_heard_is_not_heard_again(dovecot: Dovecot, channel: Connection) -> None:
    [first] = pages(channel)
    dovecot.put(DESK, letter(1))
    last = pages(channel, first.cursor)[-1]

    assert pages(channel, last.cursor) == []


def test_since_brings_what_arrived_from_then_on(dovecot: Dovecot, channel: Connection) -> None:
    now = clock.now()
    dovecot.put(DESK, letter(1), at=now - timedelta(days=9))
    dovecot.put(DESK, letter(2), at=now - timedelta(days=3))
    heard = pages(channel, since=now - timedelta(days=5))

    assert [mention.title for mention in mentions(heard)] == ["Nr. 2"]


def test_reading_goes_on_after_any_page(dovecot: Dovecot, channel: Connection) -> None:
    [first] = pages(channel)
    dovecot.put(DESK, *(letter(number) for number in range(120)))
    cursor, titles = first.cursor, []
    while True:
        reading_ = collector(channel).collect("INBOX", cursor)
        page = next(reading_, None)
        reading_.close()
        if page is None:
            break
        cursor = page.cursor
        titles += [mention.title for mention in page.mentions]

    assert titles == [f"Nr. {number}" for number in range(120)]


def test_no_flag_is_changed(dovecot: Dovecot, channel: Connection) -> None:
    [first] = pages(channel)
    dovecot.put(DESK, letter(1), letter(2))
    with dovecot.login(DESK) as client:
        client.select("INBOX")
        client.store("1", "+FLAGS", "(\\Seen \\Flagged)")
    before = dovecot.flags(DESK)
    assert len(mentions(pages(channel, first.cursor))) == 2

    assert dovecot.flags(DESK) == before


def test_an_ordinary_client_would_have_changed_one(dovecot: Dovecot, channel: Connection) -> None:
    dovecot.put(DESK, letter(1))
    before = dovecot.flags(DESK)
    with dovecot.login(DESK) as client:
        client.select("INBOX")
        client.fetch("1", "(BODY[])")

    assert dovecot.flags(DESK) != before


def test_new_uids_for_all_mail_lose_nothing_and_bring_nothing_old_back(dovecot: Dovecot, channel: Connection) -> None:
    dovecot.put(DESK, letter(1), at=clock.now() - timedelta(hours=5))
    [first] = pages(channel)
    dovecot.put(DESK, letter(2))
    heard = pages(channel, first.cursor)
    dovecot.put(DESK, letter(3))
    dovecot.renumber(DESK)
    again = mentions(pages(channel, heard[-1].cursor))

    assert {mention.title for mention in again} == {"Nr. 2", "Nr. 3"}
    assert mentions(heard)[0].id in {mention.id for mention in again}


def test_after_new_uids_reading_goes_on_as_before(dovecot: Dovecot, channel: Connection) -> None:
    [first] = pages(channel)
    dovecot.put(DESK, letter(1))
    dovecot.renumber(DESK)
    last = pages(channel, first.cursor)[-1]
    dovecot.put(DESK, letter(2))

    assert [mention.title for mention in mentions(pages(channel, last.cursor))] == ["Nr. 2"]


def test_a_cursor_that_is_none_is_a_gap_and_a_new_start(dovecot: Dovecot, channel: Connection) -> None:
    dovecot.put(DESK, letter(1))
    [page] = pages(channel, '{"uid": "?"}')

    assert page.gap is not None
    assert not page.mentions
    assert pages(channel, page.cursor) == []


def test_our_own_mail_is_no_mention(dovecot: Dovecot, channel: Connection) -> None:
    [first] = pages(channel)
    dovecot.put(DESK, letter(1, sender="Desk <DESK@desk.test>"))
    [page] = pages(channel, first.cursor)
    [own] = page.changes

    assert isinstance(own, OwnPost)
    assert (own.id, own.text, page.mentions) == ("<1@customer.test>", "Hallo", ())


def test_the_sent_folder_tells_of_answers_made_elsewhere(dovecot: Dovecot, channel: Connection) -> None:
    both = reading(dovecot, DESK, sent_folder="Sent")
    [first] = collector(both).collect("Sent", None)
    dovecot.put(DESK, letter(1, sender="colleague@desk.test"), folder="Sent")
    [page] = collector(both).collect("Sent", first.cursor)

    assert collector(both).streams() == ["INBOX", "Sent"]
    assert isinstance(page.changes[0], OwnPost)


def test_a_mail_that_cannot_be_read_stops_nothing(dovecot: Dovecot, channel: Connection) -> None:
    [first] = pages(channel)
    dovecot.put(DESK, b"\xff\xfe no mail at all\r\n", letter(2))
    heard = pages(channel, first.cursor)

    assert [bad.raw for page in heard for bad in page.malformed] == [b"\xff\xfe no mail at all\r\n"]
    assert [mention.title for mention in mentions(heard)] == ["Nr. 2"]


def test_a_mail_that_the_server_cannot_give_hides_no_other(dovecot: Dovecot, channel: Connection) -> None:
    [first] = pages(channel)
    dovecot.put(DESK, letter(1), letter(2), letter(3))
    dovecot.spoil(DESK, "<2@customer.test>")
    heard = pages(channel, first.cursor)

    assert [mention.title for mention in mentions(heard)] == ["Nr. 1", "Nr. 3"]
    assert ["UID 2" in bad.reason for page in heard for bad in page.malformed] == [True]
    assert pages(channel, heard[-1].cursor) == []


def test_a_huge_mail_is_kept_from_its_start_and_says_how_large_it_is(dovecot: Dovecot, channel: Connection) -> None:
    [first] = pages(channel)
    huge = letter(1, text="Anfang\r\n" + "x" * 70 + "\r\n" * (LARGEST // 2))
    dovecot.put(DESK, huge)
    [mention] = mentions(pages(channel, first.cursor))

    assert mention.raw == huge[:START]
    assert mention.text.startswith("Anfang")
    assert mention.attachments[-1].size == len(huge)


def test_pages_are_bounded_by_bytes(dovecot: Dovecot, channel: Connection) -> None:
    [first] = pages(channel)
    size = BYTES_A_PAGE // 3 - 1000
    dovecot.put(DESK, *(letter(number, text=("x" * 76 + "\r\n") * (size // 78)) for number in range(4)))
    heard = pages(channel, first.cursor)

    assert [len(page.mentions) for page in heard] == [3, 1]


def test_a_connection_lost_within_a_page_is_temporary_and_reading_goes_on(
    dovecot: Dovecot, channel: Connection, wire: Wire
) -> None:
    [first] = pages(channel)
    dovecot.put(DESK, letter(1, text=("x" * 70 + "\r\n") * 5000))
    wire.cut_after = 100_000
    with pytest.raises(Temporary):
        pages(over(wire, dovecot), first.cursor)

    assert len(mentions(pages(channel, first.cursor))) == 1


def test_idle_wakes_when_mail_arrives(dovecot: Dovecot, channel: Connection, wire: Wire) -> None:
    woken: list[bool] = []
    waiting = threading.Thread(target=lambda: woken.append(idle(over(wire, dovecot), 30)))
    waiting.start()
    for _ in range(2000):
        if b"IDLE" in wire.asked:
            break
        waiting.join(0.01)
    dovecot.put(DESK, letter(1))
    waiting.join(20)

    assert woken == [True]


def test_idle_without_news_says_so(channel: Connection) -> None:
    assert idle(channel, 0.05) is False
