"""Scoring a judge from the command line: labelled texts in, figures out."""

import gzip
import json
from typing import Any

import pytest

from models.embedded.weights import MANIFEST, shipped
from tests.desk.cli.conftest import Shell

LABELLED = [
    {"text": "Mein Paket ist kaputt!", "lang": "de", "sentiment": "negative", "complaint": True, "split": "val"},
    {"text": "Danke, ihr seid die Besten!", "lang": "de", "sentiment": "positive", "complaint": False, "split": "val"},
    {"text": "Where is my refund?!", "lang": "en", "complaint": True, "split": "train"},
    {"text": "WIN a FREE prize, click https://x.example", "lang": "en", "spam": True, "split": "train"},
    {"text": "No label here.", "lang": "en"},
]
EMBEDDED = f"embedded {json.loads((shipped() / MANIFEST).read_bytes())['version']}"
FAST = ("--rounds", "100")


def lines(*values: Any) -> str:
    """JSON Lines of values."""
    return "".join(f"{json.dumps(value)}\n" for value in values)


def scored(twoway: Shell, *options: str, labelled: Any = LABELLED) -> Any:
    """The report on labelled lines."""
    return json.loads(twoway("score", "-", "--json", *FAST, *options, typed=lines(*labelled)))


def theirs(twoway: Shell, *judgements: Any, texts: Any = LABELLED) -> str:
    """The name of a file in which another tool has judged the texts."""
    named = zip(texts, judgements, strict=True)
    written = lines(*({"text": line["text"], "judgement": judgement} for line, judgement in named))
    (twoway.folder / "theirs.jsonl").write_text(written)
    return "theirs.jsonl"


def test_whatever_is_labelled_is_scored(twoway: Shell) -> None:
    report = scored(twoway)
    [judge] = report["judges"]
    assert {head: found["all"]["texts"] for head, found in judge["heads"].items()} == {
        "sentiment": 2, "complaint": 3, "noise": 1,
    }  # fmt: skip
    assert (report["texts"], report["unlabelled"], report["languages"]) == (4, 1, {"de": 2, "en": 2})
    assert judge["model"] == EMBEDDED


def test_the_report_has_the_form_that_scripts_rely_on(twoway: Shell) -> None:
    report = scored(twoway)
    assert report["bootstrap"] == {"rounds": 100, "seed": 20261122, "level": 0.95}
    found = report["judges"][0]["heads"]["complaint"]
    assert set(found) == {"all", "without_abstained", "languages"}
    assert set(found["languages"]) == {"de", "en"}
    whole = found["all"]
    for figure in ("accuracy", "macro_f1", "macro_recall"):
        assert set(whole[figure]) == {"value", "low", "high"}
    assert set(whole["classes"]["yes"]) == {"texts", "guessed", "precision", "recall", "f1"}
    assert sum(sum(guesses.values()) for guesses in whole["confusion"].values()) == whole["texts"]
    assert 0 <= whole["calibration"]["error"] <= 1


def test_the_tables_say_the_same(twoway: Shell) -> None:
    shown = twoway("score", "-", *FAST, typed=lines(*LABELLED))
    assert f"4 labelled texts (de 2, en 2), 1 without a label. Judged by: {EMBEDDED}." in shown
    assert "100 rounds, seed 20261122" in shown
    accuracy = scored(twoway)["judges"][0]["heads"]["complaint"]["all"]["accuracy"]
    assert f"{accuracy['value']:.3f} [{accuracy['low']:.3f}, {accuracy['high']:.3f}]" in shown


def test_a_gzipped_file_and_more_than_one_are_read(twoway: Shell) -> None:
    (twoway.folder / "a.gz").write_bytes(gzip.compress(lines(*LABELLED[:2]).encode()))
    (twoway.folder / "b").write_text(lines(*LABELLED[2:]))
    assert twoway.json("score", "a.gz", "b", *FAST)["texts"] == 4


def test_one_split_can_be_chosen(twoway: Shell) -> None:
    assert scored(twoway, "--split", "val")["texts"] == 2


def test_the_same_seed_gives_the_same_report(twoway: Shell) -> None:
    assert scored(twoway, "--seed", "5") == scored(twoway, "--seed", "5")


