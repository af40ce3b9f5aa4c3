"""The rule judge as a specification: what a person at the desk would say of these texts."""

import time

import pytest

from models.rules import Rules
from twoway.domain import Judgement
from twoway.ports import Judge


def judged(text: str) -> Judgement:
    return Rules().judge([text])[0]


@pytest.mark.parametrize(
    "text",
    [
        "Das Paket ist immer noch nicht da, seit drei Wochen warte ich!",
        "kaputt",
        "App funktioniert nicht",
        "Kuendigung nicht bestaetigt, Hotline nicht erreichbar",
        "Kundigung ignoriert!",
        "Mir wurde der Betrag doppelt abgebucht.",
        "Ich bin nicht zufrieden",
        "Unverschämtheit!!! Nie wieder.",
        "Bestellung ging schnell, aber der Drucker ist defekt.",
        "Leider hat die Jacke einen Riss. Ich wäre Ihnen für eine Lösung sehr dankbar.",
        "Guten Tag, ich habe die falsche Größe erhalten. Könnten Sie mir bitte weiterhelfen? Vielen Dank im Voraus!",
        "Warum antwortet ihr nicht auf meine E-Mails?",
        "Super Leistung, der Techniker ist wieder nicht gekommen.",
        "Na toll, schon wieder kein Internet 🙄",
        "Vielen Dank für nichts!",
        "Von Kundenservice keine Spur: niemand erreichbar, keine Rückmeldung.",
        "Still waiting for my refund, order placed three weeks ago",
        "Your hotline hung up on me three times. Unacceptable!!!",
        "The package arrived but the screen is cracked.",
        "Oh great, my flight is delayed again",
        "I ordered a lamp, the glass was broken. I would be grateful for a replacement.",
        "You charged me twice and nobody replies.",
        "Not happy with the service",
        "Thanks for nothing, the app still doesn't work",
        "😡😡😡",
    ],
)
def test_a_complaint_is_one_and_wants_an_answer(text: str) -> None:
    found = judged(text)
    assert found.complaint.flag, found
    assert found.wants_answer.flag, found
    assert not found.noise.flag


@pytest.mark.parametrize(
    "text",
    [
        "Danke, hat geklappt",
        "Vielen Dank, Paket ist angekommen!",
        "Die Lieferung kam pünktlich, alles super.",
        "Der Mitarbeiter an der Hotline war sehr freundlich und hat mir sofort geholfen.",
        "Ich liebe euren Kaffee ❤️",
        "Bin total begeistert von der neuen Maschine",
        "Schoenen Gruss, alles bestens",
        "Der Service war nicht schlecht",
        "Thanks, got it sorted",
        "Great service, thank you so much!",
        "Love it!!!",
        "not bad at all",
        "😍",
    ],
)
def test_praise_and_thanks_want_no_answer(text: str) -> None:
    found = judged(text)
    assert found.sentiment.label == "positive", found
    assert not found.complaint.flag
    assert not found.wants_answer.flag, found
    assert found.urgency.label == "calm"


@pytest.mark.parametrize(
    "text",
    [
        "Wann öffnet ihr am Samstag?",
        "Könnten Sie mir bitte eine Kopie der Rechnung schicken?",
        "Kann man das Gerät auch im Laden umtauschen",
        "Ich hätte gern einen Rückruf.",
        "Keine Eile, aber könnt ihr mir die Rechnung schicken",
        "Could you please send me the invoice?",
        "When will the blue one be back in stock?",
        "No rush, but could you check my booking?",
    ],
)
def test_questions_and_requests_want_an_answer_without_being_complaints(text: str) -> None:
    found = judged(text)
    assert found.wants_answer.flag
    assert not found.complaint.flag, found


@pytest.mark.parametrize(
    "text",
    ["Ihr seid die Besten! Habt ihr am Samstag auch geöffnet?", "Love the new app! When is the Android version out?"],
)
def test_praise_with_a_question_still_wants_an_answer(text: str) -> None:
    found = judged(text)
    assert found.sentiment.label == "positive"
    assert found.wants_answer.flag


@pytest.mark.parametrize(
    "text",
    [
        "Gewinnspiel! Jetzt kaufen und 50 % Rabatt sichern https://gewinn.example",
        "Folgt mir für mehr Krypto Tipps, Link in Bio",
        "Du hast gewonnen! Hier klicken: https://x.example",
        "You won a FREE prize! Click here https://spam.example",
        "Earn money from home with bitcoin, DM me for details https://x.example 🚀💰",
        "https://a.example https://b.example",
        "#win #free #follow #like #happy #love #sale #f4f #l4l",
    ],
)
def test_advertising_is_noise_and_wants_nothing(text: str) -> None:
    found = judged(text)
    assert found.noise.flag, found
    assert not found.wants_answer.flag


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("Es riecht nach Gas, bitte kommen Sie!", "now"),
        ("Mein Konto wurde gehackt!", "now"),
        ("Ich brauche sofort Hilfe, ich sitze am Bahnhof fest", "now"),
        ("The charger caught fire", "now"),
        ("My account was hacked, please help immediately!", "now"),
        ("Das Paket ist immer noch nicht da, seit drei Wochen!", "soon"),
        ("Still no refund after three weeks", "soon"),
        ("Keine Eile, wann habt ihr offen?", "calm"),
        ("Schöne Farbe", "calm"),
    ],
)
def test_urgency(text: str, urgency: str) -> None:
    assert judged(text).urgency.label == urgency, judged(text)


