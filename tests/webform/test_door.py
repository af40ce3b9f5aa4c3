"""The inbound door: signed messages come in once, all else stays out and hears why."""

import base64
import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
import time_machine
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from desk.web.inbound import STRANGERS
from tests.webform.conftest import Open, Place
from tests.webform.forms import FORM, OTHER, SECRET, headers
from twoway import clock
from twoway.channels.webform import CHANNEL
from twoway.store import channels
from twoway.webhooks import HEADERS

BODY = json.dumps({"text": "Meine Tasse kam zerbrochen an.", "name": "Petra"}).encode()
Spoil = Callable[[dict[str, str]], dict[str, str]]


def test_a_signed_message_is_kept_to_the_byte_without_session_or_token(place: Place) -> None:
    answer = place.post(BODY, headers(BODY))
    assert (answer.status_code, answer.json()) == (202, {"taken": "msg_1"})
    assert place.kept() == [BODY]
    assert "set-cookie" not in answer.headers


def test_it_is_acknowledged_only_once_it_is_committed(place: Place) -> None:
    with place.desk.store.write() as db:
        db.execute("PRAGMA max_page_count = 1")  # no page more than there are: a full disk
    body = json.dumps({"text": "x" * 40_000}).encode()
    answer = place.post(body, headers(body))
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True)
    assert place.kept() == []
    assert str(place.desk.store.path) not in answer.text


def test_what_is_kept_survives_another_connection(place: Place) -> None:
    place.post(BODY, headers(BODY))
    with sqlite3.connect(place.desk.store.path) as other:
        assert other.execute("SELECT count(*) FROM inbound").fetchone() == (1,)


def test_the_same_message_again_is_fine_and_taken_once(place: Place) -> None:
    first, again = place.post(BODY, headers(BODY)), place.post(BODY, headers(BODY))
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json() == first.json()
    place.hear()
    assert len(place.kept()) == 1


def test_another_message_under_a_known_id_is_not_swallowed(place: Place) -> None:
    place.post(BODY, headers(BODY))
    other = json.dumps({"text": "And the saucer too."}).encode()
    answer = place.post(other, headers(other))
    assert answer.status_code == 409
    assert "webhook-id" in answer.json()["error"]
    assert place.kept() == [BODY]


def test_every_secret_of_the_list_signs_while_one_is_replaced(place: Place) -> None:
    assert place.post(BODY, headers(BODY, "msg_1", SECRET)).status_code == 202
    assert place.post(BODY, headers(BODY, "msg_2", OTHER)).status_code == 202


def test_one_right_signature_among_several_is_enough(place: Place) -> None:
    given = headers(BODY)
    given["webhook-signature"] = f"v1,{base64.b64encode(b'x' * 32).decode()} {given['webhook-signature']}"
    assert place.post(BODY, given).status_code == 202


def _changed(name: str, value: str) -> Spoil:
    return lambda given: {**given, name: value}


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        *((lambda given, name=name: {k: v for k, v in given.items() if k != name}, name) for name in HEADERS),
        (_changed("webhook-id", "msg_2"), "no signature fits"),
        (_changed("webhook-id", "two words"), "webhook-id"),
        (_changed("webhook-timestamp", "yesterday"), "webhook-timestamp"),
        (_changed("webhook-timestamp", "99999999999"), "five minutes"),
        (_changed("webhook-signature", "v1"), "no signature fits"),
        (_changed("webhook-signature", "v1,%%%"), "no signature fits"),
        (_changed("webhook-signature", "v2,abcd v1a,abcd"), "no signature fits"),
        (lambda given: headers(BODY, secret=type(SECRET)(SECRET.get_secret_value()[:-8] + "AAAAAAA=")), "no signature"),
        (lambda given: headers(BODY + b" "), "no signature fits"),
    ],
)
def test_what_is_not_signed_rightly_is_refused_with_a_hint(shut: Place, spoil: Spoil, told: str) -> None:
    answer = shut.post(BODY, spoil(headers(BODY)))
    assert answer.status_code == 401
    assert told in answer.json()["error"]
    assert shut.kept() == []
    assert "whsec" not in answer.text


@pytest.mark.parametrize(("minutes", "status"), [(-6, 401), (-4, 202), (4, 202), (6, 401)])
def test_only_what_was_signed_within_five_minutes_counts(place: Place, minutes: int, status: int) -> None:
    with time_machine.travel(clock.now() + timedelta(minutes=minutes), tick=False):
        given = headers(BODY)
    assert place.post(BODY, given).status_code == status


def test_what_was_caught_on_the_way_is_worth_nothing_later(place: Place) -> None:
    caught = headers(BODY)
    place.post(BODY, caught)
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        assert place.post(BODY, caught).status_code == 401


@pytest.mark.parametrize("name", ["telefon", "nowhere", "..%2fcontact", "contact%00"])
def test_other_channels_and_none_look_the_same(shut: Place, name: str) -> None:
    answer = shut.post(BODY, headers(BODY), name)
    assert answer.status_code == 404
    assert answer.json()["error"]


def test_too_large_is_refused_before_it_is_read(shut: Place) -> None:
    assert CHANNEL.intake
    body = b"x" * (CHANNEL.intake.largest + 1)
    answer = shut.post(body, headers(body))
    assert answer.status_code == 413
    assert str(CHANNEL.intake.largest) in answer.json()["error"]


def test_the_longest_message_fits_however_it_is_escaped(place: Place) -> None:
    assert place.send(text="\u4e00" * 40_000).status_code == 202


