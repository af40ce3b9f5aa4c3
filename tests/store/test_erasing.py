"""Forgetting: no word of a person is left anywhere in the file, and every proof still holds."""

import sqlite3
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import Freeze
from tests.store.desk import Desk, own_post
from twoway import clock
from twoway.domain import Deleted, Edited, Malformed, OwnPost, Page
from twoway.errors import NotFound, Refused
from twoway.store import conversations, erasing, hearing, inbound, judgements, moves, outcomes
from twoway.store.audit import audit
from twoway.store.authors import find

SECRET = "Zwergspitz"
"""Stands in everything that a person of these tests says, is called, or is written to or about."""
DAY = timedelta(days=1)


def kim(desk: Desk) -> int:
    return find(desk.store, desk.channel, SECRET).id


def heard(desk: Desk, number: str = "first", **fields: Any) -> int:
    """A mention full of personal words that waits for an answer; its conversation."""
    words = {"text": SECRET, "title": SECRET, "quoted": SECRET, "url": f"https://{SECRET}.example", "address": SECRET}
    author = {"author": SECRET, "participants": (SECRET, "else"), "raw": SECRET.encode(), "route_reason": SECRET}
    return desk.said(id=number, **{**words, **author, **fields})


def everywhere(desk: Desk, **fields: Any) -> int:
    """A conversation that has gone through everything that leaves words behind."""
    number = heard(desk, **fields)
    inbound.put(desk.store, desk.channel, "text/plain", SECRET.encode())
    desk.change(Edited("first", f"{SECRET} again", clock.now(), SECRET.encode()))
    desk.judge(complaint=True)
    with desk.store.write() as db:
        db.execute("UPDATE judgements SET details = json_set(details, '$.why', json(?))", (f'["{SECRET}"]',))
        db.execute("INSERT INTO vectors VALUES (1, 2, 'test', 1.0, ?)", (SECRET.encode(),))
        db.execute("INSERT INTO topics VALUES (1, ?, 0.9)", (SECRET,))
        correction = "INSERT INTO corrections (mention_id, mention_version, user_id, noise, at) VALUES (1, 2, ?, 1, ?)"
        db.execute(correction, (desk.agent.id, clock.stamp(clock.now())))
    desk.queue()
    desk.write(f"Dear {SECRET}", conversation=number)
    desk.answered(number)
    desk.change(own_post(f"ours-{number}", "first", f"{SECRET}!", raw=SECRET.encode()))
    with desk.store.write() as db:
        conversations.note(db, number, f"{SECRET} rings at noon", desk.agent.id, clock.now())
    moves.close(desk.store, number, None, f"{SECRET} is content", desk.agent.id)
    return number


def left(desk: Desk) -> list[str]:
    """Tables in which the words still stand."""
    db = desk.store.read()
    tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    return [name for name in tables if any(_says(row) for row in db.execute(f'SELECT * FROM "{name}"').fetchall())]


def _says(row: sqlite3.Row) -> bool:
    cells = (cell.encode() if isinstance(cell, str) else cell for cell in row)
    return any(SECRET.lower().encode() in cell.lower() for cell in cells if isinstance(cell, bytes))


def in_the_file(desk: Desk) -> bool:
    files = [desk.store.path, desk.store.path.with_name(f"{desk.store.path.name}-wal")]
    return any(SECRET.encode() in file.read_bytes() for file in files if file.exists())


def test_of_an_erased_author_no_word_is_left_anywhere(desk: Desk) -> None:
    everywhere(desk)
    assert {"mentions", "mention_versions", "judgements", "drafts", "previews", "notes", "inbound"} <= set(left(desk))
    erasing.author(desk.store, kim(desk), desk.approver.id)
    assert left(desk) == []
    assert desk.all("SELECT id FROM corrections") == []
    assert not in_the_file(desk)


def test_the_proof_still_holds(desk: Desk) -> None:
    everywhere(desk)
    proof = "SELECT a.sha256, a.at, d.state, r.remote_id FROM approvals a JOIN deliveries d JOIN receipts r"
    before = desk.all(proof)
    erasing.author(desk.store, kim(desk), desk.approver.id)
    assert desk.all(proof) == before
    report = audit(desk.store)
    assert report.ok, report.broken()


