"""Alerts read back from a real chat server, ngircd, by a colleague who sits in the room."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desk import schedule
from desk.alerts import alert_once
from desk.wiring import Desk, open_desk
from tests.conftest import Freeze
from tests.desk.conftest import Open
from tests.desk.pigeons import Scene
from tests.desk.process import running
from tests.fakes.square import BRAND, TOKEN, FakeSquare, fake_square
from tests.servers import starting
from tests.servers.ngircd import Ngircd
from twoway.config import load
from twoway.store import Store, open_store

pytestmark = [pytest.mark.chat, pytest.mark.timeout(120)]

POLL = 1
SOON = 2
"""Seconds that may pass after a poll, at most."""
CONFIG = """
[desk]
brand = "Wanderlust"
allow_private = ["127.0.0.1"]
[model]
name = "rules"
[web]
port = {port}
[alerts]
urls = ["env:ROOM"]
quote = "short"
[channels.square]
kind = "square"
url = "{url}"
token = "file:token"
handle = "{handle}"
poll_seconds = {poll}
"""
FURIOUS = "@wanderlust Das ist Betrug! Ich zeige euch an, ihr Verbrecher, ich will SOFORT mein Geld zurück!!!"


@pytest.fixture
def square(tmp_path: Path) -> Iterator[FakeSquare]:
    """Where customers speak."""
    with fake_square(tmp_path) as found:
        yield found


@pytest.fixture
def config(tmp_path: Path, square: FakeSquare, chat: Ngircd, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desk on the square that alerts the room."""
    monkeypatch.setenv("ROOM", chat.url)
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "token").chmod(0o600)
    path = tmp_path / "twoway.toml"
    (port,) = starting.free_ports(1)
    path.write_text(CONFIG.format(port=port, url=square.url, handle=BRAND, poll=POLL))
    return path


def listening(store: Store) -> bool:
    """Whether the square has been read once: what comes from now on is no history."""
    found = store.read().execute("SELECT count(*) FROM channels WHERE last_success_at IS NOT NULL").fetchone()
    return bool(found[0])


def test_the_whole_message_is_in_the_room(opened: Open, chat: Ngircd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOM", chat.url)
    scene = opened('[alerts]\nurls = ["env:ROOM"]\nquote = "short"')
    conversation = scene.says("Unverschämt!\r\nQUIT :bye\r\nPRIVMSG #team :fake", severe=True, followers=12300)
    with chat.colleague() as mara:
        assert alert_once(scene.desk)
        mara.wait_for(f"/conversations/{conversation}")
    assert [line for line in mara.lines if not line.startswith("Antwort fällig")] == [
        "Fjordlicht: schwere Beschwerde auf loft",
        "Stufe: kritisch",
        "Grund: Beschwerde, sehr dringend, verärgert",
        "Kanal: loft",
        "Von: Anna Beispiel (12.300 Follower)",
        "Zitat: „Unverschämt! QUIT :bye PRIVMSG ＃team :fake“",
        "Sprache: Deutsch",
        "Zuständig: noch niemand",
        f"https://desk.example.org/conversations/{conversation}",
    ]


def test_two_processes_say_each_cause_once(opened: Open, chat: Ngircd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOM", chat.url)
    more = '[alerts]\nurls = ["env:ROOM"]\n[[alerts.rules]]\nnames = ["severe_complaint"]\nflood = 100\n'
    here, there = opened(more), opened(more)
    with chat.colleague() as mara:
        links = [f"/conversations/{here.says(severe=True)}" for _ in range(6)]
        _together(here, there)
        for link in links:
            mara.wait_for(link)
        assert sorted(
            line.rpartition("/conversations")[2] for line in mara.lines if "/conversations/" in line
        ) == sorted(link.rpartition("/conversations")[2] for link in links)


def _together(*scenes: Scene) -> None:
    """Each works in a thread of its own until nothing is due."""

    def work(desk: Desk) -> None:
        while alert_once(desk):
            pass

    threads = [threading.Thread(target=work, args=(scene.desk,)) for scene in scenes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_a_room_that_is_down_hears_it_later(
    opened: Open, chat: Ngircd, monkeypatch: pytest.MonkeyPatch, freeze: Freeze
) -> None:
    stopped = freeze()
    (nowhere,) = starting.free_ports(1)
    monkeypatch.setenv("ROOM", chat.url.replace(str(chat.port), str(nowhere)))
    down = opened('[alerts]\nurls = ["env:ROOM"]')
    conversation = down.says(severe=True)
    assert alert_once(down.desk)
    monkeypatch.setenv("ROOM", chat.url)
    up = opened('[alerts]\nurls = ["env:ROOM"]')
    stopped.shift(20)
    with chat.colleague() as mara:
        assert alert_once(up.desk)
        mara.wait_for(f"/conversations/{conversation}")
    assert mara.lines[0].startswith("Wiederholung: ")


def test_no_tick_is_further_away_than_a_complaint_may_be_late() -> None:
    assert schedule.JUDGE_EVERY + schedule.ALERT_EVERY <= SOON


def test_no_time_passes_between_hearing_and_telling(
    config: Path, square: FakeSquare, chat: Ngircd, freeze: Freeze
) -> None:
    freeze()
    desk = open_desk(load(config))
    try:
        schedule.collect(desk, "square")
        square.say("rita", FURIOUS)
        with chat.colleague() as mara:
            assert schedule.collect(desk, "square")
            assert schedule.judge_all(desk)
            schedule.alert_all(desk)
            mara.wait_for("schwere Beschwerde auf square")
    finally:
        desk.close()


def test_nobody_waits_for_a_tick(
    config: Path, square: FakeSquare, chat: Ngircd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is heard is judged and told at once, though the judge's and the alerts' next tick is an hour away."""
    monkeypatch.setattr(schedule, "JUDGE_EVERY", 3600)
    monkeypatch.setattr(schedule, "ALERT_EVERY", 3600)
    desk = open_desk(load(config))
    stop = schedule.start(desk)
    try:
        starting.wait_until(lambda: listening(desk.store), "the square is read")
        with chat.colleague() as mara:
            square.say("rita", FURIOUS)
            mara.wait_for("schwere Beschwerde auf square")
    finally:
        stop()
        desk.close()


def test_a_severe_complaint_is_in_the_room_within_the_poll_interval_and_two_seconds(
    config: Path, square: FakeSquare, chat: Ngircd, record_property: Callable[[str, object], None]
) -> None:
    """A real `twoway run`; the figure is in the report of the tests."""
    port = load(config).web.port
    with running(config, port), chat.colleague() as mara:
        store = open_store(config.parent / "twoway.db")
        starting.wait_until(lambda: listening(store), "the square is read")
        square.say("rita", FURIOUS)
        said = time.monotonic()
        heard = mara.wait_for("schwere Beschwerde auf square")
        store.close()
    record_property("seconds", round(heard.at - said, 2))
    print(f"in the room after {heard.at - said:.2f} s, at a poll interval of {POLL} s")  # noqa: T201
    assert heard.at - said <= POLL + SOON
