"""Who may do what: refused by the desk, not only hidden by the page."""

import pytest

from desk.web.matter import gather
from tests.desk.web.conftest import Place, fields, write
from twoway.store import conversations, deliveries, users

WRITING = ("preview", "submit", "drop", "close", "wait", "snooze", "reopen", "assign", "note", "lane", "propose")


def test_a_viewer_reads_and_changes_nothing(place: Place) -> None:
    number, viewer = place.ask(), place.person("viewer")
    before = gather(place.desk.store, {}, number)
    page = viewer.get(f"/conversations/{number}")
    assert "size 47" in page
    assert "<textarea" not in page
    assert "/close" not in page
    for act in WRITING:
        more = {"lane": "noise", "reason": "spam", "preset": "hours", "source": "template:question.en"}
        viewer.post(f"/conversations/{number}/{act}", 422, version=1, text="mine", seen="", **more)
    assert gather(place.desk.store, {}, number) == before


def test_an_agent_writes_but_does_not_send(place: Place) -> None:
    number, agent = place.ask(), place.person("agent")
    composed = write(agent, number, "Yes, up to 48.")
    page = agent.get(f"/conversations/{number}")
    assert 'id="approve"' not in page
    sha = place.person("approver").get(f"/conversations/{number}")
    agent.post(f"/conversations/{number}/approve", 422, **{**composed, **fields(sha)})
    assert deliveries.of_conversation(place.desk.store, number) == []


@pytest.mark.parametrize("role", ["viewer", "agent", "approver"])
def test_only_an_admin_looks_after_people_and_channels(place: Place, role: str) -> None:
    person, other = place.person(role), place.person("agent", "other")
    assert "/users" not in person.get("/inbox/open")
    person.get("/users", 422)
    person.post("/users", 422, login="x", name="X", role="admin")
    for act, more in (("role", {"role": "admin"}), ("link", {}), ("password", {"password": "long enough it is"})):
        person.post(f"/users/{other.user.id}/{act}", 422, **more)
    person.post(f"/users/{other.user.id}/deactivate", 422)
    person.post("/health/resume", 422, channel="square")
    assert [(u.login, u.role, u.active) for u in users.all_of(place.desk.store) if u.login == "other"] == [
        ("other", "agent", 1)
    ]


def test_the_last_admin_stays(place: Place) -> None:
    admin = place.person("admin")
    assert "only admin" in admin.post(f"/users/{admin.user.id}/role", 422, role="agent")
    assert "only admin" in admin.post(f"/users/{admin.user.id}/deactivate", 422)


def test_an_admin_adds_somebody_and_gives_them_a_link(place: Place) -> None:
    admin = place.person("admin")
    admin.post("/users", login="tom", name="Tom Brandt", initials="tb", role="agent")
    tom = users.by_login(place.desk.store, "tom")
    page = admin.post(f"/users/{tom.id}/link", 200)
    assert f"{place.desk.config.web.url}/login/link/" in page
    assert "taken" in admin.post("/users", 422, login="tom", name="Tom", role="agent")


def test_nobody_approves_through_a_forged_session(place: Place) -> None:
    number, approver = place.ask(), place.person()
    composed = write(approver, number, "Yes, up to 48.")
    approver.client.cookies.clear()
    assert approver.client.post(f"/conversations/{number}/approve", data=composed).status_code == 401
    assert conversations.by_id(place.desk.store, number).state == "open"
