"""Two people on one conversation see each other, and are forgotten when they leave."""

from datetime import timedelta

import pytest

from tests.conftest import Freeze
from tests.store.desk import Desk
from twoway import clock
from twoway.errors import Refused
from twoway.store import presence, users
from twoway.store.presence import LASTS, Present


def seen(desk: Desk, conversation: int = 1) -> list[tuple[str, str]]:
    """Whom the approver sees."""
    return [(one.name, one.what) for one in presence.others(desk.store, conversation, desk.approver.id)]


def test_who_looks_is_seen_by_the_other_and_not_by_themselves(desk: Desk) -> None:
    desk.said()
    presence.beat(desk.store, 1, desk.agent.id, "looking")
    presence.beat(desk.store, 1, desk.approver.id, "looking")
    assert presence.others(desk.store, 1, desk.approver.id) == [Present(desk.agent.id, desk.agent.name, "looking")]


def test_who_writes_is_seen_writing(desk: Desk) -> None:
    desk.said()
    presence.beat(desk.store, 1, desk.agent.id, "writing")
    presence.beat(desk.store, 1, desk.agent.id, "looking")
    assert seen(desk) == [(desk.agent.name, "writing")]


def test_a_pause_in_writing_is_looking_again(desk: Desk, freeze: Freeze) -> None:
    desk.said()
    moving = freeze(clock.now())
    presence.beat(desk.store, 1, desk.agent.id, "writing")
    moving.shift(LASTS["writing"] - timedelta(seconds=1))
    presence.beat(desk.store, 1, desk.agent.id, "looking")
    moving.shift(timedelta(seconds=1))
    assert seen(desk) == [(desk.agent.name, "looking")]


def test_who_gives_no_sign_is_forgotten(desk: Desk, freeze: Freeze) -> None:
    desk.said()
    moving = freeze(clock.now())
    presence.beat(desk.store, 1, desk.agent.id, "looking")
    moving.shift(LASTS["looking"])
    assert seen(desk) == []
    presence.beat(desk.store, 1, desk.approver.id, "looking")
    assert desk.all("SELECT user_id FROM presence") == [(desk.approver.id,)]


def test_who_is_elsewhere_is_not_seen_here(desk: Desk) -> None:
    desk.said()
    presence.beat(desk.store, desk.said(), desk.agent.id, "looking")
    assert seen(desk) == []


def test_who_has_left_is_not_seen(desk: Desk) -> None:
    desk.said()
    presence.beat(desk.store, 1, desk.agent.id, "looking")
    users.deactivate(desk.store, desk.agent.id, None)
    assert seen(desk) == []


def test_presence_is_on_no_record(desk: Desk) -> None:
    desk.said()
    before = desk.all("SELECT max(id) FROM events")
    presence.beat(desk.store, 1, desk.agent.id, "writing")
    assert desk.all("SELECT max(id) FROM events") == before


def test_nobody_is_present_where_there_is_nothing(desk: Desk) -> None:
    with pytest.raises(Refused):
        presence.beat(desk.store, 7, desk.agent.id, "looking")
