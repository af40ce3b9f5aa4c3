"""The whole way from the base model to a folder that can be shipped."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from models.embedded.encoder import Encoder
from models.embedded.heads import Heads
from models.embedded.prepare import PREFIX
from models.embedded.weights import CALIBRATION, HEADS, Weights, seal
from models.training import base, meaning, vocabulary
from models.training.calibrate import calibrate
from models.training.export import export
from models.training.finetune import Recipe, finetune
from models.training.network import Network, encoder
from models.training.smoothing import smooth
from models.training.texts import Example, examples

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_SAMPLE = 12_000
"""Texts from which the map to what a text is about is fitted."""
_LISTENED = 500
"""Of them, texts on which the loudness of the encoder's channels is measured."""


def from_scratch(data: Path, folder: Path, version: str, recipe: Recipe, say: Callable[[str], None]) -> None:
    """Train on the public texts in ``data`` and on our corpus, and write the model into ``folder``.

    Takes about an hour on two cores. Raises FileNotFoundError where a set is missing.
    """
    texts = examples(data)
    source = base.read(base.installed())
    kept = vocabulary.kept(source, [example.text for example in texts if not example.held_out])
    say(f"{len(texts)} texts; {len(kept)} of {len(source.pieces)} pieces of the vocabulary stay")
    tokenizer = vocabulary.tokenizer(source, kept)
    read = _reader(tokenizer, recipe.longest)
    sample = read(Random(recipe.seed).sample([example.text for example in texts if not example.held_out], _SAMPLE))
    network = Network(encoder(source, kept))
    before = meaning.unit(meaning.means(network, sample, [source.layers]))
    trained = finetune(network, read, texts, recipe, say)
    about = meaning.fit(meaning.means(trained, sample, meaning.LAYERS), before)
    smooth(trained, sample[:_LISTENED])
    export(trained, about, tokenizer, folder)
    fit(folder, version, texts)
    say(f"wrote {folder}")


def fit(folder: Path, version: str, texts: Sequence[Example]) -> None:
    """Calibrate what was exported on the texts that are held out, and seal it."""
    held_out = [example for example in texts if example.held_out and example.labels]
    vectors = Encoder(Weights(folder, version)).encode([example.text for example in held_out])
    fitted = calibrate(Heads.load(folder / HEADS), vectors.pooled, held_out)
    (folder / CALIBRATION).write_text(json.dumps(fitted.as_json(), indent=1) + "\n", "utf-8")
    seal(folder, version)


def _reader(tokenizer: "Tokenizer", longest: int) -> Callable[[list[str]], list[list[int]]]:
    tokenizer.enable_truncation(longest)
    return lambda texts: [found.ids for found in tokenizer.encode_batch([PREFIX + text for text in texts])]
