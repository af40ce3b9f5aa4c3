"""Promising something on the page of a conversation, seeing it, and saying that it is done."""

from datetime import timedelta

import pytest

from desk import schedule
from tests.conftest import Freeze
from tests.desk.web.conftest import Place
from twoway import clock
from twoway.store import follow_ups, moves


def test_a_promise_is_shown_listed_and_done(place: Place) -> None:
    number = place.ask()
    person = place.person()
    person.post(f"/conversations/{number}/promise", said="call <b>Tim</b> on Tuesday", preset="monday")
    page = person.get(f"/conversations/{number}")
    assert "call &lt;b&gt;Tim&lt;/b&gt; on Tuesday" in page
    assert f'href="/conversations/{number}"' in person.get("/inbox/promised")
    assert "promised by" in person.get("/inbox/open")
    (found,) = follow_ups.of_conversation(place.desk.store, number)
    person.post(f"/conversations/{number}/promised", follow_up=found.id)
    assert "Nothing is promised." in person.get("/inbox/promised")
    assert "done" in person.get(f"/conversations/{number}")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"said": "", "preset": "monday"}, "Say what was promised"),
        ({"said": "call", "preset": "someday"}, "This is no time"),
        ({"said": "call", "until": "2001-01-01T09:00"}, "Choose a time that lies ahead"),
    ],
)
def test_a_promise_without_words_or_time_is_refused(place: Place, given: dict[str, str], said: str) -> None:
    number = place.ask()
    assert said in place.person().post(f"/conversations/{number}/promise", 422, **given)


def test_who_may_only_read_promises_nothing(place: Place) -> None:
    number = place.ask()
    reader = place.person("viewer")
    reader.post(f"/conversations/{number}/promise", 422, said="call", preset="monday")
    assert follow_ups.of_conversation(place.desk.store, number) == []


def test_the_schedule_brings_it_back(place: Place, freeze: Freeze) -> None:
    number = place.ask()
    person = place.person()
    person.post(f"/conversations/{number}/promise", said="call", preset="tomorrow")
    moves.close(place.desk.store, number, None, "settled", person.user.id)
    freeze(clock.now() + timedelta(days=2))
    schedule.clock_all(place.desk)
    assert [found.raised_at for found in follow_ups.of_conversation(place.desk.store, number)] != [None]
    page = place.person(login="later").get("/inbox/open")
    assert f'href="/conversations/{number}"' in page
