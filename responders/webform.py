"""Answers what came through a web form: by mail from the brand's own mailbox, or by a signed webhook."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from responders import mail
from responders.absence import missing
from twoway import clock
from twoway.channels.webform import CHANNEL, ReplyAddress, Settings, Webform, read_address
from twoway.domain import Draft, Finding, Found, OwnPost, Part, Preview, Receipt, Target, Unclear
from twoway.errors import Rejected
from twoway.mail import writing
from twoway.text import canonical, harmless, storable

if TYPE_CHECKING:
    import httpx2


class Sender:
    """Answers where the reply address says."""

    def __init__(self, connection: Webform, settings: Settings) -> None:
        self._form, self._settings = connection, settings

    def preview(self, draft: Draft, address: str) -> Preview:
        """Exactly what will be sent; no network. Raises Rejected."""
        to = read_address(address)
        if to is None:
            return self._mail("preview").preview(draft, address)
        text = storable(draft.text).replace("\r\n", "\n").strip()
        if not text:
            raise Rejected(self._form.name, "preview", "an answer needs words")
        if len(text) > (most := CHANNEL.limits.length or 0):
            raise Rejected(self._form.name, "preview", f"the answer has {len(text)} characters; {most} are possible")
        subject = " ".join(harmless(draft.subject).split()) or (writing.reply_subject(to.subject) if to.subject else "")
        who = to.email or to.name or to.message
        recipients = (f"{who} ({self._form.host})",)
        return Preview(self._form.name, address, "private", (text,), recipients=recipients, subject=subject)

    def look(self, preview: Preview) -> Target:
        """A form cannot be changed once it was sent; what the customer sends after it comes in as a mention."""
        return Target()

    def send(self, part: Part) -> Receipt:
        """One mail, or one request. Raises ChannelError."""
        to = read_address(part.preview.address)
        if to is None:
            return self._mail("send").send(part)
        return _receipt(self._form.post(part.key, _body(part, to)), part.key)

    def find(self, part: Part, since: datetime) -> Finding:
        """Our copy of the mail, or the receiver's word on the webhook. Raises ChannelError."""
        if read_address(part.preview.address) is None:
            return self._mail("find").find(part, since)
        if not (self._settings.webhook and self._settings.webhook.read_back):
            return Unclear("the receiver of this webhook cannot be asked what it got; look there whether it has it")
        asked = clock.now()
        if found := self._form.fetch("find", part.key):
            return Found(_receipt(found, part.key))
        # A receiver that was slower than our patience may still be at it.
        lag = (CHANNEL.limits.read_back_lag or 0) + self._settings.webhook.timeout_seconds
        return missing("what the receiver has", since, asked, lag)

    def recent(self, since: datetime) -> Iterator[OwnPost] | Unclear:
        """Nothing is listed under this channel's own name."""
        mailbox = f"; answers by mail are listed with the channel {self._settings.mail}" if self._settings.mail else ""
        return Unclear(f"the receivers of a form's answers list nothing{mailbox}")

    def _mail(self, operation: str) -> mail.Sender:
        if self._form.mail is None:
            said = "this channel has no mailbox any more to answer by mail; set mail, or answer by hand"
            raise Rejected(self._form.name, operation, said)
        return mail.Sender(self._form.mail, self._form.mail.settings)


def _body(part: Part, to: ReplyAddress) -> bytes:
    """The same bytes on every try: nothing in them but what was approved, and the part's key."""
    answer = {**asdict(to), "id": part.key, "subject": part.preview.subject, "text": part.text}
    return canonical({"type": "answer", "data": answer}).encode()


def _receipt(answer: "httpx2.Response", key: str) -> Receipt:
    """The receiver may name the answer (``id``) and say where it stands (``url``); it need not."""
    try:
        said: Any = answer.json()
    except ValueError:
        said = None
    said = said if isinstance(said, dict) else {}
    name, url = said.get("id"), said.get("url")
    known = name if isinstance(name, str) and 0 < len(name) <= 200 else key
    place = url if isinstance(url, str) and url.startswith(("https://", "http://")) and len(url) <= 2_000 else ""
    return Receipt(storable(known), clock.now(), storable(place))
