"""Who judges how fast, and with how much memory: the same 1,000 texts for all, each in a process of its own.

python -m bench.judge               # with the extra `train`, which brings torch; some minutes
python -m bench.judge rules embedded

The last two are what a community manager would get from a hub: a model of the shape of XLM-R-base, its weights random
(they are as slow as good ones), in the plain pipeline of transformers, and as an int8 ONNX with sorted batches.
"""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

from desk.cli.options import say, table
from models.learning.texts import corpus

TEXTS = 1_000
SINGLY = 200
"""Texts that are judged one at a time."""
BATCH = 256
"""Texts that are given together, as the command line does."""

Judge = Callable[[Sequence[str]], object]


@dataclass(frozen=True, slots=True)
class Measured:
    """One contestant's figures."""

    name: str
    per_second: float
    p95: float
    """Milliseconds for a single text."""
    peak: int
    """The process' memory at its largest, MiB."""


def texts() -> list[str]:
    """The same for everybody, shuffled so that lengths are mixed."""
    found = [row["text"] for row in corpus()]
    Random(1).shuffle(found)  # noqa: S311
    return found[:TEXTS]


def rules() -> Judge:
    """Words weighed by hand."""
    from models.rules import Rules

    return Rules().judge


def embedded() -> Judge:
    """The model that comes with the desk."""
    from models.embedded.judge import Embedded

    return Embedded().judge


def embedded_unsorted() -> Judge:
    """The same, its batches in the order in which the texts came."""
    from models.embedded import encoder

    def in_order(windows: Sequence[Sequence[int]], _: int) -> Iterator[list[int]]:
        for at in range(0, len(windows), 16):
            yield list(range(at, min(at + 16, len(windows))))

    encoder.batches = in_order
    return embedded()


def pipeline() -> Judge:
    """XLM-R-base's shape in the plain pipeline."""
    from transformers import pipeline

    made = pipeline("text-classification", model=_xlmr(), tokenizer=_tokenizer())
    return lambda some: made(list(some), truncation=True, max_length=128)


def onnx() -> Judge:
    """XLM-R-base's shape as int8 ONNX, its batches sorted by length."""
    import numpy as np
    from onnxruntime import InferenceSession

    session, tokenizer = InferenceSession(str(_int8())), _tokenizer()

    def judge(some: Sequence[str]) -> object:
        ids = tokenizer(list(some), truncation=True, max_length=128)["input_ids"]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        for at in range(0, len(order), 16):
            chosen = [ids[i] for i in order[at : at + 16]]
            longest = max(map(len, chosen))
            padded = np.array([one + [1] * (longest - len(one)) for one in chosen], dtype=np.int64)
            session.run(None, {"ids": padded, "mask": (padded != 1).astype(np.int64)})
        return None

    return judge


CONTESTANTS: dict[str, Callable[[], Judge]] = {
    "rules": rules,
    "embedded": embedded,
    "embedded unsorted": embedded_unsorted,
    "XLM-R-base, plain pipeline": pipeline,
    "XLM-R-base, int8 ONNX": onnx,
}


def measure(name: str) -> Measured:
    """One contestant, in this process."""
    some = texts()
    judge = CONTESTANTS[name]()
    judge(some[:8])
    started = perf_counter()
    for at in range(0, len(some), BATCH):
        judge(some[at : at + BATCH])
    whole = perf_counter() - started
    single = sorted(_milliseconds(judge, text) for text in some[:SINGLY])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Measured(name, len(some) / whole, single[int(0.95 * len(single))], peak)


def _milliseconds(judge: Judge, text: str) -> float:
    started = perf_counter()
    judge([text])
    return 1000 * (perf_counter() - started)


def _xlmr() -> Any:
    import torch
    from transformers import XLMRobertaConfig, XLMRobertaForSequenceClassification

    torch.manual_seed(1)
    config = XLMRobertaConfig(
        vocab_size=250_002, hidden_size=768, num_hidden_layers=12, num_attention_heads=12, intermediate_size=3072,
        max_position_embeddings=514, type_vocab_size=1, num_labels=3,
    )  # fmt: skip
    return XLMRobertaForSequenceClassification(config).eval()


def _tokenizer() -> Any:
    """XLM-R's own: the base of our model has the same."""
    from transformers import PreTrainedTokenizerFast

    from models.training import base, vocabulary

    found = base.read(base.installed())
    made = vocabulary.tokenizer(found, range(len(found.pieces)))
    return PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>", model_max_length=512)  # noqa: S106


def _int8() -> Path:
    """Made in a process of its own, whose memory is not counted."""
    path = Path(tempfile.mkdtemp(), "int8.onnx")
    made = "import bench.judge, pathlib, sys; bench.judge.quantize(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", made, str(path)], check=True, stdout=sys.stderr)  # noqa: S603
    return path


def quantize(path: Path) -> None:
    """Export the model of XLM-R-base's shape as int8."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = _xlmr()
    model.set_attn_implementation("eager")
    ids = torch.ones((2, 8), dtype=torch.long)
    full = path.with_name("full.onnx")
    axes = {name: {0: "texts", 1: "tokens"} for name in ("ids", "mask")}
    with torch.inference_mode():
        torch.onnx.export(
            model, (ids, ids), str(full), input_names=["ids", "mask"], output_names=["logits"], dynamic_axes=axes,
            opset_version=17, dynamo=False,
        )  # fmt: skip
    quantize_dynamic(full, path, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gather"])
    full.unlink()


def main(asked: list[str]) -> None:
    """Measure each in its own process and print them side by side."""
    if asked[:1] == ["--one"]:
        print(json.dumps(asdict(measure(asked[1]))))  # noqa: T201
        return
    found = []
    for name in asked or CONTESTANTS:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "bench.judge", "--one", name], check=True, stdout=subprocess.PIPE, text=True
        )
        found.append(Measured(**json.loads(done.stdout.splitlines()[-1])))
    plain = next((one.per_second for one in found if "pipeline" in one.name), None)
    rows = [
        (
            one.name, f"{one.per_second:.1f}", f"{one.per_second / plain:.1f}" if plain else "", f"{one.p95:.1f}",
            str(one.peak),
        )
        for one in found
    ]  # fmt: skip
    say(f"{TEXTS} texts")
    table(("judge", "texts/s", "times the pipeline", "p95 singly, ms", "peak MiB"), rows)


if __name__ == "__main__":
    main(sys.argv[1:])
