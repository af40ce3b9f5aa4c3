"""What a Bluesky post says: text beside facets, which mark links, names and hashtags by offsets in bytes of UTF-8.

https://atproto.com/lexicons and docs.bsky.app/docs/advanced-guides/post-richtext say how both are counted.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from twoway.text import sha256, storable

LENGTH = 300
"""Graphemes of a post."""
BYTES = 3_000
"""Of a post in UTF-8; each counts a tenth here, so that both limits are one."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
NAMED = re.compile(rf"(?<![\w/=@.#-])@((?:{_LABEL}\.)+(?!\d){_LABEL})", re.IGNORECASE)
"""Somebody's handle in a text; a handle is the name of a host."""
_LINK = re.compile(r"(?<![\w@/])https?://[^\s<>\"“”„]+", re.IGNORECASE)
_TAG = re.compile(r"(?<!\S)#(\w{0,63}[^\W\d_]\w{0,63})(?!\w)")
_END = ".,;:!?…'’*_"
_TID = "234567abcdefghijklmnopqrstuvwxyz"
_HASHED = 40
"""Lowest bits of a record key that are ours to choose: 18 minutes of its time."""


class Facet(BaseModel):
    """A stretch of a text and what it is, where it is a link."""

    model_config = ConfigDict(alias_generator=to_camel)

    class Index(BaseModel):
        """In bytes."""

        model_config = ConfigDict(alias_generator=to_camel)
        byte_start: int
        byte_end: int

    class Feature(BaseModel):
        """One of several kinds."""

        type: str = Field(default="", alias="$type")
        uri: str = ""
        did: str = ""

    index: Index
    features: tuple[Feature, ...] = ()

    @property
    def link(self) -> str:
        """Where it leads."""
        return next((one.uri for one in self.features if one.type.endswith("#link") and one.uri), "")


def readable(text: str, facets: tuple[Facet, ...]) -> str:
    """The text with every link that shows something else than where it leads; its author says both as they like."""
    raw, made, at = storable(text).encode(), "", 0
    for facet in sorted(facets, key=lambda one: one.index.byte_start):
        start, end = facet.index.byte_start, facet.index.byte_end
        if not facet.link or not at <= start < end <= len(raw):
            continue
        before, words = _decoded(raw[at:start]), _decoded(raw[start:end])
        if before is None or words is None:
            continue  # a character would be cut in two
        made += before + _shown(words, storable(facet.link))
        at = end
    return made + raw[at:].decode()


def _decoded(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def _shown(words: str, link: str) -> str:
    bare = link.partition("://")[2] or link
    said = words.strip().removesuffix("...").removesuffix("…")
    if said and (bare.startswith(said) or link.startswith(said)):
        return link  # apps shorten what they show
    return f"{words} ({link})"


def length(text: str) -> int:
    """How long a text is, of LENGTH: characters as people count them, or its bytes where those weigh more."""
    import grapheme  # type: ignore[import-untyped]

    return max(int(grapheme.length(text)), -(-len(text.encode()) * LENGTH // BYTES))


def handles(text: str) -> list[str]:
    """Whom a text names, each once, without @."""
    return list(dict.fromkeys(found[1].lower() for found in NAMED.finditer(text)))


def facets(text: str, dids: Mapping[str, str]) -> list[dict[str, Any]]:
    """The facets of a text that we post; ``dids`` are those of the handles that exist, the others stay plain text."""
    found = [*_links(text), *_tags(text)]
    found += [
        (one.start(), one.end(), {"$type": "app.bsky.richtext.facet#mention", "did": dids[one[1].lower()]})
        for one in NAMED.finditer(text)
        if one[1].lower() in dids
    ]
    return [
        {"index": {"byteStart": _bytes(text, start), "byteEnd": _bytes(text, end)}, "features": [feature]}
        for start, end, feature in sorted(found, key=lambda one: one[:2])
    ]


def _bytes(text: str, at: int) -> int:
    return len(text[:at].encode())


def _links(text: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    for found in _LINK.finditer(text):
        uri = found[0].rstrip(_END)
        while uri.endswith(")") and uri.count(")") > uri.count("("):
            uri = uri[:-1].rstrip(_END)
        yield found.start(), found.start() + len(uri), {"$type": "app.bsky.richtext.facet#link", "uri": uri}


def _tags(text: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    for found in _TAG.finditer(text):
        if length(found[1]) <= 64:
            yield found.start(), found.end(), {"$type": "app.bsky.richtext.facet#tag", "tag": found[1]}


def record_key(near: datetime, key: str) -> str:
    """The key of the record that a part is posted as: always the same for the part, so that it is posted once.

    A TID as the network wants it; its time is shortly before ``near``, its rest comes from the part's own key.
    """
    micros = max(0, (near - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))
    block = max(0, (micros << 10 >> _HASHED) - 1)
    value = (block << _HASHED | int(sha256(key)[: _HASHED // 4], 16)) & (2**63 - 1)
    return "".join(_TID[value >> shift & 31] for shift in range(60, -1, -5))
