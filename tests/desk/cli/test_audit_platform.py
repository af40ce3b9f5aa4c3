"""`twoway audit --against-platform`: what stands on the square in our name, against what was approved."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from desk.square.board import Words
from tests.desk.cli.conftest import PASSWORD, Shell
from tests.desk.cli.test_working import ANSWER, ASKED, approve, settle
from tests.fakes.square import FakeSquare
from twoway import clock
from twoway.store import Store
from twoway.store.migrations import lay_triggers

MADE_BY_A_DESK = "0123456789abcdef" * 2


@pytest.fixture
def sent(desk: Shell, square: FakeSquare, anna: str) -> str:
    """A question was answered by this desk; the id of the answer on the square."""
    square.say("Tim", ASKED)
    approve(desk, settle(desk), f"{PASSWORD}\ny\n", "--text", ANSWER)
    assert desk.json("deliver") == {"sent": 1}
    return newest(square)


def newest(square: FakeSquare) -> str:
    """The id of the newest post there."""
    return str(square.board.file.row("SELECT max(id) AS id FROM posts")["id"])


def compared(desk: Shell, *more: str, code: int = 0) -> dict[str, Any]:
    """What is said of the square."""
    report = desk.json("audit", "--against-platform", *more, code=code)
    [one] = [one for one in report["platforms"] if one["channel"] == "square"]
    assert report["ok"] is (code == 0)
    return one


def said(one: dict[str, Any]) -> list[tuple[str, str]]:
    """Posts that are wrong, and why."""
    return [(post["id"], post["said"]) for post in one["wrong"]["posts"]]


def damage(desk: Shell, sql: str) -> None:
    """Somebody writes into the file with every protection off."""
    with closing(sqlite3.connect(desk.folder / "twoway.db", isolation_level=None)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("PRAGMA ignore_check_constraints = ON")
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        db.executescript(sql)
        lay_triggers(db)


def keyed(square: FakeSquare, text: str, key: str) -> str:
    """Something posts in our name with a key; the post's id."""
    return str(square.board.say(square.board.brand, Words(text, key=key), square.rules)[0])


def test_what_was_approved_and_sent_is_fine(desk: Shell, sent: str) -> None:
    one = compared(desk)
    assert (one["ok"], one["approved"], one["elsewhere"], said(one)) == (True, 1, 0, [])
    assert "square, since" in desk("audit", "--against-platform")


def test_a_channel_that_cannot_be_asked_is_said_and_no_fault(desk: Shell) -> None:
    [log] = [
        one for one in desk.json("audit", "--against-platform")["platforms"] if one["channel"] == "telefon"
    ]  # fmt: skip
    assert (log["ok"], log["unlisted"]) == (True, "answers by hand are known to whoever gave them")
    assert "telefon: cannot be compared: answers by hand" in desk("audit", "--against-platform")


def test_without_being_told_to_it_asks_no_platform(desk: Shell, square: FakeSquare) -> None:
    before = len(list(square.faults.log()))
    assert "platforms" not in desk.json("audit")
    assert len(list(square.faults.log())) == before


def test_a_removed_approval_is_found(desk: Shell, sent: str) -> None:
    damage(desk, "DELETE FROM approvals")
    assert said(compared(desk, code=1)) == [(sent, "delivery 1: there is no approval of it")]


def test_a_removed_receipt_is_found(desk: Shell, sent: str) -> None:
    damage(desk, "DELETE FROM receipts")
    [(post, why)] = said(compared(desk, code=1))
    assert post == sent
    assert why.startswith("delivery 1: it stands there, but the record says sent")


def test_a_removed_delivery_is_found(desk: Shell, sent: str) -> None:
    damage(desk, "DELETE FROM receipts; DELETE FROM parts; DELETE FROM deliveries; DELETE FROM approvals")
    [(post, why)] = said(compared(desk, code=1))
    assert post == sent
    assert "no approval" in why


def test_a_post_with_a_key_of_a_desks_but_no_delivery_is_no_answer_made_elsewhere(
    desk: Shell, square: FakeSquare
) -> None:
    post = keyed(square, "Buy now!", MADE_BY_A_DESK)
    one = compared(desk, code=1)
    assert said(one) == [(post, "carries a key of a desk's, but there is no approval of it")]
    assert "Buy now" not in desk("audit", "--against-platform", code=1)  # heard meanwhile, and still found


def test_a_key_of_another_program_makes_it_no_post_of_a_desks(desk: Shell, square: FakeSquare) -> None:
    keyed(square, "We moved!", "some-app-4711")
    one = compared(desk)
    assert (one["elsewhere"], said(one)) == (1, [])