def test_what_was_blanked_is_told(desk: Desk) -> None:
    everywhere(desk)
    told = erasing.author(desk.store, kim(desk), desk.approver.id)
    assert (told["mentions"], told["versions"], told["previews"], told["notes"], told["authors"]) == (1, 2, 1, 1, 1)


def test_erasing_is_on_the_record_with_who_did(desk: Desk) -> None:
    number = heard(desk)
    erasing.mention(desk.store, desk.row("first")["id"], desk.approver.id)
    event = desk.one("SELECT user_id, conversation_id, data FROM events WHERE kind = 'mention.erased'")
    assert tuple(event) == (desk.approver.id, number, '{"mention":1}')


def test_nothing_is_left_hanging(desk: Desk) -> None:
    number = heard(desk)
    desk.approve(number)
    erasing.mention(desk.store, desk.row("first")["id"], desk.approver.id)
    found = desk.conversation(number)
    assert (found.state, found.resolved_by, found.awaiting_since) == ("resolved", desk.approver.id, None)
    assert (desk.delivery().state, desk.draft(number)) == ("cancelled", None)
    assert audit(desk.store).ok


def test_what_others_said_in_the_same_conversation_stays(desk: Desk) -> None:
    number = heard(desk)
    desk.said(id="second", author="lee", replies_to=("first",))
    desk.write("to lee", conversation=number)
    erasing.author(desk.store, kim(desk), desk.approver.id)
    assert desk.texts(number) == ["", "words of second"]
    assert desk.conversation(number).state == "open"
    assert (draft := desk.draft(number))
    assert draft.text == "to lee"
    assert left(desk) == []


def test_what_others_wrote_no_longer_names_who_takes_part(desk: Desk) -> None:
    heard(desk)
    desk.hear(desk.mention(id="theirs", author="lee", participants=(SECRET, "max")))
    erasing.author(desk.store, kim(desk), desk.approver.id)
    assert desk.row("theirs")["participants"] == '["max"]'


def test_what_was_erased_is_not_heard_anew(desk: Desk) -> None:
    heard(desk)
    erasing.mention(desk.store, desk.row("first")["id"], desk.approver.id)
    assert desk.hear(desk.mention(id="first", text=SECRET)).mentions == 0
    assert not desk.change(Edited("first", SECRET, clock.now(), b""))
    assert "mentions" not in left(desk)


def test_a_request_that_was_erased_is_not_read_again(desk: Desk) -> None:
    heard(desk)
    inbound.put(desk.store, desk.channel, "text/plain", SECRET.encode())
    inbound.put(desk.store, desk.channel, "text/plain", b"other")
    erasing.mention(desk.store, desk.row("first")["id"], desk.approver.id)
    assert [found.body for found in inbound.ChannelDoor(desk.store, desk.channel).after(0, 10)] == [b"other"]


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_nothing_is_erased_from_under_an_answer_on_its_way(desk: Desk, state: str) -> None:
    number = heard(desk)
    desk.approve(number)
    held = desk.claim()
    desk.begin(held)
    if state == "unknown":
        outcomes.doubt(desk.store, held, "cut off", clock.now())
    with pytest.raises(Refused, match=state):
        erasing.author(desk.store, kim(desk), desk.approver.id)
    assert desk.row("first")["erased_at"] is None
    assert find(desk.store, desk.channel, SECRET)


def test_what_is_not_there_or_erased_already_cannot_be_erased(desk: Desk) -> None:
    heard(desk)
    erasing.mention(desk.store, 1, desk.approver.id)
    for number in (1, 99):
        with pytest.raises(NotFound):
            erasing.mention(desk.store, number, desk.approver.id)


def test_a_person_who_writes_again_is_somebody_new(desk: Desk) -> None:
    heard(desk)
    erasing.author(desk.store, old := kim(desk), desk.approver.id)
    heard(desk, "second")
    assert kim(desk) != old


