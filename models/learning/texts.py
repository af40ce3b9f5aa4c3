"""The labelled texts the model learns from: public sets out of a folder, and our own corpus.

The public texts belong to their authors and stay where they are; what we know of some of them beyond their own labels
is kept beside our corpus by the beginning of the text's SHA-256 (``corpus/public/labels.jsonl``).
"""

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from models.embedded.heads import LABELS, index
from models.embedded.prepare import prepare

CORPUS = "corpus"
OURS = "ours"
"""The source of our own labels of public texts, where they are held out."""
HELD_OUT_TRADES = frozenset({"bank", "city-office", "hotel", "parcel", "software", "supermarket", "transit"})
"""Trades of our corpus that no shipped weight has seen."""

_SETS = ("banking77", "complaints", "germeval2018", "potts", "sb10k", "semeval17", "sms_spam", "tweeteval", "xlmt")
_DIGITS = 16
"""Of a text's hash, enough to tell texts apart."""
_HELD_OUT_BELOW = 26
"""What we say of a public text is held out where the tenth byte of its hash is below: one in ten."""


@dataclass(frozen=True, slots=True)
class Example:
    """A prepared text, its language and source, and the index of its label for every head that it has one for."""

    text: str
    language: str
    source: str
    labels: Mapping[str, int]
    held_out: bool


def examples(folder: Path | None) -> list[Example]:
    """All of them; without a folder only our own corpus. Raises FileNotFoundError for a set that is not there."""
    ours = list(_corpus())
    return ours if folder is None else [*ours, *_public(folder)]


def corpus() -> Iterator[dict[str, Any]]:
    """Every row of our own corpus, trade by trade."""
    for file in sorted(files("models").joinpath(CORPUS).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".jsonl"):
            yield from _rows(file.read_text("utf-8").splitlines())


def _corpus() -> Iterator[Example]:
    for row in corpus():
        language = "de" if row["lang"] == "mixed" else row["lang"]
        held_out = row["trade"] in HELD_OUT_TRADES
        yield Example(prepare(row["text"]), language, CORPUS, _labels(row), held_out)


def _public(folder: Path) -> Iterator[Example]:
    known = our_labels()
    for name in _SETS:
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            for row in _rows(file):
                digest = hashlib.sha256(row["text"].encode()).digest()
                yield from _of(row, _ours(row, known.get(digest.hex()[:_DIGITS], {})), digest[9] < _HELD_OUT_BELOW)


def _of(row: Mapping[str, Any], ours: Mapping[str, Any], hold_ours_out: bool) -> Iterator[Example]:
    """The text with its set's labels and ours; or with each apart, where ours are held out and the set's are not."""
    text, language, source = prepare(row["text"]), row["lang"], row["source"]
    if ours and row["split"] == "train" and hold_ours_out:
        yield Example(text, language, source, _labels(row), held_out=False)
        added = {head: said for head, said in ours.items() if head not in row}
        yield Example(text, language, OURS, _labels(added), held_out=True)
    else:
        yield Example(text, language, source, _labels({**ours, **row}), row["split"] != "train")


def our_labels() -> dict[str, Mapping[str, Any]]:
    """What we say of public texts, by the first sixteen hex digits of the text's SHA-256."""
    written = files("models").joinpath(CORPUS, "public", "labels.jsonl").read_text("utf-8")
    return {row["sha256"]: row for row in _rows(written.splitlines())}


def _ours(row: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """What we add to a set's own labels; of our moods only the clear ones count (see the card)."""
    said = {head: label for head, label in known.items() if head in LABELS}
    if said.get("sentiment") == "neutral":
        del said["sentiment"]
    if row.get("complaint"):
        # Held out on purpose: that no complaint is called noise is to be measured on texts that were not learnt.
        said.pop("noise", None)
    if "spam" in row:
        said["noise"] = row["spam"]
    if row["source"] == "banking77":
        said |= {"wants_answer": True, "noise": False}
    return said


def _labels(row: Mapping[str, Any]) -> dict[str, int]:
    return {head: index(head, said) for head in LABELS if (said := row.get(head)) is not None}


def _rows(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in lines)
