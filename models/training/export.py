"""From a lean encoder to the files that ship: int8 ONNX and the tokenizer."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from models.embedded.weights import ENCODER, TOKENIZER
from models.training.lean import Lean
from models.training.network import batch

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_OPSET = 20
_UNROUNDED = "/layers.0/down/"
"""The second half of the first layer: a quarter of the whole error came from there."""


def export(lean: Lean, tokenizer: "Tokenizer", folder: Path, *, rounded: bool = True) -> None:
    """Write encoder and tokenizer into the folder. One that is rounded should be smooth (models.training.smoothing)."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.no_truncation()
    tokenizer.save(str(folder / TOKENIZER), pretty=False)
    if not rounded:
        _write(lean, folder / ENCODER)
        return
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch, "full.onnx")
        _write(lean, full)
        _round(full, folder / ENCODER)


def _write(lean: Lean, path: Path) -> None:
    """The encoder as it is, in float32."""
    ids, mask = batch([[0, 5, 6, 2], [0, 7, 2]])
    names = {0: "texts", 1: "tokens"}
    with torch.inference_mode():
        torch.onnx.export(
            lean.eval(), (ids, mask), str(path), input_names=["ids", "mask"], output_names=["pooled", "meaning"],
            dynamic_axes={"ids": names, "mask": names, "pooled": {0: "texts"}, "meaning": {0: "texts"}},
            opset_version=_OPSET, dynamo=False,
        )  # fmt: skip


def _round(full: Path, place: Path) -> None:
    """Every product in int8, but for the one that costs most when it is rounded."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    nodes = onnx.load(str(full)).graph.node
    quantize_dynamic(
        full, place, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul"],
        nodes_to_exclude=[node.name for node in nodes if node.name.startswith(_UNROUNDED)],
    )  # fmt: skip