def later(freeze: Freeze, days: float) -> None:
    freeze(clock.now() + days * DAY)


def retain(desk: Desk, days: int = 30) -> int:
    rounds = 0
    while erasing.retain_once(desk.store, desk.channel, clock.now() - days * DAY):
        rounds += 1
    return rounds


def test_what_is_old_and_closed_is_forgotten_with_its_author(desk: Desk, freeze: Freeze) -> None:
    everywhere(desk)
    later(freeze, 31)
    assert retain(desk) == 1
    assert left(desk) == []
    assert audit(desk.store).ok


def stray(desk: Desk, *replies_to: str) -> None:
    """An answer of ours from elsewhere to what the desk made no conversation of."""
    desk.change(OwnPost("ours", replies_to, f"{SECRET}!", clock.now(), SECRET.encode(), thread=f"t-{SECRET}"))


def test_what_we_said_in_no_conversation_is_forgotten_when_it_is_old(desk: Desk, freeze: Freeze) -> None:
    stray(desk)
    assert left(desk) == ["outside_answers", "outside_names"]
    retain(desk, days=0)
    assert left(desk) != []
    later(freeze, 31)
    retain(desk)
    assert left(desk) == []
    assert audit(desk.store).ok


def test_a_batch_forgets_only_so_much_of_what_we_said_in_no_conversation(desk: Desk, freeze: Freeze) -> None:
    ours = (OwnPost(f"ours-{number}", (), "news", clock.now(), b"raw") for number in range(erasing.BATCH + 1))
    desk.hear(changes=tuple(ours))
    later(freeze, 31)
    assert erasing.retain_once(desk.store, desk.channel, clock.now() - 30 * DAY)
    assert len(desk.all("SELECT id FROM outside_answers WHERE erased_at IS NULL")) == 1
    assert retain(desk) == 1
    assert desk.all("SELECT id FROM outside_answers WHERE erased_at IS NULL") == []
    assert audit(desk.store).ok


@pytest.mark.parametrize(("how", "answers"), [({"id": "old"}, ["old"]), ({"thread": f"t-{SECRET}"}, [])])
def test_what_answered_history_is_forgotten_with_it(desk: Desk, how: dict[str, str], answers: list[str]) -> None:
    desk.hear(desk.mention(author=SECRET, created_at=clock.now() - 9 * DAY, **how))
    stray(desk, *answers)
    erasing.author(desk.store, kim(desk), desk.approver.id)
    assert set(left(desk)) <= {"mentions"}
    assert desk.one("SELECT text, raw FROM outside_answers")[:] == ("", None)
    assert audit(desk.store).ok


def test_what_answered_another_in_the_same_thread_stays_and_answers_them(desk: Desk) -> None:
    thread, before_ours = f"t-{SECRET}", clock.now()
    desk.hear(desk.mention(author=SECRET, created_at=clock.now() - 9 * DAY, thread=thread))
    stray(desk, "theirs")
    erasing.author(desk.store, kim(desk), desk.approver.id)
    assert desk.one("SELECT erased_at FROM outside_answers")[0] is None
    number = desk.said(id="theirs", author="eve", thread=thread, created_at=before_ours)
    assert desk.conversation(number).state == "waiting"
    assert audit(desk.store).ok


def test_what_is_young_or_still_open_is_kept(desk: Desk, freeze: Freeze) -> None:
    heard(desk, "open")
    later(freeze, 31)
    number = heard(desk, "young")
    moves.close(desk.store, number, None, "thanks", desk.agent.id)
    assert retain(desk) == 0
    assert desk.all("SELECT id FROM mentions WHERE erased_at IS NOT NULL") == []


def test_old_history_that_nobody_answers_is_forgotten(desk: Desk) -> None:
    desk.hear(*(desk.mention(created_at=clock.now() - 99 * DAY) for _ in range(erasing.BATCH + 1)))
    assert retain(desk) == 2
    assert desk.all("SELECT id FROM mentions WHERE erased_at IS NULL") == []


