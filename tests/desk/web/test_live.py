"""Open pages hear of what is new, whoever wrote it."""

import sqlite3

from desk.web.live import Watch
from tests.desk.web.conftest import Place
from twoway.store import channels, moves, open_store


def test_what_this_process_writes_is_news(place: Place) -> None:
    number, petra = place.ask(), place.person()
    watch = Watch(place.desk.store)
    watch.look()
    assert not watch.look()
    moves.note(place.desk.store, number, "seen", petra.user.id)
    assert watch.look()
    assert not watch.look()


def test_what_another_process_writes_is_news(place: Place) -> None:
    number, petra = place.ask(), place.person()
    watch = Watch(place.desk.store)
    watch.look()
    other = open_store(place.desk.store.path)
    moves.note(other, number, "seen", petra.user.id)
    other.close()
    assert watch.look()


def test_a_poll_that_heard_nothing_is_no_news(place: Place) -> None:
    place.ask()
    watch = Watch(place.desk.store)
    watch.look()
    channels.polled(place.desk.store, channels.by_name(place.desk.store, "square").id, well=True)
    assert not watch.look()


def test_the_stream_is_for_people_at_the_desk(place: Place) -> None:
    answer = place.client().get("/live")
    assert answer.status_code == 303


def test_a_damaged_file_ends_in_plain_words(place: Place) -> None:
    petra = place.person()
    with sqlite3.connect(place.desk.store.path) as db:
        db.execute("DROP VIEW wanting")
    assert "The desk made a mistake" in raising(petra.client).get("/health").text


def raising(client):
    """The same browser, shown the page of an unexpected error as a server would."""
    client._transport.raise_server_exceptions = False
    return client
