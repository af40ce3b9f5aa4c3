"""Fine-tuning on the CPU: length-sorted batches in bfloat16, all heads at once, an average of the weights kept.

A network may learn from another, too: from what that one says of every text, beside the labels that somebody gave.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, kl_div, log_softmax

from models.embedded.heads import LABELS
from models.learning.texts import Example
from models.training.network import Network, batch, targets

Reader = Callable[[list[str]], list[list[int]]]
Logits = Mapping[str, torch.Tensor]
Teacher = Callable[[list[str]], Logits]
"""What another network says of texts."""

_MISSING = -100
_REPEATS: Mapping[str, float] = {
    "semeval17": 0.35, "xlmt_en": 3.0, "xlmt_de": 3.0, "xlmt_fr": 0.4, "xlmt_es": 0.4, "xlmt_it": 0.4, "xlmt_pt": 0.4,
    "sb10k": 1.5, "potts": 1.5, "complaints": 2.0, "corpus": 3.0, "banking77": 0.15, "sms_spam": 0.4,
    "germeval2018": 1.0,
}  # fmt: skip
"""How often an example of a source is seen in an epoch; a part of one is a chance."""
_HEAD_SHARE: Mapping[str, float] = {
    "sentiment": 1.0, "complaint": 1.0, "wants_answer": 0.6, "urgency": 0.4, "noise": 0.6,
}  # fmt: skip
"""How much a head's loss counts."""
_BALANCE = 0.7
"""Classes weigh by their rarity to this power."""
_SMOOTHING = 0.05
_TAUGHT = 0.7
"""How much what the teacher says counts beside the labels."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what comes out."""

    examples: int = 150_000
    """Seen in all."""
    rate: float = 1e-4
    head_rate: float = 1e-3
    layer_decay: float = 0.95
    """Each layer learns at this part of the rate of the one above it."""
    warm_up: float = 0.06
    average: float = 0.998
    """How much of the running average of the weights stays at each step."""
    batch_size: int = 32
    longest: int = 96
    """Tokens of a text that are read."""
    seed: int = 5
    threads: int = 2

    def shorter(self) -> "Recipe":
        """What a shortened network needs, to learn from the whole one what it can no longer compute."""
        few, rate, head_rate = self.examples * 2 // 5, 0.7 * self.rate, 0.21 * self.head_rate
        return replace(self, examples=few, rate=rate, head_rate=head_rate, warm_up=0.03, seed=self.seed + 2)


def finetune(
    network: Network,
    encode: Reader,
    examples: Sequence[Example],
    recipe: Recipe,
    say: Callable[[str], None],
    teacher: Teacher | None = None,
) -> Network:
    """The average of the network's weights after training on the examples that are not held out. Seeds are fixed."""
    torch.set_num_threads(recipe.threads)
    torch.manual_seed(recipe.seed)
    rows = [example for example in examples if not example.held_out and example.labels]
    lengths = [len(ids) for ids in encode([row.text for row in rows])]
    groups = _groups(network, recipe)
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    rates = [group["lr"] for group in optimizer.param_groups]
    weights = {head: _class_weights(rows, head) for head in LABELS}
    average = deepcopy(network).eval()
    seen, loss_seen = 0, 0.0
    for step, chosen in enumerate(_batches(rows, lengths, recipe)):
        if seen >= recipe.examples:
            break
        _set_rates(optimizer, rates, _schedule(seen / recipe.examples, recipe.warm_up))
        some = [rows[i] for i in chosen]
        dice = random.Random(recipe.seed * 1_000_003 + step)
        texts = [_roughened(row, dice) for row in some]
        wanted = teacher(texts) if teacher else None
        loss = _step(network, encode(texts), some, weights, optimizer, wanted)
        _follow(average, network, min(recipe.average, (step + 1) / (step + 10)))
        seen += len(some)
        loss_seen = 0.98 * loss_seen + 0.02 * loss
        if step % 100 == 99:
            say(f"{seen} of {recipe.examples} examples, loss {loss_seen:.3f}")
    return average


def _often(row: Example) -> float:
    """Texts with labels for most heads are rare and are always seen."""
    return max(_REPEATS.get(row.source, 1.0), 1.0 if len(row.labels) > 2 else 0.0)


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_BARE = str.maketrans("äöüÄÖÜ", "aouAOU")


