"""A channel's money: set aside before it is spent, so that a budget is never passed, whoever asks at the same time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.conftest import Freeze
from twoway.store import channels, open_store
from twoway.store.spending import ChannelLedger

MOST = Decimal("1.00")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[ChannelLedger]:
    store = open_store(tmp_path / "twoway.db")
    yield ChannelLedger(store, channels.register(store, "x", "square", 60).id)
    store.close()


def test_what_is_set_aside_is_spent_until_the_answer_says_what_it_cost(ledger: ChannelLedger) -> None:
    hold = ledger.take("hear", Decimal("0.50"), most=MOST)
    assert hold is not None
    assert ledger.spent() == Decimal("0.50")
    ledger.settle(hold, Decimal("0.0125"))
    assert (ledger.spent(), ledger.spent("hear"), ledger.spent("answer")) == (Decimal("0.0125"), Decimal("0.0125"), 0)


def test_nothing_is_set_aside_beyond_what_there_is(ledger: ChannelLedger) -> None:
    assert ledger.take("hear", Decimal("0.60"), most=MOST)
    assert ledger.take("hear", Decimal("0.41"), most=MOST) is None
    assert ledger.spent() == Decimal("0.60")
    assert ledger.take("answer", Decimal("0.40"), most=MOST)


def test_a_purpose_keeps_to_its_share(ledger: ChannelLedger) -> None:
    assert ledger.take("look again", Decimal("0.30"), most=MOST, share=Decimal("0.30"))
    assert ledger.take("look again", Decimal("0.01"), most=MOST, share=Decimal("0.30")) is None
    assert ledger.take("hear", Decimal("0.01"), most=MOST)


def test_a_new_month_has_new_money_and_what_is_settled_late_counts_for_the_old_one(
    ledger: ChannelLedger, freeze: Freeze
) -> None:
    time = freeze(datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC))
    hold = ledger.take("hear", MOST, most=MOST)
    time.shift(2)
    assert ledger.spent() == 0
    assert hold is not None
    ledger.settle(hold, Decimal("0.10"))
    assert ledger.spent() == 0
    assert ledger.take("hear", MOST, most=MOST)


def test_many_at_once_never_pass_the_budget(ledger: ChannelLedger) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: ledger.take("hear", Decimal("0.07"), most=MOST), range(40)))
    assert sum(hold is not None for hold in taken) == 14
    assert ledger.spent() == Decimal("0.98")


def test_an_amount_is_never_rounded_down(ledger: ChannelLedger) -> None:
    ledger.take("hear", Decimal("0.0000001"), most=MOST)
    assert ledger.spent() == Decimal("0.000001")


def test_a_person_is_called_once_a_month(ledger: ChannelLedger, freeze: Freeze) -> None:
    time = freeze(datetime(2026, 11, 30, tzinfo=UTC))
    for _ in range(3):
        ledger.exhausted()
    time.shift(86_400)
    ledger.exhausted()
    rows = ledger.store.read().execute("SELECT rule, channel_id FROM alerts").fetchall()
    assert [tuple(row) for row in rows] == [("budget", ledger.channel)] * 2
