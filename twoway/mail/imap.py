"""IMAP: a login that explains itself, and the few commands the desk uses. Nothing here changes a mailbox."""

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from twoway.errors import AuthFailed, ChannelError, Temporary
from twoway.mail.account import Server

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

_BUSY = re.compile(rb"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]", re.IGNORECASE)
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_DATE = re.compile(rb'\bINTERNALDATE "\s?(\d{1,2})-(\w{3})-(\d{4}) (\d\d:\d\d:\d\d) ([+-]\d{4})"')
_ANY_TEXT = re.compile(r"[ -~]+")


@dataclass(frozen=True, slots=True)
class State:
    """A folder at the moment it was opened. ``next`` is the UID that the next mail will get."""

    uidvalidity: int
    next: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A mail as the server lists it: ``size`` in bytes, ``received`` in UTC; ``raw`` where it was asked for."""

    uid: int
    size: int
    received: datetime
    raw: bytes = b""


@contextmanager
def session(server: Server, operation: str) -> Iterator["BaseMailBox"]:
    """A login for the time of the block. Raises AuthFailed, Temporary; other errors of IMAP inside become these."""
    from imap_tools import ImapToolsError

    box: BaseMailBox | None = None
    try:
        box = _connect(server)
        _login(box, server, operation)
        yield box
    except ssl.SSLCertVerificationError as error:
        words = f"the certificate of {server.host} is not trusted ({error.verify_message}); set ca_file if it is yours"
        raise AuthFailed(server.channel, operation, words) from error
    except (imaplib.IMAP4.error, ImapToolsError, OSError, EOFError) as error:
        words = server.said(getattr(error, "command_result", (None, error))[1])
        raise Temporary(server.channel, operation, words) from None
    finally:
        if box is not None:
            _close(box)


def _connect(server: Server) -> "BaseMailBox":
    from imap_tools import MailBox, MailBoxUnencrypted

    if server.security == "tls":
        return MailBox(server.host, server.port, timeout=server.timeout, ssl_context=server.tls())
    box = MailBoxUnencrypted(server.host, server.port, timeout=server.timeout)
    if server.security == "starttls":
        try:
            box.client.starttls(server.tls())
        except BaseException:
            _close(box)
            raise
    return box


def _close(box: "BaseMailBox") -> None:
    with suppress(imaplib.IMAP4.error, OSError, EOFError):
        box.client.logout()
    with suppress(OSError):
        box.client.shutdown()


def _login(box: "BaseMailBox", server: Server, operation: str) -> None:
    if "LOGINDISABLED" in box.client.capabilities and not server.tokens:
        raise AuthFailed(
            server.channel,
            operation,
            f"{server.host} takes no password over an unencrypted connection; "
            'write security = "tls" (port 993) or "starttls" (port 143) for imap',
        )
    refused = _token_refusal(box, server, operation) if server.tokens else _refusal(box, server)
    if refused is None:
        return
    kind: type[ChannelError] = Temporary if _BUSY.search(refused) else AuthFailed
    raise kind(server.channel, operation, server.said(refused))


def _token_refusal(box: "BaseMailBox", server: Server, operation: str) -> bytes | None:
    """Logs in with a token, and once more with a new one if that is not taken; the server's words if it said no."""
    assert server.tokens  # noqa: S101 - asked before
    if "AUTH=XOAUTH2" not in box.client.capabilities:
        raise AuthFailed(server.channel, operation, f"{server.host} takes no tokens (it does not offer AUTH=XOAUTH2)")
    token = server.tokens.access(operation)
    refused = _token_refused(box, server, token)
    if refused is None or _BUSY.search(refused):
        return refused
    return _token_refused(box, server, server.tokens.access(operation, refused=token))


def _token_refused(box: "BaseMailBox", server: Server, token: str) -> bytes | None:
    return _refused(lambda: box.xoauth2(server.user, token, initial_folder=None))


def _refusal(box: "BaseMailBox", server: Server) -> bytes | None:
    """Logs in; the server's words if it said no. Errors of the library could quote the password, so none is kept."""
    plain = _ANY_TEXT.fullmatch(server.user + server.password)
    login = box.login if plain else box.login_utf8
    return _refused(lambda: login(server.user, server.password, initial_folder=None))


def _refused(login: Callable[[], object]) -> bytes | None:
    from imap_tools.errors import MailboxLoginError

    try:
        login()
    except MailboxLoginError as error:
        return b" ".join(part for part in error.command_result[1] if isinstance(part, bytes)) or b"login refused"
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        return str(error).encode() or b"login refused"
    return None


def examine(box: "BaseMailBox", server: Server, folder: str, operation: str) -> State:
    """Opens a folder read-only: no flag can be changed. Raises AuthFailed where there is no such folder."""
    from imap_tools.errors import MailboxFolderSelectError

    try:
        box.folder.set(folder, readonly=True)
    except MailboxFolderSelectError as error:
        words = f"the folder {folder!r} cannot be opened: {server.said(error.command_result[1])}"
        raise AuthFailed(server.channel, operation, words) from None
    return State(_number(box, "UIDVALIDITY"), _number(box, "UIDNEXT") or _after_last(box))


