"""From nothing to a checked configuration."""

import pytest

from desk.judges import open_judge
from tests.desk.cli.conftest import Shell
from tests.fakes.square import FakeSquare
from twoway.config import load


def test_init_writes_a_configuration_that_loads(twoway: Shell) -> None:
    said = twoway("init", "new", "--brand", 'Müller & "Söhne" \\ Co')
    assert load(twoway.folder / "new" / "twoway.toml").desk.brand == 'Müller & "Söhne" \\ Co'
    assert said.split("Next:")[1].split("\n")[1:-1] == [
        "  cd new",
        "  twoway user add NAME --role admin",
        "  twoway check",
        "  twoway run",
    ]


def test_what_init_wrote_can_be_checked(twoway: Shell) -> None:
    twoway("init", ".")
    found = twoway.json("check")
    assert found.pop("judge") == open_judge().judge.model
    assert found.pop("health")["counter"]["state"] == "new"
    assert found == {"channels": {"counter": "ok"}, "approvers": 0, "held": None, "judge_problem": None, "lanes": []}


def test_init_overwrites_nothing(twoway: Shell) -> None:
    (twoway.folder / "twoway.toml").write_text("mine")
    twoway("init", ".", code=1)
    assert (twoway.folder / "twoway.toml").read_text() == "mine"
    assert twoway.err == "twoway: twoway.toml is there already; edit it, or name another folder\n"


def test_init_says_where_it_cannot_write(twoway: Shell) -> None:
    (twoway.folder / "file").write_text("")
    twoway("init", "file/desk", code=1)
    assert twoway.err.startswith("twoway: file/desk/twoway.toml cannot be written")


def test_init_names_another_database_and_another_file(twoway: Shell) -> None:
    twoway("init", "new", "--config", "other.toml", "--database", "elsewhere.db")
    assert load(twoway.folder / "other.toml").desk.database == twoway.folder / "elsewhere.db"


def test_without_a_configuration_the_way_to_one_is_told(twoway: Shell) -> None:
    twoway("check", code=2)
    assert "twoway init ." in twoway.err
    assert len(twoway.err.splitlines()) == 1


def test_the_configuration_may_be_named_by_the_environment(desk: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWOWAY_CONFIG", str(desk.folder / "twoway.toml"))
    (desk.folder / "below").mkdir()
    monkeypatch.chdir(desk.folder / "below")
    assert desk.json("check")["channels"] == {"square": "ok", "telefon": "ok"}


def test_every_mistake_is_listed_at_once(twoway: Shell) -> None:
    (twoway.folder / "twoway.toml").write_text(
        '[desk]\nbrnd = "W"\n[web]\nport = "many"\n[channels.x]\nkind = "mial"\n'
    )
    twoway("check", code=2)
    mistakes = twoway.err.splitlines()
    assert all(line.startswith("twoway: ") for line in mistakes)
    for path in ("desk.brnd", "desk.brand", "web.port", "channels.x.kind"):
        assert any(path in line for line in mistakes), path


def test_check_logs_in_everywhere(desk: Shell) -> None:
    assert "ok" in desk("check")


def test_check_names_the_login_that_is_refused(desk: Shell, square: FakeSquare) -> None:
    (desk.folder / "token").write_text("not the token")
    said = desk.json("check", code=1)["channels"]
    assert said["telefon"] == "ok"
    assert said["square"].startswith("square: ")
    assert "not the token" not in desk("check", code=1)


def test_check_says_how_each_channel_fares_and_what_to_do(desk: Shell, square: FakeSquare) -> None:
    square.faults.order("error-before")
    desk("collect", "square", code=1)
    said = desk("check")
    for words in ("erring", "503", "next poll", "square: There is nothing to do: the desk keeps trying"):
        assert words in said
    assert "requests left" not in said
    found = desk.json("check")["health"]["square"]
    assert (found["state"], found["advice"], found["outages"][0]["until"]) == ("erring", "again", None)
    assert found["erring_since"] == found["outages"][0]["since"]
    desk("collect", "square")
    assert desk.json("check")["health"]["square"]["state"] == "fine"


def test_check_says_who_is_missing(desk: Shell) -> None:
    assert "nobody here may approve yet" in desk("check")


def test_another_database_may_be_named(desk: Shell) -> None:
    desk("check", "--database", "second.db")
    assert (desk.folder / "second.db").exists()


def test_check_says_who_judges_and_why_it_is_another(twoway: Shell) -> None:
    twoway("init", ".")
    file = twoway.folder / "twoway.toml"
    written = file.read_text()
    file.write_text(f'{written}\n[model]\nname = "./gone"\n')
    found = twoway.json("check", code=1)
    assert found["judge"].startswith(("embedded ", "rules "))
    assert f"{twoway.folder / 'gone'} is neither a folder on this machine" in found["judge_problem"]
    said = twoway("check", code=1)
    assert f"the judge: {found['judge']}" in said
    assert "another judge was asked for:" in said
    file.write_text(f'{written}\n[model]\nname = "rules"\n')
    assert "the judge: rules 1\n" in twoway("check")
    assert "another judge" not in twoway("check")
