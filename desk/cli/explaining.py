"""`twoway collect --explain`: what the channels show, and why each post counts as a mention or not. Keeps nothing."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from desk.cli import options
from twoway import clock
from twoway.errors import ChannelError
from twoway.text import one_line

if TYPE_CHECKING:
    from desk.wiring import Desk
    from listener.explain import Explained

DAYS = 7
"""That are looked back, where nobody says how many."""


def explain(desk: "Desk", names: list[str], days: int | None, as_json: bool) -> bool:
    """Print every post of the last days and what is decided about it; whether every channel could be read."""
    since = clock.now() - timedelta(days=days or DAYS)
    troubles: list[ChannelError] = []
    rows: list[tuple[object, ...]] = []
    with options.progress() as bar:
        for name in names:
            task = bar.add_task(name, total=None)
            for post in _posts(desk, name, since, troubles):
                bar.advance(task)
                if as_json:
                    options.print_json({"channel": name, **_line(post)})
                else:
                    rows.append((name, _when(desk, post), post.author, *_decided(post)))
    if not as_json:
        options.table(("channel", "when", "author", "mention", "why", "words"), rows)
    for trouble in troubles:
        options.say(f"twoway: {trouble}", err=True)
    return not troubles


def _posts(desk: "Desk", name: str, since: Any, troubles: list[ChannelError]) -> Iterator["Explained"]:
    from listener.explain import explain

    try:
        yield from explain(desk.everything(name, since), desk.matcher(name))
    except ChannelError as error:  # the other channels are read all the same
        troubles.append(error)


def _line(post: "Explained") -> dict[str, Any]:
    return {**asdict(post), "at": clock.stamp(post.at) if post.at else None}


def _when(desk: "Desk", post: "Explained") -> str:
    return options.local(desk, clock.stamp(post.at)) if post.at else ""


def _decided(post: "Explained") -> tuple[str, str, str]:
    return "yes" if post.matched else "no", "; ".join(post.why), one_line(post.text, 60)
