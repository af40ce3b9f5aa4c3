"""What the labels of somebody else's model say in our words, and its probabilities by our heads."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.embedded.heads import LABELS, YES, Matrix, softmax
from models.foreign.unusable import Unusable
from models.occlusion import AT_REST
from twoway.text import one_line

NOTHING = "nothing"
"""Of a label that says nothing that we ask."""
KNOWN: Mapping[str, str] = {
    **dict.fromkeys(("negative", "neg", "negativ", "very negative", "sehr negativ", "1 star", "2 stars"), "negative"),
    **dict.fromkeys(("neutral", "neu", "3 stars"), "neutral"),
    **dict.fromkeys(("positive", "pos", "positiv", "very positive", "sehr positiv", "4 stars", "5 stars"), "positive"),
    **dict.fromkeys(("complaint", "beschwerde"), "complaint: yes"),
    **dict.fromkeys(("no complaint", "not complaint", "non complaint", "keine beschwerde"), "complaint: no"),
    "spam": "noise: yes",
    **dict.fromkeys(("ham", "no spam", "not spam", "kein spam"), "noise: no"),
    **dict.fromkeys(("urgent", "dringend"), "urgency: now"),
    **dict.fromkeys(("not urgent", "nicht dringend"), "urgency: calm"),
}
"""Names that other people give their labels, in small letters and with spaces."""
_CHOICES = {label: ("sentiment", label) for label in LABELS["sentiment"]}
_CHOICES |= {f"{head}: {label}": (head, label) for head, labels in LABELS.items() for label in labels}
"""What the configuration may say that a label means."""
_SHOWN = 20
_NAMED = 40
"""Labels in a message, and the characters of each: nobody knows what a stranger's file has in it."""


@dataclass(frozen=True, slots=True)
class Meanings:
    """What each column of a model says: a head and a label of ours, or None."""

    columns: Sequence[tuple[str, str] | None]
    several: bool
    """May several labels hold at once (each has a probability of its own), or exactly one?"""

    @property
    def heads(self) -> list[str]:
        """Our heads on which the model has a say."""
        said = {head for head, _ in filter(None, self.columns)}
        return [head for head in LABELS if head in said]

    def shares(self, logits: Matrix) -> dict[str, Matrix]:
        """Probabilities by each of its heads, a row a text."""
        certain = _sigmoid(logits) if self.several else softmax(logits)
        return {head: self._shares(head, certain) for head in self.heads}

    def _shares(self, head: str, certain: Matrix) -> Matrix:
        found = np.zeros((len(certain), len(LABELS[head])), dtype=np.float32)
        for column, label in enumerate(LABELS[head]):
            if own := self.of(head, label):
                found[:, column] = certain[:, own].max(axis=1) if self.several else certain[:, own].sum(axis=1)
        if (left := self._unsaid(head)) is not None:
            found[:, left] = np.clip(1.0 - (found.max(axis=1) if self.several else found.sum(axis=1)), 0.0, 1.0)
        found = np.maximum(found, 1e-9)
        shares: Matrix = found / found.sum(axis=1, keepdims=True)
        return shares

    def of(self, head: str, label: str) -> list[int]:
        """The columns that say it."""
        return [column for column, said in enumerate(self.columns) if said == (head, label)]

    def _unsaid(self, head: str) -> int | None:
        """The column of a head that holds whenever the model says nothing else of it."""
        missing = [label for label in LABELS[head] if not self.of(head, label)]
        rest = AT_REST[head] if AT_REST[head] in missing else YES if missing == [YES] else None
        return None if rest is None else LABELS[head].index(rest)


def meanings(model: str, labels: Sequence[str], said: Mapping[str, str], several: bool) -> Meanings:
    """The meaning of each label: as the configuration says, else by its name. Raises Unusable."""
    if strange := sorted(said.keys() - set(labels)):
        raise Unusable(f"{model} has no label {_listed(strange)}, as [model.labels] says; {_its_labels(labels)}")
    if wrong := sorted({word for word in said.values() if _plain(word) != NOTHING and not _meaning(word)}):
        raise Unusable(f"[model.labels] says {_listed(wrong)}, which means nothing here; {_choices()}")
    words = [said.get(label, KNOWN.get(_plain(label), "")) for label in labels]
    if unknown := [label for label, word in zip(labels, words, strict=True) if not word]:
        raise Unusable(
            f"what {model} means by {_listed(unknown)} is not known; {_its_labels(labels)}. Say for each under "
            f'[model.labels] what it means, such as {_quoted(unknown[0])} = "negative"; {_choices()}'
        )
    found = Meanings([_meaning(word) for word in words], several)
    _sensible(model, labels, found)
    return found


def _sensible(model: str, labels: Sequence[str], found: Meanings) -> None:
    """Can its heads be told from its labels? Raises Unusable."""
    if not found.heads:
        raise Unusable(f"every label of {model} means nothing here; {_its_labels(labels)}. {_what_to_say()}")
    for head in found.heads:
        own = [label for label in LABELS[head] if found.of(head, label)]
        one_sided = len(own) == 1 and not found.several and len(found.of(head, own[0])) == len(labels)
        half = head == "sentiment" and not {"negative", "positive"} <= set(own)
        calm = head == "urgency" and own == [AT_REST[head]]
        if one_sided or half or calm:
            raise Unusable(
                f"the labels of {model} cannot tell {head}: all that is said of it is {_listed(own)}; "
                f"{_its_labels(labels)}. {_what_to_say()}"
            )


def _plain(label: str) -> str:
    """As labels are compared: ``Not_Spam`` is ``not spam``."""
    return " ".join(re.sub(r"\s*:\s*", ": ", re.sub(r"[\s_-]+", " ", label.casefold())).split())


def _meaning(word: str) -> tuple[str, str] | None:
    return next((said for choice, said in _CHOICES.items() if _plain(choice) == _plain(word)), None)


def _its_labels(labels: Sequence[str]) -> str:
    return f"its labels are {_listed(labels)}"


def _what_to_say() -> str:
    return f"Say under [model.labels] what each means; {_choices()}"


def _choices() -> str:
    return f"there are {', '.join(choice for choice in _CHOICES if not choice.startswith('sentiment:'))}, {NOTHING}"


def _listed(labels: Iterable[str]) -> str:
    named = [_quoted(label) for label in labels]
    more = [f"{len(named) - _SHOWN} more"] if len(named) > _SHOWN else []
    return ", ".join([*named[:_SHOWN], *more])


def _quoted(label: str) -> str:
    """As the configuration would write it."""
    return json.dumps(one_line(label, _NAMED), ensure_ascii=False)


def _sigmoid(logits: Matrix) -> Matrix:
    shares = 1.0 / (1.0 + np.exp(-np.clip(logits, -60, 60)))
    return shares.astype(np.float32)
