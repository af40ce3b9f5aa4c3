"""A form's message through a whole desk: heard, approved, answered once though the receipt was lost, and forgotten."""

import base64
from datetime import timedelta

import pytest

from desk import schedule
from responders import review
from responders.deliver import LOOK_AGAIN, deliver_once
from tests.conftest import Freeze
from tests.webform.conftest import Open, Place
from twoway import clock
from twoway.domain import Unclear
from twoway.errors import Refused
from twoway.store import authors, channels, deliveries, erasing, exporting, inbound, sessions, users
from twoway.store.audit import audit

ANSWER = "Das tut uns leid. Wir schicken Ihnen heute eine neue Tasse."
WORDS = {"text": "Meine Tasse kam zerbrochen an, was nun?", "name": "Petra", "id": "4711"}


def approve(place: Place) -> int:
    """Anna answers the first conversation."""
    store, outlet = place.desk.store, place.desk.outlet("contact")
    anna = users.add(store, "anna", "Anna Berger", "AB", "admin", None)
    session = sessions.begin(store, anna.id, "password")[1]
    review.save(store, anna, 1, ANSWER)
    prepared = review.prepare(store, outlet, anna, 1)
    return review.approve(store, outlet, anna, session, prepared, prepared.preview.sha256).id


def deliver(place: Place) -> None:
    deliver_once(place.desk.store, place.desk.outlets(), "worker")


def state(place: Place, delivery: int) -> str:
    return deliveries.get(place.desk.store.read(), delivery).state


@pytest.mark.parametrize("fault", ["drop-after", "drop-before", "error-after", "error-before"])
def test_an_answer_is_taken_once_whatever_became_of_its_receipt(place: Place, freeze: Freeze, fault: str) -> None:
    time = freeze(clock.now())
    place.send(**WORDS)
    place.hear()
    delivery = approve(place)
    time.shift(5)
    place.receiver.faults.order(fault, method="POST")
    deliver(place)
    assert state(place, delivery) == "unknown"
    for _ in range(4):
        time.shift(LOOK_AGAIN)
        deliver(place)
    assert state(place, delivery) == "sent"
    assert [answer["text"] for answer in place.receiver.answers.values()] == [ANSWER]
    assert audit(place.desk.store).ok


def test_what_arrives_meanwhile_makes_the_answer_stale(place: Place, freeze: Freeze) -> None:
    time = freeze(clock.now())
    place.send("msg_1", thread="1", **WORDS)
    place.hear()
    delivery = approve(place)
    place.send("msg_2", thread="1", text="Hat sich erledigt!")
    place.hear()
    time.shift(5)
    deliver(place)
    assert state(place, delivery) == "cancelled"
    assert place.receiver.answers == {}


def test_without_a_way_out_a_person_answers_and_says_so(opened: Open) -> None:
    place = opened(webhook=False)
    place.send(**WORDS)
    place.hear()
    delivery = approve(place)
    schedule.deliver_all(place.desk, "worker")
    assert state(place, delivery) == "pending"
    anna = users.by_login(place.desk.store, "anna")
    review.answered_by_hand(place.desk.store, anna, delivery, "called back")
    assert state(place, delivery) == "sent"


def test_who_is_forgotten_is_gone_behind_the_door_too(place: Place) -> None:
    place.send(email="petra@example.org", **WORDS)
    place.hear()
    store = place.desk.store
    channel = channels.by_name(store, "contact").id
    person = authors.find(store, channel, "petra@example.org")
    [told] = exporting.about(store, person.id)
    assert base64.b64decode(told["raw"]) == place.kept()[0]
    assert told["text"] == WORDS["text"]
    admin = users.add(store, "chief", "Chief", "C", "admin", None)
    erasing.author(store, person.id, admin.id)
    assert place.kept() == [b""]
    store.tidy()
    file = store.path.read_bytes()
    assert b"petra@example.org" not in file
    assert b"zerbrochen" not in file
    assert audit(store).ok


def test_what_was_forgotten_does_not_come_back_by_a_repeated_request(place: Place) -> None:
    place.send(email="petra@example.org", **WORDS)
    place.hear()
    store = place.desk.store
    admin = users.add(store, "chief", "Chief", "C", "admin", None)
    erasing.mention(store, 1, admin.id)
    assert place.send(email="petra@example.org", **WORDS).status_code == 200
    place.hear()
    assert place.kept() == [b""]


def test_what_could_not_be_read_is_forgotten_with_its_time(place: Place) -> None:
    store = place.desk.store
    channel = channels.by_name(store, "contact").id
    inbound.put(store, channel, "application/json", b'{"telephone": "+49 30 1234"}', unique_id="of an older desk")
    place.hear()
    erasing.retain_once(store, channel, clock.now() - timedelta(days=1))
    assert place.kept() != [b""]
    erasing.retain_once(store, channel, clock.now() + timedelta(days=1))
    assert place.kept() == [b""]


def test_the_audit_says_why_a_form_cannot_be_compared(place: Place) -> None:
    assert isinstance(place.desk.sender("contact").recent(clock.now() - timedelta(days=1)), Unclear)


def test_by_hand_nothing_can_be_sent_by_the_program(opened: Open) -> None:
    place = opened(webhook=False)
    place.send(**WORDS)
    place.hear()
    row = place.desk.store.read().execute("SELECT address, route, route_reason FROM mentions").fetchone()
    assert (row["route"], bool(row["route_reason"])) == ("hand", True)
    with pytest.raises(Refused):
        place.desk.outlet("contact").answering(row["address"]).send(None)  # type: ignore[arg-type]
