"""What a person does outside the desk and writes down in it; what went wrong and what to do."""

import re

from tests.desk.web.conftest import Open, Place, write
from twoway.store import channels, deliveries, inbox


def log(place: Place, **more: str) -> int:
    """A call is written down on the page and heard."""
    agent = place.person("agent", "clerk")
    entry = {"channel": "telefon", "who": "Frau Schmidt", "contact": "0221 1234", "medium": "call", "at": ""}
    agent.post("/log", 201, **{**entry, "text": "Asks when her repair will be done?", **more})
    place.hear()
    return max(line.id for line in inbox.lines(place.desk.store, "open"))


def test_a_call_is_answered_by_hand(place: Place) -> None:
    number, petra = log(place), place.person()
    assert "Frau Schmidt" in petra.get("/inbox/open")
    petra.post(f"/conversations/{number}/approve", **write(petra, number, "On Thursday, Mrs Schmidt."))
    assert "To be given by hand" in petra.get("/inbox/hand")
    page = petra.get(f"/conversations/{number}")
    assert "Please answer by hand" in page
    assert "0221 1234" in page
    delivery = deliveries.of_conversation(place.desk.store, number)[0]
    assert "say where" in petra.post(f"/deliveries/{delivery.id}/there", 422, where=" ").lower()
    petra.post(f"/deliveries/{delivery.id}/there", where="called back by pk, 14:00")
    assert deliveries.get(place.desk.store.read(), delivery.id).state == "sent"
    assert "called back by pk" in petra.get(f"/conversations/{number}")


def test_an_entry_with_a_mistake_is_kept_in_the_form(place: Place) -> None:
    agent = place.person("agent")
    entry = {"channel": "telefon", "who": " ", "medium": "call", "text": "a long story", "at": ""}
    page = agent.post("/log", 422, **entry)
    assert "a long story" in page
    assert "who it was" in page
    assert "future" in agent.post("/log", 422, **{**entry, "who": "X", "at": "2999-01-01T10:00"})
    agent.post("/log", 422, **{**entry, "who": "X", "channel": "square"})
    assert "Your role may read only" in place.person("viewer").get("/log")


def test_an_answer_in_doubt_shows_the_facts_and_two_ways_on(opened: Open) -> None:
    place = opened(undo=0)
    number, petra = place.ask(), place.person()
    petra.post(f"/conversations/{number}/approve", **write(petra, number, "Yes, up to 48."))
    make_doubtful(place)
    page = petra.get(f"/conversations/{number}")
    assert "Did the answer arrive?" in page
    assert "It is not there" in page
    assert "the line broke" in page
    assert "size 47" in petra.get("/inbox/trouble")
    delivery = deliveries.of_conversation(place.desk.store, number)[0]
    agent = place.person("agent")
    agent.post(f"/deliveries/{delivery.id}/absent", 422)
    petra.post(f"/deliveries/{delivery.id}/there", where="https://square.example/posts/77")
    assert deliveries.get(place.desk.store.read(), delivery.id).state == "sent"
    assert "https://square.example/posts/77" in petra.get(f"/conversations/{number}")


def make_doubtful(place: Place) -> None:
    """A worker begins to send and never hears back."""
    from datetime import timedelta

    from twoway import clock
    from twoway.store import outcomes

    store, lease = place.desk.store, timedelta(minutes=1)
    held = deliveries.claim(store, "w", {"square": timedelta(0)}, lease)
    assert held is not None
    part = deliveries.next_part(store.read(), held.delivery.id, held.preview)
    assert part is not None
    outcomes.begin_part(store, held, part, lease)
    outcomes.doubt(store, held, "square: send: the line broke", clock.now() + timedelta(days=1))


def test_a_paused_channel_is_seen_and_resumed_by_an_admin(place: Place) -> None:
    channel = channels.by_name(place.desk.store, "square")
    channels.pause(place.desk.store, channel.id, "square: login: the token was refused")
    page = place.person("approver").get("/health")
    assert "the token was refused" in page
    assert "An admin can resume it." in page
    assert "/health/resume" not in page
    admin = place.person("admin")
    admin.post("/health/resume", channel="square")
    assert "Paused" not in admin.get("/health")
    assert re.search(r"Works", admin.get("/health"))
