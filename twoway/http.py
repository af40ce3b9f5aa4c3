"""Requests to the outside, each behind the address guard.

    name -> resolved once -> every address checked -> connected to that very address, by number
                                                      (Host header and TLS name stay those of the name)

Checking happens where the connection is made, so a redirect, a number written oddly, or a name that changes its mind
between check and connection cannot reach what the guard keeps shut. No proxy, no cookie jar of the environment, always
a time limit, never more bytes than allowed. `httpx2.HTTPError` is the network's no; `AddressRefused` and
`AnswerRefused` are ours.
"""

import ipaddress
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpcore2
import httpx2

from twoway import __version__, clock
from twoway.errors import Refused

TIMEOUT = 20.0
"""Seconds that connecting, and each wait for the other side, may take."""
WHOLE = timedelta(minutes=2)
"""How long a whole answer may take; a server that drips bytes is hung up on."""
LARGEST = 10_000_000
"""Bytes of an answer, unless the caller allows more."""
TRIES = 4
"""Addresses of one name that are tried."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(*written: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(network) for network in written)


# Never, whatever is allowed: no host, link-local, multicast, and the addresses where clouds tell machines their keys.
_NEVER = _networks(
    "0.0.0.0/8", "169.254.0.0/16", "100.100.100.200/32", "168.63.129.16/32", "224.0.0.0/4", "255.255.255.255/32",
    "::/128", "fe80::/10", "ff00::/8", "fd00:ec2::254/128",
)  # fmt: skip
# Special ranges that `is_global` calls global in some of the Pythons we support.
_SPECIAL = _networks("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20")
_UNICAST = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(Refused):
    """The address guard let a request go nowhere."""


NEVER_LEFT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, AddressRefused)
"""What fails with one of these certainly never reached the other side."""


class AnswerRefused(Refused):
    """An answer was larger, slower or more packed than allowed; it was dropped."""


def _plain(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that leads to it; else the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


def _public(address: Address) -> bool:
    if address.version == 6 and address not in _UNICAST:
        return False
    return address.is_global and not _within(address, _SPECIAL)


def network(written: str) -> Network | None:
    """The network (or single address) that an entry of ``allow_private`` means; None where it is a host's name."""
    try:
        return ipaddress.ip_network(written, strict=False)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Guard:
    """Says which addresses may be connected to: public ones, and those that the owner of the desk allowed."""

    allow_private: tuple[str, ...] = ()
    """Networks (``10.0.0.0/8``), addresses, or names of hosts inside the house."""

    def permits(self, host: str, address: str) -> bool:
        """May ``host``, which resolved to ``address``, be connected to?"""
        found = _plain(ipaddress.ip_address(address.partition("%")[0]))
        if _within(found, _NEVER):
            return False
        return _public(found) or self._allows(host.lower().rstrip("."), found)

    def _allows(self, host: str, address: Address) -> bool:
        networks = [network(entry) for entry in self.allow_private]
        named = any(host == entry.lower().rstrip(".") for entry in self.allow_private)
        return named or _within(address, [found for found in networks if found])

    def resolve(self, host: str, port: int) -> list[str]:
        """The addresses of ``host`` that may be connected to. Raises AddressRefused, or OSError for an unknown name."""
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
        permitted = [address for address in addresses if self.permits(host, address)]
        if not permitted:
            raise AddressRefused(
                f"{host} is at {', '.join(addresses)}, which is not a public address; "
                "if that is meant, name its network or host in allow_private under [desk]"
            )
        return permitted


@dataclass(frozen=True)
class _Backend(httpcore2.NetworkBackend):
    """Connects by number to an address that the guard has just checked."""

    guard: Guard

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            addresses = self.guard.resolve(host, port)[:TRIES]
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"{host} cannot be found: {error}") from error
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return self._connect(addresses[-1], port, timeout, local_address, socket_options)

    def _connect(self, *arguments: Any) -> httpcore2.NetworkStream:
        return httpcore2.SyncBackend().connect_tcp(*arguments)


class _Capped(httpx2.SyncByteStream):
    """The bytes of an answer, cut off where they become too many or take too long."""

    def __init__(self, inner: Iterable[bytes], host: str, largest: int, until: datetime) -> None:
        self._inner, self._host, self._largest, self._until = inner, host, largest, until

    def __iter__(self) -> Iterator[bytes]:
        seen = 0
        for chunk in self._inner:
            seen += len(chunk)
            if seen > self._largest:
                raise AnswerRefused(f"{self._host} answered with more than {self._largest} bytes")
            if clock.now() > self._until:
                raise AnswerRefused(f"{self._host} took longer than {WHOLE.seconds} seconds to answer")
            yield chunk

    def close(self) -> None:
        if isinstance(self._inner, httpx2.SyncByteStream):
            self._inner.close()


class _Transport(httpx2.HTTPTransport):
    """HTTP/1.1 over guarded connections, with capped answers."""

    def __init__(self, guard: Guard, largest: int) -> None:
        context = httpx2.create_ssl_context()
        super().__init__(verify=context)
        # Read before it is replaced: were the library to rename it, no client could be made, rather than one unguarded.
        self._pool.close()
        self._pool = httpcore2.ConnectionPool(ssl_context=context, network_backend=_Backend(guard))
        self._largest = largest

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.host
        if request.url.scheme not in ("http", "https"):
            raise AddressRefused(f"only http and https are spoken, not {request.url.scheme!r} (to {host})")
        until = clock.now() + WHOLE
        answer = super().handle_request(request)
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            # Nobody asked for it, and a few packed bytes can unfold to any size.
            answer.close()
            raise AnswerRefused(f"{host} answered in a packed form that was not asked for")
        if isinstance(answer.stream, httpx2.SyncByteStream):
            answer.stream = _Capped(answer.stream, host, self._largest, until)
        return answer


def client(
    base_url: str = "",
    headers: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT,
    guard: Guard | None = None,
    largest: int = LARGEST,
) -> httpx2.Client:
    """A client behind ``guard`` (None: public addresses only) that follows redirects only where a request asks for it.

    ``timeout`` is in seconds for each wait, ``largest`` in bytes of one answer. Use it as a context manager.
    """
    ours = {"User-Agent": f"twoway/{__version__}", "Accept-Encoding": "identity"}
    return httpx2.Client(
        base_url=base_url,
        headers={**ours, **(headers or {})},
        timeout=timeout,
        transport=_Transport(guard or Guard(), largest),
        trust_env=False,
        max_redirects=5,
    )
