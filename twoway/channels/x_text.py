"""What a post on X says, and how long X takes it to be."""

import html
import re
import unicodedata
from collections.abc import Iterable
from typing import Protocol

LIMIT = 280
"""Of a post, weighted; accounts that pay for it may write more."""
LINK = 23
"""What every address counts, whatever its length: X puts its own short one in its place."""
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Ranges of code points that count one; all others count two. These, LIMIT and LINK are twitter-text's configuration,
version 3: https://github.com/twitter/twitter-text/blob/master/config/v3.json."""

_OLD = (
    "[\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b55"
    "\u3030\u303d\u3297\u3299]"
)
_NEW = "[\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
"""Pictures; the old ones are letters, too, and in a joined emoji only with the mark that makes them pictures."""
_PERSON = (
    "[\u261d\u26f9\u270a-\u270d\U0001f385\U0001f3c2-\U0001f3c4\U0001f3c7\U0001f3ca-\U0001f3cc\U0001f442\U0001f443"
    "\U0001f446-\U0001f450\U0001f466-\U0001f478\U0001f47c\U0001f481-\U0001f483\U0001f485-\U0001f487\U0001f48f"
    "\U0001f491\U0001f4aa\U0001f574\U0001f575\U0001f57a\U0001f590\U0001f595\U0001f596\U0001f645-\U0001f647"
    "\U0001f64b-\U0001f64f\U0001f6a3\U0001f6b4-\U0001f6b6\U0001f6c0\U0001f6cc\U0001f90c\U0001f90f"
    "\U0001f918-\U0001f91f\U0001f926\U0001f930-\U0001f939\U0001f93c-\U0001f93e\U0001f977\U0001f9b5\U0001f9b6"
    "\U0001f9b8\U0001f9b9\U0001f9bb\U0001f9cd-\U0001f9cf\U0001f9d1-\U0001f9dd\U0001fac3-\U0001fac5"
    "\U0001faf0-\U0001faf8]"
)
"""What takes a colour of skin: Unicode's Emoji_Modifier_Base."""
_TAGS = "[\U000e0020-\U000e007f]*"
_SKIN = f"{_PERSON}[\U0001f3fb-\U0001f3ff]"
_PART = f"(?:{_SKIN}|{_NEW}\ufe0f?|(?:{_OLD}|[\xa9\xae])\ufe0f|\u2b1b){_TAGS}"
_ALONE = f"(?:{_SKIN}|(?:{_NEW}|{_OLD})\ufe0f?|[\xa9\xae]\ufe0f){_TAGS}"
_EMOJI = re.compile(f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_PART}(?:\u200d{_PART})+|{_ALONE}")
"""An emoji with all that belongs to it counts two."""

_ADDRESS = re.compile(r"https?://[^\s<>\"“”„]*[^\s<>\"“”„.,;:!?)\]'…]", re.IGNORECASE)
_BARE = re.compile(r"(?<![\w@/.$#-])(?:[\w-]+\.)+[a-z]{2,24}(?![\w@])(?:/[^\s<>\"]*[^\s<>\".,;:!?)])?", re.IGNORECASE)
"""What X may take for an address though it does not begin like one; it knows the names of all domains, we do not."""
NAMED = re.compile(r"(?<![\w@/=.&!#$%*])@(\w{1,15})(?![\w@])", re.ASCII)
"""Somebody's handle in a text."""
_OPENING = re.compile(r"(?:\s*@\w{1,15}(?!\w))+", re.ASCII)


class Link(Protocol):
    """An address as X lists it: what stands in the text for what is meant."""

    url: str
    expanded_url: str
    display_url: str
    media_key: str | None


def length(text: str) -> int:
    """How long X takes a text to be, never less: whatever may be an address counts as one, or as what it is."""
    text = unicodedata.normalize("NFC", text)
    text, addresses = _ADDRESS.subn("", text)
    bare = sum(max(LINK - weight, 0) for weight in (_weight(found[0]) for found in _BARE.finditer(text)))
    return addresses * LINK + bare + _weight(text)


def _weight(text: str) -> int:
    text, emoji = _EMOJI.subn("", text)
    return emoji * 2 + sum(1 if any(low <= ord(char) <= high for low, high in _LIGHT) else 2 for char in text)


def has_link(text: str) -> bool:
    """Whether X may find an address in it: that costs more."""
    return bool(_ADDRESS.search(text) or _BARE.search(text))


def readable(text: str, links: Iterable[Link]) -> str:
    """The words as their author wrote them: with the addresses that are meant, without those of the post's media."""
    for link in sorted(links, key=lambda link: -len(link.url)):
        text = text.replace(link.url, "" if link.media_key else _written(link))
    return html.unescape(text).strip()


def _written(link: Link) -> str:
    """X puts ``http://`` before what was written without."""
    bare = link.expanded_url.removeprefix("http://")
    return bare if bare.rstrip("/") == link.display_url else link.expanded_url or link.url


def same_words(one: str, other: str) -> bool:
    """Whether two texts say the same; X may put handles before an answer, and change how an address is written."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> list[str]:
    opening = _OPENING.match(text)
    text = text[opening.end() :] if opening else text
    words = unicodedata.normalize("NFC", text).casefold().split()
    return [re.sub(r"^https?://", "", word).rstrip("/") for word in words]
