"""`twoway digest`: what the mail says, without sending it."""

from datetime import timedelta
from pathlib import Path

import pytest

from desk.digest import leaving
from desk.wiring import open_desk
from tests.desk.cli.conftest import Shell
from twoway import clock
from twoway.config import load
from twoway.store import digests

CONFIG = """
[desk]
brand = "Fjordlicht"
[model]
name = "rules"
[web]
public_url = "https://desk.example.org"
[channels.telefon]
kind = "log"
[digest.smtp]
host = "127.0.0.1"
security = "none"
sender = "desk@fjordlicht.example"
[[digest.recipients]]
address = "Leitung@fjordlicht.example"
weekly = "monday"
[[digest.recipients]]
address = "lead@fjordlicht.example"
language = "en"
"""


@pytest.fixture
def shell(twoway: Shell) -> Shell:
    """The command line beside a configuration with two recipients."""
    (twoway.folder / "twoway.toml").write_text(CONFIG, "utf-8")
    return twoway


def test_the_text_is_printed_in_the_language_of_the_first_recipient(shell: Shell) -> None:
    said = shell("digest", "--date", "2026-11-23")
    assert said.startswith("Fjordlicht – Tagesbericht\nMontag, 23. November 2026\n\nAlles ist beantwortet")


def test_somebody_else_s_is_shown_and_in_another_language(shell: Shell) -> None:
    assert "Daily digest" in shell("digest", "--to", "LEAD@fjordlicht.example")
    assert "Wochenbericht" in shell("digest", "--weekly", "--to", "lead@fjordlicht.example", "--language", "de")
    shell("digest", "--to", "nobody@fjordlicht.example", code=2)
    assert "there are Leitung@fjordlicht.example, lead@fjordlicht.example" in shell.err


@pytest.mark.parametrize(("name", "begins"), [("digest.html", "<!DOCTYPE html>"), ("digest.txt", "Fjordlicht – ")])
def test_a_preview_is_a_file(shell: Shell, name: str, begins: str) -> None:
    said = shell("digest", "--preview", name)
    assert said == f"Alles beantwortet – Fjordlicht\n{name}\n"
    assert (shell.folder / name).read_text("utf-8").startswith(begins)


def test_a_preview_that_cannot_be_written_is_said(shell: Shell) -> None:
    shell("digest", "--preview", "no/such/folder.html", code=1)
    assert "cannot be written: No such file or directory" in shell.err


def test_the_values_are_one_document(shell: Shell) -> None:
    told = shell.json("digest", "--weekly", "--date", "2026-11-23")
    assert told["period"]["kind"] == "weekly"
    assert told["period"]["since"].startswith("2026-11-16 06:30")
    assert told["sums"]["heard"] == 0
    assert [row["channel"] for row in told["channels"]] == ["telefon"]


def test_nothing_is_sent_or_noted_by_looking(shell: Shell) -> None:
    shell("digest")
    assert {row["last_date"] for row in shell.json("digest", "--recipients")} == {None}


def test_recipients_are_listed_with_what_became_of_their_last(shell: Shell) -> None:
    desk = open_desk(load(Path("twoway.toml")))
    boss = desk.config.digest.recipients[0]
    edition = digests.Edition(leaving.key(boss), "weekly", "2026-11-23")
    digests.claim(desk.store, edition, timedelta(minutes=5))
    digests.failed(desk.store, edition, "451 try later", clock.now())
    digests.unsubscribe(desk.store, leaving.key(boss), "daily")
    desk.close()
    found = {(row["address"], row["digest"]): row for row in shell.json("digest", "--recipients")}
    assert found["Leitung@fjordlicht.example", "weekly"]["error"] == "451 try later"
    assert [row["unsubscribed"] for row in found.values()] == [True, False, False]
    assert shell("digest", "--recipients").count("yes") == 1


def test_a_desk_without_recipients_shows_its_own(shell: Shell) -> None:
    plain = CONFIG.partition("[digest.smtp]")[0]
    (shell.folder / "twoway.toml").write_text(plain, "utf-8")
    assert "Tagesbericht" in shell("digest")