def test_a_furious_customer_is_severe_and_a_polite_one_is_not() -> None:
    assert judged("Unverschämtheit! Ich will sofort mein Geld zurück, sonst geht das zum Anwalt!!!").severe
    assert not judged("Leider ist eine Tasse zerbrochen. Könnten Sie mir bitte eine neue schicken?").severe


@pytest.mark.parametrize(
    ("plain", "turned"),
    [
        ("Das ist gut", "Das ist nicht gut"),
        ("Das gefällt mir", "Das gefällt mir nicht"),
        ("Euer Service ist hilfreich", "Euer Service ist überhaupt nicht hilfreich"),
        ("This is helpful", "This isn't helpful"),
        ("I would recommend it", "I would never recommend it"),
    ],
)
def test_a_negation_turns_praise(plain: str, turned: str) -> None:
    assert judged(plain).sentiment.label == "positive"
    assert judged(turned).sentiment.label == "negative", judged(turned)


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("Das ist schlecht", "Das ist sehr schlecht"),
        ("Das ist etwas schlecht", "Das ist schlecht"),
        ("Das ist schlecht", "Das ist SCHLECHT"),
        ("Das ist schlecht", "Das ist schlecht!!!"),
        ("This is bad", "This is extremely bad"),
        ("The colour is bad but the service is good", "The service is good but the colour is bad"),
    ],
)
def test_what_is_said_louder_weighs_more(less: str, more: str) -> None:
    assert judged(less).sentiment.of["negative"] < judged(more).sentiment.of["negative"]


def test_it_says_which_words_decided() -> None:
    why = judged("Der Drucker ist kaputt, bitte um Rückruf!").why
    assert "complaint: kaputt" in why
    assert "sentiment: kaputt" in why
    assert any(reason.startswith("wants_answer: ") for reason in why)


def test_a_reason_names_the_negation_too() -> None:
    assert "sentiment: gefällt nicht" in judged("Das gefällt mir nicht").why


@pytest.mark.parametrize("text", ["Où est ma commande ? C'est inadmissible !", "Dove è il mio pacco?", "123", ""])
def test_it_abstains_where_it_does_not_speak_the_language(text: str) -> None:
    found = judged(text)
    assert found.abstained
    assert found.sentiment.label in ("negative", "neutral", "positive")


def test_it_abstains_where_it_knows_no_word() -> None:
    assert judged("The box is blue.").abstained
    assert not judged("The box is broken.").abstained


def test_emoji_alone_may_be_judged() -> None:
    found = judged("😡😡")
    assert (found.language, found.sentiment.label, found.abstained) == ("und", "negative", False)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "😡",
        "\x00",
        "\ud800",
        "kaputt! ",
        "\u202e",
        "?",
        "<script>alert(1)</script>",
        "ﷺ",
        "nicht ",
        "@a ",
        "#a ",
        "é",
        "(",
    ],
)
def test_a_hostile_text_gets_a_judgement_in_little_time(unit: str) -> None:
    judged("warm")
    started = time.perf_counter()
    found = judged(unit * 100_000)
    assert time.perf_counter() - started < 1.0
    for scores in (found.sentiment, found.urgency):
        assert sum(scores.of.values()) == pytest.approx(1.0, abs=0.001)
        assert scores.label == max(scores.of, key=lambda label: scores.of[label])


def test_reasons_are_short_and_without_control_characters() -> None:
    for reason in judged("kaputt\x1b[31m" + "kaputt" * 1_000 + " \u202e kaputt!").why:
        assert len(reason) < 200
        assert reason.isprintable()


def test_the_end_of_a_long_text_is_read() -> None:
    assert judged("Ein Satz ohne jede Wertung. " * 4_000 + "Der Drucker ist defekt, unverschämt!").complaint.flag


def test_texts_are_judged_in_order_each_by_itself() -> None:
    texts = ["kaputt", "Danke!", "Wann öffnet ihr?"]
    together = Rules().judge(texts)
    assert together == [judged(text) for text in texts]
    assert Rules().judge([]) == []


def test_it_is_a_judge_with_a_name_beside_every_judgement() -> None:
    judge: Judge = Rules()
    assert judge.model == "rules 1"
    assert judge.judge(["kaputt"])[0].model == "rules 1"
