"""The encoder and its heads as one network."""

from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

import torch
from torch import nn

from models.batches import padded
from models.embedded.heads import LABELS, Heads
from models.training.base import Base
from models.training.vocabulary import PAD

if TYPE_CHECKING:
    from transformers import BertModel

DROPOUT = 0.1


class Network(nn.Module):
    """Token ids and their mask in; the mean of the last layer and the logits of every head out."""

    def __init__(self, encoder: "BertModel") -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(DROPOUT)
        width = encoder.config.hidden_size
        self.heads = nn.ModuleDict({head: nn.Linear(width, len(labels)) for head, labels in LABELS.items()})

    def pooled(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The mean over the tokens of each text."""
        return mean(self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state, mask)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> dict[str, torch.Tensor]:
        """Logits by head."""
        pooled = self.dropout(self.pooled(ids, mask))
        return {head: layer(pooled) for head, layer in self.heads.items()}

    def plain_heads(self) -> Heads:
        """The heads as arrays."""
        weights, biases = {}, {}
        for head, layer in self.heads.items():
            weights[head] = layer.weight.detach().float().numpy().copy()
            biases[head] = layer.bias.detach().float().numpy().copy()
        return Heads(weights, biases)


def mean(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean of the hidden states where the mask is one."""
    weight = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weight).sum(1) / weight.sum(1)


def encoder(base: Base, kept: Sequence[int]) -> "BertModel":
    """The base model with the kept pieces of its vocabulary."""
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=len(kept), hidden_size=base.width, num_hidden_layers=base.layers,
        num_attention_heads=base.attention_heads, intermediate_size=base.inner,
        max_position_embeddings=base.positions, type_vocab_size=base.types, layer_norm_eps=base.epsilon,
        pad_token_id=PAD,
    )  # fmt: skip
    made = BertModel._from_config(config, attn_implementation="sdpa", add_pooling_layer=False)
    made.load_state_dict({name: torch.from_numpy(weight) for name, weight in base.weights(kept).items()})
    return made


def shortened(network: Network, left_out: Collection[int]) -> Network:
    """A copy without those layers of the encoder, counted from 0."""
    short = deepcopy(network)
    body = short.encoder.encoder
    body.layer = nn.ModuleList(layer for depth, layer in enumerate(body.layer) if depth not in left_out)
    short.encoder.config.num_hidden_layers = len(body.layer)
    return short


def batch(encoded: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids padded to the longest, and their mask."""
    ids, mask = padded(encoded, PAD)
    return torch.from_numpy(ids), torch.from_numpy(mask)


def targets(labels: Sequence[Mapping[str, int]], head: str, missing: int) -> torch.Tensor:
    """The label's index of each text, ``missing`` where it has none."""
    return torch.tensor([found.get(head, missing) for found in labels])
