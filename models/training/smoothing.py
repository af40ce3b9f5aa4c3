"""Making the lean encoder ready for eight bits: what it computes stays, what has to be rounded gets smaller.

The runtime rounds all activations of a batch with one scale, so that a few loud channels cost all others their digits.
Each channel is divided by its loudness before a product, and the product's weights are multiplied by it (Xiao et al.
2023, SmoothQuant). The few that are loud even then are multiplied apart, unrounded (Dettmers et al. 2022, LLM.int8):
eight of the 1,536 between the two halves of a layer carried more than half of the whole error. The word embeddings are
rounded with a scale for each word, not one for all.
"""

from collections.abc import Sequence

import torch
from torch import nn

from models.training.lean import Layer, Lean, linear
from models.training.network import batch

LOUDEST = 8
"""Channels of a layer's two halves that are not rounded; sixteen gained nothing."""
_STRENGTHS = {"read": 0.85, "out": 0.8, "up": 0.6, "down": 0.5}
"""How much of the loudness moves into the weights, by product: where its output changed least."""
_QUIET = 1e-5


class Smoothed(nn.Module):
    """A product whose input is divided by a scale that its weights are multiplied by."""

    def __init__(self, layer: nn.Linear, scale: torch.Tensor) -> None:
        super().__init__()
        self.layer = linear(layer.weight.detach() * scale, layer.bias)
        self.register_buffer("quieter", 1.0 / scale)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return self.layer(given * self.quieter)


class Parted(nn.Module):
    """A product of which the loudest channels are taken apart; the others are smoothed."""

    def __init__(self, layer: nn.Linear, scale: torch.Tensor, loudest: torch.Tensor) -> None:
        super().__init__()
        self.others = Smoothed(layer, scale)
        self.others.quieter[loudest] = 0.0
        with torch.no_grad():
            self.others.layer.weight[:, loudest] = 0.0  # else its scale would be theirs
        self.register_buffer("loudest", loudest)
        self.register_buffer("apart", layer.weight.detach()[:, loudest].T.contiguous())

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return self.others(given) + given.index_select(-1, self.loudest) @ self.apart


class Words(nn.Module):
    """Word embeddings in int8, a scale for each."""

    def __init__(self, table: torch.Tensor) -> None:
        super().__init__()
        scale = table.abs().amax(1, keepdim=True).clamp(min=_QUIET) / 127
        self.register_buffer("rounded", torch.round(table / scale).to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.rounded[ids].float() * self.scale[ids]


def smooth(lean: Lean, encoded: Sequence[Sequence[int]]) -> None:
    """Change it in place; how loud its channels are is measured on these texts."""
    loudness = _loudness(lean, encoded)
    for layer in lean.layers:
        _fold(layer, loudness[layer.out])
        layer.read = Smoothed(layer.read, _scale(loudness[layer.read], layer.read, "read"))
        for name in ("up", "down"):
            product = getattr(layer, name)
            scale = _scale(loudness[product], product, name)
            loudest = (loudness[product] / scale).topk(LOUDEST).indices.sort().values
            setattr(layer, name, Parted(product, scale, loudest))
    lean.words = Words(lean.words.weight.detach())


def _fold(layer: Layer, loudness: torch.Tensor) -> None:
    """What attention hands on is a mixture of values: those are made quieter where they come from, at no cost."""
    read, out = layer.read, layer.out
    scale = _scale(loudness, out, "out")
    with torch.no_grad():
        read.weight[2 * layer.width :] /= scale[:, None]
        read.bias[2 * layer.width :] /= scale
    layer.out = linear(out.weight.detach() * scale, out.bias)


def _loudness(lean: Lean, encoded: Sequence[Sequence[int]]) -> dict[nn.Module, torch.Tensor]:
    """The largest value of each input channel of each product."""
    found: dict[nn.Module, torch.Tensor] = {}

    def heard(product: nn.Module, given: tuple[torch.Tensor, ...]) -> None:
        loudest = given[0].detach().abs().reshape(-1, given[0].shape[-1]).amax(0)
        found[product] = torch.maximum(found[product], loudest) if product in found else loudest

    products = [getattr(layer, name) for layer in lean.layers for name in _STRENGTHS]
    hooks = [product.register_forward_pre_hook(heard) for product in products]
    lean.eval()
    with torch.inference_mode():
        for ids in encoded:
            lean(*batch([ids]))
    for hook in hooks:
        hook.remove()
    return {product: loudest.clone() for product, loudest in found.items()}


def _scale(loudness: torch.Tensor, product: nn.Linear, name: str) -> torch.Tensor:
    strength = _STRENGTHS[name]
    channels = product.weight.detach().abs().amax(0).clamp(min=_QUIET)
    return (loudness.clamp(min=_QUIET) ** strength / channels ** (1.0 - strength)).clamp(1e-3, 1e3)
