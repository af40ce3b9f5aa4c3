"""Taking mentions out: the lines that can be brought in again, and who took them out."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.desk.cli.conftest import HASH, PASSWORD, Shell
from tests.desk.cli.test_import import line, settle, write
from tests.fakes.square import FakeSquare
from twoway.store import Store, users

FRESH = '[desk]\nbrand = "Other"\n[model]\nname = "rules"\n[channels.square]\nkind = "log"\n'
OURS = ("heard_at", "history", "judgement", "conversation", "answers")
"""What a desk makes of a mention itself."""


def exported(twoway: Shell, *more: str) -> list[dict[str, Any]]:
    return [json.loads(one) for one in twoway("export", *more).splitlines()]


def said(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in one.items() if name not in OURS} for one in lines]


@pytest.fixture
def busy(desk: Shell, square: FakeSquare, anna: str) -> Shell:
    """A desk that has heard two customers and answered one."""
    square.say("Tim", "@wanderlust Do your boots come in size 47?")
    desk("collect")
    [asked] = settle(desk)
    words = ("--text", "Hello Tim, they do: 47 and 48 are in stock. AB")
    desk("approve", str(asked["id"]), "--login", anna, *words, typed=f"{PASSWORD}\ny\n")
    desk("deliver")
    square.say("Eva", "@wanderlust Schön, eure Zelte! 😀")
    desk("collect")
    return desk


def test_what_was_exported_is_the_same_after_an_import_elsewhere(busy: Shell, tmp_path: Path) -> None:
    before = exported(busy)
    busy("import", write(tmp_path, line(1, thread="t", reply_to="x"), name="more.jsonl"), "--channel", "square")
    whole = busy("export")
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    (fresh / "twoway.toml").write_text(FRESH)
    (fresh / "all.jsonl").write_text(whole)
    there = ("--config", str(fresh / "twoway.toml"))
    busy("import", str(fresh / "all.jsonl"), "--channel", "square", *there)
    after = exported(busy, *there)
    assert len(after) == len(before) + 1
    assert said(after) == said([json.loads(one) for one in whole.splitlines()])


def test_a_line_tells_what_became_of_a_mention(busy: Shell) -> None:
    first, second = exported(busy)
    [answer] = first["answers"]
    assert answer["parts"] == ["Hello Tim, they do: 47 and 48 are in stock. AB"]
    assert (answer["state"], answer["receipts"][0]["evidence"]) == ("sent", "sent")
    assert (first["judgement"]["language"], first["conversation"]["state"]) == ("en", "waiting")
    assert (second["judgement"], second["conversation"], second["answers"]) == (None, None, [])


def test_a_person_is_told_everything_and_nothing_of_others(busy: Shell) -> None:
    [one] = exported(busy, "--channel", "square", "--author", "@tim")
    assert one["author"]["name"] == "Tim"
    assert [version["text"] for version in one["versions"]] == [one["text"]]
    assert one["raw"]


def test_an_author_is_one_of_a_channel(busy: Shell) -> None:
    busy("export", "--author", "Tim", code=1)
    assert "--channel" in busy.err
    busy("export", "--author", "Tom", "--channel", "square", code=2)
    assert busy.err == "twoway: there is no author 'Tom'\n"


def by(store: Store) -> list[int | None]:
    return [row[0] for row in store.read().execute("SELECT user_id FROM events WHERE kind = 'mentions.exported'")]


def test_the_record_says_who_took_it_out(busy: Shell, store: Store) -> None:
    chief = users.add(store, "chief", "Chief", "C", "admin", HASH)
    busy("export", "--login", "chief", typed=f"{PASSWORD}\n")
    busy("export")
    assert by(store) == [chief.id, None]


def test_whoever_may_not_administer_takes_nothing_out_in_their_name(busy: Shell, store: Store, anna: str) -> None:
    assert not busy("export", "--login", anna, typed=f"{PASSWORD}\n", code=1).strip()
    assert by(store) == []
