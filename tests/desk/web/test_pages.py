"""The pages around the conversations."""

import pytest

from desk import accounts
from desk.web.visit import cookie_name
from tests.desk.web.conftest import Place
from twoway import clock
from twoway.domain import Author, Gap, Malformed, Mention, Page
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