def test_an_answer_in_the_native_app_is_heard_and_fine(desk: Shell, square: FakeSquare, sent: str) -> None:
    square.answer_elsewhere(sent, "and here is the link")
    one = compared(desk)
    assert (one["approved"], one["elsewhere"], said(one)) == (1, 1, [])


def test_an_answer_made_elsewhere_whose_record_is_removed_is_found(desk: Shell, square: FakeSquare, sent: str) -> None:
    post = square.answer_elsewhere(sent, "and here is the link")
    compared(desk)
    damage(desk, "DELETE FROM outside_answers")
    why = "has neither an approval nor a record of being made elsewhere"
    assert said(compared(desk, code=1)) == [(post, why)]


def test_other_words_than_were_approved_are_found(desk: Shell, square: FakeSquare, sent: str) -> None:
    square.board.edit(square.board.brand, int(sent), "We never answer.", square.rules)
    assert said(compared(desk, code=1)) == [(sent, "delivery 1: it says something else than was approved")]


def test_words_that_were_erased_are_not_compared(desk: Shell, square: FakeSquare, sent: str) -> None:
    damage(desk, f"UPDATE previews SET body = NULL, erased_at = '{clock.stamp(clock.now())}'")
    square.board.edit(square.board.brand, int(sent), "We never answer.", square.rules)
    assert compared(desk)["approved"] == 1


def test_a_deleted_answer_is_said_and_no_fault(desk: Shell, square: FakeSquare, sent: str) -> None:
    square.board.delete(square.board.brand, int(sent))
    assert compared(desk)["gone"]["count"] == 0  # some platforms list late
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        one = compared(desk)
    assert [(post["id"], post["said"]) for post in one["gone"]["posts"]] == [
        (sent, "the answer of delivery 1 is no longer there")
    ]


def test_a_second_post_of_the_same_answer_is_found(desk: Shell, square: FakeSquare, sent: str) -> None:
    key = square.board.file.row("SELECT key FROM posts WHERE id = ?", int(sent))["key"]
    square.board.file.row("UPDATE posts SET key = 'x' WHERE id = ? RETURNING id", int(sent))
    second = keyed(square, ANSWER, key)
    [(post, why)] = said(compared(desk, code=1))
    assert post == second
    assert "second post" in why


def test_an_answer_whose_receipt_got_lost_is_under_way_until_it_is_heard(
    desk: Shell, square: FakeSquare, anna: str
) -> None:
    square.say("Tim", ASKED)
    approve(desk, settle(desk), f"{PASSWORD}\ny\n", "--text", ANSWER)
    square.faults.order("drop-after", method="POST", path="/api/v1/posts")
    desk("deliver")
    first, second = compared(desk), compared(desk)
    assert first["approved"] + first["under_way"] == 1
    assert second["approved"] == 1


def test_a_platform_that_is_down_is_said(desk: Shell, square: FakeSquare, sent: str) -> None:
    square.faults.order("error-before", path="/api/v1", times=100)
    assert "503" in compared(desk, code=1)["down"]
    assert "not asked or heard to the end: square: " in desk("audit", "--against-platform", code=1)


def test_what_could_not_be_heard_is_not_taken_for_unrecorded(desk: Shell, square: FakeSquare, sent: str) -> None:
    square.answer_elsewhere(sent, "and here is the link")
    square.faults.order("error-before", path="/api/v1/activity")
    one = compared(desk, code=1)
    assert (one["approved"], said(one)) == (1, [])
    assert "503" in one["down"]


def test_what_stood_there_before_the_desk_began_is_not_its_own(desk: Shell, square: FakeSquare, store: Store) -> None:
    keyed(square, "Hello world", MADE_BY_A_DESK)
    with store.write() as db:
        db.execute("UPDATE channels SET started_at = ?", (clock.stamp(clock.now()),))
    assert said(compared(desk)) == []


def test_only_the_wanted_days_are_asked_for(desk: Shell, square: FakeSquare) -> None:
    keyed(square, "Buy now!", MADE_BY_A_DESK)
    with time_machine.travel(clock.now() + timedelta(days=3)):
        assert said(compared(desk, "--days", "2")) == []
        assert len(said(compared(desk, "--days", "4", code=1))) == 1


def test_many_are_counted_and_some_are_named(desk: Shell, square: FakeSquare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("responders.readback.SHOWN", 3)
    monkeypatch.setattr("responders.square.PAGE", 2)
    for number in range(7):
        keyed(square, f"Buy {number}", f"{number:032x}")
    one = compared(desk, code=1)
    assert (one["wrong"]["count"], len(one["wrong"]["posts"])) == (7, 3)
    assert "and 4 more" in desk("audit", "--against-platform", code=1)
