"""What was erased is shown as erased, in lists and pages that stand."""

import pytest

from tests.desk.web.conftest import Person, Place, write
from twoway.store import channels, erasing, mentions
from twoway.store.authors import find

QUESTION = "@wanderlust Passen die Stiefel in 47?"
ANSWER = "Hallo Tim, die Stiefel gibt es in 47 und 48. Viele Grüße, aa"


@pytest.fixture
def anna(place: Place) -> Person:
    return place.person("admin", login="aa")


def answered(place: Place, anna: Person) -> int:
    number = place.ask(QUESTION)
    anna.post(f"/conversations/{number}/approve", **write(anna, number, ANSWER))
    place.deliver()

    return number


def erase(place: Place, name: str) -> None:
    store = place.desk.store
    channel = channels.by_name(store, "square").id
    erasing.author(store, find(store, channel, name).id, 1)


def test_a_conversation_that_was_erased_says_so_and_nothing_else(place: Place, anna: Person) -> None:
    number = answered(place, anna)
    before = anna.get(f"/conversations/{number}")
    assert "Stiefel" in before
    erase(place, "Tim")
    page = anna.get(f"/conversations/{number}")
    assert "erased" in page
    for words in ("Stiefel", "Tim"):
        assert words not in page


def test_lists_stand_with_what_was_erased_in_them(place: Place, anna: Person) -> None:
    answered(place, anna)
    erase(place, "Tim")
    page = anna.get("/inbox/resolved")
    assert "erased-" in page
    assert "Stiefel" not in page
    assert mentions.by_id(place.desk.store, 1).erased_at
