"""Making a network ready for eight bits: what it computes stays, what has to be rounded gets smaller.

The runtime rounds all activations of a batch with one scale, so that a few loud channels cost all others their digits.
Each channel is divided by its loudness before a linear layer, and the layer's weights are multiplied by it (Xiao et al.
2023, SmoothQuant). The word embeddings are rounded with a scale for each word, not one for all.
"""

from collections.abc import Sequence

import torch
from torch import nn

from models.training.network import Network, batch

STRENGTH = 0.85
"""How much of the loudness moves into the weights; of .5, .7, .8, .85 and .92 this changed the fewest labels."""
_QUIET = 1e-5


class Smoothed(nn.Module):
    """A linear layer whose input is divided by a scale that its weights are multiplied by."""

    def __init__(self, layer: nn.Linear, scale: torch.Tensor) -> None:
        super().__init__()
        self.layer = nn.Linear(layer.in_features, layer.out_features)
        self.register_buffer("quieter", 1.0 / scale)
        with torch.no_grad():
            self.layer.weight.copy_(layer.weight * scale)
            self.layer.bias.copy_(layer.bias)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return self.layer(given * self.quieter)


class Words(nn.Module):
    """Word embeddings in int8, a scale for each."""

    def __init__(self, table: torch.Tensor) -> None:
        super().__init__()
        scale = table.abs().amax(1, keepdim=True).clamp(min=_QUIET) / 127
        self.register_buffer("rounded", torch.round(table / scale).to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.rounded[ids].float() * self.scale[ids]


def smooth(network: Network, encoded: Sequence[Sequence[int]]) -> None:
    """Change the network in place; how loud its channels are is measured on these texts."""
    loudness = _loudness(network, encoded)
    for layer in network.encoder.encoder.layer:
        inner = layer.attention.self
        # The three read the same, so they share a scale, and the runtime divides once.
        shared = _scale(loudness[inner.query], inner.query, inner.key, inner.value)
        for name in ("query", "key", "value"):
            setattr(inner, name, Smoothed(getattr(inner, name), shared))
        for holder in (layer.attention.output, layer.intermediate, layer.output):
            holder.dense = Smoothed(holder.dense, _scale(loudness[holder.dense], holder.dense))
    embeddings = network.encoder.embeddings
    embeddings.word_embeddings = Words(embeddings.word_embeddings.weight.detach())


def _loudness(network: Network, encoded: Sequence[Sequence[int]]) -> dict[nn.Module, torch.Tensor]:
    """The largest value of each input channel of each linear layer."""
    found: dict[nn.Module, torch.Tensor] = {}

    def heard(layer: nn.Module, given: tuple[torch.Tensor, ...]) -> None:
        loudest = given[0].detach().abs().reshape(-1, given[0].shape[-1]).amax(0)
        found[layer] = torch.maximum(found[layer], loudest) if layer in found else loudest

    layers = [layer for layer in network.encoder.modules() if isinstance(layer, nn.Linear)]
    hooks = [layer.register_forward_pre_hook(heard) for layer in layers]
    network.eval()
    with torch.inference_mode():
        for ids in encoded:
            network(*batch([ids]))
    for hook in hooks:
        hook.remove()
    return {layer: loudest.clone() for layer, loudest in found.items()}


def _scale(loudness: torch.Tensor, *layers: nn.Linear) -> torch.Tensor:
    weights = torch.stack([layer.weight.detach().abs().amax(0) for layer in layers]).amax(0)
    scale = loudness.clamp(min=_QUIET) ** STRENGTH / weights.clamp(min=_QUIET) ** (1.0 - STRENGTH)
    return scale.clamp(1e-3, 1e3)
