"""When another judge stands in, whoever can mend it sees why; the health page names the judge."""

import ast
from pathlib import Path

import pytest

from desk.web.words import Words
from models.foreign.meanings import meanings
from models.foreign.unusable import Unusable
from tests.desk.web.conftest import Open, Place

FOREIGN = Path(__file__).parents[3] / "models/foreign"
GERMAN = Words("de")


@pytest.fixture
def standing_in(opened: Open) -> Place:
    """A desk whose configuration names a model that is not there."""
    return opened(model="/srv/models/<b>german")


def test_where_the_right_one_judges_nothing_is_said(place: Place) -> None:
    page = place.person("admin").get("/inbox/open")
    assert "Not the judge you asked for" not in page


@pytest.mark.parametrize(("role", "sees"), [("admin", True), ("approver", False), ("viewer", False)])
def test_whoever_can_mend_it_sees_why(standing_in: Place, role: str, sees: bool) -> None:
    page = standing_in.person(role).get("/inbox/open")
    assert ("Not the judge you asked for" in page) == sees
    assert ("/srv/models/&lt;b&gt;german is neither a folder" in page) == sees
    assert "<b>german" not in page


def test_strangers_see_nothing_of_it(standing_in: Place) -> None:
    assert "judge" not in standing_in.client().get("/login").text


def test_it_is_said_in_german(standing_in: Place) -> None:
    admin = standing_in.person("admin")
    admin.client.headers["accept-language"] = "de"
    page = admin.get("/inbox/open")
    assert "Es urteilt ein anderes Modell als eingestellt" in page
    assert "german ist weder ein Ordner auf diesem Rechner" in page
    assert "Bis dahin urteilt" in page


def test_the_health_page_names_the_judge(standing_in: Place) -> None:
    page = standing_in.person("admin").get("/health")
    assert f"Judged by: <bdi>{standing_in.desk.judge.model}</bdi>" in page
    assert "Stands in for another" in page


def test_mentions_are_judged_all_the_same(standing_in: Place) -> None:
    number = standing_in.ask("@wanderlust The sole came off after one day. I want my money back!")
    assert "Complaint" in standing_in.person().get(f"/conversations/{number}")


def literal(node: ast.expr) -> str:
    """The words of a message; holes are {x}."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.JoinedStr)
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{x}" for part in node.values)


def test_every_reason_is_said_in_german() -> None:
    reasons = {
        literal(node.args[0])
        for path in FOREIGN.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Unusable"
    }
    assert len(reasons) > 10
    assert [reason for reason in reasons if GERMAN.said(reason) == reason] == []


def test_no_english_is_left_of_a_long_reason() -> None:
    with pytest.raises(Unusable) as caught:
        meanings("a/b", ["LABEL_0", "LABEL_1"], {}, several=False)
    damaged = "/x/heads.npz is damaged: expected SHA-256 aa, found bb"
    said = GERMAN.said(
        f"{caught.value}. Until then rules 1 judges. {damaged}. The rules judge until the desk is installed again."
    )
    assert said.startswith('Was a/b mit "LABEL_0", "LABEL_1" meint, ist nicht bekannt; seine Labels sind')
    assert "; es gibt negative, neutral" in said
    assert said.endswith(
        "Bis dahin urteilt rules 1. /x/heads.npz ist beschädigt: erwartet war SHA-256 aa, gefunden wurde bb. "
        "Bis zur Neuinstallation urteilen die Regeln."
    )
