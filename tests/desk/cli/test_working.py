"""Hearing, listing, reading, approving and delivering from a terminal."""

from datetime import timedelta

import pytest

from tests.desk.cli.conftest import PASSWORD, Shell
from tests.fakes.square import FakeSquare
from twoway import clock
from twoway.store import Store, channels, sessions, users

ASKED = "@wanderlust Do your boots come in size 47?"
ANSWER = "Hello Tim, they do: 47 and 48 are in stock. AB"


@pytest.fixture
def asked(desk: Shell, square: FakeSquare) -> int:
    """A customer's question, on the desk with a draft; the conversation."""
    square.say("Tim", ASKED)
    return settle(desk)


def settle(desk: Shell) -> int:
    """Hear, judge, queue and propose, as a running desk does; the newest conversation."""
    from desk import schedule
    from desk.wiring import open_desk
    from twoway.config import load

    desk("collect")
    opened = open_desk(load(desk.folder / "twoway.toml"))
    schedule.judge_all(opened)
    opened.close()
    return max(row["id"] for row in desk.rows("queue"))


def test_collect_tells_what_it_heard(desk: Shell, square: FakeSquare) -> None:
    square.say("Tim", ASKED)
    assert desk.json("collect") == {
        "square": {"heard": 1, "error": None},
        "telefon": {"heard": 0, "error": None},
    }


def test_one_channel_may_be_collected(desk: Shell) -> None:
    assert list(desk.json("collect", "telefon")) == ["telefon"]


def test_an_unknown_channel_is_used_wrongly(desk: Shell) -> None:
    desk("collect", "phone", code=2)
    assert desk.err == "twoway: no channel 'phone' is switched on; there are square, telefon\n"


def test_a_channel_that_fails_ends_in_one(desk: Shell) -> None:
    (desk.folder / "token").write_text("wrong")
    assert desk.json("collect", code=1)["square"]["error"].startswith("square: ")


def test_backfill_brings_history_that_nobody_has_to_answer(twoway: Shell, square: FakeSquare, store: Store) -> None:
    square.say("Early", ASKED)
    with store.write() as db:  # as if the desk began to listen only after that
        db.execute("UPDATE channels SET started_at = ?", (clock.stamp(clock.now() + timedelta(seconds=2)),))
        db.execute("DELETE FROM streams")
    twoway("collect")
    assert twoway.json("collect", "square", "--backfill", "30")["square"]["heard"] == 1
    with pytest.raises(ValueError, match="empty"):
        settle(twoway)


def test_answer_since_makes_history_work(twoway: Shell, square: FakeSquare, store: Store) -> None:
    square.say("Early", ASKED)
    with store.write() as db:
        db.execute("UPDATE channels SET started_at = ?", (clock.stamp(clock.now()),))
    yesterday = f"{clock.now() - timedelta(days=1):%Y-%m-%d}"
    twoway("collect", "square", "--backfill", "30", "--answer-since", yesterday)
    assert settle(twoway)


def test_answer_since_is_a_day_of_the_brands_zone(desk: Shell, store: Store) -> None:
    desk("collect", "square", "--answer-since", "2026-07-01")
    assert channels.by_name(store, "square").started_at == "2026-06-30T22:00:00.000000Z"


def test_the_queue_gives_the_reasons_for_its_order(desk: Shell, square: FakeSquare) -> None:
    for who, words in (("Kim", ASKED), ("Tim", ASKED), ("Tim", "@wanderlust Hello? Nobody answers me. Why?")):
        square.say(who, words)
        settle(desk)
    first, *others = desk.rows("queue")
    assert (first["author"], first["reasons"]["repeated"]) == ("Tim", 3)
    assert first["score"] == sum(first["reasons"].values()) > max(row["score"] for row in others)
    titles, line, *_ = desk("queue").splitlines()
    assert "why" in titles
    assert "wrote before 3" in line


def test_the_queue_lists_what_presses(desk: Shell, asked: int) -> None:
    [line] = desk.rows("queue")
    assert (line["id"], line["author"], line["lane"], line["draft"]) == (asked, "Tim", "answer", "writing")
    assert "size 47" in desk("queue")


def test_an_unknown_list_names_those_there_are(desk: Shell) -> None:
    desk("queue", "overdo", code=2)
    assert "overdue" in desk.err


def test_hostile_words_do_not_move_the_cursor(desk: Shell, square: FakeSquare) -> None:
    square.say("Eve\x1b[2J", "@wanderlust \x1b[2J\x1b]0;gone\x07 \u202eback? [bold]x[/bold]")
    number = settle(desk)
    for said in (desk("queue"), desk("show", str(number))):
        assert "\x1b" not in said
        assert "\u202e" not in said
        assert "[bold]x[/bold]" in said


def test_show_tells_the_whole_story(desk: Shell, asked: int) -> None:
    story = desk.json("show", str(asked))
    assert [mention["text"] for mention in story["mentions"]] == [ASKED]
    assert story["mentions"][0]["judgement"]["language"] == "en"
    assert story["events"]
    told = desk("show", str(asked))
    assert ASKED in told
    assert "judged by" in told


