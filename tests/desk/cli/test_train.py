"""The judge learns from the command line."""

import json
import shutil
from pathlib import Path

import pytest

from desk.judges import open_judge
from models.embedded import weights
from models.judging import judge_once
from models.rules import Rules
from responders.queue import placing
from tests.desk.cli.conftest import Shell
from tests.models.learning import ship
from twoway import channels as kinds
from twoway import clock
from twoway.channel import Channel
from twoway.config import Model
from twoway.domain import Author, Mention, Page
from twoway.store import Store, channels, corrections, hearing, judgements, users
from twoway.store.corrections import Said

MANY = 80


def heard(store: Store, text: str, number: int) -> int:
    """A mention that the rules have judged; its number."""
    channel = channels.by_name(store, "square")
    stream = channels.stream(store, channel.id, "mentions")
    said = Mention(f"c{number}", Author("kim", "@kim"), text, clock.now(), "{}", "public", text.encode())
    hearing.keep_page(store, stream, Page(stream.cursor or "0", mentions=(said,)))
    judge_once(store, Rules())
    return int(store.read().execute("SELECT max(id) FROM mentions").fetchone()[0])


def teach(store: Store, count: int = MANY) -> None:
    """In this house, what is vermilion is a complaint, and what is azure is none."""
    person = users.add(store, "bo", "Bo", "bo", "agent", None)
    for number in range(count):
        text = f"Order {number}: {('azure', 'vermilion')[number % 2]}"
        said = Said(complaint=bool(number % 2))
        corrections.correct(store, heard(store, text, number), 1, said, person.id, placing)


@pytest.fixture
def team(desk: Shell, store: Store, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A desk whose judge knows nothing yet, and whose team has corrected much."""
    ship(tmp_path_factory.mktemp("shipped") / "model", monkeypatch)
    settings = desk.folder / "twoway.toml"
    settings.write_text(settings.read_text().replace('name = "rules"', 'name = "embedded"'))
    teach(store)
    return desk


def complaint(team: Shell, text: str) -> bool:
    """Whether the desk's judge takes it for one."""
    said = team("judge", "-", "--config", "twoway.toml", typed=json.dumps({"text": text}))
    return bool(json.loads(said)["judgement"]["complaint"]["flag"])


def folder(team: Shell) -> Path:
    return team.folder / "twoway.db.models"


def test_the_judge_learns_what_the_team_corrects(team: Shell) -> None:
    assert not complaint(team, "my order is vermilion")
    found = team.json("train")
    assert (found["before"], found["version"]) == ("1.0.0", "1.0.0+1")
    assert found["corrections"] == {"made": MANY, "used": MANY}
    assert found["heads"]["complaint"] == {"corrections": MANY, "adopted": True, "reason": ""}
    assert not found["heads"]["noise"]["adopted"]
    [proof] = [one for one in found["figures"] if (one["part"], one["language"]) == ("corrections", "all")]
    assert proof["after"] > 0.9 > proof["before"]
    assert complaint(team, "my order is vermilion")
    assert not complaint(team, "my order is azure")


def test_what_was_learnt_comes_back_with_a_backup(team: Shell, store: Store) -> None:
    store.close()  # restoring wants to be alone
    team("train")
    team("backup", "monday.db")
    shutil.rmtree(folder(team))
    assert not complaint(team, "my order is vermilion")
    team("restore", "monday.db")
    assert complaint(team, "my order is vermilion")


def test_a_dry_run_tells_and_keeps_nothing(team: Shell) -> None:
    found = team.json("train", "--dry-run")
    assert found["heads"]["complaint"]["adopted"]
    assert found["version"] == found["before"]
    assert not folder(team).exists()


def test_the_table_is_for_people(team: Shell) -> None:
    said = team("train")
    assert "embedded 1.0.0+1 judges from now on" in said
    assert "too few corrections" in said
    assert "complaint" in said


def test_a_desk_at_work_takes_the_new_version_with_its_next_batch(team: Shell) -> None:
    running = open_judge(Model(name="embedded"), team.folder / "twoway.db").judge
    assert running.model == "embedded 1.0.0"
    team("train")
    [found] = running.judge(["my order is vermilion"])
    assert (found.model, found.complaint.flag) == ("embedded 1.0.0+1", True)
    team("train", "--rollback")
    [found] = running.judge(["my order is vermilion"])
    assert (found.model, found.complaint.flag) == ("embedded 1.0.0", False)


def test_one_can_go_back_and_every_version_is_kept(team: Shell) -> None:
    team("train")
    assert team.json("train", "--rollback") == {"version": "1.0.0"}
    assert not complaint(team, "my order is vermilion")
    [version] = team.json("train", "--list")
    assert (version["name"], version["parent"], version["heads"]) == ("1.0.0+1", "1.0.0", ["complaint"])
    assert not version["current"]
    assert "1.0.0+1" in team("train", "--list")
    team("train", "--rollback", code=1)


def test_the_stored_mentions_are_judged_again(team: Shell, store: Store) -> None:
    number = heard(store, "Order 4711: vermilion", 4711)
    team("train")
    assert json.loads(team("judge", "--again")) == {"model": "embedded 1.0.0+1", "judged": 1}  # people keep their word
    found = judgements.of_mention(store, number)
    assert found is not None
    assert (found.model, found.complaint) == ("embedded 1.0.0+1", 1)
    assert json.loads(team("judge", "--again"))["judged"] == 0


def test_nothing_is_judged_again_by_a_stand_in(team: Shell) -> None:
    (weights.shipped() / "heads.npz").write_bytes(b"broken")
    team("judge", "--again", code=1)
    assert "nothing was judged again" in team.err
    team("train", code=1)
    assert "heads.npz is damaged" in team.err


def test_a_damaged_version_is_told_and_what_was_released_judges(team: Shell) -> None:
    team("train")
    (folder(team) / "1.0.0+1" / "heads.npz").write_bytes(b"broken")
    assert not complaint(team, "my order is vermilion")
    assert "heads.npz is damaged" in team.err


def test_what_a_platform_forbids_to_learn_from_teaches_nothing(team: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = kinds.channel

    def forbidden(kind: str) -> Channel:
        found = allowed(kind)
        policy = found.policy.__class__(train=False)
        return found.__class__(**{name: getattr(found, name) for name in found.__slots__} | {"policy": policy})

    monkeypatch.setattr("twoway.channels.channel", forbidden)
    found = team.json("train")
    assert found["corrections"] == {"made": MANY, "used": 0}
    assert found["version"] == "1.0.0"


def test_the_rules_learn_nothing(desk: Shell) -> None:
    desk("train", code=1)
    assert "the rules learn nothing" in desk.err


@pytest.mark.parametrize("options", [("--dry-run", "--rollback"), ("--list", "--rollback")])
def test_one_thing_at_a_time(twoway: Shell, options: tuple[str, ...]) -> None:
    twoway("train", *options, code=2)


@pytest.mark.parametrize("words", [(), ("-", "--again")])
def test_lines_or_again_and_not_both(twoway: Shell, words: tuple[str, ...]) -> None:
    twoway("judge", *words, code=2)


@pytest.mark.parametrize("words", [("--model", "rules"), ("--why",), ("--batch", "1"), ("--keep-going",)])
def test_what_is_for_lines_is_not_passed_over_in_silence(twoway: Shell, words: tuple[str, ...]) -> None:
    twoway("judge", "--again", *words, code=2)
    assert "are for lines" in twoway.err
