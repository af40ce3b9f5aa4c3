"""What a label and a guess may be, and how both are read out of JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from twoway.errors import Refused

Head = Literal["sentiment", "complaint", "wants_answer", "urgency", "noise"]
HEADS: Sequence[Head] = get_args(Head)
LABELS: Mapping[Head, Sequence[str]] = {
    "sentiment": ("negative", "neutral", "positive"),
    "complaint": ("no", "yes"),
    "wants_answer": ("no", "yes"),
    "urgency": ("calm", "soon", "now"),
    "noise": ("no", "yes"),
}
ALIASES: Mapping[str, Head] = {"spam": "noise"}
"""Keys under which public sets keep a label of ours; the head's own key goes before."""
FLAGS = {False: "no", True: "yes"}


@dataclass(frozen=True, slots=True)
class Guess:
    """The best guess of a head, and its probability from 0 to 1 where the judge gives one."""

    label: str
    confidence: float | None


def truths(line: Mapping[str, Any]) -> dict[Head, str]:
    """The labels that a line has (a missing or null one is none). Raises Refused for a value that is none."""
    wanted = {**{ALIASES[key]: key for key in ALIASES if key in line}, **{head: head for head in HEADS if head in line}}
    found = {head: _truth(head, key, line[key]) for head, key in wanted.items()}
    return {head: label for head, label in found.items() if label is not None}


def _truth(head: Head, key: str, value: Any) -> str | None:
    if value is None:
        return None
    label = value
    if LABELS[head] == ("no", "yes"):
        label = FLAGS[value] if isinstance(value, bool) else None
    if not isinstance(label, str) or label not in LABELS[head]:
        allowed = "true or false" if "yes" in LABELS[head] else ", ".join(LABELS[head])
        raise Refused(f"{key} is {str(value)[:40]!r}; it has to be {allowed}")
    return label


def guess(judgement: Mapping[str, Any], head: Head) -> Guess | None:
    """What a judgement in the form of ``twoway judge`` says for a head; None if it says nothing.

    Probabilities may be missing. Raises Refused for a guess that is none of the head's labels.
    """
    said = judgement.get(head)
    if said is None:
        return None
    try:
        if LABELS[head] == ("no", "yes"):
            label = FLAGS[said["flag"]]
            yes = said.get("probability")
            confidence = yes if yes is None or label == "yes" else 1.0 - yes
        else:
            label = said["label"]
            confidence = said.get(label)
        if label not in LABELS[head] or not (confidence is None or 0.0 <= confidence <= 1.0):
            raise ValueError(label)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refused(f"the judgement's {head} has not the form that `twoway judge` writes") from None
    return Guess(label, None if confidence is None else float(confidence))
