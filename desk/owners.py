"""Do the people exist whom the configuration gives a lane to?"""

from desk.wiring import Desk
from twoway.config.values import nearest
from twoway.states import RIGHTS
from twoway.store import users
from twoway.store.lanes import OWNED


def missing(desk: Desk) -> list[str]:
    """For each lane whose owner cannot take anything: the key, why, and what to do."""
    people = {user.login: user for user in users.all_of(desk.store)}
    found = []
    for lane in OWNED:
        login = getattr(desk.config.lanes, lane).owner
        if login and (why := _why(login, people)):
            found.append(f"lanes.{lane}.owner: {why}")
    return found


def _why(login: str, people: dict[str, users.User]) -> str:
    person = people.get(login)
    if person is None:
        return f"nobody here has the login {login!r}" + (nearest(login, list(people)) or f": twoway user add {login}")
    if not person.active:
        return f"{login!r} is deactivated; name somebody else"
    return "" if "write" in RIGHTS[person.role] else f"{login!r} may not write: twoway user role {login} agent"
