"""What a text is about: the base model knew it, fine-tuning for moods buries it, a linear map finds it again.

Measured on BANKING77 (nearest neighbour of the same intent): see the card.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from models.embedded.heads import Matrix
from models.training.network import Network, batch, mean

LAYERS = (0, 3, 6, 10)
"""Whose means are read."""
_RIDGE = 1e-3
"""Of the mean square of what is read: keeps the map small."""
_COMMON = 16
"""Directions that texts of all kinds share; without them what tells texts apart is easier to see."""
_BATCH = 64


def means(network: Network, encoded: Sequence[Sequence[int]], layers: Sequence[int]) -> Matrix:
    """The means of those layers side by side, one row a text."""
    order = sorted(range(len(encoded)), key=lambda i: len(encoded[i]))
    found = np.zeros((len(encoded), len(layers) * network.encoder.config.hidden_size), dtype=np.float32)
    network.eval()
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for at in range(0, len(order), _BATCH):
            chosen = order[at : at + _BATCH]
            ids, mask = batch([encoded[i] for i in chosen])
            states = network.encoder(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
            found[chosen] = torch.cat([mean(states[layer].float(), mask) for layer in layers], 1).numpy()
    return found


def _common(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What projects onto the main directions of the rows (Mu and Viswanath 2018, All-but-the-Top)."""
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    main = np.linalg.svd(rows / lengths, full_matrices=False)[2][:_COMMON]
    whole: npt.NDArray[np.float64] = main.T @ main
    return whole


def fit(read: Matrix, wanted: Matrix) -> nn.Linear:
    """The linear map from what is read now to what the base model said, by ridge regression.

    What the base says of all texts alike is taken away: it would make every pair look near.
    """
    read_mean, wanted_mean = read.mean(axis=0), wanted.mean(axis=0)
    centred = (read - read_mean).astype(np.float64)
    square = centred.T @ centred
    square[np.diag_indices_from(square)] += _RIDGE * np.trace(square) / len(square)
    weight = np.linalg.solve(square, centred.T @ (wanted - wanted_mean))
    weight -= weight @ _common(centred @ weight)
    made = nn.Linear(read.shape[1], wanted.shape[1])
    with torch.no_grad():
        made.weight.copy_(torch.from_numpy(weight.T.astype(np.float32)))
        made.bias.copy_(torch.from_numpy((-read_mean @ weight).astype(np.float32)))
    return made
