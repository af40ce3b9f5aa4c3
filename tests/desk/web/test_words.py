"""German and English: the same keys, every key there, everything the desk says is said in German too."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from desk import health
from desk.web.failures import STATUS
from desk.web.words import LANGUAGES, Words, catalogue, preferred
from responders import checks
from tests.desk.web.conftest import Place
from twoway.states import MOVES, RIGHTS
from twoway.store import inbox

ROOT = Path(__file__).parents[3]
WEB = ROOT / "desk/web"
USED = re.compile(
    r"""(?<![\w.])(?:t|words|seen\.words)(?:\.known|\.count)?\(\s*f?["']([a-z_]+(?:\.[a-z_]+)*)["']\s*[,)]"""
)
SPEAK = ("twoway/states.py", "twoway/store/*.py", "responders/review.py", "desk/accounts.py", "desk/web/*.py")


def sources() -> Iterator[str]:
    """Everything that asks for words."""
    for path in (*WEB.glob("*.py"), *WEB.glob("templates/*.html")):
        yield path.read_text("utf-8")


def test_both_languages_have_the_same_keys_and_holes() -> None:
    german, english = catalogue("de"), catalogue("en")
    assert german.keys() == english.keys()
    assert {k: set(re.findall(r"\{\w+\}", v)) for k, v in german.items()} == {
        k: set(re.findall(r"\{\w+\}", v)) for k, v in english.items()
    }
    assert not [key for key, text in german.items() if not text.strip()]


def test_every_word_that_is_asked_for_is_there() -> None:
    asked = {key for source in sources() for key in USED.findall(source)}
    assert len(asked) > 100
    known = catalogue("en").keys()
    counted = {key.rpartition(".")[0] for key in known if key.endswith((".one", ".many"))}
    assert asked - known - counted == set()


def test_every_value_that_can_be_shown_has_words() -> None:
    shown = [f"list{more}.{name}" for name in (*inbox.LISTS, "automatic") for more in ("", "_means", "_empty")]
    shown += [f"state.{name}" for name in MOVES["conversation"]]
    shown += [f"draft.{name}" for name in MOVES["draft"]] + [f"delivery.{name}" for name in MOVES["delivery"]]
    shown += [f"role{more}.{name}" for name in RIGHTS for more in ("", "_means")]
    shown += [f"problem.{status}" for status in STATUS.values()]
    for name, values in (("state", health.State), ("advice", health.Advice), ("warning", health.Notice)):
        shown += [f"health.{name}.{value}" for value in get_args(values) if value != "new"]
    assert set(shown) - catalogue("de").keys() == set()


def refusals() -> set[str]:
    """The English words with which the desk refuses, as literals; holes are {x}."""
    found = set()
    for path in (path for pattern in SPEAK for path in ROOT.glob(pattern)):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Refused", "Stale", "NotFound")
            if named and node.args and isinstance(node.args[0], ast.Constant | ast.JoinedStr):
                found.add(_literal(node.args[0]))
    return found


def _literal(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.JoinedStr)
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{x}" for part in node.values)


def test_every_refusal_is_said_in_german() -> None:
    german = Words("de")
    said = refusals()
    assert len(said) > 20
    assert [words for words in said if german.said(words) == words] == []


ERRORS = ("Temporary", "RateLimited", "AuthFailed", "Gone", "Rejected", "DeliveryUnknown")
CHANNELS = ("twoway/channels/*.py", "twoway/mail/*.py", "listener/*.py", "responders/*.py")


def sentences() -> set[str]:
    """What the desk itself says of its channels' errors, as literals: in the error, or in the variable ``said``."""
    found = set()
    for path in (path for pattern in CHANNELS for path in ROOT.glob(pattern)):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            told: ast.expr | None = None
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS and len(node.args) > 2:
                told = node.args[2]
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "said":
                told = node.value
            if isinstance(told, ast.Constant | ast.JoinedStr) and re.search(r"[a-z]{2} [a-z]{2}", _literal(told)):
                found.add(_literal(told))
    return found


def test_every_sentence_about_a_channels_error_is_said_in_german() -> None:
    german, said = Words("de"), sentences()
    assert len(said) > 50
    assert sorted(words for words in said if german.said(words) == words) == []


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("square: send: 503 down for tea", "square, beim Senden: 503 down for tea"),
        ("square: look: timed out", "square, beim Nachsehen: Es kam nicht rechtzeitig eine Antwort."),
        ("square: send: 503 x (tried 8 times)", "Nach 8 Versuchen aufgegeben. square, beim Senden: 503 x"),
        ("square: send: 422 a: b: c", "square, beim Senden: 422 a: b: c"),
        ("Meier: who knows: this", "Meier: who knows: this"),
    ],
)
def test_the_platforms_own_words_stay_and_ours_around_them_are_german(english: str, german: str) -> None:
    assert Words("de").said(english) == german


def test_sayings_keep_what_they_are_about() -> None:
    for english, german in tomllib.loads((WEB / "catalogue/said.toml").read_text("utf-8")).items():
        assert set(re.findall(r"\{\w+\}", german)) <= set(re.findall(r"\{\w+\}", english)), english
    assert "„viewer“" in Words("de").said("the role viewer may not approve; ask an admin of this desk")
    assert Words("de").said("only a part of the answer was sent: undone").endswith("zurückgeholt")


def test_findings_speak_both_languages() -> None:
    finding = checks.check("", address="Sie")[0]
    assert {finding.text(language) for language in LANGUAGES} == {"Die Antwort ist leer.", "The answer is empty."}


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("de-AT,en;q=0.5", "de"),
        ("en-GB", "en"),
        ("fr,de;q=0.3,en;q=0.2", "de"),
        ("fr", "en"),
        ("de;q=x", "en"),
        ("", "en"),
    ],
)
def test_the_browser_says_the_language(wanted: str, shown: str) -> None:
    assert preferred(wanted) == shown


def test_ones_own_setting_outranks_the_browser(place: Place) -> None:
    petra = place.person()
    assert '<html lang="en">' in petra.get("/settings")
    petra.post("/settings/language", language="de")
    page = petra.get("/inbox/open")
    assert '<html lang="de">' in page
    assert "Zu beantworten" in page
    petra.post("/settings/language", 422, language="tlh")


def test_refusals_reach_a_german_reader_in_german(place: Place) -> None:
    number, petra = place.ask(), place.person()
    petra.post("/settings/language", language="de")
    assert "Zu spät" in petra.post(f"/conversations/{number}/undo", 422)
