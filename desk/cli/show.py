"""`twoway show ID`: a conversation's whole story."""

from dataclasses import asdict
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desk.cli import options
from desk.difference import difference
from twoway.errors import Refused
from twoway.store import (
    Store,
    approvals,
    conversations,
    deliveries,
    draft_versions,
    drafts,
    events,
    judgements,
    likenesses,
    mentions,
    topics,
    users,
)

if TYPE_CHECKING:
    from desk.wiring import Desk


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(show)


def show(
    conversation: Annotated[int, typer.Argument(help="The conversation's number.")],
    config: options.Config = None,
    database: options.Database = None,
    as_json: options.Json = False,
) -> None:
    """Tell who said what, how it was judged, who approved which words, and what the platform said.

    Example: twoway show 12
    """
    with options.at_desk(config, database) as desk:
        story = _story(desk.store, conversation)
        if as_json:
            options.print_json(story)
        else:
            _tell(desk, story)


def _story(store: Store, conversation: int) -> dict[str, Any]:
    found = conversations.by_id(store, conversation)
    return {
        "conversation": asdict(found),
        "customer": asdict(mentions.author(store, found.author_id)),
        "mentions": [_mention(store, row) for row in mentions.of_conversation(store, conversation)],
        "notes": [asdict(note) for note in conversations.notes(store, conversation)],
        "drafts": [_draft(store, draft) for draft in drafts.of_conversation(store, conversation)],
        "answers": [_answer(store, row) for row in deliveries.of_conversation(store, conversation)],
        "events": [asdict(event) for event in events.of_conversation(store, conversation)],
        "same_said_in": likenesses.conversations(store, conversation),
    }


def _mention(store: Store, row: mentions.MentionRow) -> dict[str, Any]:
    judged = judgements.of_mention(store, row.id)
    return {
        **asdict(row),
        "author": asdict(mentions.author(store, row.author_id)),
        "versions": [asdict(version) for version in mentions.versions(store, row.id)],
        "judgement": judged.judgement.as_json() if judged else None,
        "topics": topics.of_mention(store, row.id),
    }


def _draft(store: Store, draft: drafts.DraftRow) -> dict[str, Any]:
    return {**asdict(draft), "versions": [_version(store, row) for row in draft_versions.of_draft(store, draft.id)]}


def _version(store: Store, row: draft_versions.VersionRow) -> dict[str, Any]:
    people = {"written_by": row.user_id, "submitted_by": row.submitted_by}
    return {**asdict(row), **{as_: users.by_id(store, who).login if who else None for as_, who in people.items()}}


def _edits(store: Store, draft: int, version: int) -> dict[str, Any] | None:
    """What the approver made of words that somebody else submitted."""
    found = draft_versions.edited(store, draft, version)
    if found is None:
        return None
    before, after = (_version(store, row) for row in found)
    return {"submitted": before, "approved": after, "changes": difference(found[0].text, found[1].text)}


def _answer(store: Store, row: deliveries.DeliveryRow) -> dict[str, Any]:
    approval = approvals.by_id(store, row.approval_id)
    return {
        **asdict(row),
        "preview": _words(store, row.sha256),
        "approved_by": users.by_id(store, approval.user_id).login if approval else None,
        "approved_at": approval.at if approval else None,
        "approval": asdict(approval) if approval else None,
        "edits": _edits(store, approval.draft_id, approval.draft_version) if approval else None,
        "parts": [asdict(part) for part in deliveries.parts(store.read(), row.id)],
    }


def _words(store: Store, sha256: str) -> dict[str, Any] | None:
    try:
        return asdict(deliveries.preview(store.read(), sha256))
    except Refused:
        return None  # erased


def _tell(desk: "Desk", story: dict[str, Any]) -> None:
    found = story["conversation"]
    options.say(f"Conversation {found['id']}: {found['state']}, lane {found['lane']}, version {found['version']}")
    entries = [
        *((mention["created_at"], _heard(mention)) for mention in story["mentions"]),
        *((note["at"], ["note", note["text"]]) for note in story["notes"]),
        *((answer["created_at"], _given(answer)) for answer in story["answers"]),
    ]
    if story["same_said_in"]:
        options.say(f"nearly the same is said in {', '.join(map(str, story['same_said_in']))}")
    for at, lines in sorted(entries, key=itemgetter(0)):
        options.say(f"\n{options.local(desk, at)} {lines[0]}")
        for line in lines[1:]:
            options.say(line)
    for draft in story["drafts"]:
        if draft["state"] in ("writing", "submitted", "returned"):
            options.say(f"\ndraft ({draft['state']})\n{draft['text']}")
    options.say()
    rows = [(options.local(desk, e["at"]), e["kind"], e["user_id"], e["data"]) for e in story["events"]]
    options.table(("at", "event", "user", "data"), rows)


def _heard(mention: dict[str, Any]) -> list[str]:
    judged = mention["judgement"]
    said = [f"{mention['author']['handle']} ({mention['kind']}) {mention['title']}".rstrip(), mention["text"]]
    if judged:
        said.append(f"  judged by {judged['model']}: {', '.join(judged['why']) or '-'}")
    if mention["topics"]:
        said.append(f"  about {', '.join(mention['topics'])}")
    return said


def _given(answer: dict[str, Any]) -> list[str]:
    given = [f"answer {answer['id']}: {answer['state']} {answer['reason']}".rstrip()]
    given += answer["preview"]["parts"] if answer["preview"] else ["(erased)"]
    given.append(f"  approved by {answer['approved_by']} at {answer['approved_at']}, SHA-256 {answer['sha256']}")
    given += _rules(answer["approval"]) + _changed(answer["edits"])
    for part in answer["parts"]:
        sent = f"  part {part['number'] + 1}: {part['state']} {part['evidence'] or ''} {part['url'] or ''}"
        given.append(sent.rstrip())
    return given


def _rules(approval: dict[str, Any] | None) -> list[str]:
    if approval is None:
        return []
    asked = [
        name for key, name in (("four_eyes", "four eyes"), ("second_eyes", "second eyes on edits")) if approval[key]
    ]
    return [f"  valid until {approval['expires_at']}{''.join(f', {name}' for name in asked)}"]


_MARKS = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}


def _changed(edits: dict[str, Any] | None) -> list[str]:
    if edits is None:
        return []
    words = "".join(_MARKS[piece.kind].format(piece.text) for piece in edits["changes"])
    by, before = edits["approved"]["written_by"], edits["submitted"]["submitted_by"]
    return [f"  {by} changed what {before} had submitted:", words]