def _number(box: "BaseMailBox", name: str) -> int:
    values = box.client.untagged_responses.get(name)
    last = values[-1] if isinstance(values, list) and values else None
    return int(last) if isinstance(last, bytes) and last.isdigit() else 0


def _after_last(box: "BaseMailBox") -> int:
    """UIDNEXT for the servers that do not say it when a folder is opened."""
    return max((int(uid) for uid in box.uids("UID *", charset=None)), default=0) + 1


def listing(box: "BaseMailBox", uids: Sequence[int]) -> list[Entry]:
    """Size and arrival of these mails, oldest UID first; what is gone meanwhile is left out."""
    return _fetch(box, uids, "(UID RFC822.SIZE INTERNALDATE)")


def fetch(box: "BaseMailBox", uids: Sequence[int], part: str = "") -> list[Entry]:
    """These mails to the byte (or a ``part``: ``HEADER``, ``]<0.1000>``…), never marked as seen."""
    section = part if "]" in part else f"{part}]"
    return [entry for entry in _fetch(box, uids, f"(UID RFC822.SIZE INTERNALDATE BODY.PEEK[{section})") if entry.raw]


def _fetch(box: "BaseMailBox", uids: Sequence[int], items: str) -> list[Entry]:
    if not uids:
        return []
    status, answers = box.client.uid("FETCH", ",".join(map(str, uids)), items)
    if status != "OK":
        raise imaplib.IMAP4.error(f"FETCH was refused: {answers!r}"[:300])
    return sorted(_entries(answers), key=lambda entry: entry.uid)


def _entries(answers: Sequence[object]) -> Iterator[Entry]:
    """imaplib gives (start, literal) pairs, each followed by the rest of its line, and lines without a literal."""
    started: tuple[bytes, bytes] | None = None
    for answer in answers:
        if isinstance(answer, tuple):
            started = (answer[0], answer[1])
        elif isinstance(answer, bytes):
            line, raw = (started[0] + b" " + answer, started[1]) if started else (answer, b"")
            started = None
            uid, size, date_ = _UID.search(line), _SIZE.search(line), _DATE.search(line)
            if uid and size and date_:  # a line without them tells of somebody else's flags
                yield Entry(int(uid[1]), int(size[1]), _received(date_), raw)


def _received(internal: re.Match[bytes]) -> datetime:
    day, month, year, time, zone = (group.decode() for group in internal.groups())
    return parsedate_to_datetime(f"{day} {month} {year} {time} {zone}").astimezone(UTC)


def search(box: "BaseMailBox", criteria: str) -> list[int]:
    """UIDs of what matches, ascending."""
    return sorted(int(uid) for uid in box.uids(criteria, charset=None))


def new(box: "BaseMailBox", after: int, since: date | None) -> list[int]:
    """UIDs above ``after``; with ``since`` only what arrived on that day or later."""
    from imap_tools import AND, U

    criteria = AND(uid=U(str(after + 1), "*"), date_gte=since) if since else AND(uid=U(str(after + 1), "*"))
    # "n:*" always includes the newest mail, even where its UID is below n.
    return [uid for uid in search(box, str(criteria)) if uid > after]


def naming(box: "BaseMailBox", headers: Sequence[str], names: Sequence[str], since: date | None) -> list[int]:
    """UIDs of mails with one of these Message-IDs in one of these headers."""
    from imap_tools import AND, OR, H

    wanted = [H(header, name) for header in headers for name in names if _ANY_TEXT.fullmatch(name)]
    if not wanted:
        return []
    either = str(OR(header=wanted)) if len(wanted) > 1 else str(AND(header=wanted))
    return search(box, str(AND(either, date_gte=since - timedelta(days=1))) if since else either)


def sent_by(box: "BaseMailBox", mails: Sequence[str], since: date) -> list[int]:
    """UIDs of mails that name one of these addresses as their sender, and perhaps of some more."""
    from imap_tools import AND, OR

    wanted = [mail for mail in mails if _ANY_TEXT.fullmatch(mail)]
    either = str(OR(from_=wanted)) if len(wanted) > 1 else str(AND(from_=wanted))
    return search(box, str(AND(either, date_gte=since - timedelta(days=1))))


def idle(server: Server, folder: str, seconds: float) -> bool:
    """Waits at most ``seconds`` (below 29 minutes); true where the folder changed, so that a poll is worth it.

    At once false where the server cannot IDLE. Raises AuthFailed, Temporary.
    """
    with session(server, "idle") as box:
        examine(box, server, folder, "idle")
        if "IDLE" not in box.client.capabilities:
            return False
        return any(b"EXISTS" in line or b"RECENT" in line for line in box.idle.wait(timeout=seconds))
