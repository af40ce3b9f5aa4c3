"""A stranger's words in what the desk sends: readable, but nobody is called, nothing is marked up or a link."""

import re

from twoway.text import one_line

# Each receiver has a markup of its own, and some take a message as markup whatever they are told; a character that
# looks alike means nothing to any of them.
_ALIKE = str.maketrans(
    {
        "@": "＠", "#": "＃", "<": "‹", ">": "›", "&": "＆", "*": "∗", "_": "＿", "~": "∼", "`": "ʼ", "|": "¦",
        "[": "［", "]": "］", "{": "｛", "}": "｝", "\\": "＼", "^": "ˆ", "$": "＄",
    }
)  # fmt: skip
_SCHEME = re.compile(r"(?<=\w):(?=\w|//)")
_DOT = re.compile(r"(?<=\w)\.(?=[^\W\d])")


def inert(text: str, limit: int) -> str:
    """The words on one line of at most ``limit`` characters, without effect in any chat."""
    return unlinked(text, limit).translate(_ALIKE)


def unlinked(text: str, limit: int) -> str:
    """The words on one line of at most ``limit`` characters, in which no mail program sees a link of its own."""
    return _DOT.sub("․", _SCHEME.sub("∶", one_line(text, limit)))
