"""How a channel fares: its state, what to do, what to warn of, when it is asked again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from desk import health
from desk.health import Health
from listener.collect import collect_once
from tests.desk.conftest import Open
from tests.desk.pigeons import BASIC, Scene
from tests.listener.test_collect import Listing
from twoway import clock
from twoway.domain import Page, Standing
from twoway.errors import AuthFailed, RateLimited, Temporary

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
Poll = Callable[..., Health]


@pytest.fixture
def scene(opened: Open) -> Scene:
    """A desk with a loft, which is asked every minute."""
    return opened()


@pytest.fixture
def poll(scene: Scene) -> Poll:
    """A poll at a minute after noon, and how the loft fares then."""

    def at(minute: float, *happens: Page | Exception, standing: Standing | None = None) -> Health:
        with time_machine.travel(NOON + timedelta(minutes=minute), tick=False):
            listing = Listing({"loft": list(happens)})
            collect_once(scene.desk.store, "loft", lambda: listing, standing=lambda: standing)
            return loft(scene)

    return at


def loft(scene: Scene) -> Health:
    return next(one for one in health.of(scene.desk) if one.channel.name == "loft")


def down(said: str = "503") -> Temporary:
    return Temporary("loft", "look", said)


def test_a_new_channel_is_asked_at_once(scene: Scene) -> None:
    found = loft(scene)
    assert (found.state, found.advice, found.next_poll) == ("new", None, found.now)


def test_a_channel_that_answers_is_fine_and_asked_again_after_its_interval(poll: Poll) -> None:
    found = poll(0)
    assert (found.state, found.advice, found.warnings) == ("fine", None, [])
    assert found.next_poll == NOON + timedelta(seconds=60)


def test_trouble_asks_for_nothing_until_it_lasts(poll: Poll) -> None:
    assert (poll(0, down()).state, poll(59, down()).advice) == ("erring", "again")
    assert poll(60, down()).advice == "lasting"
    assert (poll(61).state, poll(62, down()).advice) == ("fine", "again")


def test_a_single_stream_that_fails_for_long_is_not_said_to_pass_by_itself(scene: Scene) -> None:
    def at(minute: float, *faults: Exception) -> Health:
        with time_machine.travel(NOON + timedelta(minutes=minute), tick=False):
            collect_once(scene.desk.store, "loft", lambda: Listing({"messages": list(faults), "loft": []}))
            return loft(scene)

    first, second = (Temporary("loft", "messages", said, alone=True) for said in ("refused", "still refused"))
    assert [at(minute, first).advice for minute in (0, 59)] == ["again", "again"]
    found = at(60, second)
    assert (found.advice, found.outages, found.channel.last_error) == ("lasting", [], str(second))
    assert clock.parse(found.erring_since or "") == NOON
    assert (at(61).erring_since, at(62, first).advice) == (None, "again")


def test_an_outage_after_a_single_streams_long_trouble_has_a_beginning_of_its_own(scene: Scene) -> None:
    def at(minute: float, other: list[Page | Exception]) -> Health:
        with time_machine.travel(NOON + timedelta(minutes=minute), tick=False):
            alone = Temporary("loft", "messages", "refused", alone=True)
            collect_once(scene.desk.store, "loft", lambda: Listing({"messages": [alone], "loft": other}))
            return loft(scene)

    at(0, [])
    assert (at(90, [down()]).advice, at(91, []).advice) == ("again", "lasting")


def test_a_fault_of_ours_is_told_from_one_of_the_platform(poll: Poll) -> None:
    assert poll(0, KeyError("id")).advice == "bug"


def test_a_refused_login_asks_for_a_new_one_and_nothing_is_asked_meanwhile(poll: Poll) -> None:
    found = poll(0, AuthFailed("loft", "login", "401"))
    assert (found.state, found.advice, found.next_poll) == ("paused", "login", None)


def test_a_platform_that_said_when_is_waited_for(poll: Poll) -> None:
    until = NOON + timedelta(minutes=15)
    found = poll(0, RateLimited("loft", "look", "429", until))
    assert (found.state, found.advice, found.next_poll) == ("waiting", "wait", until)
    assert poll(15).state == "fine"


@pytest.mark.parametrize(
    ("standing", "warnings"),
    [
        (Standing(remaining=300, limit=300, resets_at=NOON + timedelta(minutes=5)), []),
        (Standing(remaining=60, limit=300, resets_at=NOON + timedelta(minutes=5)), ["quota_near"]),
        (Standing(remaining=0, limit=300, resets_at=NOON + timedelta(minutes=5)), ["quota_used"]),
        (Standing(remaining=0, limit=300, resets_at=NOON), []),
        (Standing(expires_at=NOON + health.SOON + timedelta(seconds=1)), []),
        (Standing(expires_at=NOON + health.SOON), ["login_ends"]),
        (Standing(expires_at=NOON), ["login_ended"]),
        (Standing(spent=Decimal("7.99"), budget=Decimal(10), currency="USD"), []),
        (Standing(spent=Decimal(8), budget=Decimal(10), currency="USD"), ["budget_near"]),
        (Standing(spent=Decimal(10), budget=Decimal(10), currency="USD"), ["budget_used"]),
        (Standing(spent=Decimal(10), currency="USD"), []),
    ],
)
def test_what_runs_out_is_warned_of(poll: Poll, standing: Standing, warnings: list[str]) -> None:
    assert poll(0, standing=standing).warnings == warnings


def test_a_channel_that_is_switched_off_is_not_asked(scene: Scene, opened: Open) -> None:
    off = BASIC.replace('kind = "pigeon"', 'kind = "pigeon"\nenabled = false')
    found = loft(opened(basic=off))
    assert (found.state, found.next_poll) == ("off", None)