def _roughened(row: Example, dice: random.Random) -> str:
    """Now and then as people type: without capitals, without umlauts, without the mark at the end."""
    text = row.text
    if dice.random() < 0.08:
        text = text.lower()
    if row.language == "de" and dice.random() < 0.08:
        text = text.translate(_UMLAUTS if dice.random() < 0.7 else _BARE)
    if dice.random() < 0.05:
        text = text.rstrip(".!? ") or text
    return text


def _batches(rows: Sequence[Example], lengths: Sequence[int], recipe: Recipe) -> Iterator[list[int]]:
    """Endless, each epoch drawn anew; texts of like length together, so that little is padding."""
    generator, dice = np.random.default_rng(recipe.seed), random.Random(recipe.seed)
    pool = recipe.batch_size * 40
    while True:
        order = [i for i, row in enumerate(rows) for _ in range(int(_often(row) + dice.random()))]
        generator.shuffle(order)
        for at in range(0, len(order), pool):
            some = sorted(order[at : at + pool], key=lambda i: lengths[i])
            cut = [some[k : k + recipe.batch_size] for k in range(0, len(some), recipe.batch_size)]
            dice.shuffle(cut)
            yield from cut


def _groups(network: Network, recipe: Recipe) -> list[dict[str, object]]:
    """The words' embeddings stay; the lower a layer, the less it learns."""
    network.encoder.embeddings.requires_grad_(False)
    layers = list(network.encoder.encoder.layer)
    groups: list[dict[str, object]] = [{"params": list(network.heads.parameters()), "lr": recipe.head_rate}]
    for depth, layer in enumerate(reversed(layers)):
        groups.append({"params": list(layer.parameters()), "lr": recipe.rate * recipe.layer_decay**depth})
    return groups


def _set_rates(optimizer: torch.optim.Optimizer, rates: Sequence[float], part: float) -> None:
    for group, rate in zip(optimizer.param_groups, rates, strict=True):
        group["lr"] = rate * part


def _schedule(done: float, warm_up: float) -> float:
    """Up in a line, then down in a line to a hundredth."""
    return max(0.01, min(done / warm_up if warm_up else 1.0, (1.0 - done) / (1.0 - warm_up)))


def _class_weights(rows: Sequence[Example], head: str) -> torch.Tensor:
    counts = np.bincount([row.labels[head] for row in rows if head in row.labels], minlength=len(LABELS[head]))
    weights = (counts.sum() / (len(counts) * np.maximum(counts, 1))) ** _BALANCE
    return torch.tensor(weights, dtype=torch.float32)


def _step(
    network: Network,
    encoded: Sequence[Sequence[int]],
    rows: Sequence[Example],
    weights: Mapping[str, torch.Tensor],
    optimizer: torch.optim.Optimizer,
    wanted: Logits | None,
) -> float:
    network.train()
    ids, mask = batch(encoded)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = network(ids, mask)
    loss = _told(logits, rows, weights)
    if wanted:
        loss = (1.0 - _TAUGHT) * loss + _TAUGHT * _taught(logits, wanted)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return float(loss.detach())


def _told(logits: Logits, rows: Sequence[Example], weights: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """How far the network is from the labels that somebody gave."""
    loss = torch.zeros(())
    for head, share in _HEAD_SHARE.items():
        wanted = targets([row.labels for row in rows], head, _MISSING)
        labelled = (wanted != _MISSING).float().mean()
        if labelled > 0:
            smoothing = _SMOOTHING if head == "sentiment" else 0.02
            told = cross_entropy(
                logits[head].float(), wanted, weights[head], ignore_index=_MISSING, label_smoothing=smoothing
            )
            loss = loss + share * labelled * told
    return loss


def _taught(logits: Logits, wanted: Logits) -> torch.Tensor:
    """How far it is from the teacher, of every text and head (Hinton et al. 2015)."""
    loss = torch.zeros(())
    for head, share in _HEAD_SHARE.items():
        said, meant = log_softmax(logits[head].float(), 1), log_softmax(wanted[head].float(), 1)
        loss = loss + share * kl_div(said, meant, reduction="batchmean", log_target=True)
    return loss


def _follow(average: Network, network: Network, stay: float) -> None:
    """Move the average a little towards where the network is now."""
    with torch.no_grad():
        for kept, now in zip(average.parameters(), network.parameters(), strict=True):
            if now.requires_grad:
                kept.lerp_(now.detach(), 1.0 - stay)
