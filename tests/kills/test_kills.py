"""``kill -9`` at every step of the journey: nothing lost, nothing unapproved, nothing twice."""

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.square import BRAND, fake_square
from twoway.store import open_store
from twoway.store.audit import audit

KILLS = 200
OFTEN = 5


@dataclass
class Story:
    """What the two files say once all is over, read separately."""

    folder: Path

    def desk(self, sql: str) -> list[tuple[str, ...]]:
        """Asks the desk's file."""
        return _ask(self.folder / "twoway.db", sql)

    def platform(self, sql: str) -> list[tuple[str, ...]]:
        """Asks the platform's file."""
        return _ask(self.folder / "square.db", sql)

    def posted(self) -> list[tuple[str, str]]:
        """What stands in the brand's name: id and words."""
        sql = "SELECT CAST(p.id AS TEXT), p.text FROM posts p JOIN accounts a ON a.id = p.account"
        return [(row[0], row[1]) for row in self.platform(f"{sql} WHERE a.handle = '{BRAND}' ORDER BY p.id")]

    def approved(self) -> list[tuple[str, str]]:
        """What the desk says it sent: the receipt's id and the words of that part as approved."""
        rows = self.desk(
            "SELECT r.remote_id, r.part, w.body FROM receipts r JOIN deliveries d ON d.id = r.delivery_id"
            " JOIN approvals a ON a.id = d.approval_id JOIN previews w ON w.sha256 = a.sha256"
        )
        return [(row[0], json.loads(row[2])["parts"][int(row[1])]) for row in rows]

    def steps(self, kind: str, times: int = 1) -> set[str]:
        """Steps that were ``passed``, or at which somebody was ``killed``, so many times at least."""
        lines = (self.folder / "steps.log").read_text().splitlines()
        counted = Counter(label for word, _, label in (line.partition(" ") for line in lines) if word == kind)
        return {label for label, count in counted.items() if count >= times}


def _ask(path: Path, sql: str) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def tell(folder: Path, kills: int, *extra: str) -> Story:
    """A platform that posts twice when asked twice, and a desk that is killed that often."""
    with fake_square(folder, kind="read-back") as square:
        command = [sys.executable, "-m", "tests.kills.nursery", str(folder), square.url, str(kills), *extra]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return Story(folder)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Hundreds of kills."""
    return tell(tmp_path_factory.mktemp("killed"), KILLS)


def test_every_step_of_the_journey_was_a_death(story: Story) -> None:
    # A step that came about by chance once or twice, in the very last lives, may have been nobody's death.
    assert story.steps("passed", OFTEN) - story.steps("killed") == set()
    assert len(story.steps("killed")) > 25
    assert {"before sending", "after sending"} < story.steps("killed")


def test_what_was_approved_stands_there_exactly_once(story: Story) -> None:
    assert len(story.posted()) > KILLS / 10
    assert sorted(story.posted()) == sorted(story.approved())
    assert max(Counter(words for _, words in story.posted()).values()) == 1


def test_nothing_that_was_said_is_lost(story: Story) -> None:
    sql = f"SELECT CAST(p.id AS TEXT) FROM posts p JOIN accounts a ON a.id = p.account WHERE a.handle <> '{BRAND}'"
    said = {row[0] for row in story.platform(f"{sql} AND p.deleted_at IS NULL")}
    heard = {row[0] for row in story.desk("SELECT remote_id FROM mentions")}
    assert said <= heard
    assert story.desk("SELECT id FROM conversations WHERE awaiting_since IS NOT NULL") == []


def test_no_answer_is_left_on_its_way(story: Story) -> None:
    assert story.desk("SELECT id FROM deliveries WHERE state IN ('pending', 'sending', 'unknown')") == []


def test_the_audit_holds(story: Story) -> None:
    store = open_store(story.folder / "twoway.db")
    report = audit(store)
    store.close()
    assert report.broken() == []


AFTER = ("--step", "after sending")


def test_killed_each_time_the_platform_has_taken_a_part_it_stands_there_once(tmp_path: Path) -> None:
    story = tell(tmp_path, 6, *AFTER)
    assert max(Counter(words for _, words in story.posted()).values()) == 1


def test_without_reading_back_answers_would_stand_there_twice(tmp_path: Path) -> None:
    """The negative control: a desk that sends again without looking at what stands there."""
    story = tell(tmp_path, 6, *AFTER, "--blind")
    assert max(Counter(words for _, words in story.posted()).values()) > 1