def test_what_is_not_there_is_used_wrongly(desk: Shell) -> None:
    desk("show", "4711", code=2)
    assert desk.err == "twoway: there is no conversation 4711\n"


def approve(desk: Shell, number: int, typed: str, *more: str, code: int = 0) -> str:
    return desk("approve", str(number), "--login", "anna", *more, typed=typed, code=code)


def test_an_answer_is_approved_as_it_was_shown_and_delivered(
    desk: Shell, square: FakeSquare, asked: int, anna: str
) -> None:
    said = approve(desk, asked, f"{PASSWORD}\ny\n", "--text", ANSWER)
    assert PASSWORD not in said
    assert f"@tim {ANSWER}" in said or ANSWER in said
    assert desk.json("deliver") == {"sent": 1}
    [row] = desk.json("show", str(asked))["answers"]
    assert row["approved_by"] == "anna"
    assert square.posts_of_brand() == row["preview"]["parts"]
    assert any(ANSWER in part for part in row["preview"]["parts"])


def test_no_means_no(desk: Shell, asked: int, anna: str) -> None:
    approve(desk, asked, f"{PASSWORD}\nn\n", "--text", ANSWER, code=1)
    assert desk.err.endswith("twoway: not approved\n")
    assert desk.json("deliver") == {}


def test_a_wrong_password_shows_and_changes_nothing(desk: Shell, asked: int, anna: str) -> None:
    said = approve(desk, asked, "not hers at all\ny\n", "--text", ANSWER, code=1)
    assert "47 and 48" not in said
    assert desk.err.endswith("twoway: login or password is wrong\n")
    assert desk.json("show", str(asked))["drafts"][0]["user_id"] is None


def test_who_may_not_approve_changes_nothing(desk: Shell, store: Store, asked: int, anna: str) -> None:
    users.set_role(store, users.by_login(store, "anna").id, "agent", None)
    approve(desk, asked, f"{PASSWORD}\ny\n", "--text", ANSWER, code=1)
    assert "the role agent may not approve" in desk.err
    assert desk.json("show", str(asked))["drafts"][0]["user_id"] is None


def test_a_text_with_gaps_is_not_approved(desk: Shell, asked: int, anna: str) -> None:
    said = approve(desk, asked, f"{PASSWORD}\ny\n", "--text", "Hello Tim, [when it comes]. AB", code=1)
    assert "stop:" in said
    assert "Send exactly this?" not in said


def test_the_session_ends_with_the_command(desk: Shell, store: Store, asked: int, anna: str) -> None:
    approve(desk, asked, f"{PASSWORD}\ny\n", "--text", ANSWER)
    living = "SELECT count(*) FROM sessions WHERE ended_at IS NULL"
    assert store.read().execute(living).fetchone()[0] == 0
    assert sessions.living(store, "guessed") is None


def test_a_call_is_written_down_and_heard(desk: Shell) -> None:
    desk("log", "Ingrid Sommer", "Das Kabel ist zu kurz, sie bittet um Rückruf.", "--contact", "+49 30 0000000")
    settle(desk)
    [line] = desk.rows("queue")
    assert (line["author"], line["kind"]) == ("Ingrid Sommer", "log")


@pytest.mark.parametrize("wrong", [("--medium", "pigeon"), ("--at", "yesterday")])
def test_a_log_entry_is_checked(desk: Shell, wrong: tuple[str, str]) -> None:
    desk("log", "Ingrid", "Kabel", *wrong, code=2)


def test_an_entry_of_tomorrow_is_refused(desk: Shell) -> None:
    tomorrow = f"{clock.now() + timedelta(days=2):%Y-%m-%dT%H:%M:%S}"
    desk("log", "Ingrid", "Kabel", "--at", tomorrow, code=1)
    assert "still to come" in desk.err


def test_a_paused_channel_is_listed_and_resumed(desk: Shell) -> None:
    (desk.folder / "token").write_text("wrong")
    desk("collect", code=1)
    [paused] = [row for row in desk.rows("channel", "list") if row["paused_at"]]
    assert paused["name"] == "square"
    desk("channel", "resume", "square")
    assert not any(row["paused_at"] for row in desk.rows("channel", "list"))
    desk("channel", "resume", "square", code=2)


def test_deliver_says_what_needs_a_person(desk: Shell, square: FakeSquare, asked: int, anna: str) -> None:
    approve(desk, asked, f"{PASSWORD}\ny\n", "--text", ANSWER)
    square.faults.order("echo", method="POST", path="/api/v1/posts")
    assert desk.json("deliver", code=1) == {"failed": 1}
    assert desk.err == "1 needs a person: twoway queue trouble\n"
    assert [line["delivery"] for line in desk.rows("queue", "trouble")] == ["failed"]


def test_what_failed_once_and_was_settled_is_no_trouble(desk: Shell, square: FakeSquare, asked: int, anna: str) -> None:
    approve(desk, asked, f"{PASSWORD}\ny\n", "--text", ANSWER)
    square.faults.order("echo", method="POST", path="/api/v1/posts")
    desk("deliver", code=1)
    approve(desk, asked, f"{PASSWORD}\ny\n", "--text", f"Second try. {ANSWER}")
    assert desk.json("deliver") == {"failed": 1, "sent": 1}
