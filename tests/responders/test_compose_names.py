"""What a customer may be called, and what falls back to a neutral greeting."""

import pytest

from responders.names import first_name, full_name, handle_name


@pytest.mark.parametrize(
    ("written", "full", "first"),
    [
        ("Anna Berger", "Anna Berger", "Anna"),
        ("anna berger", "Anna Berger", "Anna"),
        ("ANNA BERGER", "Anna Berger", "Anna"),
        ("Berger, Anna", "Anna Berger", "Anna"),
        ("Anna 🌸", "Anna", "Anna"),
        ("„Anna“ Berger ❤️", "Anna Berger", "Anna"),
        ("Dr. Anna Berger", "Dr. Anna Berger", "Anna"),
        ("Prof. Dr. Özgür Yıldız", "Prof. Dr. Özgür Yıldız", "Özgür"),
        ("Herr Berger", "Herr Berger", ""),
        ("Karl-Heinz Müller-Lüdenscheidt", "Karl-Heinz Müller-Lüdenscheidt", "Karl-Heinz"),
        ("Ludwig van Beethoven", "Ludwig van Beethoven", "Ludwig"),
        ("ludwig van beethoven", "Ludwig van Beethoven", "Ludwig"),
        ("Sinéad O'Connor", "Sinéad O'Connor", "Sinéad"),
        ("J. Kruse", "J. Kruse", ""),
        ("李小龙", "李小龙", "李小龙"),
        ("Ольга Иванова", "Ольга Иванова", "Ольга"),
    ],
)
def test_a_plausible_name_is_used(written: str, full: str, first: str) -> None:
    assert (full_name(written), first_name(written)) == (full, first)


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "x",
        "😡😡😡",
        "<b>Anna</b>",
        "<script>alert(1)</script>",
        "Anna\x00Berger",
        "Anna\nBcc: all@example.org",
        "Anna\u202eregreB",
        "Anna\u200b{brand}",
        "[Name]",
        "{name.__class__}",
        "https://spam.example",
        "www.spam.example",
        "anna@example.org",
        "Anna1987",
        "A" * 200,
        "Anna " * 60,
        "A" + "\u0301" * 40,
        "xxxxAnnaxxxx",
        "Info",
        "Kundenservice",
        "Rösterei Nord GmbH",
        "no-reply",
        "Dr.",
        "Frau",
        "Аnna Berger",  # the first letter is Cyrillic
        "\ud800Anna",
        "Kauf jetzt ganz viele billige Uhren hier",
    ],
)
def test_an_implausible_or_hostile_name_is_not_used(written: str) -> None:
    assert full_name(written) == ""
    assert first_name(written) == ""


@pytest.mark.parametrize(
    ("handle", "name"),
    [
        ("anna_b", "anna_b"),
        ("@anna_b", "anna_b"),
        ("anna.b-87", "anna.b-87"),
        ("anna@example.org", ""),
        ("@anna@social.example", ""),
        ("www.spam.example", ""),
        ("spam.com", ""),
        ("https://spam.example", ""),
        ("a" * 200, ""),
        ("<b>", ""),
        ("a\x00b", ""),
        ("", ""),
    ],
)
def test_a_handle_greets_without_notifying_anybody(handle: str, name: str) -> None:
    assert handle_name(handle) == name
