"""One sliding window counts whatever may not happen too often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from desk.web.rates import MOST, Rate
from tests.conftest import Freeze

MINUTE = timedelta(minutes=1)


def test_the_oldest_leaves_the_window_first(freeze: Freeze) -> None:
    time, rate = freeze(), Rate(MINUTE)
    assert rate.begin({"a": 2}) == 0
    time.shift(20)
    assert rate.begin({"a": 2}) == 0
    assert rate.begin({"a": 2}) == rate.full("a", 2) == 41
    time.shift(41)
    assert rate.begin({"a": 2}) == 0
    assert rate.begin({"a": 2}) == 20


def test_what_is_full_in_one_way_is_counted_in_none(freeze: Freeze) -> None:
    freeze()
    rate = Rate(MINUTE)
    rate.count("all")
    assert rate.begin({"mine": 1, "all": 1})
    assert not rate.full("mine", 1)


def test_threads_together_get_no_more_than_there_is(freeze: Freeze) -> None:
    freeze()
    rate = Rate(MINUTE)
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: rate.begin({"a": 30, "b": 40}), range(200)))
    assert waits.count(0) == 30


def test_memory_stays_flat(freeze: Freeze) -> None:
    freeze()
    rate = Rate(MINUTE)
    for key in range(MOST + 1):
        rate.count(key)
    assert (rate.full(0, 1), rate.full(1, 1)) == (0, 61)
