"""`twoway show` tells what mentions are about, and where the same is said."""

import pytest

from desk import wiring
from desk.judges import Opened
from tests.desk.cli.conftest import Shell
from tests.desk.cli.test_working import settle
from tests.fakes.encoder import FakeEncoder
from tests.fakes.square import FakeSquare

LAMP = "@wanderlust Die Lampe, die ich bei euch gekauft habe, flackert seit gestern, und niemand meldet sich."
TOPIC = '\n[[topics]]\nname = "Licht"\nsentence = "Meine Lampe ist kaputt."\n'


@pytest.fixture
def heard(desk: Shell, square: FakeSquare, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Two people said the same."""
    monkeypatch.setattr(wiring, "open_judge", lambda *_: Opened(FakeEncoder("lampe")))
    file = desk.folder / "twoway.toml"
    file.write_text(file.read_text() + TOPIC)
    for customer in ("Tim", "Ida"):
        square.say(customer, LAMP)
    settle(desk)
    return desk


def test_it_tells_topics_and_likenesses(heard: Shell) -> None:
    told = heard("show", "1")
    assert "nearly the same is said in 2" in told
    assert "  about Licht" in told
    story = heard.json("show", "2")
    assert story["same_said_in"] == [1]
    assert story["mentions"][0]["topics"] == ["Licht"]
