"""Somebody else's model beside ours: what it says, what it leaves to ours, and why it may not be used."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.embedded.calibration import Costs
from models.foreign import reader
from models.foreign.judge import Foreign
from models.foreign.unusable import Unusable
from models.rules import Rules
from tests.models.tiny import WORDS, network, tiny
from twoway.domain import Judgement

HOSTILE = (
    "",
    "   \n",
    "\x00",
    "\ud800",
    "🙂🙂",
    "x" * 100_000,
    "wort " * 50_000,
    "[MASK] </s> <pad>",
    "ไม่ดีเลย",
    "\u202e" * 50,
)
COMPLAINT = {"beschwerde": (6.0, 0.0), "kaputt": (2.0, 0.0), "danke": (0.0, 4.0)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deutsch"


def refused(folder: Path, **how: Any) -> str:
    with pytest.raises(Unusable) as caught:
        Foreign(str(folder), Rules(), **how)
    return str(caught.value)


def one(judge: Foreign, text: str) -> Judgement:
    return judge.judge([text])[0]


def test_it_says_what_it_can_and_ours_the_rest(folder: Path) -> None:
    text = "Die Lampe ist kaputt, kaputt, kaputt!"
    judged, ours = one(Foreign(str(tiny(folder)), Rules()), text), Rules().judge([text])[0]
    assert judged.sentiment.label == "negative"
    assert judged.sentiment.of != ours.sentiment.of
    assert (judged.complaint, judged.urgency, judged.noise) == (ours.complaint, ours.urgency, ours.noise)
    assert (judged.language, judged.wants_answer) == (ours.language, ours.wants_answer)


def test_a_judgement_names_both_with_their_versions(folder: Path) -> None:
    first = Foreign(str(tiny(folder)), Rules()).model
    assert first.startswith("deutsch@")
    assert first.endswith(" + rules 1")
    second = Foreign(str(tiny(folder, words={**WORDS, "neu": (1.0, 0.0, 0.0)})), Rules())
    assert second.model != first
    assert one(second, "Hallo").model == second.model


def test_its_complaints_are_weighed_by_what_a_mistake_costs(folder: Path) -> None:
    tiny(folder, ("complaint", "no complaint"), COMPLAINT)
    careful = Foreign(str(folder), Rules(), costs=Costs(missed=1.0, false=20.0))
    assert 0.5 < one(careful, "kaputt").complaint.probability < 0.95
    assert one(Foreign(str(folder), Rules()), "kaputt").complaint.flag
    assert not one(careful, "kaputt").complaint.flag


def test_labels_are_read_by_the_configuration(folder: Path) -> None:
    tiny(folder, ("LABEL_0", "LABEL_1"), COMPLAINT)
    assert "LABEL_0" in refused(folder)
    judge = Foreign(str(folder), Rules(), {"LABEL_0": "complaint: yes", "LABEL_1": "complaint: no"})
    assert one(judge, "Beschwerde!").complaint.flag
    assert not one(judge, "Danke!").complaint.flag


def test_a_model_whose_labels_hold_at_once_says_so_itself(folder: Path) -> None:
    words = {"beides": (4.0, 4.0), "nichts": (-4.0, -4.0)}
    tiny(folder, ("complaint", "spam"), words, problem_type="multi_label_classification")
    judge = Foreign(str(folder), Rules())
    assert (one(judge, "beides").complaint.flag, one(judge, "beides").noise.flag) == (True, True)
    assert (one(judge, "nichts").complaint.flag, one(judge, "nichts").noise.flag) == (False, False)
    tiny(folder, ("complaint", "spam"), words)
    assert one(Foreign(str(folder), Rules()), "beides").complaint.probability == pytest.approx(0.5)


def test_where_it_guesses_a_person_is_asked(folder: Path) -> None:
    text = "Die Lampe ist kaputt!"
    assert not Rules().judge([text])[0].abstained
    assert not one(Foreign(str(tiny(folder)), Rules()), text).abstained
    guessing = tiny(folder, words=dict.fromkeys(WORDS, (0.1, 0.0, 0.0)))
    assert one(Foreign(str(guessing), Rules()), text).abstained


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_gets_a_judgement(folder: Path, text: str) -> None:
    judged = one(Foreign(str(tiny(folder)), Rules()), text)
    assert sum(judged.sentiment.of.values()) == pytest.approx(1.0, abs=0.001)


def test_none_are_judged_when_none_are_given(folder: Path) -> None:
    assert Foreign(str(tiny(folder)), Rules()).judge([]) == []


def test_texts_come_back_in_order_and_change_nothing_of_each_other(folder: Path) -> None:
    judge = Foreign(str(tiny(folder)), Rules())
    texts = [*HOSTILE, *(word * n + " die" for word in ("kaputt ", "danke ") for n in range(1, 40))]
    alone = [one(judge, text).sentiment.of for text in texts]
    assert [judged.sentiment.of for judged in judge.judge(texts)] == alone


def test_batches_are_sorted_and_bounded_however_long_the_texts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []
    judge = Foreign(str(tiny(folder)), Rules())
    whole = reader.padded

    def padded(texts: Sequence[Sequence[int]], pad: int) -> Any:
        ids, mask = whole(texts, pad)
        seen.append(ids.shape)
        return ids, mask

    monkeypatch.setattr(reader, "padded", padded)
    judge.judge(["lampe " * n for n in (1, 2_000) * 40])
    assert [width for _, width in seen] == sorted(width for _, width in seen)
    assert max(width for _, width in seen) == 62, "the model has 64 positions"
    assert max(rows * width for rows, width in seen) <= 1_536
    assert sum(rows for rows, _ in seen) == 80


def test_why_names_the_words_of_each_model_for_its_own_heads(folder: Path) -> None:
    # Ours would not call a lamp bad.
    words = {**WORDS, "lampe": (8.0, 0.0, 0.0)}
    found = Foreign(str(tiny(folder, words=words)), Rules()).why("Die Lampe ist kaputt")
    assert found[0] == "sentiment: Lampe"
    assert "complaint: kaputt" in found
    assert "complaint: kaputt" in Rules().why("Die Lampe ist kaputt")
    assert not [reason for reason in found if reason.startswith("complaint") and "Lampe" in reason]


@pytest.mark.parametrize(
    "file", ["model.onnx", "onnx/model.onnx", "onnx/model_quantized.onnx", "model_int8.onnx", "onnx/model_fp16.onnx"]
)
def test_weights_are_found_where_people_put_them(folder: Path, file: str) -> None:
    assert one(Foreign(str(tiny(folder, file=file)), Rules()), "kaputt").sentiment.label == "negative"


def test_whole_weights_go_before_shortened_ones(folder: Path) -> None:
    whole = Foreign(str(tiny(folder)), Rules()).model
    tiny(folder, words={**WORDS, "neu": (9.0, 9.0, 9.0)}, file="onnx/model_quantized.onnx")
    tiny(folder)
    assert Foreign(str(folder), Rules()).model == whole


def test_a_network_may_ask_for_types_of_pieces(folder: Path) -> None:
    tiny(folder)
    weights = np.zeros((len(WORDS) + 2, 3), dtype=np.float32)
    network(folder / "model.onnx", weights, ("input_ids", "attention_mask", "token_type_ids"))
    assert one(Foreign(str(folder), Rules()), "kaputt").sentiment.of["neutral"] == pytest.approx(1 / 3, abs=0.001)
    network(folder / "model.onnx", weights, ("input_ids", "attention_mask", "pixels"))
    assert "wants pixels" in refused(folder)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert f"{tmp_path / 'nowhere'} is neither a folder" in refused(tmp_path / "nowhere")


def test_a_folder_without_weights_is_said(folder: Path) -> None:
    (tiny(folder) / "model.onnx").unlink()
    assert "has no weights: neither model.onnx" in refused(folder)


@pytest.mark.parametrize("file", ["config.json", "model.onnx", "tokenizer.json"])
def test_a_damaged_file_is_said(folder: Path, file: str) -> None:
    (tiny(folder) / file).write_bytes(b"\x00 no longer what it was")
    assert "cannot be loaded" in refused(folder)


def test_a_network_without_a_head_is_said(folder: Path) -> None:
    tiny(folder)
    network(folder / "model.onnx", np.zeros((len(WORDS) + 2, 7), dtype=np.float32))
    assert "has 3 labels, but its weights give figures of the shape (1, 7)" in refused(folder)


def test_a_model_that_measures_is_none_that_labels(folder: Path) -> None:
    assert "regression" in refused(tiny(folder, problem_type="regression"))


def test_code_of_a_model_is_never_run(folder: Path) -> None:
    tiny(folder, auto_map={"AutoConfig": "evil.Config", "AutoTokenizer": "evil.Tokenizer"}, model_type="evil")
    (folder / "evil.py").write_text(f"open({str(folder / 'ran')!r}, 'w')")
    assert "cannot be loaded" in refused(folder)
    assert not (folder / "ran").exists()


def test_weights_for_torch_are_read_by_torch_or_explained(folder: Path) -> None:
    (tiny(folder) / "model.onnx").unlink()
    if find_spec("torch") is None:
        (folder / "model.safetensors").write_bytes(b"")
        said = refused(folder)
        assert "has no ONNX weights" in said
        assert "pip install 'twoway[torch]'" in said
        return
    from transformers import BertConfig, BertForSequenceClassification, BertModel

    small = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = BertConfig(vocab_size=len(WORDS) + 2, id2label={0: "negative", 1: "positive"}, **small)
    BertForSequenceClassification(config).save_pretrained(folder)
    assert sum(one(Foreign(str(folder), Rules()), "kaputt").sentiment.of.values()) == pytest.approx(1.0, abs=0.001)
    BertModel(config).save_pretrained(folder)
    assert "has no text-classification head" in refused(folder)
