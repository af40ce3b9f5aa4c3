"""What a digest says of the channels, and of promises for the day."""

from datetime import timedelta
from decimal import Decimal

import pytest

from desk.digest import sending
from desk.wording import Spoken
from tests.conftest import NOON, Freeze
from tests.desk.conftest import Open
from tests.desk.pigeons import Scene
from twoway import clock
from twoway.config import Recipient
from twoway.domain import Standing
from twoway.store import channels, follow_ups, outages, silence, standings


@pytest.fixture
def scene(opened: Open, freeze: Freeze) -> Scene:
    """A desk on a Monday at noon."""
    freeze()
    return opened()


def told(scene: Scene, spoken: Spoken = "en") -> list[str]:
    """The lines of today's text."""
    reader = Recipient(address="boss@fjordlicht.example", language=spoken)
    return sending.preview(scene.desk, reader, clock.now().date()).text.splitlines()


def loft(scene: Scene) -> int:
    """The number of a channel."""
    return channels.by_name(scene.desk.store, "loft").id


def test_channels_without_trouble_are_said_to_run(scene: Scene) -> None:
    assert "All channels are running." in told(scene)
    channels.pause(scene.desk.store, loft(scene), "401: token expired")
    assert "All channels are running." not in told(scene)
    assert "- loft: paused: 401: token expired" in told(scene)


def test_an_outage_that_is_over_is_told_with_its_hours(scene: Scene) -> None:
    with scene.desk.store.write() as db:
        outages.begin(db, loft(scene), "503", NOON - timedelta(hours=5))
        outages.end(db, loft(scene), NOON - timedelta(hours=2))
    assert "- loft: out of reach from Mon 23 Nov, 07:00 to Mon 23 Nov, 10:00: 503" in told(scene)


@pytest.mark.parametrize(("days", "said"), [(6, True), (8, False)])
def test_a_login_that_ends_within_a_week_is_told(scene: Scene, days: int, said: bool) -> None:
    standings.learned(scene.desk.store, loft(scene), Standing(expires_at=NOON + timedelta(days=days)))
    assert any("its login expires" in line for line in told(scene)) is said


@pytest.mark.parametrize(("spent", "said"), [("800.001", True), ("799.99", False)])
def test_a_budget_that_runs_out_is_told(scene: Scene, spent: str, said: bool) -> None:
    standing = Standing(spent=Decimal(spent), budget=Decimal("1000"), currency="USD")
    standings.learned(scene.desk.store, loft(scene), standing)
    english, german = "USD 800.00 of USD 1,000.00 are spent", "800,00 USD von 1.000,00 USD sind ausgegeben"
    assert (f"- loft: its budget runs out: {english}" in told(scene)) is said
    assert (f"- loft: das Budget geht zur Neige: {german}" in told(scene, "de")) is said


SILENT = "- loft: nothing heard since Mon 23 Nov, 09:00, though it is lively at this time otherwise"


@pytest.fixture
def quiet(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Nothing was heard on a channel for three hours in which it is lively otherwise."""
    with scene.desk.store.write() as db:
        moments = clock.stamp(NOON - timedelta(hours=3)), clock.stamp(NOON)
        db.execute("UPDATE channels SET last_heard_at = ?, polled_at = ? WHERE name = 'loft'", moments)
    assert SILENT not in told(scene)
    monkeypatch.setattr(silence, "heard", lambda *which: 10)
    return scene


def test_an_unusual_silence_is_told(quiet: Scene) -> None:
    assert SILENT in told(quiet)


@pytest.mark.parametrize("alone", [True, False])
def test_a_single_stream_that_fails_hides_no_silence_of_the_channel(quiet: Scene, alone: bool) -> None:
    channels.erred(quiet.desk.store, loft(quiet), "messages: may not be read", alone=alone)
    said = told(quiet)
    assert (SILENT in said, any("may not be read" in line for line in said)) == (alone, not alone)


def test_what_was_promised_for_today_stands_there_until_it_is_done(scene: Scene) -> None:
    number, later = scene.says(name="Anna"), scene.says(name="Bernd")
    user, store = scene.person[0].id, scene.desk.store
    first = follow_ups.add(store, number, "call back", NOON + timedelta(hours=3), user)
    follow_ups.add(store, later, "call back", NOON + timedelta(days=1), user)
    said = told(scene)
    assert said[said.index("Promised by today (1)") + 2] == "- Anna on loft: Mon 23 Nov, 15:00"
    follow_ups.finish(store, number, first, user)
    assert "Promised by today (1)" not in told(scene)


def test_the_subject_never_says_that_all_is_well_while_a_channel_fails(scene: Scene) -> None:
    reader = Recipient(address="boss@fjordlicht.example", language="en")
    assert "Everything answered" in sending.preview(scene.desk, reader, clock.now().date()).subject
    channels.erred(scene.desk.store, loft(scene), "503: down")
    mail = sending.preview(scene.desk, reader, clock.now().date())
    assert mail.subject == "1 channel failing – Fjordlicht"
    assert "Everything is answered" not in mail.text
