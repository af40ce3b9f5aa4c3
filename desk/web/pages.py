"""Rendering: one environment, everything escaped, the reader's words and times at hand."""

from datetime import datetime
from functools import cache
from importlib.resources import files

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse

from desk import wording
from desk.web import show, times
from desk.web.visit import Guest, Visit
from desk.web.words import LANGUAGES
from desk.wording import Spoken
from twoway import clock
from twoway.store import hold


@cache
def environment() -> Environment:
    """The templates of the inbox."""
    made = Environment(
        loader=FileSystemLoader(str(files("desk.web") / "templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["line"] = show.line
    made.globals["link"] = show.link
    return made


def render(seen: Visit | Guest, template: str, **values: object) -> str:
    """A template as HTML, for this reader."""
    words, zone = seen.words, seen.zone
    spoken: Spoken = "de" if words.language == "de" else "en"

    def moment(at: str | datetime | None) -> Markup:
        stamped = clock.stamp(at) if isinstance(at, datetime) else at
        if not stamped:
            return Markup("")
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            stamped,
            times.full(stamped, zone, words.language),
            times.short(stamped, zone, words.language),
        )

    context = {
        "t": words,
        "me": seen.user,
        "held": hold.of(seen.store.read()) if isinstance(seen, Visit) else None,
        "judge_problem": seen.desk.judge_problem if isinstance(seen, Visit) and seen.may("administer") else "",
        "seen": seen,
        "brand": seen.desk.config.desk.brand,
        "zone": str(zone),
        "languages": LANGUAGES,
        "when": moment,
        "words_of": lambda text: show.words(text, words("show_all")),
        "changes_of": show.changes,
        "since": lambda stamped: times.length(times.since(stamped), words),
        "now": clock.stamp(clock.now()),
        "lasted": lambda since, until: times.length(times.since(since) - times.since(until), words),
        "figure": lambda value: wording.number(value, spoken),
        "money": lambda amount, currency: wording.money(amount, currency, spoken),
    }
    return environment().get_template(template).render(**context, **values)


def page(seen: Visit | Guest, template: str, status: int = 200, **values: object) -> Response:
    """A page, or a fragment of one."""
    return HTMLResponse(render(seen, template, **values), status)


def to(path: str) -> Response:
    """After a form: on to a page of ours."""
    return RedirectResponse(path, 303)


def is_fragment(request: Request) -> bool:
    """Does a script on an open page ask, and not a person going somewhere?"""
    return request.headers.get("hx-request") == "true"
