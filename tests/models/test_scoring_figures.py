"""The figures of scoring: cases worked out by hand, and what has to hold for any guesses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.scoring.averages import AVERAGES, accuracy, classes, confusion, kappa, macro_f1, macro_recall
from models.scoring.bootstrap import difference, estimate, resamples
from models.scoring.calibration import BINS, calibration

LABELS = ("calm", "soon", "now")
PAIRS = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1)
SAID = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1)

# Of 3 cats 2 are found; of 2 dogs 1, the other taken for a cow; the 1 cow is taken for a cat.
BY_HAND = confusion(
    [("cat", "cat"), ("cat", "cat"), ("cat", "dog"), ("dog", "dog"), ("dog", "cow"), ("cow", "cat")],
)


def test_precision_recall_and_f1_by_hand() -> None:
    found = classes(BY_HAND)
    assert (found["cat"].precision, found["cat"].recall, found["cat"].f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert (found["dog"].precision, found["dog"].recall, found["dog"].f1) == pytest.approx((1 / 2, 1 / 2, 1 / 2))
    assert (found["cow"].precision, found["cow"].recall, found["cow"].f1) == (0, 0, 0)
    assert [(one.texts, one.guessed) for one in found.values()] == [(3, 3), (1, 1), (2, 2)]


def test_averages_by_hand() -> None:
    assert accuracy(BY_HAND) == pytest.approx(3 / 6)
    assert macro_f1(BY_HAND) == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert macro_recall(BY_HAND) == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)


def test_f1_is_the_harmonic_mean() -> None:
    yes = classes({("yes", "yes"): 30, ("yes", "no"): 10, ("no", "yes"): 20, ("no", "no"): 40})["yes"]
    assert (yes.precision, yes.recall) == pytest.approx((0.6, 0.75))
    assert yes.f1 == pytest.approx(2 * 0.6 * 0.75 / (0.6 + 0.75))


def test_a_label_that_is_only_guessed_lowers_f1_and_not_recall() -> None:
    counts = confusion([("calm", "calm"), ("calm", "now")])
    assert macro_f1(counts) == pytest.approx((2 / 3 + 0) / 2)
    assert macro_recall(counts) == pytest.approx(1 / 2)


@given(st.lists(st.sampled_from(LABELS), min_size=1))
def test_a_perfect_judge_has_one_everywhere(truths: list[str]) -> None:
    counts = confusion(zip(truths, truths, strict=True))
    assert [of(counts) for of in AVERAGES.values()] == pytest.approx([1, 1, 1])


@given(PAIRS)
def test_every_figure_is_a_share(pairs: list[tuple[str, str]]) -> None:
    counts = confusion(pairs)
    shares = [of(counts) for of in AVERAGES.values()]
    shares += [share for one in classes(counts).values() for share in (one.precision, one.recall, one.f1)]
    assert all(0 <= share <= 1 for share in shares)


@given(PAIRS, st.permutations(LABELS))
def test_other_names_for_the_labels_change_nothing(pairs: list[tuple[str, str]], names: list[str]) -> None:
    other = dict(zip(LABELS, names, strict=True))
    counts, renamed = confusion(pairs), confusion((other[truth], other[guess]) for truth, guess in pairs)
    for of in AVERAGES.values():
        assert of(counts) == pytest.approx(of(renamed))


@given(PAIRS, st.randoms())
def test_the_order_of_texts_changes_nothing(pairs: list[tuple[str, str]], dice: object) -> None:
    shuffled = pairs[:]
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert confusion(pairs) == confusion(shuffled)


@given(st.lists(st.sampled_from(LABELS), min_size=1), st.sampled_from(LABELS))
def test_always_the_same_guess_has_the_macro_recall_of_chance(truths: list[str], guess: str) -> None:
    counts = confusion((truth, guess) for truth in truths)
    assert macro_recall(counts) == pytest.approx((guess in truths) / len(set(truths)))


@given(st.integers(1, 9), PAIRS)
def test_macro_recall_does_not_care_how_common_a_label_is(times: int, pairs: list[tuple[str, str]]) -> None:
    more = pairs + [pair for pair in pairs if pair[0] == "now"] * times
    assert macro_recall(confusion(more)) == pytest.approx(macro_recall(confusion(pairs)))


def test_calibration_by_hand() -> None:
    said = [(0.95, True), (0.95, True), (0.95, False), (0.65, True), (0.65, False)]
    found = calibration(said)
    assert found
    assert found.error == pytest.approx(3 / 5 * abs(2 / 3 - 0.95) + 2 / 5 * abs(1 / 2 - 0.65))
    assert [(b.low, b.high, b.texts) for b in found.bins] == [(0.6, 0.7, 2), (0.9, 1.0, 3)]


def test_a_bin_ends_with_its_upper_edge() -> None:
    for tenth in range(1, BINS + 1):
        found = calibration([(tenth / BINS, True)])
        assert found
        assert found.bins[0].high == pytest.approx(tenth / BINS)


def test_who_says_what_is_true_is_calibrated_and_who_is_sure_and_wrong_is_not() -> None:
    said = calibration([(0.75, True)] * 3 + [(0.75, False)])
    wrong = calibration([(1.0, False)] * 4)
    assert said
    assert wrong
    assert (said.error, wrong.error) == (0, 1)


def test_without_confidence_there_is_no_calibration() -> None:
    assert calibration([]) is None


@given(SAID)
def test_calibration_error_lies_between_the_whole_gap_and_one(said: list[tuple[float, bool]]) -> None:
    found = calibration(said)
    assert found
    gap = abs(sum(right for _, right in said) - sum(c for c, _ in said)) / len(said)
    assert gap - 1e-9 <= found.error <= 1
    assert sum(one.texts for one in found.bins) == len(said)
    assert all(one.low - 1e-9 <= one.confidence <= one.high + 1e-9 for one in found.bins)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(0, 99))
def test_a_draw_has_as_many_texts_and_only_those_there_are(items: list[int], seed: int) -> None:
    for drawn in resamples(items, rounds=5, seed=seed):
        assert drawn.total() == len(items)
        assert set(drawn) <= set(items)


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    items = list(range(50))
    assert list(resamples(items, 3, seed=1)) == list(resamples(items, 3, seed=1))
    assert list(resamples(items, 3, seed=1)) != list(resamples(items, 3, seed=2))


def test_the_interval_of_a_share_is_as_wide_as_the_textbook_says() -> None:
    rows = [True] * 700 + [False] * 300
    found = estimate(0.7, [drawn[True] / 1_000 for drawn in resamples(rows, rounds=2_000)])
    error = (0.7 * 0.3 / 1_000) ** 0.5
    assert (found.low, found.high) == pytest.approx((0.7 - 1.96 * error, 0.7 + 1.96 * error), abs=0.004)


def test_an_interval_holds_95_of_a_hundred_draws() -> None:
    found = estimate(0.5, [number / 1_000 for number in range(1_001)])
    assert (found.low, found.high) == (0.025, 0.975)


def test_a_difference_says_how_often_it_is_one() -> None:
    found = difference(0.1, [-0.1, 0.0, 0.1, 0.2])
    assert (found.low, found.high, found.better) == (-0.1, 0.2, 0.5)


def test_kappa_is_agreement_beyond_chance() -> None:
    # 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: observed .7, expected .5.
    counts = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    assert kappa(counts) == pytest.approx(0.4)
    assert kappa({("yes", "yes"): 3, ("no", "no"): 4}) == 1.0
    assert kappa({("yes", "yes"): 3}) == 1.0
