"""The way that Mastodon.py's requests take: through the desk's own client, behind the address guard, each only once.

Imported on first use, because `requests` is heavy. The library prepares a request and reads the answer; here it is
carried. Redirects are refused: following one would repeat a write, or carry the token elsewhere.
"""

import threading
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

if TYPE_CHECKING:
    import httpx2

_KEPT = ("content-type", "idempotency-key")
"""Headers of the library that are sent; all others are our client's, the token too, which the library never sees."""


class Redirected(Exception):
    """The instance wants to be asked elsewhere."""


class Wire(BaseAdapter):
    """Carries requests, and keeps the last answer of each thread as it came."""

    def __init__(self, http: "httpx2.Client") -> None:
        super().__init__()
        self.http = http
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
        headers = {name: str(value) for name, value in request.headers.items() if name.lower() in _KEPT}
        body: Any = request.body
        answer = self.http.request(
            request.method or "GET", request.url or "", headers=headers, content=body, timeout=timeout
        )
        self._kept.last = answer
        if 300 <= answer.status_code < 400:
            raise Redirected(f"{answer.status_code}, to another address; name that one in the configuration")
        return _for_the_library(request, answer)

    def close(self) -> None:
        """The client is closed by whoever opened it."""


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
