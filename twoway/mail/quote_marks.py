"""The marks by which mail programs, German and English, say: from here on it is history, or a signature."""

import re
from collections.abc import Sequence

_SEEN = 400
"""Characters of a line, or of an attribution over several, that are looked at; every pattern here is linear."""

_VERB = re.compile(r"\b(?:schrieb|wrote|a écrit|escribió)\b", re.IGNORECASE)
_BEGINS = re.compile(r"(?:am|on|le|el)\s", re.IGNORECASE)
_TIME = re.compile(r"\d{1,2}[:.]\d\d")
_DATED_ADDRESS = re.compile(r"\d[^<>]*<[^<>\s]+@[^<>\s]+>:")
_DIVIDER = re.compile(
    r"[-_*= ]{2,10}(?:urspr(?:ü|ue)ngliche (?:nachricht|mail|e-mail)|original (?:message|nachricht|mail|appointment)|"
    r"originalnachricht|antwort|reply message)[-_*= ]{2,10}",
    re.IGNORECASE,
)
_RULE = re.compile(r"[_-]{10,}$")
_FROM = re.compile(r"\*?(?:von|from)\s?:\*?\s*\S", re.IGNORECASE)
_FIELD = re.compile(
    r"\*?(?:gesendet|datum|sent|date|an|to|cc|kopie|betreff|subject|antwort an|reply-to|priorität|importance)\s?:",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"(?:von meinem .{1,40} gesendet|gesendet (?:von|mit|aus) .{1,60}|diese nachricht wurde von .{1,60} gesendet|"
    r"sent (?:from|with|via) .{1,60}|get outlook for .{1,60}|outlook für .{1,40}|holen sie sich outlook .{1,60})$",
    re.IGNORECASE,
)
_SIGNATURE_LINES = 30
"""A signature after ``--`` is no longer than this; more is taken for the customer's words."""


def starts_history(lines: Sequence[str], at: int) -> bool:
    """Whether quoted history begins at this line."""
    line = lines[at].strip()[:_SEEN]
    if not line:
        return False
    if line.startswith(">") or _DIVIDER.match(line) or _is_header_block(lines, at):
        return True
    return (bool(_RULE.match(line)) and _is_header_block(lines, at + 1)) or attribution(lines, at) > 0


def attribution(lines: Sequence[str], at: int) -> int:
    """How many lines (up to three) ``Am … schrieb …:`` takes from here; 0 where there is none."""
    joined = ""
    for end in range(at, min(at + 3, len(lines))):
        line = lines[end].strip()
        if not line or line.startswith(">"):
            return 0
        joined = f"{joined} {line}".strip()[: _SEEN + 1]
        if end > at and not _BEGINS.match(joined):
            return 0
        if len(joined) <= _SEEN and _is_attribution(joined, _next(lines, end + 1)):
            return end + 1 - at
    return 0


def _next(lines: Sequence[str], at: int) -> str:
    return next((line.strip() for line in lines[at : at + 4] if line.strip()), "")


def _is_attribution(line: str, following: str) -> bool:
    """``Ihr Kollege schrieb mir:`` alone is the customer's own sentence; above a quote, or dated, it is none."""
    if not line.endswith(":"):
        return False
    if not _VERB.search(line):
        return bool(_DATED_ADDRESS.match(line)) and len(line) < 200
    return following.startswith(">") or "@" in line or bool(_BEGINS.match(line) and _TIME.search(line))


def _is_header_block(lines: Sequence[str], at: int) -> bool:
    """Outlook's block: ``Von:`` and at least two more fields right below."""
    block = [line.strip()[:_SEEN] for line in lines[at : at + 12] if line.strip()][:6]
    return bool(block) and bool(_FROM.match(block[0])) and sum(bool(_FIELD.match(line)) for line in block[1:]) >= 2


def signature(lines: Sequence[str]) -> int:
    """The first line of the signature, or the number of lines (without empty ones at the end)."""
    end = _last(lines, len(lines))
    if end and _SENT_FROM.match(lines[end - 1].strip()[:_SEEN].rstrip(".")):
        end = _last(lines, end - 1)
    for at in range(max(0, end - _SIGNATURE_LINES), end):
        if lines[at].rstrip() == "--":
            return at
    return end


def _last(lines: Sequence[str], end: int) -> int:
    while end and not lines[end - 1].strip():
        end -= 1
    return end
