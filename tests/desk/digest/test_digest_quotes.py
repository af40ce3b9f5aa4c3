"""Whose words a digest repeats: as far as the platform's rules, the owner and the right to be forgotten let it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine

from desk.digest import sending
from desk.digest.render import Rendered
from tests.conftest import NOON, Freeze
from tests.desk.conftest import Open
from tests.desk.pigeons import Scene
from twoway import channels as kinds
from twoway import clock
from twoway.channel import Policy
from twoway.config import Recipient
from twoway.domain import Deleted, Page
from twoway.store import channels, erasing, hearing

ANGRY = "Zum dritten Mal kam die falsche Lampe, und niemand ruft zurück!"
HAPPY = "Die Stehlampe ist wunderschön, und der Herr im Laden war so geduldig!"


def shown(scene: Scene) -> Rendered:
    """Tomorrow's digest, in German, as it would be written in a minute."""
    with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
        return sending.preview(scene.desk, Recipient(address="boss@x.example"), date(2026, 11, 24))


@pytest.fixture
def scene(opened: Open, freeze: Freeze) -> Scene:
    """An open desk, before anybody says anything."""
    freeze()
    return opened()


def test_the_worst_complaints_and_praise_are_quoted(scene: Scene) -> None:
    number = scene.says(ANGRY, severe=True, name="Bernd", followers=15_300)
    scene.says(HAPPY, mood="positive", wants=False, name="Cora")
    mail = shown(scene)
    for form in (mail.html, mail.text):
        assert f"„{ANGRY}“" in form
        assert f"„{HAPPY}“" in form
        assert f"https://desk.example.org/conversations/{number}" in form
    assert "- Bernd auf loft · kann nicht warten, 15.300 Follower, noch unbeantwortet" in mail.text


def test_a_channel_that_demands_deletion_is_never_quoted(scene: Scene) -> None:
    """The attic's rules forbid it: who complained is told, not how; praise that cannot be shown is left out."""
    scene.says(ANGRY, severe=True, name="Bernd", channel="attic")
    scene.says(HAPPY, mood="positive", wants=False, name="Cora", channel="attic")
    mail = shown(scene)
    for form in (mail.html, mail.text):
        assert "falsche Lampe" not in form
        assert "wunderschön" not in form
        assert "Cora" not in form
    assert "- Bernd auf attic · kann nicht warten, noch unbeantwortet" in mail.text


def test_praise_that_cannot_be_shown_takes_no_place_of_other_praise(scene: Scene) -> None:
    for number in range(5):
        words = f"{HAPPY} Schon zum {number + 2}. Mal gekauft."
        scene.says(words, mood="positive", wants=False, name=f"Fan {number}", channel="attic", followers=9_000)
    scene.says(HAPPY, mood="positive", wants=False, name="Cora")
    assert f"„{HAPPY}“" in shown(scene).text


@pytest.mark.parametrize("policy", [Policy(quote_in_alerts=False), Policy(keep_days=30)])
def test_either_rule_of_a_platform_is_enough(scene: Scene, monkeypatch: pytest.MonkeyPatch, policy: Policy) -> None:
    scene.says(ANGRY, severe=True)
    assert "falsche Lampe" in shown(scene).text
    strict = replace(kinds.channel("pigeon"), policy=policy)
    with monkeypatch.context() as patch:
        patch.setattr(kinds, "channel", lambda kind: strict)
        assert "falsche Lampe" not in shown(scene).text


def test_an_owner_may_have_nothing_quoted(opened: Open, freeze: Freeze) -> None:
    freeze()
    scene = opened('[digest]\nquote = "none"\n')
    scene.says(ANGRY, severe=True, name="Bernd")
    mail = shown(scene)
    assert "falsche Lampe" not in mail.html + mail.text
    assert "Bernd auf loft" in mail.text


def test_what_was_erased_is_not_repeated(scene: Scene) -> None:
    scene.says(ANGRY, severe=True, name="Bernd")
    scene.says(HAPPY, mood="positive", wants=False, name="Cora")
    for number in (1, 2):
        erasing.mention(scene.desk.store, number, scene.person[0].id)
    mail = shown(scene)
    assert "falsche Lampe" not in mail.html + mail.text
    assert "wunderschön" not in mail.html + mail.text
    assert "Die schwersten Beschwerden" not in mail.text


def test_what_was_taken_back_is_not_repeated_from_that_moment(scene: Scene) -> None:
    scene.says(ANGRY, severe=True)
    loft = channels.by_name(scene.desk.store, "loft").id
    stream = channels.stream(scene.desk.store, loft, "loft")
    hearing.keep_page(scene.desk.store, stream, Page(cursor="x", changes=(Deleted("m1", clock.now()),)))
    assert "falsche Lampe" not in shown(scene).text


def test_private_praise_is_not_for_sharing(scene: Scene) -> None:
    scene.says(HAPPY, mood="positive", wants=False, visibility="private")
    assert "wunderschön" not in shown(scene).text
    scene.says(HAPPY, mood="positive", wants=False)
    assert "wunderschön" in shown(scene).text


def test_a_bare_thanks_is_not_worth_sharing(scene: Scene) -> None:
    scene.says("Danke! Super!", mood="positive", wants=False)
    assert "Lob, das" not in shown(scene).text


def test_a_conversation_complains_once_and_those_who_say_the_same_with_one_voice(scene: Scene) -> None:
    scene.says(ANGRY, severe=True, name="Bernd")
    scene.says("Und noch etwas: so geht das nicht weiter!", severe=True, name="Bernd", below="m1")
    for name in ("Cora", "Dora"):
        scene.says(ANGRY, severe=True, name=name)
    with scene.desk.store.write() as db:
        db.executemany("INSERT INTO likenesses VALUES (?, 3)", [(3,), (4,)])
    text = shown(scene).text
    assert [line for line in text.splitlines() if "kann nicht warten" in line] == [
        "- Dora auf loft · kann nicht warten, noch jemand sagt dasselbe, noch unbeantwortet",
        "- Bernd auf loft · kann nicht warten, noch unbeantwortet",
    ]
    assert "so geht das nicht weiter" in text


def test_what_cannot_wait_comes_before_what_many_say(scene: Scene) -> None:
    for _ in range(3):
        scene.says("Der Versand dauert lange.", complaint=True, name="Viele")
    with scene.desk.store.write() as db:
        db.executemany("INSERT INTO likenesses VALUES (?, 1)", [(1,), (2,), (3,)])
    scene.says(ANGRY, severe=True, name="Bernd")
    text = shown(scene).text
    assert text.index("Bernd auf loft · kann") < text.index("Viele auf loft · 2 weitere sagen dasselbe")


def test_yesterday_s_words_are_not_today_s_news(opened: Open, freeze: Freeze) -> None:
    stopped = freeze(NOON - timedelta(days=2))
    scene = opened()
    scene.says(ANGRY, severe=True)
    stopped.move_to(NOON)
    assert "falsche Lampe" not in shown(scene).text
