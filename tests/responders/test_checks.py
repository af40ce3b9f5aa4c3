"""What keeps an answer from being approved, and what is only said."""

import pytest

from responders.checks import Finding, check, stopped

GOOD_SIE = "Guten Tag Anna Berger,\n\nwir tauschen Ihre Mühle bis Freitag um. Bitte schicken Sie sie uns.\n\nIhr Team"
GOOD_DU = "Hallo Anna,\n\nwir tauschen deine Mühle bis Freitag um. Sie ist bald bei dir.\n\nEuer Team"


def codes(text: str, address: str = "Sie", **more: object) -> list[str]:
    return [finding.code for finding in check(text, address=address, **more)]  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "address"), [(GOOD_SIE, "Sie"), ("Thanks, we will send a new one by Friday.", "Sie")])
def test_a_finished_answer_has_nothing_to_say_about(text: str, address: str) -> None:
    assert codes(text, address) == []


@pytest.mark.parametrize("text", ["", "  \n\t ", "\r\n"])
def test_an_empty_answer_is_stopped(text: str) -> None:
    assert check(text, address="Sie") == [Finding("stop", "empty")]


@pytest.mark.parametrize(
    "gap", ["[was wir jetzt tun und bis wann]", "[die\nAntwort]", "[Kürzel]", "[" + "a" * 500 + "]"]
)
def test_an_unfilled_gap_stops(gap: str) -> None:
    found = check(f"Guten Tag, {gap} bis bald", address="Sie")
    assert stopped(found)
    assert [f.code for f in found] == ["gap"]
    assert len(found[0].detail) < 50


def test_every_gap_is_named_once() -> None:
    details = [f.detail for f in check("[eins] und [zwei] und [eins]", address="Sie")]
    assert details == ["[eins]", "[zwei]"]


@pytest.mark.parametrize("text", ["siehe Fußnote [1]", "[unsere Seite](https://example.org)", "a[0] und [] und [offen"])
def test_other_brackets_are_no_gaps(text: str) -> None:
    assert codes(text) == []


def test_a_placeholder_nobody_filled_stops() -> None:
    assert stopped(check("Guten Tag {kunde}, alles klar.", address="Sie"))


@pytest.mark.parametrize("char", ["\x00", "\x07", "\x1b", "\u202e", "\u2066", "\u200f", "\ud800", "\x85", "\r"])
def test_control_and_direction_characters_stop(char: str) -> None:
    found = check(f"Guten{char} Tag", address="Sie")
    assert [f.code for f in found] == ["control"]
    assert stopped(found)
    assert found[0].detail == f"U+{ord(char):04X}"


@pytest.mark.parametrize(
    "text", ["Zeile\r\nZeile", "Zeile\tZeile\nZeile", "Familie 👩‍👩‍👧 grüßt", "schönes Wochenende ❤️"]
)
def test_line_breaks_tabs_and_emoji_are_fine(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Hallo, wir schicken dir eine neue.", "dir"),
        ("Kannst Du uns schreiben?", "Du"),
        ("Deine Mühle ist da.", "Deine"),
        ("Wir melden uns bei euch.", "euch"),
    ],
)
def test_du_on_a_channel_of_sie_is_said(text: str, word: str) -> None:
    assert check(text, address="Sie") == [Finding("warn", "address", word)]


@pytest.mark.parametrize(
    ("text", "word"),
    [("Hallo, könnten Sie uns schreiben?", "Sie"), ("Wir danken Ihnen.", "Ihnen"), ("Danke für Ihre Frage.", "Ihre")],
)
def test_sie_on_a_channel_of_du_is_said(text: str, word: str) -> None:
    assert check(text, address="du") == [Finding("warn", "address", word)]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (GOOD_DU, "du"),
        ("Die Mühle ist da. Sie wird morgen verschickt.", "du"),
        ("Wir haben ihr und ihnen geschrieben.", "du"),
        ("Das Duplikat und das Individuum dirigieren.", "Sie"),
    ],
)
def test_words_that_only_look_alike_are_no_address(text: str, address: str) -> None:
    assert codes(text, address) == []


def test_an_english_answer_is_not_searched_for_german_forms() -> None:
    assert codes("The Sie form and du", "du", language_of=lambda _: "en") == []


@pytest.mark.parametrize(
    ("spoken", "customer", "found"),
    [("de", "en", ["language"]), ("de", "de", []), ("und", "en", []), ("de", "und", []), ("de", "", [])],
)
def test_another_language_than_the_customers_is_said(spoken: str, customer: str, found: list[str]) -> None:
    assert codes("Wir melden uns.", customer_language=customer, language_of=lambda _: spoken) == found


def test_the_template_as_it_came_is_said() -> None:
    assert codes("Moin!\r\n\r\nBis bald\n", drafted=["Moin!\n\nBis bald"]) == ["unchanged"]
    assert codes("Moin, Anna!", drafted=["Moin!"]) == []
    assert not stopped(check("Moin!", address="Sie", drafted=["Moin!"]))


@pytest.mark.parametrize("text", ["", "[hier]", "{x}", "a\x00", "dir"])
def test_every_finding_speaks_german_and_english(text: str) -> None:
    for finding in check(text, address="Sie"):
        german, english = finding.text("de"), finding.text("en")
        assert german != english
        assert finding.detail in german
        assert finding.detail in english


def test_a_hostile_answer_is_checked_in_little_time() -> None:
    for unit in ("[", "{", "[a", "du ", "\x00", "]"):
        check(unit * 100_000, address="Sie")
