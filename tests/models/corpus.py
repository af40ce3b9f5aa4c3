"""The rules of models/corpus/GUIDE.md, as a pure function over the text of one file."""

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.scoring.labels import LABELS
from tests.house import files

FOLDER = files.ROOT / "models" / "corpus"
SECOND = FOLDER / "second" / "labels.jsonl"
"""Labelled again, by ids."""
KEYS = {"id", "lang", "trade", "text", "sentiment", "complaint", "wants_answer", "urgency", "noise", "hard"}
LANGUAGES = {"de", "en", "mixed"}
HARD = {
    "polite", "irony", "sting", "question", "comparison", "negation", "lovespam", "crisis-word", "mixed-language",
    "emoji-only", "one-word", "dialect", "typos", "no-umlauts", "long", "homonym",
}  # fmt: skip
SHARES = {"de": (0.45, 0.75), "en": (0.20, 0.50), "mixed": (0.0, 0.10)}
"""Least and greatest part of all texts that each language may have."""
_LINK = re.compile(r"(?:https?://|www\.|\w@)([\w.-]+\.[a-zäöü]{2,})", re.IGNORECASE)
_ALLOWED = re.compile(r"(^|\.)example(\.\w+)?$", re.IGNORECASE)


def sources() -> list[Path]:
    """The corpus' files."""
    return sorted(FOLDER.glob("*.jsonl"))


def mistakes(trade: str, written: str) -> list[str]:
    """What the guide forbids in the file of a trade; each with its line."""
    found, ids = [], set[str]()
    for number, line in enumerate(written.removesuffix("\n").split("\n"), 1):
        try:
            row = json.loads(line)
        except ValueError as error:
            found.append(f"line {number}: no JSON: {error}")
            continue
        found += [f"line {number}: {said}" for said in _wrong(trade, row)]
        if isinstance(row, dict):
            if row.get("id") in ids:
                found.append(f"line {number}: the id {row['id']} is there twice")
            ids.add(str(row.get("id")))
    return found if written.endswith("\n") else [*found, "the last line has no end"]


def _wrong(trade: str, row: Any) -> Iterator[str]:
    if not isinstance(row, dict) or set(row) != KEYS:
        yield f"the keys are not {', '.join(sorted(KEYS))}"
        return
    if row["trade"] != trade or not re.fullmatch(rf"{re.escape(trade)}-\d{{3}}", str(row["id"])):
        yield f"trade and id do not say {trade}, as the file's name does"
    if row["lang"] not in LANGUAGES:
        yield f"lang is {row['lang']!r}"
    yield from _labels(row)
    yield from _text(row["text"])


def _labels(row: dict[str, Any]) -> Iterator[str]:
    for head, labels in LABELS.items():
        allowed: tuple[Any, ...] = (True, False) if "yes" in labels else tuple(labels)
        if not any(row[head] is one or (isinstance(one, str) and row[head] == one) for one in allowed):
            yield f"{head} is {row[head]!r}"
    if row["complaint"] is True and row["noise"] is True:
        yield "a complaint is never noise"
    hard = row["hard"]
    if not isinstance(hard, list) or not set(map(str, hard)) <= HARD or len(set(map(str, hard))) < len(hard):
        yield f"hard is {hard!r}"


def _text(text: Any) -> Iterator[str]:
    if not isinstance(text, str) or not text.strip() or text != text.strip():
        yield "the text is empty, or has spaces around it"
        return
    if unicodedata.normalize("NFC", text) != text or any(
        unicodedata.category(c) in ("Cc", "Cs") for c in text if c != "\n"
    ):
        yield "the text has characters that nobody types"
    for host in _LINK.findall(text):
        if not _ALLOWED.search(host.rstrip(".")):
            yield f"{host} is not an example domain"
