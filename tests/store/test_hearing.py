"""Nothing heard is lost: a page and its cursor are one transaction."""

from datetime import timedelta

import pytest

from tests.conftest import Freeze
from tests.store.desk import Desk, judgement
from twoway import clock
from twoway.domain import Edited, Gap, Malformed, Page
from twoway.errors import Refused
from twoway.store import channels, hearing, judgements, mentions


def cursor(desk: Desk) -> str | None:
    return channels.stream(desk.store, desk.channel, "mentions").cursor


def test_a_page_is_kept_with_its_cursor(desk: Desk) -> None:
    assert desk.hear(desk.mention(), desk.mention(), cursor="7") == hearing.Kept(2, 0)
    assert cursor(desk) == "7"


def test_a_page_that_cannot_be_kept_leaves_neither_mentions_nor_a_cursor(desk: Desk) -> None:
    bad = desk.mention(visibility="secret")
    with pytest.raises(Refused):
        desk.hear(desk.mention(), bad, cursor="7")
    assert cursor(desk) is None
    assert desk.all("SELECT id FROM mentions") == []


def test_polls_that_overlap_keep_each_mention_once(desk: Desk) -> None:
    first, second = desk.mention(), desk.mention()
    desk.hear(first, second)
    assert desk.hear(second, desk.mention(), cursor="9").mentions == 1
    assert len(desk.all("SELECT id FROM mentions")) == 3


def test_a_page_twice_over_changes_nothing(desk: Desk) -> None:
    page = Page("3", (desk.mention(),))
    hearing.keep_page(desk.store, desk.stream, page)
    assert hearing.keep_page(desk.store, desk.stream, page) == hearing.Kept(0, 0)


def test_raw_bytes_are_kept_as_received_and_text_is_storable(desk: Desk) -> None:
    desk.hear(desk.mention(id="odd", text="a\0b\ud800c", raw=b"\xff\x00\xfe"))
    row = desk.row("odd")
    assert (row["text"], mentions.raw(desk.store, row["id"])) == ("a\ufffdb\ufffdc", b"\xff\x00\xfe")


def test_a_hundred_thousand_characters_are_kept(desk: Desk) -> None:
    desk.hear(desk.mention(id="long", text="ä\u202e" * 50_000))
    assert len(desk.row("long")["text"]) == 100_000


def test_what_was_said_before_the_channel_began_is_history(desk: Desk) -> None:
    desk.hear(desk.mention(id="old", created_at=clock.now() - timedelta(days=1)))
    desk.judge()
    assert desk.row("old")["history"] == 1
    assert desk.queue() == []


def test_a_letter_dated_before_the_channel_began_is_work_if_it_came_after(desk: Desk) -> None:
    week = timedelta(days=7)
    desk.hear(desk.mention(id="letter", created_at=clock.now() - week, arrived_at=clock.now()))
    desk.hear(desk.mention(id="old", created_at=clock.now(), arrived_at=clock.now() - week))
    assert (desk.row("letter")["history"], desk.row("old")["history"]) == (0, 1)


def test_the_second_in_which_the_channel_began_belongs_to_it(desk: Desk) -> None:
    began = clock.parse(channels.by_name(desk.store, desk.name).started_at)
    desk.hear(desk.mention(id="at once", created_at=began.replace(microsecond=0)))
    assert desk.row("at once")["history"] == 0


def test_what_is_said_while_our_clock_is_behind_is_no_history(desk: Desk, freeze: Freeze) -> None:
    said = desk.mention(id="new", created_at=clock.now())
    freeze(clock.now() - timedelta(hours=3))
    desk.hear(said)
    assert desk.row("new")["history"] == 0


def test_answer_since_makes_work_of_history_that_is_known_already(desk: Desk) -> None:
    desk.hear(desk.mention(id="old", created_at=clock.now() - timedelta(days=1)))
    desk.judge()
    channels.answer_since(desk.store, desk.channel, clock.now() - timedelta(days=2))
    assert len(desk.queue()) == 1


def test_a_clock_elsewhere_that_runs_ahead_answers_nobody_before_they_wrote(desk: Desk) -> None:
    desk.hear(desk.mention(id="ahead", created_at=clock.now() + timedelta(days=1)))
    assert desk.row("ahead")["created_at"] <= clock.stamp(clock.now())


def test_a_malformed_item_is_kept_once_and_shown(desk: Desk) -> None:
    page = Page("4", malformed=(Malformed("x", "no date\ud800", b"\x00junk"),))
    hearing.keep_page(desk.store, desk.stream, page)
    hearing.keep_page(desk.store, desk.stream, page)
    assert [found.reason for found in channels.malformed(desk.store, desk.channel)] == ["no date\ufffd"]


def test_a_gap_is_seen_and_on_the_record(desk: Desk) -> None:
    gap = Gap(None, clock.now(), "only 300 are given")
    hearing.keep_page(desk.store, desk.stream, Page("4", gap=gap))
    since = clock.now() - timedelta(hours=1)
    assert [found.reason for found in channels.gaps(desk.store, desk.channel, since)] == ["only 300 are given"]
    assert desk.one("SELECT count(*) FROM events WHERE kind = 'stream.gap'")[0] == 1


def test_an_author_keeps_their_name_when_a_later_post_has_none(desk: Desk) -> None:
    first = desk.mention(author="lee")
    desk.hear(first)
    author = mentions.author(desk.store, desk.row(first.id)["author_id"])
    assert (author.name, author.handle) == ("Lee", "@lee")


def test_words_that_changed_while_they_were_judged_are_judged_again(desk: Desk) -> None:
    desk.hear(desk.mention(id="m"))
    words = judgements.unjudged(desk.store, 10)
    desk.change(Edited("m", "other words", clock.now(), b""))
    judgements.keep(desk.store, [(found, judgement()) for found in words])
    assert [found.text for found in judgements.unjudged(desk.store, 10)] == ["other words"]


def test_judging_twice_keeps_one_judgement_and_queues_once(desk: Desk) -> None:
    desk.hear(desk.mention())
    words = judgements.unjudged(desk.store, 10)
    judgements.keep(desk.store, [(words[0], judgement())])
    desk.queue()
    judgements.keep(desk.store, [(words[0], judgement())])
    assert desk.queue() == []
    assert len(desk.all("SELECT id FROM judgements")) == 1
