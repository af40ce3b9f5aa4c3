"""What people say of the judge's work counts, is on the record, and is forgotten with the words."""

import json

import pytest

from responders.queue import placing
from tests.store.desk import Desk
from twoway import clock
from twoway.domain import Deleted, Edited
from twoway.errors import Refused, Stale
from twoway.store import clocks, corrections, judgements, moves
from twoway.store.audit import audit
from twoway.store.corrections import Said
from twoway.store.judgements import JudgementRow

ALL = Said("neutral", complaint=False, wants_answer=False, urgency="calm", noise=False)
MOST = 100


def correct(desk: Desk, said: Said, mention: int = 1, version: int = 1) -> None:
    corrections.correct(desk.store, mention, version, said, desk.agent.id, placing)


def counting(desk: Desk, mention: int = 1) -> JudgementRow:
    found = judgements.of_mention(desk.store, mention)
    assert found is not None
    return found


def lessons(desk: Desk, *kinds: str) -> list[dict[str, str | bool]]:
    return [found.labels for found in corrections.lessons(desk.store, kinds or ("square",), MOST)]


def test_what_a_person_says_counts_and_what_the_model_said_is_kept(desk: Desk) -> None:
    desk.said()
    correct(desk, Said(sentiment="positive", complaint=True))
    found = counting(desk)
    assert (found.sentiment, found.complaint, found.wants_answer, found.model) == ("positive", 1, 1, "person")
    assert found.judgement.complaint.probability == 1.0
    assert [row[0] for row in desk.all("SELECT model FROM judgements ORDER BY id")] == ["test 1", "person"]


def test_the_latest_word_on_each_head_stands(desk: Desk) -> None:
    desk.said()
    correct(desk, Said(sentiment="positive", complaint=True))
    correct(desk, Said(complaint=False))
    assert lessons(desk) == [{"sentiment": "positive", "complaint": False}]
    assert (counting(desk).sentiment, counting(desk).complaint) == ("positive", 0)


def test_a_conversation_that_wants_no_answer_after_all_stops_its_clock_and_leaves_its_lane(desk: Desk) -> None:
    desk.said()
    assert desk.conversation().due_at
    correct(desk, ALL)
    found = desk.conversation()
    assert (found.lane, found.awaiting_since, found.due_at) == ("mention", None, None)


def test_a_mention_that_wants_an_answer_after_all_starts_its_clock(desk: Desk) -> None:
    desk.hear(desk.mention())
    desk.judge(wants=False)
    desk.queue("mention", 100)
    assert desk.conversation().due_at is None
    correct(desk, Said(wants_answer=True))
    assert desk.conversation().lane == "answer"
    assert desk.conversation().due_at


def test_whoever_speaks_of_every_head_ends_the_doubt_and_nobody_else(desk: Desk) -> None:
    desk.hear(desk.mention())
    desk.judge(abstained=True, wants=False)
    desk.queue()
    correct(desk, Said(sentiment="positive"))
    assert counting(desk).abstained
    correct(desk, ALL)
    assert not counting(desk).abstained


def test_a_negative_complaint_is_not_furious_because_a_person_says_so(desk: Desk) -> None:
    desk.said()
    correct(desk, Said(sentiment="negative", complaint=True))
    assert not counting(desk).severe
    correct(desk, Said(urgency="now"))
    assert counting(desk).severe
    assert desk.conversation().lane == "severe"


def test_it_is_on_the_record_without_its_values(desk: Desk) -> None:
    desk.said()
    correct(desk, Said(sentiment="positive", noise=False))
    row = desk.one("SELECT * FROM events WHERE kind = 'mention.corrected'")
    assert (row["user_id"], row["conversation_id"]) == (desk.agent.id, 1)
    assert json.loads(row["data"]) == {"mention": 1, "heads": "sentiment noise"}


