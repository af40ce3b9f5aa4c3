"""Who is called when: rules, receivers and quiet hours, and what is wrong with them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from twoway.config import Alerts, load
from twoway.config.alerts import RULES
from twoway.config.values import ALERT_SCHEMES
from twoway.errors import ConfigError

HEAD = '[desk]\nbrand = "Fjordlicht"\n'
LEAD = '[[alerts.receivers]]\nname = "lead"\nurls = ["env:LEAD"]\n'


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Alerts]:
    monkeypatch.setenv("LEAD", "ntfys://hunter2/topic")

    def make(text: str) -> Alerts:
        path = tmp_path / "twoway.toml"
        path.write_text(HEAD + text)
        return load(path).alerts

    return make


Read = Callable[[str], Alerts]


def rule(text: str, names: str = '["clock.breach"]') -> str:
    return f"{LEAD}[[alerts.rules]]\nnames = {names}\n{text}\n"


@pytest.mark.parametrize("name", RULES)
def test_a_rule_in_no_table_holds_by_the_defaults(read: Read, name: str) -> None:
    found = read("").rule(name)
    assert (found.enabled, found.cooldown, found.flood, found.escalate_to) == (True, timedelta(minutes=10), 5, ())


def test_a_table_says_it_for_the_rules_that_it_names(read: Read) -> None:
    alerts = read(rule('quiet = ["22:00-07:00"]\npeople = ["lead"]\nflood = 1', '["reach", "lane"]'))
    assert [alerts.rule(name).flood for name in ("reach", "lane", "budget")] == [1, 1, 5]
    assert alerts.rule("lane").people == ("lead",)
    assert alerts.receiver("lead") is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (rule('chat = ["nobody"]'), "alerts: there is no receiver 'nobody'; there are lead"),
        (rule('escalate_to = ["boss"]'), "alerts: there is no receiver 'boss'; there are lead"),
        (LEAD + LEAD, "alerts: the receiver 'lead' is there twice"),
        (rule("") + '[[alerts.rules]]\nnames = ["clock.breach"]', "alerts: the rule 'clock.breach' is there twice"),
        (rule("", "[]"), "alerts.rules[1].names: is empty"),
        (rule('quiet = ["at night"]'), "alerts.rules[1].quiet[1]: must be hours such as"),
        (rule('quiet = ["00:00-24:00"]'), "alerts.rules[1].quiet: leave some time in which somebody is told"),
        (rule('quiet = ["mon-sun 08:00-08:00"]'), "alerts.rules[1].quiet: leave some time"),
        (rule("flood = 0"), "alerts.rules[1].flood: must be greater than or equal to 1"),
        ("[alerts]\nreach = 0", "alerts.reach: must be greater than or equal to 1"),
    ],
)
def test_a_mistake_is_named(read: Read, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(text)
    (mistake,) = error.value.mistakes
    assert mistake.startswith(said)
    assert "hunter2" not in mistake


def test_every_scheme_that_is_allowed_is_known_to_the_library() -> None:
    from apprise.manager_plugins import NotificationManager

    known = NotificationManager()
    known.load_modules()
    assert [scheme for scheme in sorted(ALERT_SCHEMES) if scheme not in known] == []
