"""Folds away what the customer did not write for us now: quoted history and signatures."""

from dataclasses import dataclass

from twoway.mail.quote_marks import attribution, signature, starts_history


@dataclass(frozen=True, slots=True)
class Folded:
    """What was written now, and what was folded away behind it."""

    text: str
    quoted: str


def fold(text: str, *, forwarded: bool = False) -> Folded:
    """Text without quoted history and signature; both stay readable in ``quoted``.

    A mail of nothing but quotes is kept whole, and so is what a person forwards: there the quote is the message.
    Answers between quoted lines are the text, and the whole exchange is in ``quoted``, where they make sense.
    """
    lines = text.split("\n")
    start = len(lines) if forwarded else _history(lines)
    words, history = lines[:start], lines[start:]
    end = signature(words)
    own = _joined([*words[:end], *_between(history)])
    if not own:
        return Folded(text.strip(), "")
    return Folded(own, _joined([*words[end:], *history]))


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip()


def _history(lines: list[str]) -> int:
    """The first line of the quoted history, or the number of lines."""
    return next((at for at in range(len(lines)) if starts_history(lines, at)), len(lines))


def _between(history: list[str]) -> list[str]:
    """The customer's own lines among and below those marked ``>``; without marks nobody can tell them apart."""
    marked = [at for at, line in enumerate(history) if line.startswith(">")]
    if not marked or marked[0] > 5:
        return []
    mine: list[str] = []
    at = marked[0]
    while at < len(history):
        skipped = attribution(history, at)
        if not skipped and not history[at].startswith(">"):
            mine.append(history[at])
        at += skipped or 1
    mine = mine[: signature(mine)]
    return ["", *mine] if any(line.strip() for line in mine) else []
