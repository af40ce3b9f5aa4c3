"""What holds for every request and every answer."""

import re
import shutil
import sqlite3

import pytest

from desk.web.guard import LARGEST, origins
from tests.desk.web.conftest import Open, Place, headers
from twoway.config import Web
from twoway.store import conversations

PAGES = (
    "/inbox/open",
    "/automatic",
    "/log",
    "/health",
    "/users",
    "/settings",
    "/conversations/1",
    "/nowhere",
    "/login",
)


def test_no_page_may_run_or_load_anything_of_others(place: Place) -> None:
    place.ask()
    admin = place.person("admin")
    for path in PAGES:
        answer = admin.client.get(path)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        inline = r"<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|<style|javascript:"
        assert not re.search(inline, answer.text), path
        assert not re.search(r'(?:src|href)="(?:https?:)?//', answer.text.replace(place.square.url, "")), path


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", "127.0.0.1.evil.example:8620", "desk.example"])
def test_a_name_that_is_not_ours_is_refused(place: Place, host: str) -> None:
    assert place.client().get("/login", headers={"Host": host}).status_code == 421


def test_the_public_name_is_ours(opened: Open) -> None:
    place = opened(web='public_url = "https://desk.example"')
    assert place.client().get("/login", headers={"Host": "desk.example"}).status_code == 200
    assert place.client().get("/login", headers={"Host": "evil.example"}).status_code == 421


def test_origins_follow_the_configuration() -> None:
    assert origins(Web(port=80 + 8000)) == {f"http://{h}:8080" for h in ("127.0.0.1", "localhost", "[::1]")}
    assert "https://desk.example" in origins(Web(public_url="https://desk.example:443"))


def test_a_desk_that_listens_everywhere_answers_to_numbers_only(opened: Open) -> None:
    place = opened(web='host = "0.0.0.0"')
    assert place.client().get("/login", headers={"Host": "192.168.1.5:8620"}).status_code == 200
    assert place.client().get("/login", headers={"Host": "evil.example:8620"}).status_code == 421


def test_a_form_without_the_sessions_token_does_nothing(place: Place) -> None:
    number, person = place.ask(), place.person()
    for csrf in ("", "guessed"):
        answer = person.client.post(f"/conversations/{number}/note", data={"csrf": csrf, "text": "forged"})
        assert answer.status_code == 403
    assert conversations.notes(place.desk.store, number) == []
    person.post(f"/conversations/{number}/note", text="real")
    assert [note.text for note in conversations.notes(place.desk.store, number)] == ["real"]


def test_the_token_may_come_in_a_header(place: Place) -> None:
    number, person = place.ask(), place.person()
    path, sent = f"/conversations/{number}/note", {"X-CSRF-Token": person.session.csrf}
    assert person.client.post(path, data={"text": "real"}, headers=sent).status_code == 303


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_a_form_of_another_page_is_refused(place: Place, origin: str) -> None:
    number, person = place.ask(), place.person()
    data = {"csrf": person.session.csrf, "text": "forged"}
    path = f"/conversations/{number}/note"
    assert person.client.post(path, data=data, headers={"Origin": origin}).status_code == 403
    own = {"Origin": place.desk.config.web.url}
    assert person.client.post(path, data=data, headers=own).status_code == 303


def test_a_form_that_is_too_large_is_not_read(place: Place) -> None:
    person = place.person()
    assert person.client.post("/settings/language", data={"language": "x" * LARGEST}).status_code == 413


def test_somebody_who_watches_learns_only_whether_it_works(place: Place) -> None:
    answer = place.client().get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert "content-security-policy" in headers(answer)


def test_a_broken_file_is_told(place: Place) -> None:
    path = place.desk.store.path
    shutil.move(path, path.with_suffix(".gone"))
    sqlite3.connect(path).close()
    answer = place.client().get("/healthz")
    assert (answer.status_code, answer.text) == (503, "no\n")


def test_an_unknown_page_is_said_in_the_readers_language(place: Place) -> None:
    assert "Diese Seite gibt es nicht" in place.client().get("/x", headers={"Accept-Language": "de-AT"}).text
    assert "There is no such page" in place.person().get("/conversations/999", 404)
