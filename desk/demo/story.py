"""The story that the demo plays: `story.toml` as values."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

BRAND = "Fjordlicht"
HANDLE = "fjordlicht"
ZONE = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Scene:
    """One customer's matter: their words, our answer, and what they say to that."""

    who: str
    says: str
    answer: str = ""
    """Empty: the scripted reviewer does not answer, but closes it."""
    then: str = ""
    """What the customer says to our answer; empty: nothing."""
    answer_to_that: str = ""
    """Empty: what the customer says then needs no answer."""
    visibility: Literal["public", "private"] = "public"


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the desk writes down, and what was done about it."""

    who: str
    text: str
    contact: str
    done: str


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(files("desk.demo").joinpath("story.toml").read_text("utf-8"))


def scenes() -> list[Scene]:
    """Every customer of the square, in the order they come."""
    return [Scene(**scene) for scene in _told()["scenes"]]


def call() -> Call:
    """The customer who telephones."""
    return Call(**_told()["call"])
