"""Every rule is said in German and in English, alone and counted, in one form."""

from dataclasses import replace

import pytest

from desk.alerts import example
from desk.alerts.message import write
from desk.alerts.rules import ALWAYS, RULES
from desk.alerts.sending import setting
from desk.alerts.words import WORDS
from desk.wording import Spoken
from tests.conftest import NOON
from tests.desk.conftest import Open
from twoway.config.alerts import RULES as CONFIGURED
from twoway.store.alerting import Others


def test_what_can_be_configured_is_what_there_is() -> None:
    assert set(CONFIGURED) | ALWAYS == set(RULES)


def test_both_languages_say_the_same() -> None:
    assert WORDS["de"].keys() == WORDS["en"].keys()


@pytest.mark.parametrize("spoken", ["de", "en"])
@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_title_a_severity_and_a_link(opened: Open, rule: str, spoken: Spoken) -> None:
    message = example.message(opened().desk, rule, spoken)
    lines = message.body.splitlines()
    assert message.title.count(": ") >= 2
    assert lines[0].startswith(("Stufe: ", "Severity: "))
    assert lines[-1].startswith("https://desk.example.org")
    assert "{" not in message.title + message.body


@pytest.mark.parametrize("spoken", ["de", "en"])
@pytest.mark.parametrize("rule", RULES)
def test_many_of_a_rule_are_counted_by_channel_and_quote_nobody(opened: Open, rule: str, spoken: Spoken) -> None:
    desk = opened('[alerts]\nquote = "short"').desk
    row = example.row(desk, rule, spoken)
    many = Others((("loft", 1200), ("attic", 34)), (7, 5))
    message = write(row, many, replace(setting(desk, row, spoken), people=("lead",)), NOON)
    assert ("1.234" if spoken == "de" else "1,234") in message.title
    assert any(
        line.endswith(("loft (1.200), attic (34)", "loft (1,200), attic (34)")) for line in message.body.splitlines()
    )
    assert message.body.splitlines()[-2:] == [f"https://desk.example.org/conversations/{n}" for n in (7, 5)]
    assert row.text
    assert row.text not in message.body


def test_whom_it_is_for_and_which_step_it_is_are_said(opened: Open) -> None:
    more = "".join(f'[[alerts.receivers]]\nname = "{name}"\nurls = ["env:LEAD"]\n' for name in ("lead", "boss"))
    more += '[[alerts.rules]]\nnames = ["clock.breach"]\npeople = ["lead"]\nescalate_to = ["boss"]\n'
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEAD", "json://127.0.0.1/")
        desk = opened(more).desk
    for level, name in ((0, "lead"), (1, "boss")):
        row = replace(example.row(desk, "clock.breach", "en"), level=level)
        body = write(row, Others(), setting(desk, row, "en"), NOON).body
        assert f"For: {name}" in body
        assert ("this is reminder 1" in body) is bool(level)


@pytest.mark.parametrize(
    ("spoken", "said"), [("de", "1.234,50 USD von 2.000,00 USD"), ("en", "USD 1,234.50 of USD 2,000.00")]
)
def test_money_is_said_as_everywhere_else(opened: Open, spoken: Spoken, said: str) -> None:
    desk = opened().desk
    row = replace(example.row(desk, "budget", spoken), spent="1234.5", budget="2000")
    assert said in write(row, Others(), setting(desk, row, spoken), NOON).body
