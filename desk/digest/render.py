"""A page as HTML for mail programs and as plain text that reads as well."""

from functools import cache
from quopri import encodestring
from typing import TYPE_CHECKING, NamedTuple

from desk.digest.page import Page, page
from desk.digest.reader import ROOMS, Reader
from desk.digest.report import Report

if TYPE_CHECKING:
    from jinja2 import Environment

LARGEST = 95_000
"""Bytes of both forms as they travel; with its headers the mail stays below 100 KB, where Gmail cuts it off."""


class Rendered(NamedTuple):
    """A digest in its final form."""

    subject: str
    html: str
    text: str

    @property
    def size(self) -> int:
        """Bytes of both forms in a mail."""
        return sum(len(encodestring(form.encode())) for form in (self.html, self.text))


def render(report: Report, reader: Reader) -> Rendered:
    """Both forms, with as much in them as a mail takes."""
    for room in ROOMS:
        rendered = _rendered(page(report, reader, room), reader)
        if rendered.size <= LARGEST:
            break
    return rendered


def _rendered(shown: Page, reader: Reader) -> Rendered:
    """Styles stand in the elements, as Outlook and Gmail want it; what dark mode changes stays a sheet."""
    from css_inline import CSSInliner

    values = {"page": shown, "reader": reader, "say": reader.say}
    html = _templates().get_template("digest.html").render(values)
    inliner = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
    text = _templates().get_template("digest.txt").render(values)
    return Rendered(shown.subject, inliner.inline(html), text.strip() + "\n")


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=PackageLoader("desk.digest"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
