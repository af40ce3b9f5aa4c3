"""From a trained network to the files that ship: an int8 encoder and its tokenizer."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from models.embedded.weights import ENCODER, TOKENIZER
from models.training.meaning import LAYERS
from models.training.network import Network, batch, mean

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_OPSET = 17


def export(network: Network, meaning: nn.Linear, tokenizer: "Tokenizer", folder: Path) -> None:
    """Write encoder and tokenizer into the folder. The network should be smooth (models.training.smoothing)."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.no_truncation()
    tokenizer.save(str(folder / TOKENIZER), pretty=False)
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch, "full.onnx")
        _write(network, meaning, full)
        quantize_dynamic(
            full, folder / ENCODER, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul"]
        )


def _write(network: Network, meaning: nn.Linear, path: Path) -> None:
    """The encoder in float32."""
    ids, mask = batch([[0, 5, 6, 2], [0, 7, 2]])
    names = {0: "texts", 1: "tokens"}
    with torch.inference_mode():
        torch.onnx.export(
            _Body(network, meaning).eval(), (ids, mask), str(path), input_names=["ids", "mask"],
            output_names=["pooled", "meaning"],
            dynamic_axes={"ids": names, "mask": names, "pooled": {0: "texts"}, "meaning": {0: "texts"}},
            opset_version=_OPSET, dynamo=False,
        )  # fmt: skip


class _Body(nn.Module):
    """The encoder with two ways out."""

    def __init__(self, network: Network, meaning: nn.Linear) -> None:
        super().__init__()
        self.meaning = meaning
        self.encoder = network.encoder
        self.encoder.set_attn_implementation("eager")

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        out = self.encoder(input_ids=ids, attention_mask=mask, output_hidden_states=True)
        read = torch.cat([mean(out.hidden_states[layer], mask) for layer in LAYERS], 1)
        return mean(out.last_hidden_state, mask), self.meaning(read)
