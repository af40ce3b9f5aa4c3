"""The direct messages of the fake X: their real paths, parameters, fields and permissions."""

from typing import TYPE_CHECKING, Any

from tests.fakes.x_asked import Asked, Refusal
from tests.fakes.x_fields import MEDIA_FIELDS, TWEET_FIELDS, USER_FIELDS
from tests.fakes.x_letters import Letter, event
from tests.fakes.x_town import Town

if TYPE_CHECKING:
    from tests.fakes.x import Handler, X

EVENT_TYPES = frozenset({"MessageCreate", "ParticipantsJoin", "ParticipantsLeave"})
LISTS = {
    "dm_event.fields": frozenset({
        "attachments", "created_at", "dm_conversation_id", "entities", "event_type", "id", "participant_ids",
        "referenced_tweets", "sender_id", "text",
    }),
    "event_types": EVENT_TYPES,
    "expansions": frozenset({"attachments.media_keys", "participant_ids", "referenced_tweets.id", "sender_id"}),
    "media.fields": MEDIA_FIELDS, "tweet.fields": TWEET_FIELDS, "user.fields": USER_FIELDS,
}  # fmt: skip
"""Parameters with several values, and which there are."""
PARAMETERS = frozenset({*LISTS, "max_results", "pagination_token"})
LONGEST = 10_000


def everywhere(x: "X", asked: Asked, _: str) -> Any:
    """What happened in all conversations, newest first."""
    return _page(x, asked, x.letters.given())


def conversation(x: "X", asked: Asked, id_: str) -> Any:
    """What happened in one."""
    return _page(x, asked, x.letters.given(id_))


def with_somebody(x: "X", asked: Asked, participant: str) -> Any:
    """What happened between the brand and one other."""
    return conversation(x, asked, _of_two(x.town, participant))


def _of_two(town: Town, participant: str) -> str:
    return "-".join(sorted((town.brand.id, participant), key=int))


def _page(x: "X", asked: Asked, listed: list[Letter]) -> Any:
    letters = x.letters
    letters.let("read")
    limit = asked.number("max_results", 100)
    if not 1 <= limit <= 100:
        raise Refusal(400, f"The `max_results` query parameter value [{limit}] is not valid", "invalid-request")
    kinds = asked.many("event_types") or EVENT_TYPES
    fitting = letters.after(asked.query.get("pagination_token", ""), [one for one in listed if one.kind in kinds])
    page = fitting[:limit]
    token = f"T{page[-1].id}" if len(fitting) > limit else ""
    letters.tokens |= {token} - {""}
    page = [one for one in page if one.id not in x.holes]
    meta = {"result_count": len(page), **({"next_token": token} if token else {})}
    return _with(x, page, asked) | {"meta": meta}


def _with(x: "X", page: list[Letter], asked: Asked) -> dict[str, Any]:
    """Events and what was asked for along with them; all of it is billed, once a day."""
    expand = asked.many("expansions")
    people = {one.by.id: one.by for one in page} if "sender_id" in expand else {}
    media = {one["media_key"]: one for letter in page for one in letter.media}
    media = media if "attachments.media_keys" in expand else {}
    for kind, found in (("message", [one.id for one in page]), ("users", people), ("media", media)):
        for id_ in found:
            x.letters.bill(x.town, kind, id_)
    users = [x.town.user(person, asked.many("user.fields")) for person in people.values()]
    included = {name: found for name, found in (("users", users), ("media", list(media.values()))) if found}
    data = [event(one, asked.many("dm_event.fields")) for one in page]
    return ({"data": data} if data else {}) | ({"includes": included} if included else {})


def create(x: "X", asked: Asked, id_: str) -> Any:
    """The brand writes into a conversation that it is in."""
    x.letters.let("write")
    there = [one for one in x.letters.sent if one.conversation == id_]
    if id_ in x.letters.encrypted or not (there or x.town.brand.id in id_.split("-")):
        raise Refusal(403, "You do not have permission to send messages to this conversation.")
    for person in x.town.people.values():
        if person.id in id_.split("-") and not person.takes_messages:
            raise Refusal(403, "You cannot send messages to this user.")
    body = asked.body or {}
    text = str(body.get("text", "")).strip()
    if set(body) - {"text", "attachments"} or not text or len(text.encode("utf-16-le")) // 2 > LONGEST:
        raise Refusal(400, f"One or more parameters to your request was invalid: {sorted(body)}", "invalid-request")
    made = x.letters.write(x.town, x.town.brand, text, group=id_)
    x.town.billed["sent_message"] += 1
    return {"data": {"dm_conversation_id": id_, "dm_event_id": made.id}}


def create_with(x: "X", asked: Asked, participant: str) -> Any:
    """The brand writes to somebody."""
    return create(x, asked, _of_two(x.town, participant))


ROUTES: "list[tuple[str, str, frozenset[str], int, Handler]]" = [
    ("GET", "/2/dm_events", PARAMETERS, 200, everywhere),
    ("GET", r"/2/dm_conversations/with/(\d+)/dm_events", PARAMETERS, 200, with_somebody),
    ("GET", r"/2/dm_conversations/(\d+(?:-\d+)?)/dm_events", PARAMETERS, 200, conversation),
    ("POST", r"/2/dm_conversations/with/(\d+)/messages", frozenset(), 201, create_with),
    ("POST", r"/2/dm_conversations/(\d+(?:-\d+)?)/messages", frozenset(), 201, create),
]
"""Method, path, known parameters, status of success."""
