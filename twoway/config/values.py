"""Kinds of values in the configuration: written as people write them, checked, and explained where they are wrong."""

import ipaddress
import re
import unicodedata
from base64 import b64decode
from datetime import time, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, Strict, StringConstraints, ValidationInfo

from twoway.secrets import Secret

_SCHEMES = (
    "discord gchat gotify gotifys irc ircs json jsons mailto mailtos matrix matrixs mmost mmosts ntfy ntfys pover "
    "rocket rockets slack tgram workflows xml xmls zulip"
)
ALERT_SCHEMES = frozenset(_SCHEMES.split())
"""Of all that apprise could reach, what an alert may go to."""

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_DURATION = re.compile(r"(?:\d{1,6}[dhms]\s*)+")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*\.?", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@<>,;:\"()\\]{1,64}@[^\s@<>,;:\"()\\]{1,253}")


def nearest(wrong: str, known: list[str]) -> str:
    """`` (did you mean …?)`` where something known is close to ``wrong``, else nothing."""
    lowered = {name.lower(): name for name in known}
    close = get_close_matches(wrong.lower(), list(lowered), n=1)
    return f"; did you mean {lowered[close[0]]!r}?" if close else ""


def _duration(written: object) -> timedelta:
    if isinstance(written, timedelta):
        return written
    if not isinstance(written, str) or not _DURATION.fullmatch(written.strip()):
        raise ValueError('must be a length of time such as "30m", "4h", "1d 12h"')
    return sum((timedelta(**{_UNITS[unit]: int(n)}) for n, unit in re.findall(r"(\d+)([dhms])", written)), timedelta())


def _zone(written: object) -> ZoneInfo:
    if isinstance(written, ZoneInfo):
        return written
    known = available_timezones()
    if not isinstance(written, str) or written not in known:
        hint = nearest(written, sorted(known)) if isinstance(written, str) else ""
        raise ValueError(f'must be a time zone such as "Europe/Berlin"{hint}')
    return ZoneInfo(written)


def _time(written: object) -> time:
    if isinstance(written, time):
        return written
    match = _TIME.fullmatch(written) if isinstance(written, str) else None
    if not match:
        raise ValueError('must be a time of day such as "07:30"')
    return time(int(match[1]), int(match[2]))


def _host(written: str) -> str:
    if not _HOST.fullmatch(written) and not _network(written):
        raise ValueError("must be the name or the address of a host, without http:// and without a port")
    return written


def _network(written: str) -> bool:
    try:
        ipaddress.ip_network(written, strict=False)
    except ValueError:
        return False
    return True


def loopback(host: str) -> bool:
    """Does ``host`` mean this machine?"""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _network_or_host(written: str) -> str:
    numeric = not written.strip("0123456789./")
    if not _network(written) and (numeric or not _HOST.fullmatch(written)):
        raise ValueError('must be a network ("10.0.0.0/8"), an address, or the name of a host')
    return written


def _mail(written: str) -> str:
    if not _MAIL.fullmatch(written):
        raise ValueError('must be a mail address such as "name@example.org"')
    return written


def _url(written: str) -> str:
    parts = urlsplit(written)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError('must be an address such as "https://desk.example.org"')
    return written.rstrip("/")


def _feed(written: str) -> str:
    parts = urlsplit(written)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError('must be the address of a feed such as "https://blog.example.org/feed.xml"')
    return written.partition("#")[0]


def _term(written: str) -> str:
    if not any(unicodedata.category(sign)[0] in "LNS" for sign in written):
        raise ValueError('must be a word, a phrase, or a hashtag such as "#kaffeenord"')
    return written


def _alert(url: SecretStr, info: ValidationInfo) -> SecretStr:
    scheme, found, _ = url.get_secret_value().partition("://")
    if url.get_secret_value() and (not found or scheme.lower() not in ALERT_SCHEMES):
        raise ValueError(f"holds no apprise URL of a known kind; known are {', '.join(sorted(ALERT_SCHEMES))}")
    return url


def _webhook(secret: SecretStr) -> SecretStr:
    prefix, _, key = secret.get_secret_value().partition("_")
    try:
        long = len(b64decode(key + "=" * (-len(key) % 4), validate=True))
    except ValueError:
        long = 0
    if secret.get_secret_value() and (prefix != "whsec" or not 24 <= long <= 64):
        raise ValueError("holds no webhook secret: whsec_ and 24 to 64 random bytes in Base64")
    return secret


def _in_folder(path: Path, info: ValidationInfo) -> Path:
    folder: Path = (info.context or {}).get("folder", Path())
    return folder / path.expanduser()


def _name_or_folder(name: str, info: ValidationInfo) -> str:
    path = _in_folder(Path(name), info)
    return str(path) if name.startswith((".", "~", "/")) or ("/" in name and path.is_dir()) else name


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
"""Words, not empty."""
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\n\r\x00]+$")]
"""A few words on one line."""
Language = Literal["de", "en"]
"""A language that the desk itself speaks."""
Duration = Annotated[timedelta, BeforeValidator(_duration), Field(gt=timedelta())]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Clock = Annotated[time, BeforeValidator(_time)]
Host = Annotated[Name, AfterValidator(_host)]
NetworkOrHost = Annotated[Name, AfterValidator(_network_or_host)]
Mail = Annotated[Name, AfterValidator(_mail)]
Url = Annotated[Name, AfterValidator(_url)]
FeedUrl = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000), AfterValidator(_feed)]
Term = Annotated[Name, AfterValidator(_term)]
"""A word or a phrase to look for; with # in front only the hashtag."""
Port = Annotated[int, Strict(), Field(ge=1, le=65535)]
Seconds = Annotated[int, Strict(), Field(ge=0, le=86_400)]
Yes = Annotated[bool, Strict()]
AlertUrl = Annotated[Secret, AfterValidator(_alert)]
"""A secret, because whoever knows such a URL may write there."""
WebhookSecret = Annotated[Secret, AfterValidator(_webhook)]
"""A secret of Standard Webhooks, ``whsec_…``."""
InFolder = Annotated[Path, AfterValidator(_in_folder)]
"""A path; a relative one starts at the folder of the configuration file."""
NameOrFolder = Annotated[Name, AfterValidator(_name_or_folder)]
"""A folder where only a path can be meant, or where there is one by that path; ``./name`` for one beside the file."""
