"""`twoway collect --explain`: why each post counts or not, and nothing kept."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk.cli.conftest import Shell
from tests.fakes.feed import FakeFeed, fake_feed
from tests.fakes.mastodon import TOKEN as MASTODON_TOKEN
from tests.fakes.mastodon import fake_mastodon
from tests.fakes.square import FakeSquare
from twoway.store import Store

FEED = """
[query]
any = ["Kaffee Nord"]
none = ["Stellenanzeige"]
[channels.blog]
kind = "feed"
url = "{url}"
"""

MASTODON = """
[query]
any = ["#Fjord"]
none = ["Stellenanzeige"]
[channels.social]
kind = "mastodon"
url = "{url}"
token = "file:mastodon"
"""


@pytest.fixture
def feed(desk: Shell, tmp_path: Path) -> Iterator[FakeFeed]:
    """A blog that the desk reads too."""
    folder = tmp_path / "blog"
    folder.mkdir()
    with fake_feed(folder) as running:
        file = desk.folder / "twoway.toml"
        file.write_text(file.read_text() + FEED.format(url=running.url))
        yield running


def tables(store: Store) -> dict[str, list[Any]]:
    """Everything that hearing writes."""
    names = ("mentions", "authors", "streams", "gaps", "malformed", "mention_versions", "events")
    return {name: [tuple(row) for row in store.read().execute(f"SELECT * FROM {name}")] for name in names}


def explained(desk: Shell, *more: str) -> list[tuple[str, str, bool, list[str]]]:
    """What is said of each post."""
    rows = desk.rows("collect", *more, "--explain")
    return [(row["channel"], row["text"], row["matched"], row["why"]) for row in rows]


def test_each_entry_of_a_feed_is_explained(desk: Shell, feed: FakeFeed) -> None:
    for text in ("Kaffee-Nord ist zu!", "Stellenanzeige: Kaffee Nord", "Tee"):
        feed.tell("Petra", text)
    assert explained(desk, "blog") == [
        ("blog", "Kaffee-Nord ist zu!", True, ["it has “Kaffee Nord”"]),
        ("blog", "Stellenanzeige: Kaffee Nord", False, ["it has “Stellenanzeige”, which is under none"]),
        ("blog", "Tee", False, ["it has none of the words under any"]),
    ]


def test_what_is_addressed_to_the_brand_and_what_is_ours_is_explained(desk: Shell, square: FakeSquare) -> None:
    said = square.say("Tim", "@wanderlust hallo")
    square.answer_elsewhere(said, "Hallo Tim")
    assert explained(desk, "square") == [
        ("square", "@wanderlust hallo", True, ["it was addressed to the brand"]),
        ("square", "Hallo Tim", False, ["it is a post of ours"]),
    ]


def test_nothing_is_kept_and_what_was_explained_is_heard_afterwards(
    desk: Shell, feed: FakeFeed, square: FakeSquare, store: Store
) -> None:
    desk("collect")
    before = tables(store)
    feed.tell("Petra", "Kaffee Nord ist zu")
    square.say("Tim", "@wanderlust hallo")
    assert {row[0] for row in explained(desk)} == {"blog", "square"}
    assert tables(store) == before
    assert {name: one["heard"] for name, one in desk.json("collect").items()} == {"square": 1, "telefon": 0, "blog": 1}


def test_it_is_a_table_for_people(desk: Shell, feed: FakeFeed) -> None:
    feed.tell("Petra", "Kaffee\u202e Nord ist zu")
    feed.tell("Tom", "Tee")
    [titles, petra, tom] = [line.split() for line in desk("collect", "blog", "--explain").splitlines()]
    assert titles == ["channel", "when", "author", "mention", "why", "words"]
    assert (petra[3:5], petra[-4:]) == (["Petra", "yes"], ["Kaffee", "Nord", "ist", "zu"])
    assert (tom[3:5], tom[-1]) == (["Tom", "no"], "Tee")


def test_a_channel_that_is_down_is_said_and_the_others_are_read(
    desk: Shell, feed: FakeFeed, square: FakeSquare
) -> None:
    square.say("Tim", "@wanderlust hallo")
    feed.status = 500
    done = desk("collect", "--explain", "--json", code=1)
    assert [json.loads(line)["channel"] for line in done.splitlines()] == ["square"]
    assert "twoway: blog: entries: 500" in desk.err


def test_what_is_kept_nowhere_cannot_be_work(desk: Shell) -> None:
    desk("collect", "--explain", "--answer-since", "2026-11-01", code=2)
    assert "keeps nothing" in desk.err


def test_what_a_search_comes_upon_is_explained(desk: Shell, tmp_path: Path) -> None:
    (folder := tmp_path / "instance").mkdir()
    with fake_mastodon(folder) as instance:
        (desk.folder / "mastodon").write_text(MASTODON_TOKEN)
        (desk.folder / "mastodon").chmod(0o600)
        file = desk.folder / "twoway.toml"
        file.write_text(file.read_text() + MASTODON.format(url=instance.url))
        instance.talk("Petra", "Ein Zelt am #Fjord")
        instance.talk("Petra", "Stellenanzeige: Bootsmann am #Fjord")
        assert explained(desk, "social") == [
            ("social", "Stellenanzeige: Bootsmann am #Fjord", False, ["it has “Stellenanzeige”, which is under none"]),
            ("social", "Ein Zelt am #Fjord", True, ["it has “#Fjord”"]),
        ]
