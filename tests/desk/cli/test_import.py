"""Bringing mentions from a file: the good lines go in once, the bad ones are named and kept."""

import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.cli import import_
from tests.desk.cli.conftest import PASSWORD, Shell
from twoway import clock
from twoway.errors import Refused
from twoway.store import Store, hearing

WORDS = "Die Kaffeemühle ist kaputt, wann kommt Ersatz?"


def line(number: int, **fields: Any) -> dict[str, Any]:
    """A mention as a file tells of it."""
    return {
        "id": f"post-{number}",
        "created_at": "2024-05-01T10:00:00Z",
        "text": WORDS,
        "url": f"https://posts.example/{number}",
        "lang": "de",
        "author": {"id": "7", "handle": "@kim", "name": "Kim", "followers": 12},
        **fields,
    }


def write(folder: Path, *lines: dict[str, Any] | str, name: str = "old.jsonl") -> str:
    written = "".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in lines).encode()
    (folder / name).write_bytes(gzip.compress(written) if name.endswith(".gz") else written)
    return name


def ids(store: Store) -> list[str]:
    return [row[0] for row in store.read().execute("SELECT remote_id FROM mentions ORDER BY id")]


def brought(twoway: Shell, name: str, *more: str, code: int = 0) -> Any:
    return twoway.json("import", name, "--channel", "telefon", *more, code=code)


def test_every_field_arrives(desk: Shell, store: Store) -> None:
    brought(desk, write(desk.folder, line(1), line(2, id=2, reply_to="post-1", thread="t")))
    first, second = store.read().execute("SELECT * FROM mentions ORDER BY id").fetchall()
    assert (first["text"], first["url"], first["language"]) == (WORDS, "https://posts.example/1", "de")
    assert (first["created_at"], first["history"]) == ("2024-05-01T10:00:00.000000Z", 1)
    assert (second["remote_id"], second["thread"], second["visibility"]) == ("2", "t", "private")
    answered = store.read().execute("SELECT reference FROM mention_references WHERE mention_id = ?", (second["id"],))
    assert [row[0] for row in answered] == ["post-1"]
    author = store.read().execute("SELECT remote_id, handle, name, followers FROM authors").fetchone()
    assert tuple(author) == ("7", "@kim", "Kim", 12)
    assert json.loads(first["raw"]) == line(1)


def test_importing_twice_brings_nothing_new(desk: Shell, store: Store) -> None:
    name = write(desk.folder, line(1), line(2))
    assert brought(desk, name) == {"imported": 2, "known": 0, "bad": 0, "rejects": None}
    assert brought(desk, name) == {"imported": 0, "known": 2, "bad": 0, "rejects": None}
    assert len(ids(store)) == 2


BAD = {
    "nonsense": "no JSON",
    json.dumps({"id": "x"}): 'no object with a "text"',
    json.dumps(line(3, created_at="yesterday")): "created_at: write a time as",
    json.dumps(line(3, created_at=1714557600)): "created_at: write a time as",
    json.dumps(line(3, created_at="2999-01-01T00:00:00Z")): "created_at: this moment is still to come",
    json.dumps(line(3, created_at="0001-01-01T00:00:00+14:00")): "created_at: this is no time of ours",
    json.dumps(line(3, author={"handle": "@kim"})): "author.id: Field required",
    json.dumps(line(3, author="kim")): "author: Input should be",
    json.dumps(line(3, id="")): "id: String should have at least 1 character",
    json.dumps(line(3, url="javascript:alert(1)")): "url: an address begins with",
    json.dumps(line(3, text="ä" * 1_000_001)): "text: String should have at most 1000000 characters",
    json.dumps(line(3, visibility="secret")): "visibility: Input should be 'public' or 'private'",
}


@pytest.mark.parametrize("bad", BAD, ids=BAD.values())
def test_a_bad_line_is_named_and_kept_and_the_rest_goes_in(desk: Shell, store: Store, bad: str) -> None:
    found = brought(desk, write(desk.folder, line(1), bad, line(2)), code=1)
    assert found == {"imported": 2, "known": 0, "bad": 1, "rejects": "old.jsonl.rejects"}
    assert f"twoway: line 2: {BAD[bad]}" in desk.err
    kept = desk.folder / "old.jsonl.rejects"
    assert kept.read_text() == f"{bad}\n"
    assert kept.stat().st_mode & 0o077 == 0


def test_mended_lines_are_imported_from_where_they_were_kept(desk: Shell, store: Store) -> None:
    brought(desk, write(desk.folder, line(1), "nonsense"), code=1)
    write(desk.folder, line(2), name="old.jsonl.rejects")
    assert brought(desk, "old.jsonl.rejects")["imported"] == 1


def test_no_rejects_are_left_of_a_file_that_was_mended(desk: Shell) -> None:
    brought(desk, write(desk.folder, "nonsense"), code=1)
    brought(desk, write(desk.folder, line(1)))
    assert not (desk.folder / "old.jsonl.rejects").exists()


HEADER = "id,created_at,text,url,author_id,author_handle,author_name,author_followers,reply_to"
ROW = '{id},2024-05-01T10:00:00Z,"Zwei\nZeilen, ""zitiert""",,7,@kim,Kim,12,'


def test_named_columns_of_csv_arrive(desk: Shell, store: Store) -> None:
    brought(desk, write(desk.folder, HEADER, ROW.format(id="a"), name="old.csv"))
    row = store.read().execute("SELECT m.text, a.followers FROM mentions m JOIN authors a").fetchone()
    assert tuple(row) == ('Zwei\nZeilen, "zitiert"', 12)


