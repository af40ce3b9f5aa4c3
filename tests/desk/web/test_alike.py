"""What the embedding gives in the inbox: who said the same, what it is about, a filter by topic."""

import re

import pytest

from desk import wiring
from desk.judges import Opened
from tests.desk.web.conftest import Open, Place
from tests.fakes.encoder import FakeEncoder

LAMP = "@wanderlust Die Lampe, die ich bei euch gekauft habe, flackert seit gestern, und niemand meldet sich."
BREAD = "@wanderlust Das Brot war heute früh steinhart, so etwas habe ich noch nie erlebt."
TOPICS = """
[[topics]]
name = "Licht & Strom"
sentence = "Meine Lampe ist kaputt."
[[topics]]
name = "Essen"
sentence = "Das Brot war hart."
"""


@pytest.fixture
def place(opened: Open, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(wiring, "open_judge", lambda *_: Opened(FakeEncoder("lampe", "brot")))
    return opened(web=TOPICS)


def links(page: str) -> list[str]:
    return re.findall(r'href="(/conversations/\d+)"', page)


def test_a_conversation_links_to_those_where_the_same_is_said(place: Place) -> None:
    first, other, again = place.ask(LAMP), place.ask(BREAD, "Ida"), place.ask(f"{LAMP} #frech", "Ulf")
    reader = place.person("viewer")
    page = reader.get(f"/conversations/{first}")
    assert "Somebody else said nearly the same" in page
    assert links(page) == [f"/conversations/{again}"]
    assert "nearly the same" not in reader.get(f"/conversations/{other}")
    for customer in ("Eva", "Jan"):
        place.ask(LAMP, customer)
    assert "3 others said nearly the same" in reader.get(f"/conversations/{first}")


def test_a_conversation_shows_its_topics(place: Place) -> None:
    number = place.ask(LAMP)
    page = place.person("viewer").get(f"/conversations/{number}")
    assert 'href="/inbox/open?topic=Licht%20%26%20Strom"' in page
    assert "Licht &amp; Strom" in page


def test_a_list_can_be_narrowed_to_a_topic(place: Place) -> None:
    lamp, bread = place.ask(LAMP), place.ask(BREAD, "Ida")
    reader = place.person("viewer")
    assert links(reader.get("/inbox/open")) == [f"/conversations/{lamp}", f"/conversations/{bread}"]
    assert links(reader.get("/inbox/open?topic=Licht%20%26%20Strom")) == [f"/conversations/{lamp}"]
    assert links(reader.get("/inbox/open?topic=Essen")) == [f"/conversations/{bread}"]


@pytest.mark.parametrize("topic", ["nothing of the kind", "%00", "%22%3E%3Cscript%3E", "'"])
def test_a_topic_that_nobody_knows_is_an_empty_list(place: Place, topic: str) -> None:
    place.ask(LAMP)
    page = place.person("viewer").get(f"/inbox/open?topic={topic}")
    assert links(page) == []
    assert "<script>" not in page


def test_pages_of_a_list_stay_within_the_topic(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.web.inbox.SIZE", 1)
    place.ask(LAMP)
    place.ask(f"{LAMP} Hallo?", "Ulf")
    page = place.person("viewer").get("/inbox/open?topic=Licht%20%26%20Strom")
    assert 'href="?after=1&amp;topic=Licht%20%26%20Strom"' in page
