"""How to address a customer by what they call themselves, without guessing their gender or trusting their words."""

import re
import unicodedata

from twoway.text import harmless

_LONGEST = 50
_TITLES = {"dr", "prof", "dipl", "ing", "med", "phd", "msc", "mag"}
_SALUTATIONS = {"herr", "frau", "mr", "mrs", "ms", "mx", "sir", "madam", "miss"}
_PARTICLES = re.compile(r"v[ao]n|vom|zu[mr]?|de[nr]?|da|del|della|di|l[ae]|bin|ter")
_NOBODY = re.compile(
    r"info|kontakt|contact|(kunden)?service|support|admin|administrator|office|team|no-?reply|mail|test|null|none|nobody"
    r"|gmbh|ag|kg|ug|ltd|inc|llc|unknown|unbekannt|anonym|anonymous|user|nutzer|kunde|customer|gast|guest"
)
_QUOTES = '„“”‚‘»«"'
_HANDLE = re.compile(r"@?(?P<bare>[A-Za-z0-9_][A-Za-z0-9_.-]{0,38}[A-Za-z0-9_])")
_WORD = re.compile(r"[^\W\d_]+(?:['’.\-][^\W\d_]+)*\.?")


def full_name(written: str) -> str:
    """The name as one may write it after „Guten Tag“; empty where it is hardly a person's name."""
    words = _words(written)
    return " ".join(words) if any(not _is_title(word) for word in words) else ""


def first_name(written: str) -> str:
    """The first name, for those one is on first-name terms with; empty where it cannot be told."""
    words = _words(written)
    if any(_bare(word) in _SALUTATIONS for word in words):
        return ""
    given = next((word for word in words if not _is_title(word)), "")
    return "" if given.endswith(".") else given


def handle_name(handle: str) -> str:
    """The handle without its @, so that greeting notifies nobody; empty for mail addresses and hostile ones."""
    match = _HANDLE.fullmatch(handle)
    return match["bare"] if match and not re.search(r"\.[a-z]{2,}$|^www\.", match["bare"]) else ""


def _words(written: str) -> list[str]:
    """The words of a plausible name, capitalised; none for anything else."""
    if len(written) > 4 * _LONGEST or harmless(written) != written:
        return []
    name = " ".join(_without_ornaments(written).split())
    if name.count(",") == 1:
        name = " ".join(part.strip() for part in reversed(name.split(",")))
    words = name.split()
    if not 1 <= len(words) <= 6 or not 2 <= len(name) <= _LONGEST or not all(map(_plausible, words)) or _mixed(name):
        return []
    return [_capital(word, plain=name.islower() or name.isupper()) for word in words]


def _without_ornaments(name: str) -> str:
    """Without emoji, hearts and quotation marks around it."""
    shown = (c for c in unicodedata.normalize("NFC", name) if c != "\ufe0f")
    return "".join(" " if c in _QUOTES or unicodedata.category(c) in ("So", "Sk") else c for c in shown)


def _plausible(word: str) -> bool:
    letters = "".join(c for c in word if unicodedata.category(c)[0] != "M")
    return (
        bool(_WORD.fullmatch(letters))
        and len(word) <= 2 * len(letters)
        and not _NOBODY.fullmatch(_bare(word))
        and not re.search(r"(\w)\1\1", letters)
    )


def _mixed(name: str) -> bool:
    """Latin letters beside Cyrillic or Greek ones that look the same."""
    scripts = {unicodedata.name(c, "?").split()[0] for c in name if c.isalpha()}
    return len(scripts & {"LATIN", "CYRILLIC", "GREEK"}) > 1


def _bare(word: str) -> str:
    return word.strip(".").lower()


def _is_title(word: str) -> bool:
    return _bare(word) in _TITLES | _SALUTATIONS or all(part in _TITLES for part in re.split(r"[.\-]+", _bare(word)))


def _capital(word: str, plain: bool) -> str:
    if not plain or (word.islower() and _PARTICLES.fullmatch(word)):
        return word
    return re.sub(r"[^\W\d_]+", lambda part: part.group().capitalize(), word)