def test_csv_of_a_german_spreadsheet_arrives(desk: Shell, store: Store) -> None:
    rows = "\ufeffID;Created_At;Text;Author_ID", "1;2024-05-01T10:00:00+02:00;Grüße, alle;7"
    brought(desk, write(desk.folder, *rows, name="old.csv"))
    assert store.read().execute("SELECT text FROM mentions").fetchone()[0] == "Grüße, alle"


def test_an_open_quotation_mark_takes_no_other_row_along(desk: Shell, store: Store) -> None:
    rows = (
        HEADER,
        ROW.format(id="a"),
        'b,2024-05-01T10:00:00Z,"open,,7,@kim,Kim,12,',
        *map(ROW.format_map, ({"id": "c"},)),
    )
    assert brought(desk, write(desk.folder, *rows, name="old.csv"), code=1)["bad"] == 1
    assert ids(store) == ["a", "c"]
    assert "line 4" in desk.err
    assert (desk.folder / "old.csv.rejects").read_text() == f"{HEADER}\n{rows[2]}\n"


def test_a_file_without_the_columns_is_refused_whole(desk: Shell) -> None:
    desk("import", write(desk.folder, "id,body", "1,x", name="old.csv"), "--channel", "telefon", code=1)
    assert desk.err == (
        "twoway: the first line names no column created_at, text, author_id; is it CSV with named columns?\n"
    )


@pytest.mark.parametrize(
    ("name", "lines"), [("old.jsonl.gz", (line(1),)), ("old.csv.gz", (HEADER, ROW.format(id="post-1")))]
)
def test_a_file_may_be_gzipped(desk: Shell, store: Store, name: str, lines: Any) -> None:
    brought(desk, write(desk.folder, *lines, name=name))
    assert ids(store) == ["post-1"]


def test_of_a_damaged_gzip_file_what_can_be_read_goes_in(desk: Shell, store: Store) -> None:
    name = write(desk.folder, *map(line, range(3000)), name="old.jsonl.gz")
    whole = (desk.folder / name).read_bytes()
    (desk.folder / name).write_bytes(whole[: len(whole) // 2])
    found = brought(desk, name, code=1)
    assert 0 < found["imported"] < 3000
    assert "the gzip file is damaged" in desk.err


def test_what_was_stopped_in_the_middle_goes_on(desk: Shell, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    name = write(desk.folder, *map(line, range(5)), "nonsense")
    keep, kept = hearing.keep_imported, []

    def dying(*how: Any) -> hearing.Kept:
        if len(kept) == 2:
            raise Refused("killed")
        kept.append(keep(*how))
        return kept[-1]

    with monkeypatch.context() as patched:
        patched.setattr(import_, "BATCH", 2)
        patched.setattr(hearing, "keep_imported", dying)
        desk("import", name, "--channel", "telefon", code=1)
    assert len(ids(store)) == 4
    assert brought(desk, name, code=1) == {"imported": 1, "known": 4, "bad": 1, "rejects": "old.jsonl.rejects"}


def test_a_time_without_zone_is_the_brands(desk: Shell, store: Store) -> None:
    brought(desk, write(desk.folder, line(1, created_at="2024-05-01 10:00:00")))
    assert store.read().execute("SELECT created_at FROM mentions").fetchone()[0] == "2024-05-01T08:00:00.000000Z"


def test_an_unknown_channel_is_used_wrongly(desk: Shell) -> None:
    desk("import", write(desk.folder, line(1)), "--channel", "phone", code=2)
    assert desk.err == "twoway: no channel 'phone' is switched on; there are square, telefon\n"


def settle(desk: Shell) -> list[Any]:
    """Judge, queue and propose, as a running desk does; the list of what presses."""
    from desk import schedule
    from desk.wiring import open_desk
    from twoway.config import load

    opened = open_desk(load(desk.folder / "twoway.toml"))
    schedule.judge_all(opened)
    opened.close()
    return desk.rows("queue")


def test_imported_mentions_are_judged_and_nothing_to_answer(desk: Shell, store: Store) -> None:
    brought(desk, write(desk.folder, line(1)))
    assert settle(desk) == []
    assert store.read().execute("SELECT count(*) FROM judgements").fetchone()[0] == 1


def test_what_is_work_is_answered_by_hand_whatever_the_channel(desk: Shell, store: Store, anna: str) -> None:
    now = clock.now()
    name = write(desk.folder, line(1), line(2, created_at=clock.stamp(now), visibility="public"))
    desk("import", name, "--channel", "square", "--answer-since", f"{now - timedelta(days=1):%Y-%m-%d}")
    [found] = settle(desk)
    words = "Guten Tag Kim, Ersatz ist unterwegs. AB"
    told = desk("approve", str(found["id"]), "--login", anna, "--text", words, typed=f"{PASSWORD}\ny\n")
    assert "to Kim @kim https://posts.example/2 (public)" in told
    desk("deliver")
    assert [row["route"] for row in desk.rows("queue", "hand")] == ["hand"]


def test_a_file_that_is_not_there_is_used_wrongly(desk: Shell) -> None:
    desk("import", "none.jsonl", "--channel", "telefon", code=2)
    assert desk.err == "twoway: none.jsonl cannot be read: No such file or directory\n"
