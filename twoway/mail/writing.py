"""An approved preview to the bytes that are sent: the same bytes on every try, except for the Date header."""

import re
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from twoway.domain import Part
from twoway.mail.address import ReplyAddress
from twoway.text import harmless, sha256

MOST_REFERENCES = 20
"""Of a long thread the first and the newest are named, as RFC 5322 allows and mail programs expect."""
MARK = "<twoway."
"""How every Message-ID of a desk begins."""
_WHOLE = {"Message-ID", "In-Reply-To", "References", "List-Unsubscribe"}
_PLAIN_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")
_REPLY = re.compile(r"^(?:(?:re|aw|antw|antwort|sv|vs|ref)(?:\[\d+\]|\^\d+)?\s?:\s*)+", re.IGNORECASE)


def message_id(key: str, domain: str) -> str:
    """The Message-ID of the part with that key: fixed before the first try, so that a second copy is recognised."""
    local = key if _PLAIN_KEY.fullmatch(key) else sha256(key)[:40]
    return f"{MARK}{local}@{domain}>"


def key_of(name: str, domain: str) -> str:
    """The key (or its hash, where the key could not stand in a header) in a Message-ID of ours; empty for others."""
    if not (name.startswith(MARK) and name.endswith(f"@{domain}>")):
        return ""
    return name[len(MARK) : -len(domain) - 2]


def reply_subject(subject: str) -> str:
    """``Re: …`` once, however many Re: and AW: were there."""
    return f"Re: {_REPLY.sub('', ' '.join(harmless(subject).split()), count=1)}".strip()


def references(thread: Sequence[str]) -> tuple[str, ...]:
    """The References chain of an answer in that thread, the oldest first, bounded."""
    chain = tuple(dict.fromkeys(thread))
    return chain if len(chain) <= MOST_REFERENCES else (chain[0], *chain[-MOST_REFERENCES + 1 :])


def ascii_domain(mail: str) -> str:
    """The address with its domain in the form that every mail server knows. Raises ValueError for impossible ones."""
    local, _, domain = mail.rpartition("@")
    return mail if domain.isascii() else f"{local}@{domain.encode('idna').decode('ascii')}"


class Policy(EmailPolicy):
    """Message-IDs and links are folded between, never inside and never as encoded words: a changed id breaks the
    thread.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The header's bytes with CRLF."""
        if name in _WHOLE:
            return (f"{name}: " + "\r\n ".join(str(value).split()) + "\r\n").encode("ascii")
        return super().fold_binary(name, value)


def needs_utf8(mails: Sequence[str]) -> bool:
    """Whether an address has letters before its @ that only SMTPUTF8 servers carry."""
    return not all(ascii_domain(mail).isascii() for mail in mails)


def compose(part: Part, address: ReplyAddress, sender: tuple[str, str], written: datetime) -> bytes:
    """The mail for an approved part, in CRLF form. ``sender`` is (name, address). Raises ValueError.

    Only the preview says who gets it; the reply address says who stands under To and who under Cc.
    """
    name, own = sender
    recipients = part.preview.recipients
    message = EmailMessage(policy=Policy(linesep="\r\n", utf8=needs_utf8(recipients)))
    message["From"] = _mailbox(own, name)
    message["To"] = [_mailbox(mail) for mail in recipients if mail not in address.cc]
    if copied := [_mailbox(mail) for mail in recipients if mail in address.cc]:
        message["Cc"] = copied
    message["Subject"] = part.preview.subject
    message["Date"] = format_datetime(written)
    message["Message-ID"] = message_id(part.key, own.rpartition("@")[2])
    if address.in_reply_to:
        message["In-Reply-To"] = address.in_reply_to
    if chain := references(address.thread):
        message["References"] = " ".join(chain)
    message.set_content(part.text + "\n", charset="utf-8", cte="quoted-printable")
    return message.as_bytes()


def _mailbox(mail: str, name: str = "") -> Address:
    local, _, domain = ascii_domain(mail).rpartition("@")
    return Address(" ".join(harmless(name).split()), local, domain)
