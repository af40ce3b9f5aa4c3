"""Making the lean encoder ready for eight bits: what it computes stays, what has to be rounded gets smaller.

The runtime rounds all activations of a batch with one scale, so that a few loud channels cost all others their digits.
Each channel is divided by its loudness before a product, and the product's weights are multiplied by it (Xiao et al.
2023, SmoothQuant). One channel between the two halves of a layer stays up to sixteen times as loud as the next: it is
computed several times over, and each copy counts for a part of it (Zhao et al. 2019, outlier channel splitting), which
costs no step of its own. The word embeddings are rounded with a scale for each word, not one for all.
"""

from collections.abc import Sequence

import torch
from torch import nn

from models.training.lean import Layer, Lean, linear
from models.training.network import batch

_MORE = {"up": 8, "down": 32}
"""Copies of loud channels, by product; more gained nothing."""
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


class Spread(nn.Module):
    """A product whose loudest input channels come in several quieter copies."""

    def __init__(self, layer: nn.Linear, scale: torch.Tensor, copies: torch.Tensor) -> None:
        super().__init__()
        more = torch.repeat_interleave(copies - 1)
        every = torch.cat([torch.arange(len(copies)), more])
        shared = linear(layer.weight.detach()[:, every] / copies[every], layer.bias)
        self.shared = Smoothed(shared, (scale * copies)[every])
        self.register_buffer("more", more)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return self.shared(torch.cat([given, given.index_select(-1, self.more)], -1))


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
        between, before = loudness[layer.down], loudness[layer.up]
        _fold(layer, loudness[layer.out])
        layer.read = Smoothed(layer.read, _scale(loudness[layer.read], layer.read, "read"))
        _spread(layer, between)
        scale = _scale(before, layer.up, "up")
        layer.up = Spread(layer.up, scale, _copies(before / scale, _MORE["up"]))
    lean.words = Words(lean.words.weight.detach())


def _fold(layer: Layer, loudness: torch.Tensor) -> None:
    """What attention hands on is a mixture of values: those are made quieter where they come from, at no cost."""
    read, out = layer.read, layer.out
    scale = _scale(loudness, out, "out")
    with torch.no_grad():
        read.weight[2 * layer.width :] /= scale[:, None]
        read.bias[2 * layer.width :] /= scale
    layer.out = linear(out.weight.detach() * scale, out.bias)


def _spread(layer: Layer, loudness: torch.Tensor) -> None:
    """The loudest channels between its halves are computed several times by the first and shared by the second."""
    up, down = layer.up, layer.down
    scale = _scale(loudness, down, "down")
    copies = _copies(loudness / scale, _MORE["down"])
    rows = torch.repeat_interleave(copies)
    layer.up = linear(up.weight.detach()[rows], up.bias.detach()[rows])
    layer.down = Smoothed(linear(down.weight.detach()[:, rows] / copies[rows], down.bias), (scale * copies)[rows])


def _copies(loudness: torch.Tensor, more: int) -> torch.Tensor:
    """How many copies of each channel there are: always one more of whichever is the loudest."""
    copies = torch.ones(len(loudness), dtype=torch.int64)
    for _ in range(more):
        copies[(loudness / copies).argmax()] += 1
    return copies


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
