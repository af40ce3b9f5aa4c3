"""Bytes of unknown honesty to text: declared charsets are often wrong, missing or hostile."""

import codecs
import re

_TEXT_CODECS = re.compile(
    r"utf-8|utf-16(-[bl]e)?|utf-32(-[bl]e)?|ascii|iso8859-\d+|cp\d+|koi8-[rut]|gb2312|gbk|gb18030|hz|big5(hkscs)?|"
    r"euc_(jp|kr|jis_2004|jisx0213)|shift_jis(_2004|x0213)?|iso2022_\w+|johab|mac-\w+|tis-620|ptcp154|kz1048"
)
"""Python's names of the codecs that may decode mail. UTF-7 is left out on purpose: it smuggles markup past filters;
so are codecs that are no charset at all (rot13, unicode_escape, punycode, idna)."""

_WIDER = {"iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932"}
"""What senders mean when they declare the narrower one."""


def codec(name: str) -> str | None:
    """The Python codec that a declared charset means; None for unknown, unsafe or missing names."""
    try:
        found = codecs.lookup(name.strip(" \t\"'")).name
    except (LookupError, ValueError, UnicodeError):
        return None
    return _WIDER.get(found, found) if _TEXT_CODECS.fullmatch(found) else None


def decode(data: bytes, declared: str = "") -> str:
    """The text of ``data``, never an error: as declared where that works, else UTF-8, else windows-1252."""
    name = codec(declared)
    if name and name not in ("ascii", "utf-8"):
        try:
            return data.decode(name)
        except (UnicodeError, ValueError):
            if name != "cp1252":
                return _guess(data, name)
    return _guess(data, "cp1252")


def _guess(data: bytes, fallback: str) -> str:
    """UTF-8 if it mostly is; a cut or damaged mail is still UTF-8."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if not broken:
        return text
    good = sum(c > "\x7f" for c in text) - broken
    return text if good > broken else data.decode(fallback, "replace")
