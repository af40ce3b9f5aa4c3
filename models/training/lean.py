"""The encoder as it is exported: the same sums in fewer and larger steps, with two ways out.

The three readings of attention are one product, its scale lies in the weights, positions and types are one table.
"""

from typing import TYPE_CHECKING

import torch
from torch import nn

from models.embedded.encoder import WINDOW
from models.training.meaning import LAYERS
from models.training.network import Network

if TYPE_CHECKING:
    from transformers.models.bert.modeling_bert import BertLayer

_HIDDEN = -1e4
"""Added to the scores of what is padding."""


class Layer(nn.Module):
    """One layer of the encoder; its four products are attributes, so that they can be made smooth."""

    def __init__(self, layer: "BertLayer") -> None:
        super().__init__()
        inner = layer.attention.self
        self.heads, self.width = inner.num_attention_heads, inner.all_head_size
        scale = inner.attention_head_size**-0.5
        weights = torch.cat([inner.query.weight * scale, inner.key.weight, inner.value.weight])
        biases = torch.cat([inner.query.bias * scale, inner.key.bias, inner.value.bias])
        self.read: nn.Module = linear(weights, biases)
        self.out: nn.Module = layer.attention.output.dense
        self.up: nn.Module = layer.intermediate.dense
        self.down: nn.Module = layer.output.dense
        self.after_attention, self.after = layer.attention.output.LayerNorm, layer.output.LayerNorm

    def forward(self, states: torch.Tensor, hide: torch.Tensor, shape: tuple[int, int]) -> torch.Tensor:
        query, key, value = (part.reshape(*shape, self.heads, -1) for part in self.read(states).split(self.width, -1))
        scores = query.transpose(1, 2) @ key.permute(0, 2, 3, 1) + hide
        context = (scores.softmax(-1) @ value.transpose(1, 2)).transpose(1, 2).reshape(*shape, self.width)
        states = self.after_attention(self.out(context) + states)
        return self.after(self.down(nn.functional.gelu(self.up(states))) + states)


class Lean(nn.Module):
    """Token ids and their mask in; what the heads read and what the text is about out. Shares the network's weights."""

    def __init__(self, network: Network, meaning: nn.Linear) -> None:
        super().__init__()
        embeddings = network.encoder.embeddings
        self.words: nn.Module = embeddings.word_embeddings
        types = embeddings.token_type_embeddings.weight.detach()
        places = embeddings.position_embeddings.weight.detach()[:WINDOW] + types[0]  # the others are never read
        self.register_buffer("places", places)
        self.norm, self.meaning = embeddings.LayerNorm, meaning
        self.layers = nn.ModuleList(Layer(layer) for layer in network.encoder.encoder.layer)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        shape = (ids.shape[0], ids.shape[1])
        told = mask.unsqueeze(-1).float()
        shares = told / told.sum(1, keepdim=True)
        hide = ((1.0 - mask.float()) * _HIDDEN)[:, None, None, :]
        states = self.norm(self.words(ids) + self.places[: shape[1]])
        means = [(states * shares).sum(1)]
        for layer in self.layers:
            states = layer(states, hide, shape)
            means.append((states * shares).sum(1))
        return means[-1], self.meaning(torch.cat([means[layer] for layer in LAYERS], 1))


def linear(weight: torch.Tensor, bias: torch.Tensor) -> nn.Linear:
    """A layer of its own with these weights (outputs, inputs)."""
    made = nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        made.weight.copy_(weight)
        made.bias.copy_(bias)
    return made
