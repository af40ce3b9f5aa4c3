"""Where an alert leads: to the conversation, once signed in, whose history says that somebody was told."""

from datetime import timedelta

from desk.alerts.rules import terms
from tests.desk.web.conftest import Place
from twoway.store import alerting, alerts

FURIOUS = "@wanderlust Das ist Betrug! Ich zeige euch an, ihr Verbrecher, ich will SOFORT mein Geld zurück!!!"


def told(place: Place) -> int:
    """A furious customer of whom the team was told; the conversation."""
    conversation = place.ask(FURIOUS)
    claimed = alerting.claim(place.desk.store, timedelta(minutes=5), terms(place.desk))
    assert claimed
    alerts.reached(place.desk.store, claimed.row.id, "slack-1")
    return conversation


def test_the_history_of_the_conversation_says_it(place: Place) -> None:
    conversation = told(place)
    assert "told in chat" in place.person().get(f"/conversations/{conversation}")


def test_its_link_shows_nothing_to_whoever_is_not_signed_in(place: Place) -> None:
    path = f"/conversations/{told(place)}"
    answer = place.client().get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")
    assert path in answer.headers["location"].replace("%2F", "/")
    assert "Betrug" not in answer.text
