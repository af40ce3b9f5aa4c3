"""The whole way from the base model to a folder that can be shipped."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import torch

from models.embedded.encoder import Encoder, unit
from models.embedded.heads import LABELS, Heads, Matrix
from models.embedded.weights import Weights
from models.learning.calibrate import finish
from models.learning.texts import examples
from models.training import base, meaning, vocabulary
from models.training.export import export
from models.training.finetune import Logits, Reader, Recipe, Teacher, finetune
from models.training.lean import Lean
from models.training.network import Network, batch, encoder, shortened
from models.training.smoothing import smooth

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_PREFIX = "query: "
"""What the base model was trained to see before a text (Wang et al. 2024, Multilingual E5 Text Embeddings)."""
_LEFT_OUT = (1, 3)
"""Layers without which the labels changed least; a desk that judges on two cores has no time for them."""
_SAMPLE = 12_000
"""Texts from which the map to what a text is about is fitted."""
_LISTENED = 2_000
"""Of them, texts on which the loudness of the encoder's channels is measured."""


def from_scratch(data: Path, folder: Path, version: str, recipe: Recipe, say: Callable[[str], None]) -> None:
    """Train on the public texts in ``data`` and on our corpus, and write the model into ``folder``.

    The whole base learns from the labels, then a shorter network from it. Takes about an hour and a half on two cores.
    Raises FileNotFoundError where a set is missing.
    """
    texts = examples(data)
    source = base.read(base.installed())
    kept = vocabulary.kept(source, [example.text for example in texts if not example.held_out])
    say(f"{len(texts)} texts; {len(kept)} of {len(source.pieces)} pieces of the vocabulary stay")
    tokenizer = vocabulary.tokenizer(source, kept)
    read, marked = _reader(tokenizer, recipe.longest), _reader(tokenizer, recipe.longest, _PREFIX)
    some = Random(recipe.seed).sample([example.text for example in texts if not example.held_out], _SAMPLE)
    network = Network(encoder(source, kept))
    before = unit(meaning.means(network, marked(some), [source.layers]))
    whole = finetune(network, marked, texts, recipe, say)
    say(f"{len(_LEFT_OUT)} of {source.layers} layers are left out; the others learn from the whole")
    trained = finetune(shortened(whole, _LEFT_OUT), read, texts, recipe.shorter(), say, _teacher(whole, marked))
    sample = read(some)
    about = meaning.fit(meaning.means(trained, sample, meaning.LAYERS), before)
    held_out = [example for example in texts if example.held_out and example.labels]
    words = [example.text for example in held_out]
    lean, heads = Lean(trained, about), trained.plain_heads()
    exact = _unrounded(lean, tokenizer, words)
    smooth(lean, sample[:_LISTENED])
    export(lean, tokenizer, folder)
    pooled = Encoder(Weights(folder, version)).encode(words).pooled
    say(f"labels that eight bits change: {_changed(heads, exact, pooled)}")
    finish(folder, version, heads, pooled, held_out)
    say(f"wrote {folder}")


def _unrounded(lean: Lean, tokenizer: "Tokenizer", texts: list[str]) -> Matrix:
    """What the heads would read if nothing were rounded."""
    with tempfile.TemporaryDirectory() as scratch:
        export(lean, tokenizer, Path(scratch), rounded=False)
        return Encoder(Weights(Path(scratch), "")).encode(texts).pooled


def _changed(heads: Heads, exact: Matrix, rounded: Matrix) -> str:
    """The share of texts, by head, whose label is another one."""
    shares = {
        head: float((heads.logits(head, exact).argmax(1) != heads.logits(head, rounded).argmax(1)).mean())
        for head in LABELS
    }
    return ", ".join(f"{head} {share:.2%}" for head, share in shares.items())


def _reader(tokenizer: "Tokenizer", longest: int, prefix: str = "") -> Reader:
    tokenizer.enable_truncation(longest)
    return lambda texts: [found.ids for found in tokenizer.encode_batch([prefix + text for text in texts])]


def _teacher(network: Network, read: Reader) -> Teacher:
    """What the whole network says; it is not changed."""

    def said(texts: list[str]) -> Logits:
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            return network.eval()(*batch(read(texts)))

    return said
