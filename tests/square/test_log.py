"""The log: what a person wrote down is heard, and what cannot be read is kept."""

from datetime import UTC, datetime, timedelta

import pytest

from listener.log import Collector
from responders.by_hand import Sender
from tests.contract.rigs import Door, access
from twoway import clock
from twoway.channels import log
from twoway.domain import Draft
from twoway.errors import Refused


@pytest.fixture
def door() -> Door:
    return Door()


def heard(door: Door, cursor: str | None = None):
    connection = log.connect(log.Settings(), access("log", door))
    return list(Collector(connection, log.Settings()).collect("inbound", cursor))


def test_an_entry_is_a_private_mention_answered_by_hand(door: Door) -> None:
    at = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    body = log.log_entry("Petra Müller", "Der Gurt ist gerissen", medium="call", at=at, contact="+49 30 1234")
    door.put(body)
    [mention] = heard(door)[0].mentions
    assert (mention.text, mention.created_at, mention.raw) == ("Der Gurt ist gerissen", at, body)
    assert (mention.visibility, mention.route, mention.author.name) == ("private", "hand", "Petra Müller")


def test_the_preview_says_how_to_reach_the_customer(door: Door) -> None:
    door.put(log.log_entry("Petra Müller", "Bitte Rückruf", medium="call", contact="+49 30 1234"))
    [mention] = heard(door)[0].mentions
    preview = Sender(log.connect(log.Settings(), access("log", door)), None).preview(Draft("Gern"), mention.address)
    assert preview.recipients == ("Petra Müller ☎ +49 30 1234",)


def test_the_same_customer_is_the_same_author(door: Door) -> None:
    for who in ("Petra", "P. Müller"):
        door.put(log.log_entry(who, "hallo", medium="call", contact="Petra@Example.org"))
    first, second = heard(door)[0].mentions
    assert first.author.id == second.author.id


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff\x00", "entry"),
        (b"[]", "entry"),
        (b'{"who": "Petra", "medium": "telepathy", "at": "2026-11-20T09:30:00Z", "text": "x"}', "medium"),
        (b'{"who": "", "medium": "call", "at": "2026-11-20T09:30:00Z", "text": "x"}', "who"),
        (b'{"who": "Petra", "medium": "call", "at": "2026-11-20T09:30:00", "text": "x"}', "at"),
        (b'{"who":"P","medium":"call","at":"2026-11-20T09:30:00Z","text":"x","visibility":"public"}', "visibility"),
    ],
)
def test_what_is_no_entry_is_kept_and_stops_nothing(door: Door, body: bytes, reason: str) -> None:
    door.put(body)
    door.put(log.log_entry("Tom", "hello", medium="visit"))
    [page] = heard(door)
    [malformed] = page.malformed
    assert malformed.raw == body
    assert malformed.reason.startswith(reason)
    assert [mention.author.name for mention in page.mentions] == ["Tom"]
    assert heard(door, page.cursor) == []


def test_every_mistake_of_an_entry_is_named_without_its_value() -> None:
    with pytest.raises(Refused) as raised:
        log.log_entry(" ", "", medium="telepathy", at=clock.now() + timedelta(days=40))  # type: ignore[arg-type]
    said = str(raised.value)
    assert all(name in said for name in ("who", "text", "medium", "at: Value error, this moment is still to come"))
    assert "telepathy" not in said


def test_an_entry_may_not_lie_about_zones() -> None:
    with pytest.raises(Refused, match="at"):
        log.log_entry("Petra", "hello", medium="call", at=datetime(2026, 11, 20, 9, 30))  # noqa: DTZ001
