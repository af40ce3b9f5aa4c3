"""The transparent judge: words weighed by hand, summed for each head, and named as the reason.

It speaks German and English, needs no model file, and is the floor that a trained model has to beat.
"""

from collections.abc import Sequence
from dataclasses import replace

from models import heads
from models.evidence import Say, evidence
from models.language import UNKNOWN, identify_tokens
from models.terms import LANGUAGES, lexicon
from models.words import Token, excerpt, tokens
from twoway.domain import Judgement, Scores

MODEL = "rules 1"
NAMES = {"answer": "wants_answer"}
"""Heads that a judgement calls otherwise than the lexicon."""

_REASONS = 3
"""Words named for each head."""
_WORTH_NAMING = 0.4
_DOUBT = 0.1
"""A flag this close to one half is a guess."""
FURY = 0.85
"""A text whose bad words weigh as much as this is beside itself."""
_FAINT = 0.38
"""A most probable sentiment below this is a guess."""


class Rules:
    """A Judge (see twoway.ports) without state."""

    @property
    def model(self) -> str:
        """Name and version, as it is written beside every judgement."""
        return MODEL

    def judge(self, texts: Sequence[str]) -> list[Judgement]:
        """One judgement a text, in order; any text gets one."""
        return [_judge(text) for text in texts]

    def why(self, text: str) -> tuple[str, ...]:
        """The words that weighed most, as in its judgement."""
        return _judge(text).why


def _judge(text: str) -> Judgement:
    found = tokens(excerpt(text))
    language = identify_tokens(found).code
    says = _says(found, language)
    sums = heads.add_up(says)
    noise = heads.noise(sums)
    complaint = heads.complaint(sums, noise)
    judged = Judgement(
        language=language,
        sentiment=heads.sentiment(sums, found),
        complaint=complaint,
        wants_answer=heads.wants_answer(sums, complaint, noise),
        noise=noise,
        urgency=heads.urgency(sums, complaint),
        abstained=False,
        model=MODEL,
    )
    beside = _beside_itself(judged.sentiment)
    return replace(judged, abstained=_abstains(judged, says, found), why=_why(judged, says), furious=beside)


def furious(found: Sequence[Token], language: str) -> bool:
    """Whether the words of a text are as bad as they get, and loud."""
    return _beside_itself(heads.sentiment(heads.add_up(_says(found, language)), found))


def _beside_itself(sentiment: Scores) -> bool:
    return sentiment.of["negative"] >= FURY


def _says(found: Sequence[Token], language: str) -> list[Say]:
    return evidence(found, lexicon(language if language in LANGUAGES else _nearest(found))) + _form(found)


def _nearest(found: Sequence[Token]) -> str:
    """The lexicon that knows most of a text whose language is none of ours, for a best guess."""
    return max(LANGUAGES, key=lambda code: sum(lexicon(code).knows(token) for token in found))


def _form(found: Sequence[Token]) -> list[Say]:
    """What marks, links and hashtags say without any word."""
    says = []
    if any("?" in t.text for t in found if t.kind == "mark"):
        says.append(Say("?", "form", {"answer": 2.4, "complaint": 0.1}))
    if links := sum(t.kind == "link" for t in found):
        says.append(Say("link", "form", {"noise": 0.6 + 0.4 * links, "complaint": -0.9, "answer": -0.5}))
    if (tags := sum(t.hashtag for t in found)) > 3:
        says.append(Say(f"{tags} #", "form", {"noise": 0.35 * tags}))
    if any(t.kind == "handle" for t in found[:1]):
        says.append(Say(found[0].raw[:40], "form", {"answer": 0.3, "complaint": 0.2}))
    if found and not any(t.kind in ("word", "emoji", "mark") for t in found):
        says.append(Say("no words", "form", {"noise": 3.0, "answer": -1.0}))
    return says


def _abstains(judged: Judgement, says: Sequence[Say], found: Sequence[Token]) -> bool:
    """A language the rules do not speak, nothing they know, or no more than a guess."""
    if judged.language not in LANGUAGES:
        only_emoji = bool(says) and not any(t.kind == "word" for t in found)
        return not (judged.language == UNKNOWN and only_emoji)
    unsure = abs(judged.complaint.probability - 0.5) < _DOUBT or max(judged.sentiment.of.values()) < _FAINT
    return unsure or not says


def _why(judged: Judgement, says: Sequence[Say]) -> tuple[str, ...]:
    """The heaviest words of every head that is not at rest."""
    decided = {
        "sentiment": {"negative": -1.0, "positive": 1.0}.get(judged.sentiment.label, 0.0),
        "complaint": float(judged.complaint.flag),
        "answer": float(judged.wants_answer.flag),
        "noise": float(judged.noise.flag),
        "urgency": float(judged.urgency.label != "calm"),
    }
    return tuple(reason for head, sign in decided.items() if sign for reason in _heaviest(head, sign, says))


def _heaviest(head: str, sign: float, says: Sequence[Say]) -> list[str]:
    weighed = sorted(((say.weights.get(head, 0.0) * sign, say.words) for say in says), key=lambda one: -one[0])
    words = dict.fromkeys(words for weight, words in weighed if weight >= _WORTH_NAMING)
    return [f"{NAMES.get(head, head)}: {w}" for w in list(words)[:_REASONS]]
