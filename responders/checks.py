"""What is looked at before an answer may be approved: pure, over its text alone."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from twoway.text import harmless

Level = Literal["stop", "warn"]

_GAP = re.compile(r"\[[^\[\]]{2,}\](?!\()")
"""A gap of a template. ``[1]`` is a footnote, ``[words](link)`` a link."""
_PLACEHOLDER = re.compile(r"\{\w+\}")
_DU = re.compile(r"\b(?:du|dich|dir|dein(?:e[mnrs]?)?|euch|euer|eure[mnrs]?)\b", re.IGNORECASE)
_SIE = re.compile(r"(?<=[\wäöüß,:] )(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)\b")
"""Within a sentence: at its start „Sie“ may be she or they."""
_SHOWN = 40

_WORDS = {
    "empty": ("Die Antwort ist leer.", "The answer is empty."),
    "gap": ("Hier fehlt noch etwas: {detail}", "Something is still missing here: {detail}"),
    "placeholder": ("Dieser Platzhalter ist nicht ausgefüllt: {detail}", "This placeholder is not filled in: {detail}"),
    "control": (
        "Der Text enthält unsichtbare Steuerzeichen ({detail}).",
        "The text holds invisible control characters ({detail}).",
    ),
    "language": (
        "Die Antwort ist in einer anderen Sprache als die Nachricht ({detail}).",
        "The answer is in another language than the message ({detail}).",
    ),
    "address": (
        "Auf diesem Kanal gilt eine andere Anrede; hier steht „{detail}“.",
        "This channel addresses customers differently; here it says “{detail}”.",
    ),
    "unchanged": ("Das ist noch die unveränderte Vorlage.", "This is still the unchanged template."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about an answer: ``stop`` keeps it from being approved, ``warn`` only says so."""

    level: Level
    code: str
    detail: str = ""
    """The words meant, harmless and short."""

    def text(self, language: str) -> str:
        """For a person, in German (``de``) or else English."""
        german, english = _WORDS[self.code]
        return (german if language == "de" else english).replace("{detail}", self.detail)


def check(
    text: str,
    *,
    address: Literal["Sie", "du"],
    customer_language: str = "",
    language_of: Callable[[str], str] | None = None,
    drafted: Sequence[str] = (),
) -> list[Finding]:
    """Everything there is to say about an answer, what stops it first.

    ``language_of`` gives the ISO code of a text, or ``und``; ``drafted`` are the texts that templates proposed.
    """
    text = text.replace("\r\n", "\n")
    if not text.strip():
        return [Finding("stop", "empty")]
    spoken = language_of(text) if language_of else "und"
    found = [
        *_unfinished(text),
        *_hidden(text),
        *_foreign(spoken, customer_language),
        *_misaddressed(text, spoken, address),
    ]
    if any(text.strip() == words.replace("\r\n", "\n").strip() for words in drafted):
        found.append(Finding("warn", "unchanged"))
    return found


def stopped(findings: Sequence[Finding]) -> bool:
    """May the answer not be approved?"""
    return any(finding.level == "stop" for finding in findings)


def _unfinished(text: str) -> list[Finding]:
    gaps = [Finding("stop", "gap", _short(gap)) for gap in dict.fromkeys(_GAP.findall(text))]
    return gaps + [Finding("stop", "placeholder", _short(name)) for name in dict.fromkeys(_PLACEHOLDER.findall(text))]


def _hidden(text: str) -> list[Finding]:
    hidden = [char for char in dict.fromkeys(text) if harmless(char) != char]
    return [Finding("stop", "control", ", ".join(f"U+{ord(char):04X}" for char in hidden[:5]))] if hidden else []


def _foreign(spoken: str, customer: str) -> list[Finding]:
    if "und" in (spoken, customer) or not customer or spoken == customer:
        return []
    return [Finding("warn", "language", f"{spoken} / {customer}")]


def _misaddressed(text: str, spoken: str, address: str) -> list[Finding]:
    if spoken not in ("de", "und"):
        return []
    wrong = (_DU if address == "Sie" else _SIE).search(text)
    return [Finding("warn", "address", wrong.group())] if wrong else []


def _short(words: str) -> str:
    words = " ".join(harmless(words).split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
