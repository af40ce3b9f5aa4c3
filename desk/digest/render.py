"""A page as HTML for mail programs and as plain text that reads as well."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from desk.digest.page import Page, Reader

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True, slots=True)
class Rendered:
    """A digest in its final form."""

    subject: str
    html: str
    text: str


def render(page: Page, reader: Reader) -> Rendered:
    """Both forms. Styles stand in the elements, as Outlook and Gmail want it; what dark mode changes stays a sheet."""
    from css_inline import CSSInliner

    values = {"page": page, "reader": reader, "say": reader.say}
    html = _templates().get_template("digest.html").render(values)
    inliner = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
    text = _templates().get_template("digest.txt").render(values)
    return Rendered(page.subject, inliner.inline(html), text.strip() + "\n")


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
