"""Answers of ours to much the same question: a person may begin from one, never the desk by itself."""

import re
from dataclasses import dataclass

from responders.compose import Proposal
from responders.draft import Writer
from responders.outlet import Outlet
from twoway.nearness import SIMILAR
from twoway.store import Store, answered, conversations, judgements, mentions, vectors
from twoway.store.answered import Answered

SOURCE = "answer:"
"""A proposal's source begins so, then comes the delivery's number."""
SHOWN = 3
_CANDIDATES = 200
"""Near mentions that are looked through for answered ones."""
_NAME, _OPEN = "[Name]", "[...]"
_SHORTEST = 3
"""Letters of a name that is looked for."""
_OTHERS = re.compile(r"[^\s<>]+@[^\s<>]+\.\w+|(?<!\w)@\w(?:[\w.-]*\w)?|(?<!\w)\+?\d(?:[\d /.-]{3,}\d)(?!\w)")
"""Mail addresses, handles, long numbers: of the other customer, or true only then."""
_NAMES = re.compile(rf"{re.escape(_NAME)}(?:\s+{re.escape(_NAME)})+")


@dataclass(frozen=True, slots=True)
class Past:
    """What somebody else asked, what we answered, and how near the questions are."""

    found: Answered
    similarity: float

    @property
    def source(self) -> str:
        """What a proposal made of it is called."""
        return f"{SOURCE}{self.found.delivery_id}"


def searchable(store: Store, conversation: int) -> bool:
    """Whether anything can be looked for: what was said last has a vector."""
    target = mentions.latest(store.read(), conversation)
    return target is not None and vectors.of_mention(store, target.id) is not None


def past_answers(store: Store, conversation: int) -> list[Past]:
    """Answers to mentions near to what was said last, the nearest first; of one answer only once.

    Reads every vector there is: up to two seconds at a million.
    """
    from twoway.vectors import nearest, unpack

    target = mentions.latest(store.read(), conversation)
    kept = vectors.of_mention(store, target.id) if target else None
    if target is None or kept is None:
        return []
    encoder, packed = kept
    near = nearest(unpack(packed)[None, :], vectors.blocks(store, encoder), _CANDIDATES, SIMILAR)[0]
    nearness = {one.id: one.similarity for one in near}
    judged = judgements.of_mention(store, target.id)
    found = answered.of_mentions(store, nearness, conversation, judged.language if judged else "")
    best: dict[str, Past] = {}
    for past in sorted((Past(one, nearness[one.mention_id]) for one in found), key=lambda past: -past.similarity):
        best.setdefault(past.source, past)
    return list(best.values())[:SHOWN]


def proposal(store: Store, writer: Writer, conversation: int, source: str, initials: str) -> Proposal | None:
    """The beginning of an answer made of an earlier one; None where there is none that may be offered here.

    What belongs to the other customer is a gap, which a person has to fill before anybody can approve.
    """
    number = source.removeprefix(SOURCE)
    found = answered.by_delivery(store, int(number), conversation) if number.isdecimal() and len(number) < 19 else None
    if found is None:
        return None
    was, now = (writer.outlets.get(channel) for channel in (found.channel_id, _channel(store, conversation)))
    text = found.text
    if was and now:
        text = _signed_anew(text, _signature(was, writer, found.initials or ""), _signature(now, writer, initials))
    return Proposal(opened(text, found.author, found.handle), "", source)


def _channel(store: Store, conversation: int) -> int:
    return conversations.by_id(store, conversation).channel_id


def _signature(outlet: Outlet, writer: Writer, initials: str) -> str:
    values = {"brand": writer.brand, "channel": outlet.channel.label, "initials": initials}
    return re.sub(r"\{(\w+)\}", lambda hole: values.get(hole.group(1), hole.group()), outlet.signature).strip()


def _signed_anew(text: str, was: str, now: str) -> str:
    body = text.rstrip()
    if not was or not body.endswith(was):
        return text
    return f"{body.removesuffix(was)}{now}".rstrip()


def opened(text: str, author: str, handle: str) -> str:
    """The words with gaps in place of the other customer's name, and of what is true of them alone."""
    called = f"{author} {handle.lstrip('@').partition('@')[0]}"
    names = {word for word in re.findall(r"[^\W\d_]+", called) if len(word) >= _SHORTEST}
    if names:
        pattern = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
        text = re.sub(rf"(?<![\w@])(?:{pattern})(?!\w)", _NAME, text, flags=re.IGNORECASE)
    return _NAMES.sub(_NAME, _OTHERS.sub(_OPEN, text))
