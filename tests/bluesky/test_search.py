"""The search gives at least all that the query counts, and hears what it comes upon as found."""

from pathlib import Path

import pytest

from listener.bluesky_search import searches
from listener.match import Matcher, Sieve
from tests.contract.bluesky import BlueskyRig
from tests.contract.rig import Desk
from tests.fakes.bluesky import FakeBluesky, fake_bluesky
from tests.fakes.bluesky_town import BRAND
from twoway.config import Query


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        (Query(), []),
        (Query(none=("Tee",), languages=("de",)), []),
        (Query(any=("Nordwind",)), ["Nordwind"]),
        (Query(any=("#nordwind", "Nordwind")), ["#nordwind", "Nordwind"]),
        (Query(any=("Kaffee Nord",)), ["Kaffee Nord", "#KaffeeNord"]),
        (Query(any=("Kaffee-Nord",)), ["Kaffee Nord", "#KaffeeNord"]),
        (Query(any=("Müller",)), ["Müller", "Mueller"]),
        (Query(any=("Röst-Haus",)), ["Röst Haus", "#RöstHaus", "Roest Haus", "#RoestHaus"]),
        (Query(any=("Mueller",)), ["Mueller", "Müller"]),
        (Query(all=("Gurt", "kaputt")), ["Gurt kaputt"]),
        (Query(all=("Gurt", "größer", "Kaffee Nord")), ["Gurt"]),
        (Query(any=("Nord", "Süd"), all=("kaputt",)), ["Nord kaputt", "Süd kaputt", "Sued kaputt"]),
        (Query(any=('-"AC|DC" from:me (',)), ["AC DC from me", "#ACDCfromme"]),
    ],
)
def test_what_is_searched_for(query: Query, asked: list[str]) -> None:
    assert searches(query) == asked


@pytest.fixture
def searching(tmp_path: Path) -> Desk:
    """A desk whose brand is called Kaffee Nord."""
    with fake_bluesky(tmp_path) as platform:
        rig = BlueskyRig(platform, query=Query(any=("Kaffee Nord", "Müller"), languages=("de",)))
        yield Desk(rig).poll()
        rig.connection.http.close()


@pytest.mark.parametrize(
    "text",
    ["Der Kaffee Nord ist gut", "kaffee-nord", "#KaffeeNord!", "Bei MUELLER war es voll", "müller", "Kaffee von Nord"],
)
def test_whatever_the_query_counts_is_come_upon(searching: Desk, text: str) -> None:
    town = searching.rig.platform.town
    town.join("Petra").followers = 99
    said = town.say(town.join("Petra"), text)
    town.say(town.join("Otto"), "Nichts davon")
    town.say(town.brand, text)
    searching.poll()
    assert set(searching.mentions) == {said.uri}
    mention = searching.mentions[said.uri]
    assert (mention.found, mention.author.followers) == (True, 99)


def test_the_query_decides_on_what_was_come_upon(searching: Desk) -> None:
    rig, town = searching.rig, searching.rig.platform.town
    matcher = Matcher(rig.query, lambda text: "de")
    plain = rig.collector
    rig.collector = lambda since=None: Sieve(plain(since), matcher)
    counts = town.say(town.join("Petra"), "Kaffee Nord ist gut")
    town.say(town.join("Petra"), "Kaffee aus dem Nord Westen")
    named = town.say(town.join("Petra"), f"@{BRAND} ganz ohne das Wort")
    assert set(searching.poll().mentions) == {counts.uri, named.uri}


def test_a_hundred_more_finds_are_paged_through(searching: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.bluesky.PAGE", 7)
    town = searching.rig.platform.town
    said = {town.say(town.join("Petra"), f"Müller {number}").uri for number in range(30)}
    assert set(searching.poll().mentions) == said


def test_a_fault_of_the_search_leaves_the_notices_heard(platform: FakeBluesky, rig: BlueskyRig) -> None:
    rig.connection.query = Query(any=("Nordwind",))
    desk = Desk(rig).poll()
    said = platform.say("Petra", "hello")
    streams = desk.rig.collector().streams()
    assert streams == ["mentions", "own", "search:Nordwind", "messages", "changes"]
    for page in desk.rig.collector().collect("mentions", desk.cursors["mentions"]):
        desk.keep("mentions", page)
    assert set(desk.mentions) == {said}
