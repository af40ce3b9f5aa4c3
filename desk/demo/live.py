"""`twoway demo`: the desk in the browser, with customers who come by and react to its answers."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread
from zoneinfo import ZoneInfo

from desk import running
from desk.demo.customers import Customers
from desk.demo.story import ZONE, scenes
from desk.demo.world import Files, World, world
from twoway import clock
from twoway.store import sessions

AT_ONCE = 9
"""Customers who are there at the first look."""
DIGEST_AFTER = timedelta(minutes=2)
"""A digest of an empty desk would tell nothing."""
PAUSE = 12.0
"""Seconds between later customers, and between looks at what was answered."""


def play(files: Files, port: int, say: Callable[[str], None]) -> None:
    """Run until stopped, and say where to look."""
    soon = clock.now().astimezone(ZoneInfo(ZONE)) + DIGEST_AFTER
    with world(files, web_port=port, undo_seconds=10, digest=f"{soon:%H:%M}") as found:
        stop = Event()
        people = Thread(target=_come_and_go, args=(found, stop), daemon=True)
        try:
            running.serve(found.desk, started=lambda: _welcome(found, people, say))
        finally:
            stop.set()


def _welcome(found: World, people: Thread, say: Callable[[str], None]) -> None:
    people.start()
    link = f"{found.desk.config.web.url}/login/link/{sessions.make_link(found.desk.store, found.person.id)}"
    say(f"""
The desk of the made-up lamp maker {found.desk.config.desk.brand} is open.

  the inbox (sign in once):  {link}
  the square, as a customer: {found.square}
  alerts and digest mails:   {found.receivers}

Customers come by on their own, in German and English; play one yourself on the square.
Everything stays on this machine, in {found.folder}. Ctrl-C closes the desk.
""")


def _come_and_go(found: World, stop: Event) -> None:
    """The story's customers; a continued demo has met them already."""
    customers = Customers(found)
    if found.board.newest():
        return
    if stop.wait(3):  # the first poll comes first: a channel starts to be heard now
        return
    for number, scene in enumerate(scenes()):
        customers.say(scene)
        if stop.wait(0.3 if number < AT_ONCE else PAUSE):
            return
        _react(customers)
    while not stop.wait(PAUSE):
        _react(customers)


def _react(customers: Customers) -> None:
    for scene in scenes():
        if scene.who in customers.posts:
            customers.follow_up(scene)
