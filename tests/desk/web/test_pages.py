"""The pages around the conversations."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest

from desk import accounts
from desk.web.visit import cookie_name
from tests.conftest import NOON, Freeze
from tests.desk.web.conftest import Place
from twoway import clock
from twoway.domain import Author, Gap, Malformed, Mention, Page, Standing
from twoway.errors import Refused
from twoway.store import channels, hearing, sessions, users

OLD, NEW = "an old long password", "a new long password"


def test_the_health_of_a_channel_is_plain(place: Place) -> None:
    channel = channels.by_name(place.desk.store, "square")
    stream = channels.stream(place.desk.store, channel.id, "mentions")
    gap = Gap(None, clock.now(), "the platform gives only seven days")
    broken = Malformed("1", "no date", b"?")
    hearing.keep_page(place.desk.store, stream, Page(stream.cursor or "0", gap=gap, malformed=(broken,)))
    channels.erred(place.desk.store, channel.id, "square: listen: it did not answer in time")
    page = place.person("viewer").get("/health")
    for words in ("only seven days", "no date", "did not answer in time", "Trouble", "telefon"):
        assert words.lower() in page.lower()


def test_the_health_page_says_how_an_account_stands(place: Place, freeze: Freeze) -> None:
    freeze(NOON)
    store, number = place.desk.store, channels.by_name(place.desk.store, "square").id
    ends, resets = clock.now() + timedelta(days=3), clock.now() + timedelta(minutes=5)
    standing = Standing(1200, 15000, resets, ends, Decimal("16.4"), Decimal(20), "USD")
    channels.polled(store, number, well=True, standing=standing)
    petra = place.person("viewer")
    page = read(petra.get("/health"))
    for words in (
        *("Requests left 1,200 / 15,000 until 12:05", "Login lasts until 26 Nov 12:00", "Spent USD 16.40 / USD 20.00"),
        *("The login ends soon", "requests that the platform allows are nearly used up", "budget is nearly used up"),
        "Next poll 12:00",
    ):
        assert words in page
    petra.client.headers["accept-language"] = "de"
    assert "Ausgegeben 16,40 USD / 20,00 USD" in read(petra.get("/health"))


def test_the_health_page_tells_the_story_of_an_outage(place: Place, freeze: Freeze) -> None:
    time = freeze(NOON)
    place.hear()
    for number in range(3):
        time.shift(timedelta(minutes=30))
        place.square.faults.order("error-before")
        place.square.say("Tim", f"@wanderlust hello {number}")
        place.hear()
    viewer = place.person("viewer")
    assert "This has lasted a while" in (page := read(viewer.get("/health")))
    assert "12:30 (1 h so far): square:" in page
    time.shift(timedelta(minutes=30))
    place.hear()
    page = read(viewer.get("/health"))
    assert "Outages (1) 12:30 until 14:00 (1 h): square:" in page
    assert "Heard of that time: 3 mentions." in page


def test_the_health_page_says_since_when_a_single_stream_cannot_be_read(place: Place, freeze: Freeze) -> None:
    time = freeze(NOON)
    number = channels.by_name(place.desk.store, "square").id
    for _ in range(4):
        channels.erred(place.desk.store, number, "square: messages: refused", alone=True)
        time.shift(timedelta(minutes=30))
    page = read(place.person("viewer").get("/health"))
    assert "12:00 (2 h so far): square: messages: refused" in page
    assert "This has lasted a while" in page


def test_the_health_page_says_which_channel_is_unusually_silent(place: Place, freeze: Freeze) -> None:
    time = freeze(NOON)
    for _ in range(4):
        for number in range(10):
            place.square.say("Tim", f"@wanderlust hello {number}")
        place.hear()
        time.shift(timedelta(weeks=1))
    place.ask()
    viewer = place.person("viewer")
    time.shift(timedelta(minutes=59))
    place.hear()
    assert "Unusually silent" not in viewer.get("/health")
    time.shift(timedelta(minutes=1))
    place.hear()
    assert "Unusually silent" in viewer.get("/health")


def test_only_an_admin_lets_a_channel_be_asked_before_its_time(place: Place) -> None:
    until = clock.now() + timedelta(hours=1)
    channels.polled(place.desk.store, channels.by_name(place.desk.store, "square").id, well=False, retry_at=until)
    assert "Ask now all the same" not in place.person("viewer").get("/health")
    admin = place.person("admin")
    assert "Ask now all the same" in admin.get("/health")
    admin.post("/health/resume", channel="square")
    assert channels.by_name(place.desk.store, "square").poll_after is None


def read(page: str) -> str:
    """What a reader sees of a page, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_automatic_mail_is_seen_and_not_to_be_answered(place: Place) -> None:
    channel = channels.by_name(place.desk.store, "square")
    stream = channels.stream(place.desk.store, channel.id, "mentions")
    note = Mention(
        "a1", Author("r", "@robot"), "I am out of office.", clock.now(), "{}", "private", b"", kind="automatic"
    )
    hearing.keep_page(place.desk.store, stream, Page(stream.cursor or "0", mentions=(note,)))
    place.hear()
    agent = place.person("agent")
    assert "I am out of office." in agent.get("/automatic")
    assert "I am out of office." not in agent.get("/inbox/open")


def test_ones_own_password_takes_the_old_one(place: Place) -> None:
    petra = place.person()
    users.set_password(place.desk.store, petra.user.id, accounts.hash_password(OLD))
    token, session = sessions.begin(place.desk.store, petra.user.id, "password")
    petra.client.cookies.set(cookie_name(place.desk), token)
    petra.session = session
    petra.post("/settings/password", 422, old="wrong", new=NEW, again=NEW)
    petra.post("/settings/password", 422, old=OLD, new=NEW, again="another")
    petra.post("/settings/password", 422, old=OLD, new="short", again="short")
    other = place.client()
    other.cookies.set(cookie_name(place.desk), token)
    petra.client.cookies.clear()
    answer = other.post("/settings/password", data={"csrf": session.csrf, "old": OLD, "new": NEW, "again": NEW})
    assert answer.status_code == 303
    petra.client.cookies.set(cookie_name(place.desk), token)
    petra.get("/settings", 303)
    with pytest.raises(Refused):
        accounts.sign_in(place.desk.store, "approver", OLD)


def test_lists_are_paged(place: Place) -> None:
    for number in range(3):
        place.square.say("Tim", f"@wanderlust question number {number}?")
    place.hear()
    agent = place.person("agent")
    assert "question number 0" in agent.get("/inbox/open?after=0")
    assert "question number" not in agent.get("/inbox/open?after=50")
    agent.get("/inbox/nothing", 404)


@pytest.mark.parametrize("path", ["/conversations/0", "/conversations/99999999999999999999", "/conversations/x"])
def test_odd_addresses_end_in_a_page(place: Place, path: str) -> None:
    assert "There is no such page" in place.person().get(path, 404)


def test_nobody_is_handed_a_conversation_who_is_not_there(place: Place) -> None:
    number, petra = place.ask(), place.person()
    petra.post(f"/conversations/{number}/assign", 422, assignee="4711")
    petra.post(f"/conversations/{number}/lane", 422, lane="fast")
