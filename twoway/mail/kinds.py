"""What kind of mail it is: written by a person, by a machine, or to a list. Only the first is ever answered."""

from email.message import Message

from twoway.domain import MentionKind
from twoway.mail.headers import addresses, first, values

_MACHINES = ("mailer-daemon@", "postmaster@")
_DEAF = ("no-reply@", "noreply@", "donotreply@", "do-not-reply@")
"""A form that sends from such an address names the person in Reply-To."""
_LISTS = ("List-Id", "List-Post", "List-Unsubscribe", "List-Help", "Mailing-List")
_SUPPRESSED = {"all", "oof", "autoreply"}


def kind(message: Message, sender: str) -> MentionKind:
    """The kind of a mail from ``sender`` (an address in lower case)."""
    deaf = sender.startswith(_DEAF) and not addresses(message, "Reply-To")
    if is_report(message) or _automatic(message) or sender.startswith(_MACHINES) or deaf:
        return "automatic"
    precedence = first(message, "Precedence").lower()
    if precedence == "list" or any(first(message, name) for name in _LISTS):
        return "list"
    return "automatic" if precedence in ("bulk", "junk", "auto_reply") else "message"


def is_report(message: Message) -> bool:
    """A delivery or read report, whatever it says."""
    return message.get_content_type() == "multipart/report"


def from_nobody(message: Message) -> bool:
    """The envelope sender was empty: bounces, and robots that want no answer."""
    return any(value.replace(" ", "") in ("<>", "") for value in values(message, "Return-Path"))


def _automatic(message: Message) -> bool:
    submitted = first(message, "Auto-Submitted").lower().split(";")[0].strip()
    suppressed = {word.strip().lower() for word in first(message, "X-Auto-Response-Suppress").split(",")}
    robot = any(first(message, name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From"))
    return submitted not in ("", "no") or robot or bool(suppressed & _SUPPRESSED) or from_nobody(message)
