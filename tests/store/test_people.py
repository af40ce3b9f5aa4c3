"""People, their sessions and their one-time links."""

from datetime import timedelta

import pytest

from tests.conftest import Freeze
from tests.store.desk import Desk
from twoway import clock
from twoway.errors import NotFound, Refused
from twoway.store import sessions, users


def test_a_session_never_ends_before_what_was_approved_in_it(desk: Desk, freeze: Freeze) -> None:
    desk.said(id="a")
    desk.approve()
    freeze(clock.now() - timedelta(hours=2))  # the clock was set back
    sessions.end(desk.store, desk.session.id)
    assert desk.one("SELECT ended_at >= (SELECT at FROM approvals) FROM sessions WHERE id = ?", desk.session.id)[0]


def test_a_login_is_given_once(desk: Desk) -> None:
    with pytest.raises(Refused, match="taken"):
        desk.person(desk.approver.login, "viewer")


def test_an_unknown_role_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="no role"):
        desk.person("cy", "king")
    with pytest.raises(Refused, match="no role"):
        users.set_role(desk.store, desk.agent.id, "king", None)


def test_nobody_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        users.by_login(desk.store, "nobody")


def test_a_token_opens_its_session_and_is_kept_only_as_a_hash(desk: Desk) -> None:
    token, session = sessions.begin(desk.store, desk.agent.id, "password")
    assert sessions.living(desk.store, token) == session
    assert token not in str(desk.all("SELECT * FROM sessions"))
    assert sessions.living(desk.store, "guess") is None


def test_a_session_ends(desk: Desk) -> None:
    token, session = sessions.begin(desk.store, desk.agent.id, "password")
    sessions.end(desk.store, session.id)
    assert sessions.living(desk.store, token) is None


def test_a_session_expires(desk: Desk, freeze: Freeze) -> None:
    token, _ = sessions.begin(desk.store, desk.agent.id, "password")
    freeze(clock.now() + sessions.LASTS + timedelta(seconds=1))
    assert sessions.living(desk.store, token) is None


def test_a_new_password_and_leaving_end_every_session(desk: Desk) -> None:
    first, _ = sessions.begin(desk.store, desk.agent.id, "password")
    users.set_password(desk.store, desk.agent.id, "hash")
    second, _ = sessions.begin(desk.store, desk.agent.id, "password")
    users.deactivate(desk.store, desk.agent.id, desk.approver.id)
    assert (sessions.living(desk.store, first), sessions.living(desk.store, second)) == (None, None)


def test_a_link_signs_in_once(desk: Desk) -> None:
    link = sessions.make_link(desk.store, desk.agent.id)
    token, session = sessions.use_link(desk.store, link)
    assert (session.user_id, session.kind) == (desk.agent.id, "link")
    assert sessions.living(desk.store, token)
    with pytest.raises(Refused):
        sessions.use_link(desk.store, link)


def test_a_link_grows_old(desk: Desk, freeze: Freeze) -> None:
    link = sessions.make_link(desk.store, desk.agent.id)
    freeze(clock.now() + sessions.LINK_LASTS + timedelta(seconds=1))
    with pytest.raises(Refused):
        sessions.use_link(desk.store, link)


def test_a_link_of_somebody_who_left_is_dead(desk: Desk) -> None:
    link = sessions.make_link(desk.store, desk.agent.id)
    users.deactivate(desk.store, desk.agent.id, None)
    with pytest.raises(Refused):
        sessions.use_link(desk.store, link)


def test_a_language_is_chosen(desk: Desk) -> None:
    users.set_language(desk.store, desk.agent.id, "de")
    assert users.by_id(desk.store, desk.agent.id).language == "de"


def test_the_last_admin_stays(desk: Desk) -> None:
    admin, _ = desk.person("ada", "admin")
    with pytest.raises(Refused, match="only admin"):
        users.set_role(desk.store, admin.id, "viewer", None)
    with pytest.raises(Refused, match="only admin"):
        users.deactivate(desk.store, admin.id, None)
    desk.person("bea", "admin")
    users.deactivate(desk.store, admin.id, None)
    assert users.by_id(desk.store, admin.id).active == 0