def test_words_that_changed_are_not_corrected_unread(desk: Desk) -> None:
    desk.said(id="a")
    desk.change(Edited("a", "other words", clock.now(), b"raw"))
    desk.judge()
    with pytest.raises(Stale):
        correct(desk, Said(noise=True))
    correct(desk, Said(noise=True), version=2)
    assert lessons(desk) == [{"noise": True}]


def test_an_edit_takes_the_correction_of_the_old_words_with_it(desk: Desk) -> None:
    desk.said(id="a")
    correct(desk, Said(noise=True))
    desk.change(Edited("a", "other words", clock.now(), b"raw"))
    desk.judge()
    assert counting(desk).model == "test 1"
    assert lessons(desk) == []
    correct(desk, Said(complaint=True), version=2)
    assert lessons(desk) == [{"complaint": True}]


def test_what_nobody_has_judged_is_not_corrected(desk: Desk) -> None:
    desk.hear(desk.mention())
    with pytest.raises(Refused, match="nobody has judged"):
        correct(desk, Said(noise=True))


def test_deleted_words_teach_nothing(desk: Desk) -> None:
    desk.said(id="a")
    correct(desk, Said(noise=True))
    assert lessons(desk)
    desk.change(Deleted("a", clock.now()))
    assert lessons(desk) == []


def test_erased_words_teach_nothing(desk: Desk) -> None:
    desk.said()
    correct(desk, Said(noise=True))
    with desk.store.write() as db:
        db.execute(
            "UPDATE mentions SET erased_at = ?, raw = NULL, text = '', title = '', quoted = ''",
            (clock.stamp(clock.now()),),
        )
        clocks.refresh(db, 1)
    assert lessons(desk) == []


def test_only_the_kinds_that_were_asked_for_teach(desk: Desk) -> None:
    desk.said()
    correct(desk, Said(noise=True))
    assert lessons(desk, "mail") == []
    assert lessons(desk, "mail", "square")


def test_the_words_are_nowhere_but_in_the_mention(desk: Desk) -> None:
    desk.said(text="Where is my parcel?")
    correct(desk, ALL)
    kept = desk.all("SELECT * FROM corrections")
    assert "parcel" not in str(kept)
    assert corrections.lessons(desk.store, ["square"], MOST)[0].words == "Where is my parcel?"


@pytest.mark.parametrize(
    ("noise", "lane", "label"), [(True, "answer", False), (False, "noise", True)], ids=["no noise", "noise"]
)
def test_a_move_out_of_or_into_the_noise_says_so(desk: Desk, noise: bool, lane: str, label: bool) -> None:
    desk.hear(desk.mention())
    desk.judge(noise=noise, wants=False)
    desk.queue("noise" if noise else "mention", 0)
    moves.set_lane(desk.store, 1, lane, desk.agent.id)
    assert lessons(desk) == [{"noise": label}]
    assert counting(desk).noise == label


def test_a_move_to_what_wants_an_answer_starts_the_clock(desk: Desk) -> None:
    desk.hear(desk.mention())
    desk.judge(wants=False)
    desk.queue("mention", 100)
    moves.set_lane(desk.store, 1, "answer", desk.agent.id)
    assert lessons(desk) == [{"wants_answer": True}]
    assert desk.conversation().due_at


def test_a_move_between_other_lanes_says_nothing_of_the_judge(desk: Desk) -> None:
    desk.said()
    moves.set_lane(desk.store, 1, "severe", desk.agent.id)
    assert lessons(desk) == []


def test_the_audit_stays_content(desk: Desk) -> None:
    desk.said(id="a")
    desk.said(id="b")
    correct(desk, ALL)
    moves.set_lane(desk.store, 2, "noise", desk.agent.id)
    desk.change(Edited("a", "other words", clock.now(), b"raw"))
    assert audit(desk.store).ok


def test_who_corrected_it_is_known(desk: Desk) -> None:
    desk.said()
    assert corrections.of_mention(desk.store, 1) is None
    correct(desk, Said(noise=True))
    found = corrections.of_mention(desk.store, 1)
    assert found is not None
    assert found.user_id == desk.agent.id
