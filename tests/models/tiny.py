"""A whole model in a folder, as others publish them: a tokenizer of a few words, a network that knows their weight."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

WORDS: Mapping[str, Sequence[float]] = {
    "kaputt": (6.0, 0.0, 0.0),
    "schlecht": (4.0, 0.0, 0.0),
    "danke": (0.0, 0.0, 6.0),
    "super": (0.0, 0.0, 5.0),
    "die": (0.0, 1.0, 0.0),
    "lampe": (0.0, 1.0, 0.0),
}
"""Each word and what it weighs for every label."""
SENTIMENT = ("negative", "neutral", "positive")
EMPTY = (0.0, 1.0, 0.0)
"""What a text without a word that it knows weighs."""


def tiny(
    folder: Path,
    labels: Sequence[str] = SENTIMENT,
    words: Mapping[str, Sequence[float]] = WORDS,
    file: str = "model.onnx",
    **config: Any,
) -> Path:
    """Writes the model into the folder, which is returned."""
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    _tokenizer(folder, list(words))
    said = {"model_type": "bert", "vocab_size": len(words) + 2, "pad_token_id": 0, "max_position_embeddings": 64}
    said |= {"id2label": dict(enumerate(labels)), "label2id": {label: n for n, label in enumerate(labels)}}
    (folder / "config.json").write_text(json.dumps(said | config), "utf-8")
    pad = (0.0,) * len(labels)
    unknown = EMPTY if len(labels) == len(EMPTY) else pad
    network(folder / file, np.array([pad, unknown, *words.values()], dtype=np.float32))
    return folder


def _tokenizer(folder: Path, words: list[str]) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    ids = {word: n for n, word in enumerate(["[PAD]", "[UNK]", *words])}
    made = Tokenizer(models.WordLevel(ids, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.save(str(folder / "tokenizer.json"))
    said = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]", "unk_token": "[UNK]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(said), "utf-8")


def network(path: Path, weights: Any, inputs: Sequence[str] = ("input_ids", "attention_mask")) -> None:
    """What a text's pieces weigh on average, as an ONNX file; of its ``inputs`` it reads the first two."""
    from onnx import TensorProto, checker, helper, numpy_helper, save

    ids, mask = inputs[:2]
    columns = weights.shape[1]
    kept = {
        "weights": weights,
        "head": np.eye(columns, dtype=np.float32),
        "two": np.array([2]),
        "one": np.array([1]),
    }
    nodes = [
        helper.make_node("Gather", ["weights", ids], ["each"]),
        helper.make_node("Cast", [mask], ["read"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["read", "two"], ["wide"]),
        helper.make_node("Mul", ["each", "wide"], ["unpadded"]),
        helper.make_node("ReduceSum", ["unpadded", "one"], ["sum"], keepdims=0),
        helper.make_node("ReduceSum", ["read", "one"], ["count"], keepdims=1),
        helper.make_node("Div", ["sum", "count"], ["mean"]),
        helper.make_node("MatMul", ["mean", "head"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "pieces"]) for name in inputs],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["texts", columns])],
        [numpy_helper.from_array(array, name) for name, array in kept.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    checker.check_model(model)
    save(model, path)
