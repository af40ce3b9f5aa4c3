"""Drafting: beginnings of an answer from templates, which a person then has to fill with substance.

A template is text with placeholders, filled in here, and gaps in square brackets, which only a person can fill and
without which no answer can be approved (`responders.checks`).
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, Protocol

from responders.names import first_name, full_name, handle_name
from twoway.domain import Judgement
from twoway.errors import ConfigError

Address = Literal["Sie", "du"]

SITUATIONS = ("follow_up", "severe", "complaint", "question", "request", "praise", "other")
"""What a template may be for."""
PLACEHOLDERS = ("greeting", "name", "first_name", "brand", "channel", "signature")
"""What a template may have filled in; ``signature`` itself may hold brand, channel and initials."""
LANGUAGES = ("de", "en")
"""What there are templates in from the start."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_OPEN_NAME = {"de": "Name", "en": "name"}
_OPEN_INITIALS = {"de": "Kürzel", "en": "initials"}


class Written(Protocol):
    """A template as the owner's configuration holds it."""

    @property
    def name(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def when(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Template:
    """Words to start an answer with."""

    source: str
    """``template:complaint.de.sie``, or ``template:own.NAME``."""
    language: str
    text: str
    subject: str = ""
    when: frozenset[str] = frozenset()
    """Situations it is for; none: all."""
    address: Address | None = None
    """None: it suits both."""

    def fits(self, situation: str) -> bool:
        """Is it for that situation?"""
        return not self.when or situation in self.when


@dataclass(frozen=True, slots=True)
class Ask:
    """What there is to know when an answer is begun."""

    judgement: Judgement | None
    language: str
    """The customer's."""
    address: Address
    brand: str
    name: str = ""
    """What the customer calls themselves; not trusted."""
    handle: str = ""
    text: str = ""
    """The customer's words."""
    channel: str = ""
    """The channel's label."""
    signature: str = ""
    """May hold {brand}, {channel} and {initials}."""
    initials: str = ""
    """Of whoever is writing the answer."""
    follow_up: bool = False
    """We have answered in this conversation before."""
    fallback: str = "en"
    """The language to answer in where there is no template in the customer's."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft nobody has worked on yet. An empty subject keeps the conversation's."""

    text: str
    subject: str
    source: str


def library(own: Sequence[Written] = ()) -> tuple[Template, ...]:
    """All templates, the owner's first. Raises ConfigError naming every mistake in the owner's."""
    mistakes = [line for number, template in enumerate(own, 1) for line in _mistakes(number, template)]
    if mistakes:
        raise ConfigError(mistakes)
    ours = (Template(f"template:own.{t.name}", t.language, t.text, t.subject, frozenset(t.when.split())) for t in own)
    return (*ours, *_built_in())


def compose(templates: Iterable[Template], ask: Ask) -> list[Proposal]:
    """Proposals for this answer, the most fitting first; with a whole `library` there is always one.

    They are in the customer's language, else in ``ask.fallback``, else in one that there are templates in.
    """
    offered = [template for template in templates if template.address in (None, ask.address)]
    for language in (ask.language, ask.fallback, *LANGUAGES):
        fitting = [t for now in situations(ask) for t in offered if t.language == language and t.fits(now)]
        if fitting:
            values = _values(ask, language)
            return [_filled(template, values) for template in dict.fromkeys(fitting)]
    return []


def opening(ask: Ask) -> str:
    """How an answer begins: the greeting, in the customer's language or the one that stands in for it."""
    language = ask.language if ask.language in LANGUAGES else ask.fallback
    return _values(ask, language)["greeting"]


def situations(ask: Ask) -> list[str]:
    """Which situations this is, the weightiest first."""
    found, judged = ["follow_up"] if ask.follow_up else [], ask.judgement
    if judged and judged.complaint.flag:
        found.append("severe" if judged.severe else "complaint")
    elif judged and judged.wants_answer.flag:
        found.append("question" if "?" in ask.text else "request")
    if judged and judged.sentiment.label == "positive" and not judged.complaint.flag:
        found.append("praise")
    return found or ["other"]


def _mistakes(number: int, template: Written) -> list[str]:
    wrong = (word for word in template.when.split() if word not in SITUATIONS)
    there = ", ".join(SITUATIONS)
    lines = [f"templates[{number}].when: there is no situation {word!r}; there are {there}" for word in wrong]
    for key, text in (("text", template.text), ("subject", template.subject)):
        for unknown in sorted(set(_PLACEHOLDER.findall(text)) - set(PLACEHOLDERS)):
            known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            lines.append(f"templates[{number}].{key}: there is no placeholder {{{unknown}}}; there are {known}")
    return lines


@cache
def _built_in() -> tuple[Template, ...]:
    return tuple(
        Template(_source(situation, language, form), language, text.strip(), "", frozenset({situation}), _address(form))
        for language in LANGUAGES
        for situation, forms in _file(language).items()
        if situation in SITUATIONS
        for form, text in forms.items()
    )


def _source(situation: str, language: str, form: str) -> str:
    return f"template:{situation}.{language}" + (f".{form.lower()}" if form in ("Sie", "du") else "")


def _address(form: str) -> Address | None:
    return "Sie" if form == "Sie" else "du" if form == "du" else None


@cache
def _file(language: str) -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files("responders").joinpath("templates", f"{language}.toml").read_text("utf-8"))


def _values(ask: Ask, language: str) -> dict[str, str]:
    given = first_name(ask.name)
    name = full_name(ask.name) if language == "de" and ask.address == "Sie" else given
    name = name or handle_name(ask.handle)
    open_name = f"[{_OPEN_NAME.get(language, 'name')}]"
    initials = ask.initials or f"[{_OPEN_INITIALS.get(language, 'initials')}]"
    about = {"brand": ask.brand, "channel": ask.channel}
    return {
        **about,
        "greeting": _greeting(name, language, ask.address),
        "name": name or open_name,
        "first_name": given or name or open_name,
        "signature": _fill(ask.signature, {**about, "initials": initials}),
    }


def _greeting(name: str, language: str, address: Address) -> str:
    if language not in LANGUAGES:
        return f"{name}," if name else ""
    forms = _file(language)["greeting" if name else "nameless"]
    return _fill(forms.get(address, forms.get("you", "")), {"name": name})


def _filled(template: Template, values: Mapping[str, str]) -> Proposal:
    text, subject = _fill(template.text, values).strip(), _fill(template.subject, values).strip()
    return Proposal(re.sub(r"\n{3,}", "\n\n", text), " ".join(subject.split()), template.source)


def _fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled in once: what is filled in is never read as a template again."""
    return _PLACEHOLDER.sub(lambda found: values.get(found.group(1), found.group()), text)
