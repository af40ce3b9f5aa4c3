"""The heads learn what the team says, and only what does no harm is kept."""

import numpy as np
import pytest

from models.embedded.heads import LABELS
from models.learning.compare import ALL, CORRECTIONS, figures
from models.learning.compare import CORPUS as ON_CORPUS
from models.learning.fit import fit
from models.learning.lessons import lessons
from models.learning.refit import FEWEST, Refitted, refit
from models.learning.texts import Example
from tests.models.learning import CORPUS, TEAM, examples, half, ignorant, vectors


def learn(*parts: list[Example], seen: list[bool]) -> Refitted:
    """What comes of these examples."""
    return refit(ignorant(), ignorant(), [example for part in parts for example in part], vectors(seen))


def test_a_head_learns_what_corrections_say() -> None:
    seen = half(80)
    found = learn(examples(seen), seen=seen)
    assert found.adopted == ["complaint"]
    proof = next(figure for figure in found.figures if (figure.part, figure.language) == (CORRECTIONS, ALL))
    assert proof.before < 0.6
    assert proof.after == 1.0
    guesses = found.learned.heads.logits("complaint", vectors(seen, seed=9)).argmax(axis=1)
    assert guesses.tolist() == [int(complains) for complains in seen]


def test_heads_without_corrections_stay_as_they_are() -> None:
    seen = half(80)
    found = learn(examples(seen), seen=seen)
    before = ignorant().heads
    for head in set(LABELS) - {"complaint"}:
        assert np.array_equal(found.learned.heads.weights[head], before.weights[head])
        assert "too few" in found.verdicts[head]


def test_too_few_corrections_teach_nothing() -> None:
    seen = half(FEWEST)
    found = learn(examples(seen), seen=seen)  # every fourth of them is held out
    assert found.adopted == []
    assert found.corrections["complaint"] == FEWEST


def test_our_corpus_alone_teaches_nothing() -> None:
    seen = half(200)
    assert learn(examples(seen, CORPUS), seen=seen).adopted == []


def test_what_would_be_worse_on_the_held_out_trades_is_not_kept() -> None:
    """The team says the opposite of what our corpus says of like texts, and both speak of the first number."""
    seen = half(400)
    team, corpus = examples(seen[:300], wrong=True), examples(seen[300:], CORPUS)
    right = learn(examples(seen, CORPUS), examples(half(80)), seen=[*seen, *half(80)]).learned
    found = refit(right, ignorant(), [*team, *corpus], vectors(seen))
    assert found.adopted == []
    assert any(figure.worse and figure.part == ON_CORPUS for figure in found.figures)
    assert "corpus" in found.verdicts["complaint"]


def test_a_drop_that_chance_explains_is_no_harm() -> None:
    truths = half(40)
    held = examples(truths, CORPUS)
    before = [int(truth) for truth in truths]
    after = [before[0] ^ 1, *before[1:]]
    one = next(found for found in figures("complaint", held, before, after) if found.language == ALL)
    assert one.after < one.before
    assert not one.worse
    other = next(
        found for found in figures("complaint", held, before, [n ^ 1 for n in before]) if found.language == ALL
    )
    assert other.worse


def test_each_language_is_looked_at_by_itself() -> None:
    truths = half(80)
    held = examples(truths)
    right = [int(truth) for truth in truths]
    after = [n ^ 1 if example.language == "de" else n for n, example in zip(right, held, strict=True)]
    found = {figure.language: figure for figure in figures("complaint", held, right, after)}
    assert found["de"].worse
    assert not found["en"].worse


def test_the_more_it_costs_the_less_a_head_moves() -> None:
    seen = half(60)
    rows, labels = vectors(seen), np.array(seen, dtype=np.int64)
    start = ignorant().heads
    moved = [
        float(
            np.abs(
                fit(
                    rows,
                    labels,
                    np.ones(60, dtype=np.float32),
                    start.weights["complaint"],
                    start.biases["complaint"],
                    strength,
                )[0]
            ).sum()
        )
        for strength in (0.1, 1.0, 1_000_000.0)
    ]
    assert moved[0] > moved[1] > moved[2]
    assert moved[2] < 0.01


def test_the_fit_is_where_the_slope_is_nothing() -> None:
    """Against the definition: small steps in any direction cost more."""
    seen = half(60)
    rows, labels = vectors(seen), np.array(seen, dtype=np.int64)
    start = np.zeros((2, rows.shape[1]), dtype=np.float32), np.zeros(2, dtype=np.float32)
    weight, bias = fit(rows, labels, np.ones(60, dtype=np.float32), *start, strength=1.0)
    scale = float(np.sqrt((rows**2).sum(axis=1).mean()))

    def cost(shift: float, at: tuple[int, int]) -> float:
        moved = weight.copy().astype(np.float64)
        moved[at] += shift
        logits = rows @ moved.T + bias
        likely = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        away = ((moved * scale) ** 2).sum() + (bias.astype(np.float64) ** 2).sum()
        return float(-likely[np.arange(60), labels].sum() + away / 2)

    for at in [(0, 0), (1, 0), (0, 3), (1, 7)]:
        assert cost(0.0, at) < min(cost(0.01, at), cost(-0.01, at))


def test_the_temperatures_follow_the_new_head() -> None:
    seen = half(80)
    found = learn(examples(seen), seen=seen).learned.calibration
    fitted = found.temperatures["complaint"]
    assert fitted["de"] == pytest.approx(0.8 * fitted["*"], abs=0.002)
    assert found.temperatures["noise"] == ignorant().calibration.temperatures["noise"]


def test_the_same_corrections_teach_the_same() -> None:
    seen = half(80)
    one, other = (learn(examples(seen), seen=seen) for _ in range(2))
    assert np.array_equal(one.learned.heads.weights["complaint"], other.learned.heads.weights["complaint"])
    assert one.figures == other.figures


def test_like_words_are_held_out_together_and_always() -> None:
    said = [(f"Number {n % 50} is broken", {"complaint": True}) for n in range(100)]
    team = [example for example in lessons(said) if example.source == TEAM]
    assert len({(example.text, example.held_out) for example in team}) == 50
    assert 5 < sum(example.held_out for example in team) / 2 < 25
    assert team == [example for example in lessons(said) if example.source == TEAM]


def test_a_correction_is_read_as_its_labels() -> None:
    said = {"sentiment": "positive", "complaint": False, "urgency": "now", "noise": True}
    [team] = [example for example in lessons([("Vielen Dank, sehr gut!", said)]) if example.source == TEAM]
    assert team.labels == {"sentiment": 2, "complaint": 0, "urgency": 2, "noise": 1}
    assert team.language == "de"
