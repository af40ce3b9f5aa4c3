"""The way that requests of a library take: through the desk's own client, behind the address guard, each only once.

For libraries that speak through a session of `requests`; imported on first use, because that is heavy. The library
prepares a request and reads the answer; here it is carried. Redirects are refused: following one would repeat a write,
or carry the token elsewhere.
"""

import threading
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

if TYPE_CHECKING:
    import httpx2

KEPT = ("content-type", "idempotency-key")
"""Headers of a library that are sent; all others are our client's, the token too, which the library never sees."""


class Redirected(Exception):
    """The platform wants to be asked elsewhere."""


class Wire(BaseAdapter):
    """Carries requests, and keeps the last answer of each thread as it came.

    ``kept``: headers of the library that are sent; ``base``: what its addresses begin with, and with what they begin
    instead, for a library that knows only one.
    """

    def __init__(
        self, http: "httpx2.Client", kept: tuple[str, ...] = KEPT, base: tuple[str, str] | None = None
    ) -> None:
        super().__init__()
        self.http = http
        self._headers, self._base = kept, base or ("", "")
        self._kept = threading.local()

    @property
    def last(self) -> "httpx2.Response | None":
        """The answer to this thread's last request; None where there was none."""
        return getattr(self._kept, "last", None)

    def forget(self) -> None:
        """No answer yet."""
        self._kept.last = None

    def send(
        self, request: requests.PreparedRequest, *passed: Any, timeout: Any = None, **more: Any
    ) -> requests.Response:
        """The answer. Raises what the client raises, and Redirected."""
        headers = {_text(name): _text(value) for name, value in request.headers.items()}
        headers = {name: value for name, value in headers.items() if name.lower() in self._headers}
        body: Any = request.body
        # Of a library that sets no time limit the client's holds; None would mean that there is none.
        how = {} if timeout is None else {"timeout": timeout}
        answer = self.http.request(
            request.method or "GET", self._there(request.url or ""), headers=headers, content=body, **how
        )
        self._kept.last = answer
        if 300 <= answer.status_code < 400:
            raise Redirected(f"{answer.status_code}, to another address; name that one in the configuration")
        return _for_the_library(request, answer)

    def _there(self, url: str) -> str:
        known, here = self._base
        return here + url.removeprefix(known) if known and url.startswith(known) else url

    def close(self) -> None:
        """The client is closed by whoever opened it."""


def _text(found: str | bytes) -> str:
    """Whoever signs a request leaves headers as bytes."""
    return found.decode() if isinstance(found, bytes) else str(found)


def _for_the_library(request: requests.PreparedRequest, answer: "httpx2.Response") -> requests.Response:
    made = requests.Response()
    made.status_code, made.reason = answer.status_code, answer.reason_phrase
    made.headers = CaseInsensitiveDict(answer.headers.items())
    made.request, made.url, made.encoding = request, request.url or "", "utf-8"
    made._content = answer.content
    return made


def session(wire: Wire) -> requests.Session:
    """What the library speaks through; nothing of the environment, neither proxies nor passwords."""
    made = requests.Session()
    made.trust_env = False
    made.headers.clear()
    for scheme in ("http://", "https://"):
        made.mount(scheme, wire)
    return made
