"""What a server of the AT Protocol takes as a post: the lexicon's rules, as far as anybody here could break them."""

import re
from typing import Any

import regex

_KNOWN = {"$type", "text", "createdAt", "reply", "facets", "langs", "embed", "labels", "tags"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,20})?(Z|[+-]\d\d:\d\d)")
_TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
_URI = re.compile(r"at://did:[a-z]+:[A-Za-z0-9._:%-]+/[a-zA-Z0-9.-]+/[A-Za-z0-9._:~-]+")
_FEATURES = {"link": "uri", "mention": "did", "tag": "tag"}


def mistake(record: Any, key: str) -> str:
    """What is wrong with a record and its key, as the server says it; empty where nothing is."""
    if not _TID.fullmatch(key):
        return "Invalid record key: must be a TID"
    if not isinstance(record, dict) or record.get("$type") != "app.bsky.feed.post":
        return 'Invalid $type: expected "app.bsky.feed.post"'
    if strange := set(record) - _KNOWN:
        return f"Invalid app.bsky.feed.post record: nobody knows {', '.join(sorted(strange))}"
    said = _text(record.get("text")) or _reply(record.get("reply"))
    said = said or wrongly_marked(record.get("facets", []), record["text"])
    if not said and not _TIME.fullmatch(str(record.get("createdAt"))):
        said = "Record/createdAt must be an valid atproto datetime"
    return f"Invalid app.bsky.feed.post record: {said}" if said else ""


def _text(text: Any) -> str:
    if not isinstance(text, str):
        return 'Record must have the property "text"'
    if len(text.encode()) > 3_000:
        return "string too big (maximum 3000) at $.record.text"
    found = len(regex.findall(r"\X", text))
    return f"grapheme too big (maximum 300, got {found}) at $.record.text" if found > 300 else ""


def _reply(reply: Any) -> str:
    if reply is None:
        return ""
    for name in ("root", "parent"):
        found = reply.get(name)
        if not isinstance(found, dict) or set(found) != {"uri", "cid"} or not _URI.fullmatch(found["uri"]):
            return f"Record/reply/{name} must be a strong reference"
    return ""


def wrongly_marked(facets: Any, text: str) -> str:
    """What is wrong with the facets of a text; empty where nothing is."""
    raw = text.encode()
    for facet in facets:
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        try:
            raw[start:end].decode()
        except UnicodeDecodeError:
            return "a facet cuts a character in two"
        for feature in facet["features"]:
            name = feature["$type"].removeprefix("app.bsky.richtext.facet#")
            if not 0 <= start < end <= len(raw) or not isinstance(feature.get(_FEATURES.get(name, "")), str):
                return f"facets is no list of facets ({name})"
    return ""
