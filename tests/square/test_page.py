"""The page where anyone plays the customer."""

import re

import pytest
from fastapi.testclient import TestClient

from desk.square.words import REFUSALS_DE, WORDS
from tests.square.conftest import Api, say

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7*7 }}"


def test_hostile_words_and_names_are_shown_as_text(square: TestClient) -> None:
    say(square, "<b>Eve</b>", HOSTILE)
    page = square.get("/").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;Eve&lt;/b&gt;" in page
    assert not re.search(r"<script>|<img src=x|<b>Eve", page)
    assert "{{ 7*7 }}" in page


def test_no_page_may_run_anything_inline(square: TestClient) -> None:
    first = say(square, "Petra", "hello")
    for path in ("/", f"/posts/{first}", f"/posts/{first}?edit=true", "/posts/99", "/nowhere"):
        answer = square.get(path)
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert not re.search(r"<script(?! type=\"module\" src=)|\son\w+=|\sstyle=|<style", answer.text), path


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [("de-AT,en;q=0.5", "de"), ("en-GB", "en"), ("fr,de;q=0.3,en;q=0.2", "de"), ("fr", "en"), ("de;q=x", "en")],
)
def test_the_browser_says_the_language(square: TestClient, wanted: str, shown: str) -> None:
    page = square.get("/", headers={"Accept-Language": wanted}).text
    assert f'<html lang="{shown}">' in page
    assert WORDS[shown]["talk"] in page


def test_the_switch_outranks_the_browser(square: TestClient) -> None:
    square.post("/language", data={"to": "de"})
    assert WORDS["de"]["talk"] in square.get("/", headers={"Accept-Language": "en"}).text


def test_every_word_is_there_in_both_languages() -> None:
    assert WORDS["de"].keys() == WORDS["en"].keys()
    fields = [{name: set(re.findall(r"{\w+}", text)) for name, text in words.items()} for words in WORDS.values()]
    assert fields[0] == fields[1]


def test_a_refusal_is_said_in_german(square: TestClient) -> None:
    answer = square.post("/who", data={"name": "Wanderlust"}, headers={"Accept-Language": "de"})
    assert answer.status_code == 403
    assert REFUSALS_DE["forbidden"] in answer.text


def test_private_messages_are_shown_to_their_customer_only(square: TestClient) -> None:
    message = say(square, "Petra", "order 4711", visibility="private")
    assert "order 4711" in square.get("/").text
    say(square, "Tom", "hello")
    assert "order 4711" not in square.get("/").text
    assert square.get(f"/posts/{message}").status_code == 404
    assert square.post("/say", data={"text": "x", "visibility": "private", "in_reply_to": message}).status_code == 404


def test_only_its_author_edits_and_deletes_a_post(square: TestClient, api: Api) -> None:
    first = say(square, "Petra", "@wanderlust mine")
    say(square, "Tom", "hello")
    assert square.post(f"/posts/{first}/edit", data={"text": "hijacked"}).status_code == 403
    assert square.post(f"/posts/{first}/delete").status_code == 403
    assert api.get(f"posts/{first}")["text"] == "@wanderlust mine"


def test_the_mention_box_addresses_the_brand(square: TestClient, api: Api) -> None:
    say(square, "Petra", "my strap broke", mention="true")
    assert api.get("notifications")[0]["post"]["text"] == "@wanderlust my strap broke"


def test_a_deleted_post_leaves_a_mark_and_no_words(square: TestClient) -> None:
    first = say(square, "Petra", "regrettable words")
    square.post(f"/posts/{first}/delete")
    page = square.get("/").text
    assert "regrettable words" not in page
    assert WORDS["en"]["deleted"] in page
    row = square.app.state.board.file.row("SELECT text FROM posts WHERE id = ?", int(first))
    assert row["text"] == ""


def test_control_characters_and_broken_surrogates_are_survived(square: TestClient, api: Api) -> None:
    say(square, "Petra", "@wanderlust \x00 \u202e evil \x1b[31m")
    assert "evil" in square.get("/").text
    answer = square.post(
        "/api/v1/posts",
        content=b'{"text": "a\\ud800b"}',
        headers={**api.headers, "content-type": "application/json"},
    )
    assert answer.json()["text"] == "a\ufffdb"


@pytest.mark.parametrize("host", ["evil.example", "192.168.1.4", "127.0.0.1.evil.example"])
def test_a_name_that_is_not_this_machine_is_refused(square: TestClient, host: str) -> None:
    assert square.get("/api/v1/instance", headers={"Host": host}).status_code == 403
    assert square.post("/say", data={"name": "Eve", "text": "hello"}, headers={"Host": host}).status_code == 403


def test_a_form_of_another_page_is_refused(square: TestClient) -> None:
    fields = {"name": "Eve", "text": "hello"}
    assert square.post("/say", data=fields, headers={"Origin": "http://evil.example"}).status_code == 403
    assert square.post("/say", data=fields, headers={"Origin": "null"}).status_code == 403
    assert square.post("/say", data=fields, headers={"Origin": "http://127.0.0.1"}).status_code == 303
