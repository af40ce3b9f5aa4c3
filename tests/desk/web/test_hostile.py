"""Words from outside are shown, whole and harmless."""

import pytest

from desk.web import show
from tests.desk.web.conftest import Place, fields

HOSTILE = "@wanderlust <script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7*7 }} \u202egnp.exe \x1b[31m?"


def test_a_hostile_mention_is_text_on_every_page(place: Place) -> None:
    number = place.ask(HOSTILE, customer="<b>Eve</b>")
    admin = place.person("admin")
    for path in ("/inbox/open", "/inbox/noise", "/inbox/mentions", f"/conversations/{number}"):
        page = admin.get(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>Eve" not in page
        assert "\u202e" not in page
        assert "\x1b" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7*7 }}" in page
    assert 'title="RIGHT-TO-LEFT OVERRIDE">U+202E</span>' in page


def test_a_hostile_name_or_note_of_a_colleague_is_text_too(place: Place) -> None:
    number, admin = place.ask(), place.person("admin")
    admin.post("/users", login="<i>x</i>", name="<script>alert(3)</script>", role="agent")
    admin.post(f"/conversations/{number}/note", text="<script>alert(4)</script>")
    for path in ("/users", f"/conversations/{number}"):
        assert "<script>alert" not in admin.get(path)


def test_what_is_typed_comes_back_as_it_was(place: Place) -> None:
    number, petra = place.ask(), place.person()
    text = "\n</textarea><script>alert(5)</script>\n\nBest & thanks"
    typed = {**fields(petra.get(f"/conversations/{number}")), "text": text}
    page = petra.post(f"/conversations/{number}/preview", 200, **typed)
    assert "<script>alert" not in page
    assert fields(page)["text"] == text


@pytest.mark.parametrize("filler", ["x", "lang ", "\n", "\u202e\u2066", "https://a.example/ ", "<>&\"'"])
def test_a_hundred_thousand_characters_are_folded(filler: str) -> None:
    text = (filler * 100_000)[:100_000]
    shown = str(show.words(text, "All {n}"))
    head, _, rest = shown.partition("<details")
    assert len(head) < 70 * show.FOLDED
    assert head.count("\n") <= show.LINES
    assert "All 100\u202f000" in rest


def test_nothing_of_a_long_text_is_lost() -> None:
    text = " ".join(f"word{n}" for n in range(20_000))
    shown = str(show.words(text, "{n}"))
    assert all(f"word{n}" in shown for n in (0, 500, 9_999, 19_999))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "vbscript:x", "ftp://x.example"]
)
def test_only_the_web_is_linked(url: str) -> None:
    assert "href" not in show.words(f"see {url} now", "")
    assert show.link(url, "there") == ""


def test_a_link_ends_where_it_ends() -> None:
    shown = str(show.words('(https://ok.example/a?b=1&c=2). https://x.example/"onclick="y', ""))
    assert 'href="https://ok.example/a?b=1&amp;c=2"' in shown
    assert 'href="https://x.example/"' in shown
    assert shown.count('rel="noopener noreferrer nofollow"') == 2


def test_a_link_that_hides_its_end_is_no_link() -> None:
    assert "href" not in show.words("https://ok.example/\u202egpj.exe", "")
