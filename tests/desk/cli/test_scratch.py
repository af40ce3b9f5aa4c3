"""A whole model, made anew from the command line."""

import json
from pathlib import Path

import pytest

from models.learning import beginning
from models.learning.texts import Example, examples
from tests.desk.cli.conftest import Shell

SAMPLE = 160


@pytest.fixture
def small_corpus(monkeypatch: pytest.MonkeyPatch) -> list[Example]:
    """A part of our corpus in which every head still has every label."""
    some = sorted(examples(None), key=lambda example: (example.text[::-1], example.held_out))
    chosen = [*[e for e in some if e.held_out][:SAMPLE], *[e for e in some if not e.held_out][:SAMPLE]]
    monkeypatch.setattr(beginning, "examples", lambda folder: chosen)
    return chosen


def test_a_model_from_our_corpus_alone_judges(twoway: Shell, small_corpus: list[Example]) -> None:
    said = twoway("train", "--from-scratch", "--out", "mine")
    assert 'name = "mine"' in said
    texts = ["Die Lampe ist kaputt, bitte um Ersatz!", "Vielen Dank, alles bestens, ihr seid toll!"]
    typed = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    lines = twoway("judge", "-", "--model", "mine", typed=typed).splitlines()
    broken, praise = (json.loads(line)["judgement"] for line in lines)
    assert broken["model"].startswith("embedded ")
    assert broken["complaint"]["probability"] > praise["complaint"]["probability"] + 0.2
    assert (broken["sentiment"]["label"], praise["sentiment"]["label"]) == ("negative", "positive")


def test_a_folder_with_something_in_it_is_left_alone(twoway: Shell) -> None:
    kept = Path("mine")
    kept.mkdir()
    (kept / "letter.txt").write_text("dear diary")
    twoway("train", "--from-scratch", "--out", "mine", code=1)
    assert "not empty" in twoway.err
    assert [path.name for path in kept.iterdir()] == ["letter.txt"]


def test_what_training_needs_is_named(twoway: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.cli.scratch._NEEDED", ("torch_of_another_world",))
    twoway("train", "--from-scratch", "--data", ".", "--out", "mine", code=1)
    assert "torch_of_another_world" in twoway.err
    assert "twoway[train]" in twoway.err


@pytest.mark.parametrize("options", [("--data", "."), ("--from-scratch", "--rollback"), ("--from-scratch", "--list")])
def test_options_that_do_not_belong_together_are_refused(twoway: Shell, options: tuple[str, ...]) -> None:
    twoway("train", *options, code=2)
