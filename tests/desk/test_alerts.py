"""An alert reaches every receiver at least once, says when it may be a repeat, and never holds the desk up."""

import logging
import sqlite3

import pytest
from pytest_httpserver import HTTPServer

from desk.alerts import alert_once
from desk.alerts.rules import terms
from desk.alerts.sending import LEASE
from tests.conftest import Freeze
from tests.desk.conftest import Open
from tests.desk.pigeons import Scene
from tests.desk.rooms import Room, Rooms, drain
from twoway.clock import now
from twoway.store import alerts, channels, hold, sessions, users
from twoway.store.alerting import claim

OFF = '[[alerts.rules]]\nnames = ["severe_complaint", "channel_paused"]\nenabled = false'


def rows(scene: Scene, sql: str) -> list[tuple[object, ...]]:
    """What a stranger to our code reads in the file."""
    with sqlite3.connect(scene.desk.store.path) as db:
        return db.execute(sql).fetchall()


def test_a_furious_customer_is_told_in_one_message(alerting: Rooms, room: Room, freeze: Freeze) -> None:
    freeze()
    scene = alerting(room)
    conversation = scene.says("Unverschämt!", severe=True, followers=12300)
    assert drain(scene) == 1
    assert room.titles == ["Fjordlicht: schwere Beschwerde auf loft"]
    assert room.said[0]["message"].splitlines() == [
        "Stufe: kritisch",
        "Grund: Beschwerde, sehr dringend, verärgert",
        "Kanal: loft",
        "Von: Anna Beispiel (12.300 Follower)",
        "Sprache: Deutsch",
        "Antwort fällig: Di., 24.11., 12:00 Uhr (in 24 Stunden)",
        "Zuständig: noch niemand",
        f"https://desk.example.org/conversations/{conversation}",
    ]


def test_the_message_is_english_where_the_desk_is(alerting: Rooms, room: Room, freeze: Freeze) -> None:
    clock = freeze()
    scene = alerting(room)
    object.__setattr__(scene.desk.config.desk, "languages", ("en", "de"))
    scene.says(severe=True, followers=12300)
    clock.shift(25 * 3600)
    drain(scene)
    assert "From: Anna Beispiel (12,300 followers)" in room.said[0]["message"]
    assert "Answer due: Tue 24 Nov, 12:00 (overdue for 1 hour)" in room.said[0]["message"]


def test_a_paused_channel_is_told_with_the_platform_s_words(alerting: Rooms, room: Room) -> None:
    scene = alerting(room)
    channels.pause(scene.desk.store, channels.by_name(scene.desk.store, "loft").id, "401: token has expired")
    drain(scene)
    assert room.titles == ["Fjordlicht: Kanal loft ist pausiert"]
    assert room.said[0]["message"] == (
        "Stufe: kritisch\nGrund: die Plattform nimmt unsere Anmeldung nicht an: 401: token has expired;"
        " was zu tun ist, steht unter „Kanäle“\nhttps://desk.example.org"
    )
    assert room.said[0]["type"] == "failure"


def test_calm_words_alert_nobody(alerting: Rooms, room: Room) -> None:
    scene = alerting(room)
    scene.says()
    assert drain(scene) == 0


def test_one_cause_is_told_once_over_restarts(alerting: Rooms, room: Room) -> None:
    first = alerting(room)
    first.says(severe=True)
    drain(first)
    assert drain(alerting(room)) == 0
    assert len(room.said) == 1


def test_two_processes_tell_each_alert_once(alerting: Rooms, room: Room) -> None:
    here, there = alerting(room), alerting(room)
    for _ in range(4):
        here.says(severe=True)
    while alert_once(here.desk) | alert_once(there.desk):
        pass
    assert len({said["message"] for said in room.said}) == len(room.said) == 4


def test_a_crash_while_sending_repeats_it_and_says_so(alerting: Rooms, room: Room, freeze: Freeze) -> None:
    clock = freeze()
    first = alerting(room)
    first.says(severe=True)
    claim(first.desk.store, LEASE, terms(first.desk))  # and then the process is gone
    second = alerting(room)
    assert drain(second) == 0
    clock.shift(301)
    assert drain(second) == 1
    assert room.titles == ["Wiederholung: Fjordlicht: schwere Beschwerde auf loft"]
    assert "Diese Nachricht kommt vielleicht zum zweiten Mal." in room.said[0]["message"]


def test_a_chat_that_fails_is_tried_again_later(alerting: Rooms, room: Room, freeze: Freeze) -> None:
    clock = freeze()
    scene = alerting(room)
    scene.says(severe=True)
    room.open = False
    assert drain(scene) == 1
    room.open = True
    assert drain(scene) == 0
    clock.shift(20)
    assert drain(scene) == 1
    assert len(room.said) == 1
    assert rows(scene, "SELECT attempts, last_error FROM alerts WHERE sent_at IS NOT NULL") == [(2, None)]


