"""Words are found however they are written, and only where they are words."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.words import Term, Words, fold

LETTERS = "abcdefghijklmnopqrstuvwxyzäöüßéèñçøæабвгдежзийклмнопрстуфхцчшщъыьэюяαβγδεζηθικλμνξοπρσςτυφχψω"
CALMLY = settings(deadline=None, max_examples=60)
WORD = st.text(LETTERS, min_size=1, max_size=12)
PHRASE = st.lists(WORD, min_size=1, max_size=4).map(" ".join)
EDGE = st.sampled_from(
    ["", " ", "\n", ".", ",", "!", "„", "“", "(", ")", "'s ", "-", "_", "@", "#", "/", "☕", "…", "™"]
)
ANYTHING = st.text(max_size=80)


def holds(text: str, term: str) -> bool:
    """Is the term in the text?"""
    return Words.of(text).hold(Term.of(term))


@CALMLY
@given(PHRASE, ANYTHING, ANYTHING, EDGE, EDGE)
def test_a_phrase_between_signs_is_found_in_any_text(
    phrase: str, before: str, after: str, left: str, right: str
) -> None:
    assert holds(f"{before} {left}{phrase}{right} {after}", phrase)


@CALMLY
@given(PHRASE)
def test_capitals_and_ways_of_writing_an_umlaut_make_no_difference(phrase: str) -> None:
    assert holds(phrase.upper(), phrase)
    spelled = phrase.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    assert holds(spelled, phrase)
    assert holds(phrase, spelled)


@CALMLY
@given(st.lists(WORD, min_size=2, max_size=4), st.sampled_from(["  ", "\n", "-", " - ", "_", "\u00a0", "–", "\u2011"]))
def test_what_stands_between_the_words_of_a_phrase_makes_no_difference(words: list[str], between: str) -> None:
    assert holds(between.join(words), " ".join(words))
    assert holds(" ".join(words), between.join(words))


@CALMLY
@given(st.lists(WORD, min_size=1, max_size=4))
def test_a_phrase_is_found_as_a_hashtag(words: list[str]) -> None:
    assert holds(f"so good #{''.join(word.capitalize() for word in words)}!", " ".join(words))
    assert holds(f"#{'_'.join(words)}", f"#{''.join(words)}")


@CALMLY
@given(WORD, WORD, WORD)
def test_a_word_inside_another_is_not_that_word(word: str, left: str, right: str) -> None:
    longer = f"{left}{word}{right}"
    assert holds(longer, word) == (fold(longer) == fold(word))


@CALMLY
@given(ANYTHING)
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@CALMLY
@given(ANYTHING, ANYTHING)
def test_any_text_and_any_term_give_an_answer(text: str, term: str) -> None:
    assert holds(text, term) in (True, False)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Die KAFFEENORD’S Bohnen", "kaffeenord"),
        ("Kaffee\u00adnord und Kaf\u200bfee", "Kaffeenord"),
        ("KaffeeNord™ ist gut", "Kaffeenord"),
        ("Bei Kaffee-\nNord gewesen", "Kaffee Nord"),
        ("_Kaffee Nord_ schreibt man so", "Kaffee Nord"),
        ("Ｋａｆｆｅｅ Nord", "Kaffee Nord"),
        ("Cafe\u0301 und Cafés", "Cafe"),
        ("İstanbul", "istanbul"),
        ("ΚΑΦΕΣ", "καφες"),
        ("Ich lerne C++.", "C++"),
        ("von AT&T, sagt man", "AT&T"),
        ("endlich ☕️!", "☕"),
        ("私は無印良品が好き", "無印良品"),
        ("新しいSonyのカメラ", "Sony"),
        ("กินกาแฟทุกวัน", "กาแฟ"),
        ("스타벅스에서 커피를", "커피"),
        ("हिन्दी में", "हिन्दी"),
        ("wegen O2 hier", "o2"),
        ("＃KaffeeNord", "#kaffeenord"),
        ("(#kaffee_nord)", "Kaffee Nord"),
        ("mail an @kaffee_nord", "kaffee nord"),
    ],
)
def test_it_is_found(text: str, term: str) -> None:
    assert holds(text, term)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("auf der Autobahn", "Bahn"),
        ("Bahnhof", "Bahn"),
        ("CO2 sparen", "O2"),
        ("Kaffee. Der Nord-Ostsee-Kanal", "Kaffee Nord"),
        ("Nord Kaffee", "Kaffee Nord"),
        ("हिन्दी", "हिन"),
        ("kaffeenord ohne Zeichen", "#kaffeenord"),
        ("#kaffeenordfan", "#kaffeenord"),
        ("#kaffeenord_fan", "#kaffeenord"),
        ("https://example.org/seite#kaffeenord", "#kaffeenord"),
        ("&#8211; und # allein", "#8211"),
        ("#c", "C++"),
        ("", "kaffee"),
        ("kaffee", "\u200b"),
    ],
)
def test_it_is_not_found(text: str, term: str) -> None:
    assert not holds(text, term)


@pytest.mark.parametrize("heap", ["\u0315\u0300", "\u0300\u0315", "\U0001d165\u0300", "#a", "a", " - "])
def test_no_text_makes_it_slow(heap: str) -> None:
    began = time.process_time()
    holds("a" + heap * 50_000, "aaa bbb")
    assert time.process_time() - began < 5
