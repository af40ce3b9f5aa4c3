"""The channel `webform`: a contact form, or any system, posts signed messages; answers go by mail or signed webhook."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from twoway.channel import Channel, Intake, Limits, Policy
from twoway.channels import mail, webform_message
from twoway.config.sections import Section
from twoway.config.values import Name, Seconds, Url, WebhookSecret, Yes
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, Gone, NotAdmitted, RateLimited, Rejected, Temporary
from twoway.ports import Access, Door
from twoway.text import canonical, one_line
from twoway.waiting import retry_at
from twoway.webhooks import Unsigned, signed, verify

if TYPE_CHECKING:
    import httpx2

LARGEST = 256 * 1024
"""Bytes of a request: 50,000 characters of any script, as JSON may escape them, fit."""
LARGEST_ANSWER = 100_000
"""Bytes of what the receiver of an answer may say."""
_DOUBT: Mapping[str, type[ChannelError]] = {"GET": Temporary, "POST": DeliveryUnknown}
"""What it is when nobody knows whether a request was taken."""


def _some(secrets: tuple[WebhookSecret, ...]) -> tuple[WebhookSecret, ...]:
    if not secrets:
        raise ValueError("is empty; nothing could be taken in")
    return secrets


class Webhook(Section):
    """Where answers are posted, signed."""

    url: Url
    secret: WebhookSecret
    read_back: Yes = False
    """Whether the receiver answers GET ``url``/ID with 200 or 404, so that a lost answer can be told from none."""
    timeout_seconds: Annotated[Seconds, Field(ge=1, le=120)] = 20


class Settings(Section):
    """The section ``[channels.NAME]`` of a channel of the kind webform."""

    neighbours: ClassVar[Mapping[str, str]] = {"mail": "mail"}

    secrets: Annotated[tuple[WebhookSecret, ...], AfterValidator(_some)]
    """Any of them signs; two while one is being replaced."""
    mail: Name | None = None
    """The mail channel whose mailbox answers whoever left an address; what they write back is heard there."""
    webhook: Webhook | None = None
    """Where all other answers go; None: they are given by hand."""


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """Where an answer by webhook goes; an answer by mail has a mail's reply address (`twoway.mail.address`)."""

    message: str
    """What the sending system calls the message."""
    request: str
    """Its webhook-id, which is unique."""
    thread: str
    name: str
    email: str
    subject: str

    def written(self) -> str:
        """Canonical JSON, as a mention carries it."""
        return canonical(asdict(self))


def read_address(address: str) -> ReplyAddress | None:
    """The address that the collector wrote for a webhook; None where it is a mail's."""
    found = json.loads(address)
    return ReplyAddress(**found) if found.keys() == set(ReplyAddress.__slots__) else None


@dataclass(frozen=True)
class Webform:
    """The channel's side of the inbound door, and its two ways out."""

    name: str
    settings: Settings
    door: Door
    open_http: Callable[..., Any]
    neighbour: Callable[[str], Any]

    @cached_property
    def mail(self) -> mail.Connection | None:
        """The mailbox that answers, in this channel's name; None where there is none."""
        if self.settings.mail is None:
            return None
        lent: mail.Connection = self.neighbour(self.settings.mail)
        return replace(lent, name=self.name)

    @cached_property
    def http(self) -> "httpx2.Client":
        """The client for the webhook, behind the address guard."""
        timeout = self.settings.webhook.timeout_seconds if self.settings.webhook else 1
        client: httpx2.Client = self.open_http(timeout=timeout, largest=LARGEST_ANSWER)
        return client

    def post(self, key: str, body: bytes) -> "httpx2.Response":
        """Hands an answer over, signed, its id being ``key``. Raises ChannelError."""
        webhook = self._webhook("send")
        headers = {"Content-Type": webform_message.JSON, **signed(webhook.secret, key, body)}
        return self._ask("send", "POST", webhook.url, content=body, headers=headers)

    def fetch(self, operation: str, key: str) -> "httpx2.Response | None":
        """What the receiver says of an answer; None where it has none of that id. Raises ChannelError."""
        webhook = self._webhook(operation)
        try:
            return self._ask(operation, "GET", f"{webhook.url}/{key}", headers=signed(webhook.secret, key, b""))
        except Gone:
            return None

    @property
    def host(self) -> str:
        """Where the webhook is, for people."""
        return urlsplit(self.settings.webhook.url).netloc if self.settings.webhook else ""

    def _webhook(self, operation: str) -> Webhook:
        if self.settings.webhook is None:
            raise Rejected(self.name, operation, "this channel has no webhook any more; set it, or answer by hand")
        return self.settings.webhook

    def _ask(self, operation: str, method: str, url: str, **request: Any) -> "httpx2.Response":
        import httpx2

        from twoway.http import NEVER_LEFT, AnswerRefused

        try:
            answer: httpx2.Response = self.http.request(method, url, **request)
        except NEVER_LEFT as error:
            raise Temporary(self.name, operation, one_line(str(error))) from error
        except (httpx2.HTTPError, AnswerRefused) as error:
            raise _DOUBT[method](self.name, operation, one_line(str(error)) or type(error).__name__) from error
        if answer.is_success:
            return answer
        raise self._refusal(operation, method, answer)

    def _refusal(self, operation: str, method: str, answer: "httpx2.Response") -> ChannelError:
        code = answer.status_code
        said = one_line(f"{code} {answer.text}", 300)
        if code == 429:
            return RateLimited(self.name, operation, said, retry_at(answer.headers.get("retry-after", "")))
        if code in (401, 403):
            return AuthFailed(self.name, operation, f"{said}; does the receiver know webhook.secret?")
        if code in (404, 405) and method == "POST":  # an answer that cannot be given any more is refused with 410
            return AuthFailed(self.name, operation, f"{said}; nothing takes answers there; is webhook.url right?")
        if code in (404, 410):
            return Gone(self.name, operation, said)
        if code >= 500:
            return _DOUBT[method](self.name, operation, said)
        if 300 <= code < 400:
            return AuthFailed(self.name, operation, f"{code}: it leads elsewhere; name that address as webhook.url")
        return Rejected(self.name, operation, said)


def connect(settings: Settings, access: Access) -> Webform:
    """No network yet: the first answer logs in."""
    return Webform(access.name, settings, access.door, access.http, access.neighbour)


def check(connection: Webform) -> None:
    """Logs in to the mailbox that answers, and asks the webhook for an answer that never was, where it can say so."""
    if connection.mail:
        mail.check(connection.mail)
    webhook = connection.settings.webhook
    if webhook and webhook.read_back and connection.fetch("check", "check") is not None:
        said = "it says that it has an answer that never was; let it say 404 of those, or set read_back = false"
        raise AuthFailed(connection.name, "check", said)


def admit(settings: Settings, headers: Mapping[str, str], body: bytes) -> str:
    """The webhook-id of a signed message that can be read. Raises NotAdmitted."""
    try:
        id_ = verify(settings.secrets, headers, body)
    except Unsigned as error:
        raise NotAdmitted(401, str(error)) from None
    webform_message.read(headers.get("content-type", ""), body)
    return id_


CHANNEL = Channel(
    kind="webform",
    label="Web form",
    settings=Settings,
    connect=connect,
    check=check,
    limits=Limits(length=50_000, poll_seconds=5, read_back_lag=60),
    policy=Policy(),
    collector="listener.webform:Collector",
    sender="responders.webform:Sender",
    intake=Intake(admit, largest=LARGEST, per_minute=120),
)