def test_who_has_it_is_not_told_again_because_another_fails(
    alerting: Rooms, room: Room, httpserver: HTTPServer, freeze: Freeze
) -> None:
    clock = freeze()
    night = Room(httpserver, "/night")
    scene = alerting(night, room)
    scene.says(severe=True)
    night.open = False
    drain(scene)
    clock.shift(1200)
    night.open = True
    drain(scene)
    assert (len(room.said), len(night.said)) == (1, 1)


def test_a_chat_that_is_gone_is_given_up_and_the_reason_kept(alerting: Rooms, room: Room, freeze: Freeze) -> None:
    clock = freeze()
    scene = alerting(room)
    scene.says(severe=True)
    room.open = False
    drain(scene)
    clock.shift(86_400)
    drain(scene)
    clock.shift(86_400)
    assert drain(scene) == 0
    ((said,),) = rows(scene, "SELECT last_error FROM alerts WHERE sent_at IS NOT NULL")
    assert str(said).startswith("given up: not taken by json-")
    assert room.url.rpartition(":")[2] not in str(said)


def test_a_rule_that_is_off_is_silent(alerting: Rooms, room: Room) -> None:
    scene = alerting(room, more=OFF)
    scene.says(severe=True)
    drain(scene)
    assert room.said == []
    assert rows(scene, "SELECT reached, left_out FROM alerts WHERE sent_at IS NOT NULL") == [("[]", "the rule is off")]


def test_without_receivers_alerts_end_and_stay_visible(opened: Open) -> None:
    scene = opened()
    scene.says(severe=True)
    assert drain(scene) == 1
    assert rows(scene, "SELECT rule, reached, sent_at IS NULL FROM alerts") == [("severe_complaint", "[]", 0)]


def test_a_held_desk_is_told_whatever_is_switched_off(alerting: Rooms, room: Room) -> None:
    scene = alerting(room, more=OFF)
    with scene.desk.store.write() as db:
        hold.hold(db, "a test")
    assert drain(scene) == 1
    assert room.titles == ["Fjordlicht: nichts wird gesendet, bis die Verwaltung es bestätigt"]
    assert "Die Datenbank wurde wiederhergestellt, kopiert oder verschoben." in room.said[0]["message"]


def test_a_hold_that_ended_meanwhile_is_told_so(alerting: Rooms, room: Room) -> None:
    scene = alerting(room)
    with scene.desk.store.write() as db:
        hold.hold(db, "a test")
    chief = users.add(scene.desk.store, "chief", "Chief", "C", "admin", None)
    hold.confirm(scene.desk.store, sessions.begin(scene.desk.store, chief.id, "password")[1])
    assert drain(scene) == 1
    assert "läuft inzwischen wieder" in room.said[0]["message"]


def test_a_newer_version_s_rule_is_left_alone(alerting: Rooms, room: Room) -> None:
    scene = alerting(room)
    with scene.desk.store.write() as db:
        alerts.raise_alert(db, "from_the_future", "x", 1, None, now())
    drain(scene)
    assert room.said == []


@pytest.mark.parametrize(
    ("config", "channel", "quoted"),
    [("short", "loft", True), ("short", "attic", False), ("none", "loft", False)],
)
def test_words_are_quoted_only_where_owner_and_platform_allow(
    alerting: Rooms, room: Room, config: str, channel: str, quoted: bool
) -> None:
    scene = alerting(room, more=f'quote = "{config}"')
    scene.says("Die Lampe brennt!", severe=True, channel=channel)
    drain(scene)
    assert ("„Die Lampe brennt!“" in room.said[0]["message"]) is quoted


def test_a_very_long_text_is_quoted_shortly(alerting: Rooms, room: Room) -> None:
    scene = alerting(room, more='quote = "short"')
    scene.says("Wort " * 20_000, severe=True, name="N" * 5000)
    drain(scene)
    assert len(room.said[0]["message"]) < 600


@pytest.mark.parametrize("url", ["json://desk:geheim-123@127.0.0.1:1/", "slack://geheim-123", "tgram://geheim-123"])
def test_a_receiver_s_secret_is_in_no_log_and_no_row(
    opened: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, url: str
) -> None:
    monkeypatch.setenv("ROOM", url)
    scene = opened('[alerts]\nurls = ["env:ROOM"]')
    scene.says(severe=True)
    with caplog.at_level(logging.WARNING):
        assert alert_once(scene.desk)
    ((error,),) = rows(scene, "SELECT last_error FROM alerts WHERE sent_at IS NULL")
    assert str(error).startswith(f"not taken by {url.partition(':')[0]}-")
    assert "geheim-123" not in caplog.text + str(error)
