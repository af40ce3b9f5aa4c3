"""May this post be answered by X's API? Computed before anybody writes, from what came with the post."""

from typing import Literal

from twoway.channels.x_posts import Listed, Post

Tier = Literal["self-serve", "enterprise"]

PROTECTED = "the author writes for followers only, and an answer of ours would be public"
UNNAMED = "X does not say who wrote this, so that nobody could be named"
CLOSED = "the author lets only some people answer, and did not name us"
NOT_SUMMONED = "X lets a program answer only whoever named our account or quoted a post of ours"


def summoned(post: Post, listed: Listed, me: str) -> bool:
    """Did its author call us: by naming our account, or by quoting a post of ours?"""
    quoted = listed.quoted.get(post.reference("quoted"))
    return me in post.named or (quoted is not None and quoted.author_id == me)


def by_hand(post: Post, listed: Listed, me: str, tier: Tier) -> str:
    """Why only a person can answer it; empty where the API may.

    Since February 2026 replies through the self-serve API go only to whoever summoned the account; enterprise access is
    exempt. Whoever is named in a post may answer it, whatever its reply settings say.
    """
    author = listed.users.get(post.author_id)
    if author is None:
        return UNNAMED
    if author.protected:
        return PROTECTED
    if post.reply_settings != "everyone" and me not in post.named:
        return CLOSED
    if tier == "self-serve" and not summoned(post, listed, me):
        return NOT_SUMMONED
    return ""
