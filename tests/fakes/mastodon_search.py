"""What the fake Mastodon finds: hashtags in their timeline, words by its search."""

import re
from collections.abc import Mapping

from tests.fakes.mastodon_town import Post, Town, folded

_WORD = re.compile(r"[^\W_]+")
_ASKED = re.compile(r'"([^":]*)"|([^\s"]+)')


def tagged(town: Town, tag: str, query: Mapping[str, list[str]]) -> list[Post]:
    """Public posts with a hashtag or one of four more; of a fifth the real one takes no notice."""
    wanted = {folded(word) for word in (tag, *query.get("any[]", [])[:4])}
    return [post for post in town.posts.values() if post.visibility == "public" and wanted & set(town.tags(post))]


def found(town: Town, written: str) -> list[Post]:
    """Posts with all of some words and phrases, or from me, newest first; what cannot be read finds nothing."""
    mine, asked = "from:me" in written.split(), written.replace("from:me", "")
    if ":" in asked:
        return []
    phrases = [_flat(quoted or word) for quoted, word in _ASKED.findall(asked)]
    seen = (post for post in town.posts.values() if town.seen_by_brand(post) and (not mine or post.by is town.brand))
    held = [post for post in seen if all(phrase in _flat(post.text) for phrase in phrases)]
    return sorted(held, key=lambda post: -int(post.id))


def _flat(text: str) -> str:
    return f" {' '.join(_WORD.findall(folded(text)))} "
