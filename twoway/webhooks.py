"""Standard Webhooks, both ways: a request carries an id, a time and a signature over both and the body.

https://www.standardwebhooks.com; the library compares in constant time and takes no time further off than five minutes.
"""

import re
from collections.abc import Mapping, Sequence

from twoway import clock
from twoway.secrets import Secret

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
_ID = re.compile(r"[!-~]{1,200}")
_TIME = re.compile(r"\d{1,12}")


class Unsigned(Exception):
    """Nobody who knows the secret sent this, or not now; the message says what to do, and nothing of the secret."""


def verify(secrets: Sequence[Secret], headers: Mapping[str, str], body: bytes) -> str:
    """The id of a request that one of the secrets signed within five minutes from now. Raises Unsigned."""
    from standardwebhooks import Webhook, WebhookVerificationError

    given = {name: headers.get(name, "") for name in HEADERS}
    if missing := [name for name in HEADERS if not given[name]]:
        raise Unsigned(f"sign the request by Standard Webhooks: the header {missing[0]} is missing")
    if not _ID.fullmatch(given["webhook-id"]):
        raise Unsigned("webhook-id must be 1 to 200 characters of ASCII without spaces")
    if not _TIME.fullmatch(given["webhook-timestamp"]):
        raise Unsigned("webhook-timestamp must be seconds since 1970, in digits")
    said = ""
    for secret in secrets:
        try:
            Webhook(secret.get_secret_value()).verify(body, given, json_parse=False)
        except WebhookVerificationError as error:
            said = str(error)
        except ValueError:  # the signature is no Base64, the body no UTF-8: the library does not look first
            said = ""
        else:
            return given["webhook-id"]
    if "too old" in said or "too new" in said:
        raise Unsigned("webhook-timestamp is more than five minutes off; sign when you send, by a clock that is right")
    raise Unsigned("no signature fits: sign ID.TIMESTAMP.BODY, to the byte, with this channel's secret")


def signed(secret: Secret, id_: str, body: bytes) -> dict[str, str]:
    """The headers that go out with a body, in UTF-8: whoever gets the same id again has it already."""
    from standardwebhooks import Webhook

    now = clock.now()
    signature = Webhook(secret.get_secret_value()).sign(id_, now, body.decode())
    return dict(zip(HEADERS, (id_, str(int(now.timestamp())), signature), strict=True))
