"""Is a request signed as OAuth 1.0a wants it (RFC 5849, HMAC-SHA1)?"""

import base64
import hashlib
import hmac
import re
from urllib.parse import parse_qsl, quote, unquote

KEYS = {
    "consumer_key": "a-consumer-key", "consumer_secret": "a-consumer-secret-never-shown",
    "access_token": "1000000-an-access-token", "access_token_secret": "an-access-secret-never-shown",
}  # fmt: skip
HOST = "https://api.twitter.com"
"""The host that requests are signed for, whatever carries them."""


def is_signed(method: str, path: str, query: str, header: str) -> bool:
    """Is it signed with the keys (RFC 5849, HMAC-SHA1), for the host that everybody knows?"""
    given = {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', header)}
    signature = given.pop("oauth_signature", "")
    if (given.get("oauth_consumer_key"), given.get("oauth_token")) != (KEYS["consumer_key"], KEYS["access_token"]):
        return False
    pairs = sorted((_quoted(name), _quoted(value)) for name, value in (*given.items(), *parse_qsl(query, True)))
    base = "&".join((method, _quoted(HOST + path), _quoted("&".join(f"{name}={value}" for name, value in pairs))))
    key = f"{_quoted(KEYS['consumer_secret'])}&{_quoted(KEYS['access_token_secret'])}"
    wanted = base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()
    return hmac.compare_digest(wanted, signature)


def _quoted(text: str) -> str:
    return quote(text, safe="~")
