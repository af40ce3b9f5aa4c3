"""SMTP: one transaction, every step of which knows whether the mail may have been taken already."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, Gone, Rejected, Temporary
from twoway.mail.account import Server
from twoway.mail.tokens import Tokens

_END = b"\r\n.\r\n"
_LOGIN_CODES = {530, 534, 535, 538}


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes into one transaction."""

    sender: str
    to: tuple[str, ...]
    """All of them must be accepted, else nothing is sent."""
    cc: tuple[str, ...]
    """One that the server refuses for good is left out."""
    own: str
    """The desk's own mailbox, which gets a copy without standing in a header; empty where no copy is wanted."""
    content: bytes
    """In CRLF form."""
    utf8: bool = False
    """Whether an address has letters outside ASCII before its @."""


def deliver(server: Server, letter: Letter) -> None:
    """Hands the letter over, to everybody in one transaction. Raises ChannelError.

    Temporary, Rejected, Gone and AuthFailed mean that nobody got it; DeliveryUnknown that everybody may have.
    """
    with _session(server) as smtp:
        _envelope(smtp, server, letter)
        _content(smtp, server, letter.content)


def check(server: Server) -> None:
    """Logs in and out again. Raises AuthFailed, Temporary."""
    with _session(server):
        pass


@contextmanager
def _session(server: Server) -> Iterator[smtplib.SMTP]:
    """A connection that is ready to send. Whatever smtplib raises, nothing has been sent.

    It raises for greeting, TLS and login; a server that refuses one of these for good refuses us, not the text.
    """
    kind: type[ChannelError]
    smtp: smtplib.SMTP | None = None
    try:
        smtp = _connect(server)
        _login(smtp, server)
        yield smtp
    except ssl.SSLCertVerificationError as error:
        words = f"the certificate of {server.host} is not trusted ({error.verify_message}); set ca_file if it is yours"
        raise AuthFailed(server.channel, "send", words) from error
    except smtplib.SMTPResponseException as error:
        kind = AuthFailed if error.smtp_code >= 500 else Temporary
        raise kind(server.channel, "send", f"{error.smtp_code} {server.said(error.smtp_error)}") from None
    except smtplib.SMTPException as error:
        kind = Temporary if isinstance(error, smtplib.SMTPServerDisconnected) else AuthFailed
        raise kind(server.channel, "send", f"{server.host}: {server.said(error)}") from None
    except (OSError, EOFError) as error:
        raise Temporary(server.channel, "send", f"{server.host}: {server.said(error)}") from None
    finally:
        if smtp is not None:
            _close(smtp)


def _connect(server: Server) -> smtplib.SMTP:
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, server.helo, timeout=server.timeout, context=server.tls())
    smtp = smtplib.SMTP(server.host, server.port, server.helo, timeout=server.timeout)
    try:
        if server.security == "starttls":
            smtp.starttls(context=server.tls())
    except BaseException:
        smtp.close()
        raise
    return smtp


def _close(smtp: smtplib.SMTP) -> None:
    with suppress(OSError):
        smtp.quit()
    smtp.close()


def _login(smtp: smtplib.SMTP, server: Server) -> None:
    smtp.ehlo_or_helo_if_needed()
    if not server.user:
        return
    if not (server.user + server.password).isascii():
        raise AuthFailed(server.channel, "send", "SMTP logins take only ASCII; choose a password of plain letters")
    if server.tokens:
        _with_token(smtp, server, server.tokens)
    else:
        smtp.login(server.user, server.password)


def _with_token(smtp: smtplib.SMTP, server: Server, tokens: Tokens) -> None:
    """XOAUTH2, and once more with a new token if the server does not take this one."""
    if "XOAUTH2" not in smtp.esmtp_features.get("auth", "").upper().split():
        raise AuthFailed(server.channel, "send", f"{server.host} takes no tokens (it does not offer AUTH XOAUTH2)")
    token = tokens.access("send")
    try:
        _authenticate(smtp, server, token)
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code < 500:
            raise
        _authenticate(smtp, server, tokens.access("send", refused=token))


def _authenticate(smtp: smtplib.SMTP, server: Server, token: str) -> None:
    """A challenge is the server's reason for a no; it is answered with nothing, and the no follows."""
    smtp.auth("XOAUTH2", lambda challenge=None: server.bearer(token) if challenge is None else "")


def refused(server: Server, code: int, words: bytes | str, whom: str = "") -> ChannelError:
    """What a negative answer means, at any point before the mail was taken."""
    said = f"{whom}{': ' if whom else ''}{code} {server.said(words)}"
    if code in _LOGIN_CODES:
        return AuthFailed(server.channel, "send", said)
    if not 500 <= code < 600:  # 4xx, and what is no SMTP answer at all
        return Temporary(server.channel, "send", said)
    enhanced = words if isinstance(words, bytes) else words.encode("utf-8", "replace")
    # RFC 3463: 5.1.x speaks of the address; nobody is there any more.
    return (Gone if whom and enhanced.startswith(b"5.1.") else Rejected)(server.channel, "send", said)


def _envelope(smtp: smtplib.SMTP, server: Server, letter: Letter) -> None:
    options = []
    if letter.utf8:
        if not smtp.has_extn("smtputf8"):
            raise Rejected(server.channel, "send", f"{server.host} cannot send to addresses with letters outside ASCII")
        options = ["SMTPUTF8", "BODY=8BITMIME"]
        smtp.command_encoding = "utf-8"
    _expect(server, smtp.mail(letter.sender, options))
    for mail in letter.to:
        _expect(server, smtp.rcpt(mail), mail)
    for mail in letter.cc:
        code, words = smtp.rcpt(mail)
        if not 500 <= code < 600:
            _expect(server, (code, words), mail)
    if letter.own:
        _own_copy(smtp, server, letter)


def _own_copy(smtp: smtplib.SMTP, server: Server, letter: Letter) -> None:
    code, words = smtp.rcpt(letter.own)
    if 500 <= code < 600:
        said = f"the desk's own mailbox {letter.own} refuses its copy ({code} {server.said(words)}); nothing was sent"
        raise Rejected(server.channel, "send", said)
    _expect(server, (code, words), letter.own)


def _expect(server: Server, answer: tuple[int, bytes], whom: str = "") -> None:
    if answer[0] not in (250, 251, 252):
        raise refused(server, *answer, whom)


def _content(smtp: smtplib.SMTP, server: Server, content: bytes) -> None:
    """DATA. Before the closing dot has been sent the server must not keep the mail; after that it may have."""
    code, words = smtp.docmd("DATA")
    if code != 354:
        raise refused(server, code, words)
    lines = content.removesuffix(b"\r\n").replace(b"\r\n.", b"\r\n..")
    smtp.send(b"." + lines if lines.startswith(b".") else lines)
    try:
        smtp.send(_END)
        code, words = smtp.getreply()
    except OSError as error:
        said = f"the connection was lost after the mail was sent ({server.said(error)})"
        raise DeliveryUnknown(server.channel, "send", said) from None
    if code == 250:
        return
    if 400 <= code < 600:
        raise refused(server, code, words)
    raise DeliveryUnknown(server.channel, "send", f"no clear answer after the mail was sent: {code}")
