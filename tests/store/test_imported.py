"""Mentions from a file are history, until the channel tells of them itself or a person makes work of them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.store.desk import Desk
from twoway import clock
from twoway.domain import Author, Mention, Page
from twoway.store import channels, hearing, judgements, mentions
from twoway.store.audit import audit
from twoway.store.channels import Stream


@pytest.fixture
def file(desk: Desk) -> Stream:
    """Where what a file brings is kept."""
    return channels.stream(desk.store, desk.channel, mentions.IMPORTED)


def bring(desk: Desk, file: Stream, *found: Mention, since: datetime | None = None) -> int:
    return hearing.keep_imported(desk.store, file, found, len(found), since).mentions


def test_what_a_file_brings_is_history_even_if_it_was_said_today(desk: Desk, file: Stream) -> None:
    assert bring(desk, file, desk.mention(id="new")) == 1
    desk.judge(complaint=True, now=True)
    assert desk.row("new")["judgement_id"]
    assert desk.queue(alarming=True) == []
    assert desk.all("SELECT id FROM alerts") == []


def test_the_same_file_twice_changes_nothing(desk: Desk, file: Stream) -> None:
    found = desk.mention(), desk.mention()
    bring(desk, file, *found)
    before = "\n".join(desk.store.read().iterdump())
    assert bring(desk, file, *found) == 0
    assert "\n".join(desk.store.read().iterdump()) == before


def test_importing_is_on_the_record_and_breaks_no_promise(desk: Desk, file: Stream) -> None:
    bring(desk, file, desk.mention())
    assert desk.one("SELECT data FROM events WHERE kind = 'mentions.imported'")[0] == '{"count":1}'
    assert audit(desk.store).ok


def test_an_import_is_no_sign_of_life_of_its_channel(desk: Desk, file: Stream) -> None:
    bring(desk, file, desk.mention())
    assert channels.by_name(desk.store, desk.name).last_heard_at is None


def test_what_was_said_since_a_day_is_work(desk: Desk, file: Stream) -> None:
    day = timedelta(days=1)
    old, new = (desk.mention(id=name, created_at=clock.now() - days * day) for name, days in (("old", 9), ("new", 2)))
    bring(desk, file, old, new, since=clock.now() - 3 * day)
    desk.judge()
    assert len(desk.queue()) == 1
    assert (desk.row("old")["history"], desk.row("new")["history"]) == (1, 0)


def test_work_can_be_made_of_it_later(desk: Desk, file: Stream) -> None:
    found = desk.mention()
    bring(desk, file, found)
    desk.judge()
    assert bring(desk, file, found, since=found.created_at) == 1
    assert len(desk.queue()) == 1
    assert bring(desk, file, found, since=found.created_at) == 0


def test_what_the_channel_then_tells_of_itself_is_answered_like_any_other(desk: Desk, file: Stream) -> None:
    found = desk.mention(id="both", address='{"post":"both"}')
    bring(desk, file, desk.mention(id="both", address="by hand", route="hand", text="short", raw=b"line"))
    desk.judge()
    assert desk.hear(found).mentions == 1
    desk.judge()
    assert len(desk.queue()) == 1
    row = desk.row("both")
    assert (row["address"], row["route"], row["text"], row["raw"]) == (found.address, "api", found.text, found.raw)
    assert desk.hear(found).mentions == 0
    assert audit(desk.store).ok


def test_what_the_channel_told_before_is_left_as_it_is(desk: Desk, file: Stream) -> None:
    desk.hear(desk.mention(id="both", text="whole"))
    assert bring(desk, file, desk.mention(id="both", text="short")) == 0
    assert (desk.row("both")["text"], desk.row("both")["history"]) == ("whole", 0)


def test_context_that_the_channel_then_tells_of_itself_reopens_the_conversation(desk: Desk, file: Stream) -> None:
    number = desk.said(id="first")
    desk.answered(number)
    reply = desk.mention(id="reply", replies_to=("first",))
    bring(desk, file, reply)
    assert desk.row("reply")["conversation_id"] == number
    assert desk.conversation(number).state == "waiting"
    desk.hear(reply)
    assert desk.conversation(number).state == "open"
    desk.judge()
    desk.queue()
    assert desk.conversation(number).awaiting_since


def test_imported_context_never_takes_the_answer_to_itself(desk: Desk, file: Stream) -> None:
    number = desk.said(id="first")
    bring(desk, file, desk.mention(id="reply", replies_to=("first",), address="by hand"))
    assert desk.write(conversation=number).mention_id == desk.row("first")["id"]


def test_what_is_heard_is_judged_before_a_heap_of_history(desk: Desk, file: Stream) -> None:
    bring(desk, file, *(desk.mention() for _ in range(3)))
    hearing.keep_page(desk.store, desk.stream, Page("1", (desk.mention(id="live"),)))
    first = judgements.unjudged(desk.store, 1)[0]
    assert first.mention_id == desk.row("live")["id"]


def test_a_file_never_overwrites_what_is_known_of_an_author(desk: Desk, file: Stream) -> None:
    desk.hear(replace(desk.mention(), author=Author("kim", "@kim_now", "Kim", followers=500)))
    old = Author("kim", "@kim_then", "Kimmy", "https://kim.example", 3)
    bring(desk, file, replace(desk.mention(), author=old))
    row = desk.one("SELECT handle, name, url, followers FROM authors")
    assert tuple(row) == ("@kim_now", "Kim", "https://kim.example", 500)


def effort(desk: Desk, name: str) -> int:
    """How much SQLite works to hear a mention of a thread and to open its conversation."""
    steps = [0]

    def step() -> None:
        steps[0] += 1

    desk.store._writer.set_progress_handler(step, 10)
    desk.hear(desk.mention(id=name, thread=f"thread of {name}", replies_to=("unheard",)))
    desk.judge()
    desk.queue()
    desk.store._writer.set_progress_handler(None, 0)
    assert desk.row(name)["conversation_id"]
    return steps[0]


def test_a_heap_of_history_makes_hearing_no_slower(desk: Desk, file: Stream) -> None:
    bring(desk, file, *(desk.mention(thread="old") for _ in range(20)))
    desk.judge()
    few = effort(desk, "early")
    bring(desk, file, *(desk.mention(thread=f"t{number}") for number in range(3000)))
    while judgements.unjudged(desk.store, 1):
        desk.judge()
    assert effort(desk, "late") < 2 * few
