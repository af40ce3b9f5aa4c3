"""The words of the inbox, German and English: one catalogue a language, in `catalogue/`."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("de", "en")
_WEIGHT = re.compile(r";\s*q\s*=\s*")
_FRAMED = re.compile(r"([^:\n]{1,200}): ([a-z][a-z ]*): (.*)", re.DOTALL)
"""Channel, operation and words of an error."""


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every word of a language, by its dotted key."""
    table = tomllib.loads(files("desk.web").joinpath("catalogue", f"{language}.toml").read_text("utf-8"))
    return dict(_flat(table))


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language: ``words("login.title")``."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """The words behind a key, with ``{names}`` filled in. Raises KeyError for a key that is not there."""
        text = catalogue(self.language)[key]
        return _filled(text, values) if values else text

    def known(self, key: str, otherwise: str) -> str:
        """The words behind a key that may be new to the catalogue."""
        return catalogue(self.language).get(key, otherwise)

    def count(self, key: str, number: int) -> str:
        """``key.one`` or ``key.many``."""
        return self(f"{key}.{'one' if number == 1 else 'many'}", n=number)

    def said(self, words: str) -> str:
        """What the desk itself says in English, such as why it refuses, in this language where it is known."""
        if self.language != "de":
            # What begins with a channel's name stays as it is.
            return words if ": " in words[:24] else words[:1].upper() + words[1:]
        for pattern, german in _sayings():
            match = pattern.fullmatch(words)
            if match:
                return _filled(german, {name: self.said(value) for name, value in match.groupdict().items()})
        framed = _FRAMED.fullmatch(words)
        return self._framed(*framed.groups()) if framed else words

    def _framed(self, channel: str, operation: str, said: str) -> str:
        """What a ChannelError says: the platform's own words stay as they are."""
        doing = self.said(key := f"operation: {operation}")
        where = f"{channel}: {operation}" if doing == key else f"{channel}, {doing}"
        return f"{where}: {self.said(said)}"


def _filled(text: str, values: Mapping[str, object]) -> str:
    return re.sub(r"\{(\w+)\}", lambda hole: str(values[hole.group(1)]), text)


@cache
def _sayings() -> list[tuple[re.Pattern[str], str]]:
    table = tomllib.loads(files("desk.web").joinpath("catalogue", "said.toml").read_text("utf-8"))
    return [(_pattern(english), german) for english, german in table.items()]


def _pattern(english: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", english)
    return re.compile("".join(f"(?P<{p}>.*)" if n % 2 else re.escape(p) for n, p in enumerate(pieces)), re.DOTALL)


def preferred(accept: str) -> str:
    """The language of the catalogue that a browser would rather have; English where it names neither."""
    offers = []
    for offer in accept.split(","):
        name, *weight = _WEIGHT.split(offer.strip())
        try:
            offers.append((float(weight[0]) if weight else 1.0, name.partition("-")[0].lower()))
        except ValueError:
            continue
    ranked = sorted((offer for offer in offers if offer[0] > 0), key=lambda offer: -offer[0])
    return next((name for _, name in ranked if name in LANGUAGES), "en")
