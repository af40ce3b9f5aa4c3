"""A model of somebody else's, read from its files: tokenizer, network, and the labels in its own words."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from models.batches import Ids, batches, padded
from models.embedded.heads import Matrix
from models.foreign.network import network
from models.foreign.source import Source
from models.foreign.unusable import Unusable
from twoway.text import one_line, storable

_TOKENS = 1_536
"""In one batch, padding included: what a batch needs of memory."""
_LONGEST = 512
"""Tokens that are read of a text; a model may allow fewer."""
_CHARACTERS = 8 * _LONGEST
"""What a tokenizer is given of a text: enough for that many tokens of any language."""


class Reader:
    """What the model says of texts, in its own terms. May be used by several threads."""

    def __init__(self, source: Source, threads: int = 0) -> None:
        """Raises Unusable."""
        self.name = source.name
        try:
            config, self._tokenizer = _opened(source)
            self._run = network(source, threads)
            self.labels = [str(label) for _, label in sorted((int(n), label) for n, label in config.id2label.items())]
            self.several = _problem(config) == "multi_label_classification" or len(self.labels) == 1
            self._longest = _longest(self._tokenizer, config)
            self._pad = getattr(config, "pad_token_id", None) or 0
            self._try(config)
        except Unusable:
            raise
        except Exception as error:  # whatever a stranger's files can do to the libraries that read them
            said = one_line(str(error), 300)
            raise Unusable(f"{source.name} cannot be loaded ({type(error).__name__}: {said})") from error

    def logits(self, texts: Sequence[str]) -> Matrix:
        """A row a text, a column a label; the end of a long text is not read."""
        pieces = self._pieces(texts)
        found = np.zeros((len(texts), len(self.labels)), dtype=np.float32)
        for some in batches(pieces, _TOKENS):
            found[some] = self._run(*padded([pieces[i] for i in some], self._pad))
        return found

    def _pieces(self, texts: Sequence[str]) -> list[Ids]:
        cut = [storable(text)[:_CHARACTERS] for text in texts]
        read = self._tokenizer(cut, truncation=True, max_length=self._longest)["input_ids"] if cut else []
        return [ids or [self._pad] for ids in read]

    def _try(self, config: Any) -> None:
        """Does everything fit together? Better known now than with the first mention. Raises Unusable."""
        if _problem(config) == "regression":
            raise Unusable(f"{self.name} measures (its problem_type is regression); the desk needs a model with labels")
        found = self._run(*padded(self._pieces(["Hallo!"]), self._pad))
        if found.shape != (1, len(self.labels)):
            raise Unusable(
                f"{self.name} has {len(self.labels)} labels, but its weights give figures of the shape {found.shape}: "
                "is it a model with a text-classification head?"
            )


def _opened(source: Source) -> tuple[Any, Any]:
    """Configuration and tokenizer; no code of the model's own is ever run."""
    # It would advise to install torch.
    os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")
    from transformers import AutoConfig, AutoTokenizer
    from transformers.utils import logging

    logging.set_verbosity_error()  # what is wrong is said by us
    logging.disable_progress_bar()
    config = AutoConfig.from_pretrained(source.folder, local_files_only=True, trust_remote_code=False)
    tokenizer = AutoTokenizer.from_pretrained(source.folder, local_files_only=True, trust_remote_code=False)
    return config, tokenizer


def _problem(config: Any) -> str:
    return getattr(config, "problem_type", None) or ""


def _longest(tokenizer: Any, config: Any) -> int:
    # Where only the configuration says it: some models keep two of their positions to themselves.
    positions = getattr(config, "max_position_embeddings", None) or _LONGEST + 2
    return min(int(tokenizer.model_max_length), max(int(positions) - 2, 1), _LONGEST)