def test_another_tool_is_compared_by_what_it_wrote(twoway: Shell) -> None:
    truths = [True, False, True, False, False]
    right = theirs(twoway, *({"complaint": {"flag": truth}, "model": "oracle 9"} for truth in truths))
    report = scored(twoway, "--against", right)
    ours, other = report["judges"]
    assert other["model"] == "oracle 9"
    assert other["heads"]["complaint"]["all"]["accuracy"]["value"] == 1
    assert other["heads"]["complaint"]["all"]["calibration"] is None
    gap = report["differences"]["complaint"]["all texts"]["accuracy"]
    assert gap["value"] == pytest.approx(ours["heads"]["complaint"]["all"]["accuracy"]["value"] - 1)


def test_a_head_that_the_other_lacks_is_not_scored_and_it_is_said(twoway: Shell) -> None:
    other = theirs(twoway, *({"complaint": {"flag": True}} for _ in LABELLED))
    assert set(scored(twoway, "--against", other)["not_scored"]) == {"sentiment", "noise"}
    shown = twoway("score", "-", "--against", other, *FAST, typed=lines(*LABELLED))
    assert "sentiment: not scored, theirs.jsonl says nothing of it." in shown


def test_the_tables_put_two_side_by_side_with_their_difference(twoway: Shell) -> None:
    other = theirs(twoway, *({"complaint": {"flag": True}} for _ in LABELLED))
    shown = twoway("score", "-", "--against", other, *FAST, typed=lines(*LABELLED))
    assert f"Judged by: {EMBEDDED} | theirs.jsonl." in shown
    assert "difference" in shown


def test_what_judge_wrote_scores_as_the_judge_itself(twoway: Shell) -> None:
    (twoway.folder / "ours.jsonl").write_text(twoway("judge", "-", typed=lines(*LABELLED)))
    report = scored(twoway, "--against", "ours.jsonl")
    live, written = report["judges"]
    assert live["heads"] == written["heads"]
    assert [live["model"], written["model"]] == [f"{EMBEDDED} (1)", f"{EMBEDDED} (2)"]
    gaps = report["differences"]["complaint"]["all texts"].values()
    assert all((gap["low"], gap["high"]) == (0, 0) for gap in gaps)


def test_a_file_of_judgements_can_be_scored_alone(twoway: Shell) -> None:
    other = theirs(twoway, *({"noise": {"flag": True, "probability": 0.7}} for _ in LABELLED))
    [judge] = scored(twoway, "--model", other)["judges"]
    assert set(judge["heads"]) == {"noise"}


def test_a_text_that_the_other_never_judged_is_a_problem(twoway: Shell) -> None:
    other = theirs(twoway, {"complaint": {"flag": True}}, texts=LABELLED[:1])
    twoway("score", "-", "--against", other, *FAST, code=1, typed=lines(*LABELLED))
    assert "theirs.jsonl has no judgement of the text that begins 'Danke" in twoway.err


def test_a_file_without_judgements_is_a_problem(twoway: Shell) -> None:
    (twoway.folder / "theirs.jsonl").write_text(lines(*LABELLED))
    twoway("score", "-", "--against", "theirs.jsonl", code=1, typed=lines(*LABELLED))
    assert 'theirs.jsonl: line 1: no object "judgement"' in twoway.err


def test_neither_a_model_nor_a_file_is_used_wrongly(twoway: Shell) -> None:
    twoway("score", "-", "--against", "gpt-9", code=2, typed=lines(*LABELLED))
    assert "no model (embedded, rules, a folder," in twoway.err


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ('{"text": "x", "sentiment": "bad"}', "line 2: sentiment is 'bad'"),
        ('{"text": "x"', "line 2: no JSON"),
        ('{"complaint": true}', 'line 2: no object with a "text"'),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_claimed(twoway: Shell, bad: str, said: str) -> None:
    (twoway.folder / "labelled.jsonl").write_text(lines(LABELLED[0]) + bad)
    assert twoway("score", "labelled.jsonl", *FAST, code=1) == ""
    assert f"labelled.jsonl: {said}" in twoway.err


def test_nothing_labelled_is_a_problem(twoway: Shell) -> None:
    twoway("score", "-", code=1, typed=lines(LABELLED[-1]))
    assert "nothing to score" in twoway.err


def test_hostile_texts_are_scored_like_any_other(twoway: Shell) -> None:
    texts = ["", " ", "a" * 100_000, "😡", "\x00", "\ud800"]
    report = scored(twoway, labelled=[{"text": text, "lang": 5, "noise": False} for text in texts])
    assert (report["texts"], report["languages"]) == (6, {"und": 6})
