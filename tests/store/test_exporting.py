"""Taking out what is held: every mention with what became of it, on the record."""

from typing import Any

from tests.store.desk import Desk, own_post
from twoway import clock
from twoway.domain import Edited
from twoway.store import conversations, exporting
from twoway.store.authors import find


def lines(desk: Desk, channel: int | None = None) -> list[dict[str, Any]]:
    return list(exporting.everything(desk.store, channel))


def test_a_mention_comes_with_its_judgement_its_conversation_and_the_answer_to_it(desk: Desk) -> None:
    number = desk.said(id="first", replies_to=("a", "b"), thread="t")
    desk.answered(number, parts=1)
    [line] = lines(desk)
    assert (line["id"], line["thread"], line["reply_to"]) == ("first", "t", ["a", "b"])
    assert line["author"] == {"id": "kim", "handle": "@kim", "name": "Kim", "url": "", "followers": None}
    assert line["judgement"]["model"] == "test 1"
    assert (line["conversation"]["id"], line["conversation"]["state"]) == (number, "waiting")
    [answer] = line["answers"]
    assert (answer["parts"], answer["state"], answer["sent_at"]) == (["Hello 0"], "sent", desk.delivery().sent_at)
    assert [receipt["id"] for receipt in answer["receipts"]] == ["answer-1"]


def test_each_answer_stands_with_the_mention_that_it_answers(desk: Desk) -> None:
    desk.said(id="first")
    desk.answered()
    desk.said(id="second", replies_to=("first",))
    desk.change(own_post("ours", "second", "We are on it"))
    assert [[answer["parts"] for answer in line["answers"]] for line in lines(desk)] == [
        [["Hello 0"]],
        [["We are on it"]],
    ]


def test_more_than_a_page_comes_once_each_and_in_order(desk: Desk) -> None:
    desk.hear(*(desk.mention() for _ in range(2 * exporting.PAGE + 1)))
    found = [line["id"] for line in lines(desk)]
    assert found == [row[0] for row in desk.all("SELECT remote_id FROM mentions ORDER BY id")]


def test_one_channel_alone_can_be_taken_out(desk: Desk) -> None:
    other = Desk(desk.store, "other")
    desk.hear(desk.mention(id="here"))
    other.hear(other.mention(id="there"))
    assert [line["id"] for line in lines(desk, other.channel)] == ["there"]


def test_of_a_person_everything_is_told_and_of_nobody_else(desk: Desk) -> None:
    number = desk.said(id="mine", quoted="before")
    desk.said(id="theirs", author="lee")
    desk.change(Edited("mine", "now", clock.now(), b"raw"))
    desk.write("a proposal", conversation=number)
    with desk.store.write() as db:
        conversations.note(db, number, "rings at noon", desk.agent.id, clock.now())
    [line] = exporting.about(desk.store, find(desk.store, desk.channel, "KIM").id)
    assert [version["text"] for version in line["versions"]] == ["words of mine", "now"]
    assert [draft["text"] for draft in line["drafts"]] == ["a proposal"]
    assert [note["text"] for note in line["notes"]] == ["rings at noon"]
    assert (line["quoted"], line["raw"]) == ("before", "bWluZQ==")


def test_taking_it_out_is_on_the_record_with_who_did(desk: Desk) -> None:
    exporting.begin(desk.store, desk.approver.id, desk.channel, 7)
    event = desk.one("SELECT user_id, channel_id, data FROM events WHERE kind = 'mentions.exported'")
    assert tuple(event) == (desk.approver.id, desk.channel, '{"author":7}')
