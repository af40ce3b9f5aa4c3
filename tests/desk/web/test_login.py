"""Signing in and out."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from desk import accounts
from desk.web.throttle import PER_ADDRESS, PER_LOGIN, WITHIN, Throttle
from tests.conftest import Freeze
from tests.desk.web.conftest import Open, Place
from twoway.store import sessions, users

SECRET = "a sentence to remember"


def form(client: TestClient, path: str = "/login") -> str:
    """The token of a form before sign-in."""
    return re.search(r'name="form" value="([^"]+)"', client.get(path).text).group(1)


def add(place: Place) -> users.User:
    """Somebody with a password."""
    return users.add(place.desk.store, "petra", "Petra", "pk", "approver", accounts.hash_password(SECRET))


def test_the_password_opens_the_desk(place: Place) -> None:
    add(place)
    client = place.client()
    assert client.get("/").headers["location"] == "/inbox/open"
    assert client.get("/inbox/open").status_code == 303
    token = form(client)
    wrong = client.post("/login", data={"login": "petra", "password": "wrong", "form": token})
    assert wrong.status_code == 401
    assert "wrong" in wrong.text
    right = client.post("/login", data={"login": "petra", "password": SECRET, "form": token, "next": "/health"})
    assert (right.status_code, right.headers["location"]) == (303, "/health")
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert client.get("/health").status_code == 200


def test_behind_https_the_cookie_stays_there(opened: Open) -> None:
    place = opened(web='public_url = "https://desk.example"')
    user = add(place)
    client, link = place.client(), f"/login/link/{sessions.make_link(place.desk.store, user.id)}"
    cookie = client.post(link, data={"form": form(client, link)}).headers["set-cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize("evil", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_elsewhere(place: Place, evil: str) -> None:
    person = place.person()
    assert person.client.get("/login", params={"next": evil}).headers["location"] == "/"


def test_looking_at_a_login_link_does_not_use_it(place: Place) -> None:
    user = add(place)
    link = f"/login/link/{sessions.make_link(place.desk.store, user.id)}"
    for _ in range(3):
        assert place.client().get(link).status_code == 200
    client = place.client()
    assert client.post(link, data={"form": form(client, link)}).status_code == 303
    assert client.get("/inbox/open").status_code == 200
    other = place.client()
    again = other.post(link, data={"form": form(other, link)})
    assert again.status_code == 410
    assert other.get("/inbox/open").status_code == 303


def test_a_sign_in_form_of_another_page_is_refused(place: Place) -> None:
    add(place)
    client = place.client()
    form(client)
    data = {"login": "petra", "password": SECRET, "form": "guessed"}
    assert client.post("/login", data=data).status_code == 403


def test_signing_out_ends_the_session_for_ever(place: Place) -> None:
    person = place.person()
    kept = dict(person.client.cookies)
    person.post("/logout")
    thief = place.client()
    thief.cookies.update(kept)
    assert thief.get("/inbox/open").status_code == 303


def test_whoever_is_let_go_is_out_at_once(place: Place) -> None:
    admin, agent = place.person("admin"), place.person("agent")
    assert agent.get("/inbox/open")
    admin.post(f"/users/{agent.user.id}/deactivate")
    agent.get("/inbox/open", 303)


def test_passwords_cannot_be_guessed(place: Place, freeze: Freeze) -> None:
    freeze()
    client, throttle = place.client(), place.app.state.throttle
    token = form(client)
    for _ in range(PER_LOGIN):
        assert throttle.begin("petra", "testclient")
    answer = client.post("/login", data={"login": "Petra", "password": "x", "form": token})
    assert answer.status_code == 429
    assert "quarter of an hour" in answer.text


def test_tries_are_counted_by_login_and_by_address(freeze: Freeze) -> None:
    clock = freeze()
    throttle = Throttle()
    assert all(throttle.begin("petra", "a") for _ in range(PER_LOGIN))
    assert not throttle.begin("PETRA", "a")
    assert throttle.begin("petra", "b"), "somebody elsewhere is not locked out by an attacker"
    assert all(throttle.begin(f"nobody{n}", "a") for n in range(PER_ADDRESS - PER_LOGIN))
    assert not throttle.begin("anybody", "a")
    clock.shift(WITHIN + timedelta(seconds=1))
    assert throttle.begin("petra", "a")


def test_a_right_password_is_no_failure(freeze: Freeze) -> None:
    freeze()
    throttle = Throttle()
    for _ in range(PER_ADDRESS * 2):
        assert throttle.begin("petra", "a")
        throttle.succeeded("petra", "a")
