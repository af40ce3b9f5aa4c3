"""Hostile words made harmless to look at: everything escaped, what is invisible made visible, links only as links."""

import re
from collections.abc import Iterable
from itertools import islice
from unicodedata import name as name_of

from markupsafe import Markup, escape

from desk.difference import Piece
from twoway.text import one_line

FOLDED = 3000
LINES = 60
"""Characters and lines shown before the rest is folded away."""
_ODD = re.compile(
    "([\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f])\\1*"
)
"""Control characters, direction overrides and isolates, invisible joints and tags."""
_LINK = re.compile(r"\bhttps?://[^\s<>\"'`{}|\\^\x00-\x1f\x7f]+", re.IGNORECASE)
_CHANGED = {"same": Markup("{}"), "gone": Markup("<del>{}</del>"), "new": Markup("<ins>{}</ins>")}
_TRAILING = ".,;:!?)]}»“”’"


def line(text: str | None, limit: int = 160) -> Markup:
    """One line of somebody else's words, kept from turning the direction of ours."""
    return Markup("<bdi>{}</bdi>").format(one_line(text or "", limit))


def words(text: str, show_all: str) -> Markup:
    """Somebody else's words, whole: what is long is folded. ``show_all`` is the label, with {n} for the length."""
    text = text.replace("\r\n", "\n")
    if len(text) <= FOLDED * 5 // 4 and text.count("\n") <= LINES * 5 // 4:
        return Markup('<div class="words" dir="auto">{}</div>').format(_linked(text))
    cut = _cut(text)
    return Markup(
        '<div class="words" dir="auto">{}</div><details class="rest"><summary>{}</summary>'
        '<div class="words" dir="auto">{}</div></details>'
    ).format(_linked(text[:cut]), show_all.replace("{n}", f"{len(text):,}".replace(",", "\u202f")), _linked(text[cut:]))


def _cut(text: str) -> int:
    """Where the rest begins: after enough lines, else behind a word."""
    lines = list(islice(re.finditer("\n", text[:FOLDED]), LINES))
    if len(lines) == LINES:
        return lines[-1].end()
    return max(text.rfind(mark, FOLDED // 2, FOLDED) for mark in ("\n", " ")) + 1 or FOLDED


def changes(pieces: Iterable[Piece]) -> Markup:
    """What was taken out and what was put in, marked for eyes and for screen readers."""
    shown = (_CHANGED[piece.kind].format(_visible(piece.text)) for piece in pieces)
    return Markup('<div class="words changes" dir="auto">{}</div>').format(Markup("").join(shown))


def link(url: str | None, label: str) -> Markup:
    """A link to another site, if it is one that a browser may follow; else nothing."""
    if not url or not _LINK.fullmatch(url):
        return Markup("")
    return Markup('<a class="out" href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>').format(
        url, label
    )


def _linked(text: str) -> Markup:
    shown, at = [], 0
    for found in _LINK.finditer(text):
        url = found.group().rstrip(_TRAILING)
        if _ODD.search(url):
            continue
        shown.append(_visible(text[at : found.start()]))
        shown.append(Markup('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>').format(url))
        at = found.start() + len(url)
    return Markup("").join([*shown, _visible(text[at:])])


def _visible(text: str) -> Markup:
    shown, at = [], 0
    for found in _ODD.finditer(text):
        shown.append(escape(text[at : found.start()]))
        shown.append(_mark(found.group()))
        at = found.end()
    return Markup("").join([*shown, escape(text[at:])])


def _mark(run: str) -> Markup:
    """One mark for a run of the same character."""
    said = f"U+{ord(run[0]):04X}"
    times = f" × {len(run)}" if len(run) > 1 else ""
    return Markup('<span class="odd" title="{}">{}{}</span>').format(name_of(run[0], said), said, times)
