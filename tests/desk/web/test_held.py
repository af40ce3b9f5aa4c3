"""A desk whose file was restored, copied or moved: everybody sees why nothing goes out, an admin lets it go on."""

import re

import pytest

from desk.web.words import Words
from tests.desk.web.conftest import Place, write
from twoway.store import backup_restore, deliveries, hold, marker

HERE = marker.Marker("a", "/here", 1, 7, "x")


@pytest.fixture
def held(place: Place) -> Place:
    """A desk whose marker was taken away."""
    marker.beside(place.desk.store.path).unlink()
    assert not hold.check(place.desk.store)
    return place


def test_where_nothing_is_held_nothing_is_said(place: Place) -> None:
    assert "Nothing is being sent" not in place.person("admin").get("/inbox/open")


@pytest.mark.parametrize("role", ["viewer", "agent", "approver", "admin"])
def test_everybody_sees_why(held: Place, role: str) -> None:
    page = held.person(role).get("/inbox/open")
    assert "Nothing is being sent" in page
    assert "The marker beside the database is missing" in page
    assert ('action="/held/confirm"' in page) == (role == "admin")
    assert ("An admin can confirm this." in page) == (role != "admin")


def test_strangers_see_nothing_of_it(held: Place) -> None:
    assert "Nothing is being sent" not in held.client().get("/login").text


def test_it_is_said_in_german_whatever_the_reason(held: Place) -> None:
    admin = held.person("admin")
    admin.client.headers["accept-language"] = "de"
    assert "Es wird nichts gesendet" in admin.get("/inbox/open")
    others = [
        None,
        marker.Marker("b", "/here", 1, 7, "x"),
        marker.Marker("a", "/there", 1, 7, "x"),
        marker.Marker("a", "/here", 2, 7, "x"),
        marker.Marker("a", "/here", 1, 7, "y"),
    ]
    reasons = {marker.misfit(other, HERE) for other in others} | {backup_restore.RESTORED}
    assert len(reasons) == 6
    german = Words("de")
    assert [reason for reason in reasons if german.said(reason) == reason] == []


def test_a_person_may_write_and_sees_why_it_cannot_be_approved(held: Place) -> None:
    number, petra = held.ask(), held.person()
    composed = write(petra, number, "Yes, up to 48.")
    page = petra.post(f"/conversations/{number}/approve", 422, **composed)
    assert "ending is held until an admin confirms it" in page
    assert "Yes, up to 48." in page
    assert deliveries.of_conversation(held.desk.store, number) == []


def test_an_admin_confirms_and_it_sends_again(held: Place) -> None:
    number, admin = held.ask(), held.person("admin")
    admin.post("/held/confirm", alone="yes")
    assert "Nothing is being sent" not in admin.get("/inbox/open")
    assert admin.post(f"/conversations/{number}/approve", **write(admin, number, "Yes, up to 48.")) == ""
    assert deliveries.of_conversation(held.desk.store, number)[0].state == "pending"


def test_a_confirmation_says_that_this_is_the_only_desk(held: Place) -> None:
    admin = held.person("admin")
    assert "no other copy" in admin.post("/held/confirm", 422)
    assert hold.of(held.desk.store.read())


@pytest.mark.parametrize("role", ["viewer", "agent", "approver"])
def test_nobody_else_confirms(held: Place, role: str) -> None:
    held.person(role).post("/held/confirm", 422, alone="yes")
    assert hold.of(held.desk.store.read())


def test_the_form_of_another_page_confirms_nothing(held: Place) -> None:
    admin = held.person("admin")
    admin.post("/held/confirm", 403, alone="yes", csrf="forged")
    assert hold.of(held.desk.store.read())


def test_the_box_to_tick_has_words(held: Place) -> None:
    page = held.person("admin").get("/inbox/open")
    assert re.search(r'<label><input type="checkbox" name="alone" value="yes" required> \w', page)
