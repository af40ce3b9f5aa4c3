"""What a form's message becomes: who wrote it, where it belongs, and how it can be answered, before anybody writes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from listener.webform import Collector
from responders import by_hand
from tests.fakes.webhook import SECRET
from tests.mail.accounts import connection
from tests.webform.conftest import Place
from tests.webform.forms import FORM, Door, form
from twoway.domain import Mention, Page
from twoway.mail import address as mail_address

MAILBOX = connection(
    {"mailbox": "support@wanderlust.example", "imap": {"host": "127.0.0.1"}, "smtp": {"host": "127.0.0.1"}}, "x"
)
WEBHOOK = {"url": "https://shop.example/answers", "secret": SecretStr(SECRET)}


def pages(door: Door, **section: Any) -> list[Page]:
    made = form(door, MAILBOX, **section)
    return list(Collector(made, made.settings).collect("inbound", None))


def heard(door: Door, **section: Any) -> list[Mention]:
    return [mention for page in pages(door, **section) for mention in page.mentions]


@pytest.fixture
def door() -> Door:
    return Door()


def test_every_field_has_its_place(door: Door) -> None:
    id_ = door.put(
        id="4711-1",
        text="Die Tasse\nist kaputt",
        subject="Tasse",
        name="Petra Müller",
        email="Petra@Example.org",
        reply_to="4711-0",
        thread="4711",
        url="https://shop.example/tickets/4711",
        language="de-AT",
        created_at="2026-11-20T09:30:00+01:00",
    )
    [mention] = heard(door)
    assert (mention.id, mention.reference, mention.raw) == (id_, "4711-1", door.taken[0].body)
    assert (mention.text, mention.title, mention.language) == ("Die Tasse\nist kaputt", "Tasse", "de")
    assert (mention.author.id, mention.author.handle) == ("petra@example.org", "Petra@Example.org")
    assert mention.author.name == "Petra Müller"
    assert (mention.replies_to, mention.thread) == (("4711-0",), "4711")
    assert mention.url == "https://shop.example/tickets/4711"
    assert mention.created_at == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    assert mention.arrived_at == door.taken[0].received_at
    assert mention.visibility == "private"


def test_a_browsers_form_is_heard_as_well(door: Door) -> None:
    door.put(FORM, b"name=Petra+M%C3%BCller&text=Die+Tasse%0D%0Aist+kaputt&email=&subject=")
    [mention] = heard(door)
    assert (mention.author.name, mention.text) == ("Petra Müller", "Die Tasse\r\nist kaputt")


@pytest.mark.parametrize(
    ("email", "section", "route"),
    [
        ("p@example.org", {"mail": "support"}, "mail"),
        ("p@example.org", {"mail": "support", "webhook": WEBHOOK}, "mail"),
        ("", {"mail": "support", "webhook": WEBHOOK}, "webhook"),
        ("p@example.org", {"webhook": WEBHOOK}, "webhook"),
        ("", {"webhook": WEBHOOK}, "webhook"),
        ("", {"mail": "support"}, "hand"),
        ("p@example.org", {}, "hand"),
    ],
)
def test_how_it_can_be_answered_is_known_at_once(door: Door, email: str, section: dict[str, Any], route: str) -> None:
    door.put(text="x", name="Petra", email=email)
    [mention] = heard(door, **section)
    assert mention.route == ("hand" if route == "hand" else "api")
    assert bool(mention.route_reason) == (route == "hand")
    assert by_hand.is_for_hand(mention.address) == (route == "hand")
    assert ("in_reply_to" in mention.address) == (route == "mail")


def test_by_mail_only_the_customer_is_answered_under_a_subject(door: Door) -> None:
    door.put(text="Die Tasse ist kaputt. " * 9, email="P@Example.org")
    [mention] = heard(door, mail="support")
    to = mail_address.read(mention.address)
    assert (to.to, to.cc) == (("p@example.org",), ())
    assert to.subject.startswith("Die Tasse ist kaputt.")
    assert len(to.subject) <= 60


def test_no_two_messages_have_the_same_address(door: Door) -> None:
    for _ in range(2):
        door.put(text="x", email="p@example.org")
    for section in ({}, {"mail": "support"}, {"webhook": WEBHOOK}):
        first, second = heard(door, **section)
        assert first.address != second.address


def test_without_an_address_only_a_thread_makes_the_same_person(door: Door) -> None:
    for thread in ("", "", "1", "1", "2"):
        door.put(text="x", name="Petra", thread=thread)
    authors = [mention.author.id for mention in heard(door)]
    assert authors[2] == authors[3]
    assert len(set(authors)) == 4


def test_what_an_older_desk_took_and_this_one_cannot_read_is_kept(door: Door) -> None:
    door.put(text="x", telephone="+49 30 1234")
    door.put(text="y")
    [page] = pages(door)
    [malformed] = page.malformed
    assert malformed.reason.startswith("telephone")
    assert malformed.raw == door.taken[0].body
    assert [mention.text for mention in page.mentions] == ["y"]


def test_a_matter_is_one_conversation_and_a_stranger_to_it_has_his_own(place: Place) -> None:
    place.send("msg_1", text="Meine Tasse ist kaputt", id="a", email="petra@example.org", thread="4711")
    place.send("msg_2", text="Und die Untertasse", id="b", email="petra@example.org", thread="4711")
    place.send("msg_3", text="Was hat sie geschrieben?", id="c", email="tom@example.org", thread="4711")
    place.send("msg_4", text="Noch etwas", id="d", email="petra@example.org", reply_to="b")
    place.hear()
    rows = place.desk.store.read().execute("SELECT conversation_id FROM mentions ORDER BY id").fetchall()
    first, second, third, fourth = (row["conversation_id"] for row in rows)
    assert first == second == fourth
    assert third not in (None, first)
