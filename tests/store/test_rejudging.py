"""Another model's judgements take the place of those that count."""

from models.judging import judge_again
from responders.queue import placing
from tests.store.desk import Desk, judgement
from twoway.domain import Judgement
from twoway.store import corrections, judgements, moves, rejudging
from twoway.store.audit import audit
from twoway.store.corrections import Said


class Newer:
    """Another model, which says the same of everything, and stops after so many texts if wanted."""

    model = "test 2"

    def __init__(self, stop: int = 1_000_000, **how: bool) -> None:
        self.how, self.left = how, stop

    def judge(self, texts: list[str]) -> list[Judgement]:
        self.left -= len(texts)
        if self.left < 0:
            raise KeyboardInterrupt
        return [judgement(model=self.model, **self.how) for _ in texts]

    def why(self, text: str) -> tuple[str, ...]:
        return ()


def again(desk: Desk, judge: Newer | None = None) -> int:
    return judge_again(desk.store, judge or Newer(), placing)


def model(desk: Desk, mention: int = 1) -> str:
    found = judgements.of_mention(desk.store, mention)
    assert found is not None
    return found.model


def test_the_newer_judgement_counts_and_the_older_is_kept(desk: Desk) -> None:
    desk.said()
    assert again(desk) == 1
    assert model(desk) == "test 2"
    assert len(desk.all("SELECT 1 FROM judgements")) == 2


def test_what_the_model_has_judged_is_not_judged_again(desk: Desk) -> None:
    desk.said()
    again(desk)
    assert again(desk) == 0


def test_going_back_makes_the_older_judgement_count_again(desk: Desk) -> None:
    desk.said()
    again(desk)
    words = rejudging.outdated(desk.store, "test 1", 0, 10)
    rejudging.replace(desk.store, [(words[0], judgement())], placing)
    assert model(desk) == "test 1"
    assert len(desk.all("SELECT 1 FROM judgements")) == 2


def test_what_a_person_said_stays(desk: Desk) -> None:
    desk.said()
    corrections.correct(desk.store, 1, 1, Said(noise=True), desk.agent.id, placing)
    assert again(desk) == 0
    assert model(desk) == "person"


def test_a_person_who_speaks_meanwhile_goes_before_the_model(desk: Desk) -> None:
    desk.said()
    words = rejudging.outdated(desk.store, "test 2", 0, 10)
    corrections.correct(desk.store, 1, 1, Said(noise=True), desk.agent.id, placing)
    rejudging.replace(desk.store, [(words[0], judgement(model="test 2"))], placing)
    assert model(desk) == "person"


def test_a_conversation_goes_where_it_then_belongs(desk: Desk) -> None:
    desk.said()
    again(desk, Newer(wants=False))
    found = desk.conversation()
    assert (found.lane, found.due_at) == ("mention", None)


def test_a_lane_that_a_person_chose_stays(desk: Desk) -> None:
    desk.said()
    moves.set_lane(desk.store, 1, "severe", desk.agent.id)
    again(desk, Newer(wants=False))
    assert desk.conversation().lane == "severe"


def test_an_answered_conversation_stays_answered(desk: Desk) -> None:
    desk.said()
    desk.answered()
    again(desk, Newer(complaint=True))
    assert desk.conversation().state == "waiting"


def test_nobody_is_alarmed_by_old_words(desk: Desk) -> None:
    desk.said()
    again(desk, Newer(complaint=True, now=True))
    assert desk.conversation().lane == "severe"
    assert desk.all("SELECT 1 FROM alerts") == []


def test_history_is_judged_again_too(desk: Desk) -> None:
    desk.said()
    with desk.store.write() as db:
        db.execute("UPDATE mentions SET history = 1")
        db.execute("UPDATE conversations SET awaiting_since = NULL, due_at = NULL")
    assert again(desk) == 1
    assert desk.conversation().due_at is None


def test_stopped_half_way_it_goes_on_there(desk: Desk) -> None:
    desk.hear(*(desk.mention() for _ in range(250)))
    desk.judge()
    try:
        again(desk, Newer(stop=200))
    except KeyboardInterrupt:
        pass
    else:
        raise AssertionError("it was to be stopped")
    assert again(desk) == 50


def test_the_audit_stays_content(desk: Desk) -> None:
    desk.said(id="a")
    desk.said(id="b")
    desk.answered(2)
    again(desk, Newer(wants=False))
    assert audit(desk.store).ok
