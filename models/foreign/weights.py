"""Which file of a model has its weights: ONNX where there is one, else what only torch can read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from models.foreign.unusable import Unusable

SMALL = ("*.json", "*.txt", "*.model", "onnx/*.json")
"""Configuration and tokenizer."""
_ONNX = ("model", "model_quantized", "model_int8", "model_uint8")
"""Best first; any other is taken where none of these is there."""
_TORCH = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")


@dataclass(frozen=True, slots=True)
class Choice:
    """A file, by its path in the model's folder, and what reads it."""

    by: Literal["onnx", "torch"]
    file: str

    @property
    def patterns(self) -> list[str]:
        """The file, and what may be kept beside it: the weights of a large one."""
        if self.by == "onnx":
            return [f"{self.file}*"]
        return [self.file, f"{self.file.partition('.')[0]}-*"] if self.file.endswith(".index.json") else [self.file]


def chosen(model: str, names: Sequence[str]) -> Choice:
    """The weights among a model's files, which are named as in its folder. Raises Unusable."""
    if onnx := sorted((path for path in map(PurePosixPath, names) if _is_onnx(path)), key=_rank):
        return Choice("onnx", str(onnx[0]))
    for name in _TORCH:
        if name in names:
            return Choice("torch", name)
    raise Unusable(f"{model} has no weights: neither model.onnx nor onnx/model.onnx nor model.safetensors")


def _is_onnx(path: PurePosixPath) -> bool:
    return path.suffix == ".onnx" and str(path.parent) in (".", "onnx")


def _rank(path: PurePosixPath) -> tuple[int, int, str]:
    return (_ONNX.index(path.stem) if path.stem in _ONNX else len(_ONNX), len(path.parts), path.name)