@pytest.mark.parametrize(
    ("body", "media_type", "status", "field"),
    [
        (b'{"text": "x"}', "text/plain", 415, ""),
        (b"{", "application/json", 400, ""),
        (b"[]", "application/json", 400, ""),
        (b"[" * 10_000, "application/json", 400, ""),
        (b'{"text": "x", "text": "y"}', "application/json", 400, ""),
        (b"text=x&text=y", FORM, 400, ""),
        (b"text=%ff", FORM, 400, ""),
        (b"{}", "application/json", 422, "text"),
        (b'{"text": " "}', "application/json", 422, "text"),
        (b'{"text": 5}', "application/json", 422, "text"),
        (b'{"text": "x", "mail": "p@example.org"}', "application/json", 422, "mail"),
        (b'{"text": "x", "email": "hunter2"}', "application/json", 422, "email"),
        (b'{"text": "x", "email": "a@b.example, c@d.example"}', "application/json", 422, "email"),
        (b'{"text": "x", "url": "javascript:alert(1)"}', "application/json", 422, "url"),
        (b'{"text": "x", "created_at": "2026-11-22T09:30:00"}', "application/json", 422, "created_at"),
        (b'{"text": "x", "created_at": 1700000000}', "application/json", 422, "created_at"),
        (b'{"text": "x", "created_at": "2999-01-01T00:00:00Z"}', "application/json", 422, "created_at"),
        (b'{"text": "x", "language": "Deutsch"}', "application/json", 422, "language"),
        (b'{"text": "x", "id": "two words"}', "application/json", 422, "id"),
    ],
)
def test_what_cannot_be_read_is_refused_by_the_name_of_the_field(
    shut: Place, body: bytes, media_type: str, status: int, field: str
) -> None:
    answer = shut.post(body, headers(body, media_type=media_type))
    assert answer.status_code == status, answer.text
    assert list(answer.json().get("fields", {})) == ([field] if field else [])
    assert "hunter2" not in answer.text
    assert shut.kept() == []


def test_a_field_that_is_nearly_right_is_recognised(shut: Place) -> None:
    answer = shut.send(text="x", emial="p@example.org", sender="Petra")
    assert "did you mean 'email'" in answer.json()["fields"]["emial"]
    assert "leave it out" in answer.json()["fields"]["sender"]


def test_a_plain_form_passed_on_is_a_message(place: Place) -> None:
    body = b"name=Petra+M%C3%BCller&text=Die+Tasse%0D%0Aist+kaputt&email="
    assert place.post(body, headers(body, media_type=f"{FORM}; charset=utf-8")).status_code == 202


def test_too_many_are_told_when_to_come_back(place: Place) -> None:
    assert CHANNEL.intake
    most = CHANNEL.intake.per_minute
    with time_machine.travel(clock.now(), tick=False) as now:
        taken = [place.post(BODY, headers(BODY, f"msg_{number}")).status_code for number in range(most)]
        refused = place.post(BODY, headers(BODY, "msg_late"))
        assert (set(taken), refused.status_code) == ({202}, 429)
        now.shift(int(refused.headers["retry-after"]))
        assert place.post(BODY, headers(BODY, "msg_late")).status_code == 202


def test_a_stranger_is_slowed_down_and_takes_nothing_from_whoever_has_the_same_address(place: Place) -> None:
    wrong = {**headers(BODY), "webhook-signature": "v1,AAAA"}
    assert {place.post(BODY, wrong).status_code for _ in range(STRANGERS)} == {401}
    refused = place.post(BODY, wrong)
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
    assert place.post(BODY, headers(BODY)).status_code == 202
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        assert place.post(BODY, wrong).status_code == 401


@pytest.mark.parametrize(
    ("changes", "status"), [({"host": "evil.example"}, 421), ({"origin": "https://evil.example"}, 403)]
)
def test_what_holds_for_every_page_holds_here_too_as_json(shut: Place, changes: dict[str, str], status: int) -> None:
    answer = shut.post(BODY, {**headers(BODY), **changes})
    assert answer.status_code == status
    assert answer.json()["error"]


def test_looking_is_not_sending(shut: Place) -> None:
    answer = TestClient(shut.app, base_url=shut.desk.config.web.url).get("/inbound/contact")
    assert (answer.status_code, "POST" in answer.json()["error"]) == (405, True)


def test_a_switched_off_form_takes_nothing(opened: Open) -> None:
    place = opened()
    place.desk.config.channels["contact"].common.__dict__["enabled"] = False
    assert place.post(BODY, headers(BODY)).status_code == 404


def test_a_paused_form_still_takes_what_comes(place: Place) -> None:
    channels.pause(place.desk.store, channels.by_name(place.desk.store, "contact").id, "the receiver is gone")
    assert place.post(BODY, headers(BODY)).status_code == 202


def test_a_mistake_of_the_desk_is_told_without_its_details(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **more: object) -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr("twoway.store.inbound.put", broken)
    client = TestClient(place.app, base_url=place.desk.config.web.url, raise_server_exceptions=False)
    with capture_logs() as logged:
        answer = client.post("/inbound/contact", content=BODY, headers=headers(BODY))
    assert [line["event"] for line in logged] == ["page failed"]
    assert (answer.status_code, "hunter2" in answer.text) == (500, False)
    assert "again later" in answer.json()["error"]


def test_without_the_signature_anybody_could_write(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {**headers(BODY), "webhook-signature": "v1,AAAA"}
    assert place.post(BODY, wrong).status_code == 401
    monkeypatch.setattr("twoway.channels.webform.verify", lambda secrets, given, body: given["webhook-id"])
    assert place.post(BODY, wrong).status_code == 202


def test_without_its_id_a_second_copy_would_be_a_second_message(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = count(1)
    monkeypatch.setattr("twoway.channels.webform.verify", lambda secrets, given, body: str(next(numbers)))
    for _ in range(2):
        place.post(BODY, headers(BODY))
    assert len(place.kept()) == 2