def test_what_was_heard_in_a_stream_that_is_spared_is_kept(desk: Desk, freeze: Freeze) -> None:
    everywhere(desk)
    later(freeze, 31)
    before = clock.now() - DAY
    assert not erasing.retain_once(desk.store, desk.channel, before, [desk.stream.name])
    assert erasing.retain_once(desk.store, desk.channel, before, ["another"])


def test_what_could_not_be_read_is_forgotten_too(desk: Desk, freeze: Freeze) -> None:
    hearing.keep_page(desk.store, desk.stream, Page("1", malformed=(Malformed("x", "no date", SECRET.encode()),)))
    later(freeze, 31)
    retain(desk)
    assert left(desk) == []


def test_an_author_of_whom_something_is_left_keeps_their_name(desk: Desk, freeze: Freeze) -> None:
    everywhere(desk)
    later(freeze, 31)
    heard(desk, "new")
    retain(desk)
    assert desk.row("first")["erased_at"]
    assert kim(desk)


def test_words_that_were_taken_back_are_forgotten_and_our_answer_is_not(desk: Desk, freeze: Freeze) -> None:
    heard(desk)
    desk.answered()
    desk.change(Deleted("first", clock.now()))
    assert not erasing.forget_deleted_once(desk.store, clock.now() - DAY)
    later(freeze, 1.1)
    assert erasing.forget_deleted_once(desk.store, clock.now() - DAY)
    assert (desk.row("first")["text"], desk.row("first")["url"]) == ("", "")
    assert desk.one("SELECT body FROM previews")[0]
    assert audit(desk.store).ok


def test_a_draft_put_away_with_the_last_words_leaves_its_mark_true(desk: Desk, freeze: Freeze) -> None:
    heard(desk)
    desk.write("to the first words")
    later(freeze, 0.1)
    desk.change(Deleted("first", clock.now()))
    heard(desk, "second", replies_to=("first",))
    later(freeze, 1.1)
    assert erasing.forget_deleted_once(desk.store, clock.now() - DAY)
    erasing.mention(desk.store, desk.row("second")["id"], desk.approver.id)
    assert desk.one("SELECT state FROM drafts")[0] == "dropped"
    assert desk.consistent()


def test_erased_words_are_not_judged(desk: Desk) -> None:
    desk.hear(desk.mention(id="first", author=SECRET))
    erasing.mention(desk.store, desk.row("first")["id"], desk.approver.id)
    assert judgements.unjudged(desk.store, 10) == []


def test_an_erasure_that_left_a_word_or_no_event_is_found(desk: Desk) -> None:
    desk.hear(desk.mention(url=SECRET))
    with desk.store.write() as db:
        db.execute("UPDATE mentions SET text = '', title = '', quoted = '', raw = NULL, erased_at = heard_at")
    broken = {check.name for check in audit(desk.store).broken()}
    assert {"erased_mentions", "erasures_recorded"} <= broken


def test_a_long_reader_does_not_keep_anything_from_being_erased(desk: Desk) -> None:
    heard(desk)
    reader = sqlite3.connect(desk.store.path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM mentions").fetchone()
    erasing.author(desk.store, kim(desk), desk.approver.id)
    assert left(desk) == []
    reader.close()
    desk.store.tidy()
    assert not in_the_file(desk)


def test_what_is_beyond_a_number_of_mentions_is_dated(desk: Desk, freeze: Freeze) -> None:
    time = freeze(clock.now())
    for number in range(5):
        desk.said(id=f"n{number}", author=f"p{number}", created_at=clock.now())
        time.shift(60)
    dates = [desk.row(f"n{number}")["created_at"] for number in range(5)]
    found = erasing.beyond(desk.store, desk.channel, 3)
    assert found is not None
    assert clock.stamp(found) == dates[2]
    assert erasing.beyond(desk.store, desk.channel, 5) is None
    assert erasing.beyond(desk.store, desk.channel, 3, [desk.stream.name]) is None
    assert erasing.beyond(desk.store, desk.channel, None) is None
