"""An answer as Reddit takes it: Markdown, in which what a writer did not mean as markup is kept from being some."""

import re

_HEADING = re.compile(r"^( {0,3})(#)", re.MULTILINE)
_RAISED = re.compile(r"(?<!\\)\^")
_LINK = re.compile(r"https?://\S+")
_CODE = re.compile(r"^(?: {4,}|\t+)", re.MULTILINE)
_BREAK = re.compile(r"(?<=[^\n]) *\n(?=[^\n])")


def markdown(text: str) -> str:
    """The text as it is posted.

    A line stays a line, where Reddit would join it to the one before; a # in front is a hashtag and no heading, a ^
    raises nothing, an indented line is no program. All else is Markdown as it was written: links, lists, bold, quotes.
    """
    text = _HEADING.sub(r"\1\\\2", _CODE.sub("   ", text))
    return _BREAK.sub("  \n", _outside_links(text))


def _outside_links(text: str) -> str:
    made, at = "", 0
    for link in _LINK.finditer(text):
        made += _RAISED.sub(r"\\^", text[at : link.start()]) + link[0]
        at = link.end()
    return made + _RAISED.sub(r"\\^", text[at:])
