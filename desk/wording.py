"""How the desk says numbers, times and languages to a person, in German and in English."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

Spoken = Literal["de", "en"]
"""A language that the desk itself speaks."""

_DAYS = {
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "de": (
        "Januar", "Februar", "März", "April", "Mai", "Juni",
        "Juli", "August", "September", "Oktober", "November", "Dezember",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip
_LENGTHS = {
    "de": (("Tag", "Tagen"), ("Stunde", "Stunden"), ("Minute", "Minuten")),
    "en": (("day", "days"), ("hour", "hours"), ("minute", "minutes")),
}
_LANGUAGES = {
    "de": {"de": "Deutsch", "en": "Englisch", "fr": "Französisch", "es": "Spanisch", "it": "Italienisch",
           "nl": "Niederländisch", "pl": "Polnisch", "tr": "Türkisch", "ru": "Russisch", "uk": "Ukrainisch",
           "ar": "Arabisch", "pt": "Portugiesisch", "und": "unbekannt"},
    "en": {"de": "German", "en": "English", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch",
           "pl": "Polish", "tr": "Turkish", "ru": "Russian", "uk": "Ukrainian", "ar": "Arabic", "pt": "Portuguese",
           "und": "unknown"},
}  # fmt: skip


def number(value: int, spoken: Spoken) -> str:
    """``12.300`` or ``12,300``."""
    grouped = f"{value:,}"
    return grouped.replace(",", ".") if spoken == "de" else grouped


def money(amount: Decimal, currency: str, spoken: Spoken) -> str:
    """``1.234,50 EUR`` or ``EUR 1,234.50``."""
    written = f"{amount:,.2f}"
    if spoken == "de":
        return f"{written.translate(str.maketrans(',.', '.,'))} {currency}".rstrip()
    return f"{currency} {written}".lstrip()


def day(on: date, spoken: Spoken) -> str:
    """``Montag, 23. November 2026`` or ``Monday, 23 November 2026``."""
    dot = "." if spoken == "de" else ""
    return f"{_DAYS[spoken][on.weekday()]}, {on.day}{dot} {_MONTHS[spoken][on.month - 1]} {on.year}"


def moment(at: datetime, zone: ZoneInfo, spoken: Spoken) -> str:
    """``Mo., 23.11., 14:00 Uhr`` or ``Mon 23 Nov, 14:00``, on the clocks of ``zone``."""
    local = at.astimezone(zone)
    if spoken == "de":
        return f"{_DAYS['de'][local.weekday()][:2]}., {local.day}.{local.month}., {local:%H:%M} Uhr"
    return f"{_DAYS['en'][local.weekday()][:3]} {local.day} {_MONTHS['en'][local.month - 1][:3]}, {local:%H:%M}"


def length(of: timedelta, spoken: Spoken) -> str:
    """As it stands after *seit* and *in*: ``2 Tagen``, ``30 hours``; days from two on, at least a minute."""
    minutes = max(int(abs(of).total_seconds() // 60), 1)
    unit, count = (0, minutes // 1440) if minutes >= 2880 else (1, minutes // 60) if minutes >= 60 else (2, minutes)
    return f"{count} {_LENGTHS[spoken][unit][count > 1]}"


_BRIEF = {"de": ("Tage", "Std.", "Min."), "en": ("days", "h", "min")}


def brief(seconds: float, spoken: Spoken) -> str:
    """A stretch of time for a narrow column: ``35 Min.``, ``2,5 Std.``; one decimal below ten, days from two on."""
    minutes = seconds / 60
    unit, count = (0, minutes / 1440) if minutes >= 2880 else (1, minutes / 60) if minutes >= 60 else (2, minutes)
    written = f"{count:.1f}".removesuffix(".0") if unit < 2 and count < 9.95 else f"{max(count, 1):.0f}"
    return f"{written.replace('.', ',') if spoken == 'de' else written} {_BRIEF[spoken][unit]}"


def share(part: int, whole: int, spoken: Spoken) -> str:
    """``90 %`` or ``90%``, rounded so that only nothing is 0 and only everything is 100."""
    per = round(100 * part / whole)
    per = min(max(per, 1), 99) if 0 < part < whole else per
    return f"{per} %" if spoken == "de" else f"{per}%"


def language(code: str | None, spoken: Spoken) -> str:
    """The name of a language by its ISO 639-1 code; the code itself where the desk has no name for it."""
    return _LANGUAGES[spoken].get(code or "und", code or "")
