"""The model that ships: any text gets a judgement, hostile ones do no harm, a damaged file is named."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from models.embedded import encoder as encoding
from models.embedded.calibration import Costs
from models.embedded.heads import LABELS, Heads
from models.embedded.judge import Embedded
from models.embedded.prepare import prepare
from models.embedded.weights import ENCODER, SEALED, Damaged, checked, shipped
from twoway.domain import Judgement

LARGEST = 50_000_000
"""Bytes that a model which ships may have."""


@pytest.fixture(scope="module")
def judge() -> Embedded:
    return Embedded(threads=1)


def judged(judge: Embedded, text: str) -> Judgement:
    return judge.judge([text])[0]


@pytest.mark.parametrize(
    "text",
    [
        "Das Paket ist immer noch nicht da, seit drei Wochen warte ich!",
        "Leider hat die Jacke einen Riss. Ich wäre Ihnen für eine Lösung sehr dankbar.",
        "die app funktioniert seit dem update nicht mehr, koennt ihr das bitte pruefen",
        "Your hotline hung up on me three times. Unacceptable!!!",
        "I ordered a lamp, the glass was broken. I would be grateful for a replacement.",
    ],
)
def test_a_complaint_is_one_and_wants_an_answer(judge: Embedded, text: str) -> None:
    found = judged(judge, text)
    assert found.complaint.flag, found
    assert found.wants_answer.flag, found
    assert found.sentiment.label == "negative", found
    assert not found.noise.flag, found


@pytest.mark.parametrize(
    "text",
    [
        "WLAN im Zug mal wieder tot. Danke @fernzug",
        "Na toll, schon wieder kein Internet, vielen Dank für nichts!",
        "Die Linie 7 hat heute schon wieder 40 Minuten Verspätung",
    ],
)
def test_a_complaint_to_nobody_is_one(judge: Embedded, text: str) -> None:
    assert judged(judge, text).complaint.flag


@pytest.mark.parametrize(
    "text",
    ["Ich liebe euren Kaffee ❤️", "Super schnelle Lieferung, vielen Dank!", "Best customer service ever, thank you!"],
)
def test_praise_is_no_complaint(judge: Embedded, text: str) -> None:
    found = judged(judge, text)
    assert found.sentiment.label == "positive", found
    assert not found.complaint.flag, found


@pytest.mark.parametrize("text", ["Wann macht ihr am Samstag auf?", "Do you ship to Norway, and what does it cost?"])
def test_a_question_wants_an_answer_and_is_no_complaint(judge: Embedded, text: str) -> None:
    found = judged(judge, text)
    assert found.wants_answer.flag, found
    assert not found.complaint.flag, found


def test_advertising_is_noise(judge: Embedded) -> None:
    text = "🔥 WIN a FREE phone now!!! Click http://win.example and claim your prize, text WIN to 80800 🔥"
    assert judged(judge, text).noise.flag


HOSTILE = [
    "",
    " \n\t ",
    "😡😡😡",
    "a\x00b",
    "\ud800",
    "x" * 100_000,
    "Ärger " * 20_000,
    "ܐܒܓ ܕܗ",
    "\u202e\u200b",
    "@a http://b.example",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_gets_a_judgement(judge: Embedded, text: str) -> None:
    found = judged(judge, text)
    for scores in (found.sentiment, found.urgency):
        assert sum(scores.of.values()) == pytest.approx(1.0, abs=0.001)
    assert all(0.0 <= flag.probability <= 1.0 for flag in (found.complaint, found.wants_answer, found.noise))


@pytest.mark.parametrize("text", ["", "😡😡😡", "Где моя посылка? Она не пришла.", "注文した商品が届きません"])
def test_what_is_in_no_language_that_was_validated_is_left_to_a_person(judge: Embedded, text: str) -> None:
    assert judged(judge, text).abstained


def test_no_text_changes_what_is_said_of_the_others(judge: Embedded) -> None:
    texts = ["Die Lampe ist kaputt.", "Danke!", "Where is my refund?"]
    alone = [judged(judge, text) for text in texts]
    together = judge.judge([*texts, "x" * 100_000, *HOSTILE])[: len(texts)]
    for one, other in zip(alone, together, strict=True):
        assert other.complaint.probability == pytest.approx(one.complaint.probability, abs=0.05)
        assert other.sentiment.label == one.sentiment.label


def test_a_long_text_makes_no_more_than_four_windows(judge: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    whole = encoding.batches

    def batches(windows: list[list[int]], tokens: int) -> object:
        seen.append(len(windows))
        assert max(map(len, windows)) <= encoding.WINDOW
        return whole(windows, tokens)

    monkeypatch.setattr(encoding, "batches", batches)
    judged(judge, "sehr langes Wort " * 10_000)
    assert seen == [4]


def test_none_are_judged_when_none_are_given(judge: Embedded) -> None:
    assert judge.judge([]) == []


def test_a_missed_complaint_that_costs_more_finds_more_of_them() -> None:
    text = "Ich bin mir nicht sicher, ob das so gedacht war."
    probability = Embedded(threads=1).judge([text])[0].complaint.probability
    dear = Costs(missed=1.0, false=max(probability, 0.01) / 2)
    cheap = Costs(missed=max(probability, 0.01) / 2, false=1.0)
    assert Embedded(costs=dear, threads=1).judge([text])[0].complaint.flag is (probability >= dear.threshold)
    assert dear.threshold < 0.5 < cheap.threshold


def test_the_words_that_carried_a_decision_are_named(judge: Embedded) -> None:
    why = judge.why("Guten Tag zusammen, gestern kam die Lampe an und sie ist leider völlig kaputt.")
    assert any(reason.startswith("complaint: ") and "kaputt" in reason for reason in why), why


@pytest.mark.parametrize("text", ["", "😡", "x" * 5_000, "wort " * 3_000])
def test_why_takes_any_text(judge: Embedded, text: str) -> None:
    assert all(": " in reason for reason in judge.why(text))


def test_the_version_stands_beside_every_judgement(judge: Embedded) -> None:
    version = json.loads((shipped() / "manifest.json").read_text())["version"]
    assert judge.model == f"embedded {version}" == judged(judge, "Danke!").model


def test_the_model_is_small() -> None:
    assert sum((shipped() / name).stat().st_size for name in SEALED) < LARGEST


def copied(folder: Path) -> Path:
    """The model that ships, in a folder of its own; the large file is only linked."""
    for name in (*SEALED, "manifest.json"):
        if name == ENCODER:
            (folder / name).symlink_to(shipped() / name)
        else:
            shutil.copy(shipped() / name, folder / name)
    return folder


@pytest.mark.parametrize("name", sorted(set(SEALED) - {ENCODER}))
def test_a_damaged_file_is_named_with_both_checksums(tmp_path: Path, name: str) -> None:
    folder = copied(tmp_path)
    expected = json.loads((folder / "manifest.json").read_text())["sha256"][name]
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(Damaged, match=name) as error:
        checked(folder)
    assert expected in str(error.value)
    assert "found" in str(error.value)


@pytest.mark.parametrize("name", [ENCODER, "manifest.json"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    folder = copied(tmp_path)
    (folder / name).unlink()
    with pytest.raises(Damaged, match=name):
        checked(folder)


def test_heads_are_read_as_they_were_written(tmp_path: Path) -> None:
    heads = Heads.load(shipped() / "heads.npz")
    heads.save(tmp_path / "again.npz")
    again = Heads.load(tmp_path / "again.npz")
    assert all(np.array_equal(heads.weights[head], again.weights[head]) for head in LABELS)


@pytest.mark.parametrize(
    ("text", "prepared"),
    [
        ("@Kaffee_Nord schaut auf https://x.example/a?b=c nach", "@user schaut auf http nach"),
        ("Schreibt an a.b@c.example", "Schreibt an http"),
        ("Preis &amp; Leistung", "Preis & Leistung"),
        ("I\\u2019m late", "I’m late"),
        ("  viel \n\n Platz ", "viel Platz"),
    ],
)
def test_names_and_links_are_no_evidence(text: str, prepared: str) -> None:
    assert prepare(text) == prepared
