"""The people of a desk, from a terminal."""

import pytest

from desk.accounts import sign_in
from tests.desk.cli.conftest import PASSWORD, Shell
from twoway.errors import Refused
from twoway.store import Store, sessions, users


@pytest.fixture
def berger(desk: Shell, store: Store) -> users.User:
    """A person added by the command."""
    desk("user", "add", "berger", "--role", "approver", "--name", "Anna Maria Berger", typed=f"{PASSWORD}\n")
    return users.by_login(store, "berger")


def test_a_person_is_added_and_can_sign_in(store: Store, berger: users.User) -> None:
    assert (berger.name, berger.initials, berger.role) == ("Anna Maria Berger", "AMB", "approver")
    assert sign_in(store, "berger", PASSWORD)[2].id == berger.id


def test_everybody_is_listed(desk: Shell, berger: users.User) -> None:
    assert desk.rows("user", "list") == [
        {"login": "berger", "name": "Anna Maria Berger", "role": "approver", "active": True}
    ]
    assert "Anna Maria Berger" in desk("user", "list")


def test_a_login_is_taken_once(desk: Shell, berger: users.User) -> None:
    desk("user", "add", "berger", typed=f"{PASSWORD}\n", code=1)
    assert desk.err == "twoway: the login 'berger' is taken\n"


def test_a_short_password_is_refused_and_not_shown(desk: Shell) -> None:
    said = desk("user", "add", "berger", typed="kurz\n", code=1)
    assert "kurz" not in said + desk.err
    assert desk.rows("user", "list") == []


def test_an_unknown_role_is_used_wrongly(desk: Shell) -> None:
    desk("user", "add", "berger", "--role", "king", typed=f"{PASSWORD}\n", code=2)
    assert "approver" in desk.err


def test_a_role_is_changed(desk: Shell, store: Store, berger: users.User) -> None:
    desk("user", "role", "berger", "admin")
    assert users.by_login(store, "berger").role == "admin"


def test_a_new_password_ends_every_session(desk: Shell, store: Store, berger: users.User) -> None:
    token, _, _ = sign_in(store, "berger", PASSWORD)
    desk("user", "password", "berger", typed="ein ganz anderer Satz\n")
    assert sessions.living(store, token) is None
    with pytest.raises(Refused):
        sign_in(store, "berger", PASSWORD)


def test_a_link_signs_in_once(desk: Shell, store: Store, berger: users.User) -> None:
    url = desk("user", "link", "berger").strip()
    assert url.startswith("http://127.0.0.1:8620/login/link/")
    assert sessions.use_link(store, url.rpartition("/")[2])[1].user_id == berger.id
    with pytest.raises(Refused):
        sessions.use_link(store, url.rpartition("/")[2])


def test_who_is_shut_out_cannot_sign_in(desk: Shell, store: Store, berger: users.User) -> None:
    desk("user", "deactivate", "berger")
    assert desk.rows("user", "list")[0]["active"] is False
    with pytest.raises(Refused):
        sign_in(store, "berger", PASSWORD)


@pytest.mark.parametrize("command", [("link",), ("password",), ("deactivate",), ("role",)])
def test_who_is_not_there_is_used_wrongly(desk: Shell, command: tuple[str]) -> None:
    more = ("admin",) if command == ("role",) else ()
    desk("user", *command, "nobody", *more, typed=f"{PASSWORD}\n", code=2)
    assert desk.err == "twoway: there is no user 'nobody'\n"


@pytest.mark.parametrize(
    ("login", "before", "said"),
    [
        ("berge", (), "nobody here has the login 'berge'; did you mean 'berger'?"),
        ("carla", (), "nobody here has the login 'carla': twoway user add carla"),
        ("berger", ("role", "berger", "viewer"), "'berger' may not write: twoway user role berger agent"),
        ("berger", ("deactivate", "berger"), "'berger' is deactivated; name somebody else"),
    ],
)
def test_who_is_to_have_a_lane_and_cannot_is_told(
    desk: Shell, berger: users.User, monkeypatch: pytest.MonkeyPatch, login: str, before: tuple[str, ...], said: str
) -> None:
    file = desk.folder / "twoway.toml"
    file.write_text(f'{file.read_text()}[lanes.unhappy]\nowner = "{login}"\n')
    if before:
        desk("user", *before)
    line = f"lanes.unhappy.owner: {said}"
    assert line in desk("check", code=1).splitlines()
    assert desk.json("check", code=1)["lanes"] == [line]
    monkeypatch.setattr("desk.running.serve", lambda desk, started: None)
    desk("run")
    assert line in desk.err.splitlines()


def test_who_has_a_lane_and_can_take_it_is_not_told_of(desk: Shell, berger: users.User) -> None:
    file = desk.folder / "twoway.toml"
    file.write_text(f'{file.read_text()}[lanes.super]\nowner = "berger"\n')
    assert "owner" not in desk("check")
