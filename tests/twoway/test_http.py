"""Nothing that a stranger wrote can steer a request into the house."""

import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import trustme
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.conftest import Freeze
from twoway.http import AddressRefused, AnswerRefused, Guard, client

HERE = Guard(allow_private=("127.0.0.1/32",))
Names = Callable[..., list[str]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Tells the resolver what each name answers, one list of addresses after the other; the last one stays."""
    answers: dict[str, list[list[str]]] = {}
    asked: list[str] = []
    numeric = socket.getaddrinfo

    def resolve(host: Any, port: Any, *arguments: Any, **options: Any) -> Any:
        if host not in answers:
            return numeric(host, port, *arguments, **options)
        asked.append(host)
        found = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
        return [answer for address in found for answer in numeric(address, port, *arguments, **options)]

    def teach(name: str, *lists: list[str]) -> list[str]:
        answers[name] = list(lists)
        return asked

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return teach


@pytest.fixture
def other_house() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.2") as server:
        yield server


def test_a_public_looking_client_asks_with_our_name_and_unpacked(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_handler(
        lambda request: Response(f"{request.user_agent.string} {request.headers['Accept-Encoding']}")
    )
    with client(httpserver.url_for(""), guard=HERE) as http:
        assert http.get("/").text == "twoway/0.1.0 identity"


def test_loopback_is_refused_unless_allowed(httpserver: HTTPServer) -> None:
    with client() as http, pytest.raises(AddressRefused, match=r"not a public address.*allow_private"):
        http.get(httpserver.url_for("/"))
    assert httpserver.log == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "0.0.0.0", "192.0.0.192",
        "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16", "100.100.100.200", "192.88.99.1",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1",
        "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "2001::1", "64:ff9b::7f00:1", "3fff::1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not Guard().permits("square.example", address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::6810:84e5", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_public_address_is_permitted(address: str) -> None:
    assert Guard().permits("square.example", address)


@pytest.mark.parametrize("entry", ["10.0.0.0/8", "10.1.2.3", "Intranet.Example", "intranet.example."])
def test_the_owner_may_allow_a_network_an_address_or_a_host(entry: str) -> None:
    guard = Guard(allow_private=(entry,))
    assert guard.permits("intranet.example", "10.1.2.3")
    assert guard.permits("intranet.example.", "::ffff:10.1.2.3")
    assert not guard.permits("other.example", "192.168.1.1")


@pytest.mark.parametrize("address", ["0.0.0.0", "169.254.169.254", "fd00:ec2::254", "fe80::1", "168.63.129.16"])
def test_where_clouds_keep_their_keys_stays_shut_whatever_is_allowed(address: str) -> None:
    guard = Guard(allow_private=("0.0.0.0/0", "::/0", "metadata.example"))
    assert not guard.permits("metadata.example", address)


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "127.1", "0"])
def test_a_number_written_oddly_leads_nowhere(httpserver: HTTPServer, names: Names, host: str) -> None:
    names(host, [str(answer[4][0]) for answer in socket.getaddrinfo("127.0.0.1", 0)])
    with client() as http, pytest.raises(AddressRefused):
        http.get(f"http://{host}:{httpserver.port}/")
    assert httpserver.log == []


def test_a_redirect_to_a_private_address_is_refused(httpserver: HTTPServer, other_house: HTTPServer) -> None:
    other_house.expect_request("/keys").respond_with_data("secret")
    httpserver.expect_request("/").respond_with_response(
        Response(status=302, headers={"Location": other_house.url_for("/keys")})
    )
    with client(guard=HERE) as http, pytest.raises(AddressRefused):
        http.get(httpserver.url_for("/"), follow_redirects=True)
    assert other_house.log == []
    # The control: with that house allowed, the same redirect arrives.
    with client(guard=Guard(allow_private=("127.0.0.0/8",))) as http:
        assert http.get(httpserver.url_for("/"), follow_redirects=True).text == "secret"


def test_a_redirect_is_followed_only_where_asked_for(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_response(Response(status=302, headers={"Location": "/next"}))
    with client(guard=HERE) as http:
        assert http.get(httpserver.url_for("/")).status_code == 302


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://127.0.0.1/", "ws://127.0.0.1/", "gopher://127.0.0.1/"]
)
def test_a_redirect_to_another_scheme_is_refused(httpserver: HTTPServer, location: str) -> None:
    httpserver.expect_request("/").respond_with_response(Response(status=302, headers={"Location": location}))
    with client(guard=HERE) as http, pytest.raises((AddressRefused, httpx2.UnsupportedProtocol)):
        http.get(httpserver.url_for("/"), follow_redirects=True)


def test_a_name_that_changes_its_mind_reaches_only_what_was_checked(httpserver: HTTPServer, names: Names) -> None:
    httpserver.expect_request("/").respond_with_handler(lambda request: Response(request.host))
    asked = names("square.example", ["127.0.0.1"], ["127.0.0.2"])
    with client(guard=HERE) as http:
        assert http.get(f"http://square.example:{httpserver.port}/").text == f"square.example:{httpserver.port}"
    assert asked == ["square.example"]


def test_without_the_guard_the_same_name_gets_into_the_house(other_house: HTTPServer, names: Names) -> None:
    other_house.expect_request("/").respond_with_data("secret")
    names("square.example", ["127.0.0.1"], ["127.0.0.2"])
    assert HERE.resolve("square.example", other_house.port) == ["127.0.0.1"]
    with httpx2.Client(trust_env=False) as naive:
        assert naive.get(f"http://square.example:{other_house.port}/").text == "secret"


def test_of_several_addresses_only_permitted_ones_are_tried(
    httpserver: HTTPServer, other_house: HTTPServer, names: Names
) -> None:
    httpserver.expect_request("/").respond_with_data("here")
    names("square.example", ["127.0.0.2", "127.0.0.1"])
    with client(guard=HERE) as http:
        assert http.get(f"http://square.example:{httpserver.port}/").text == "here"
    assert other_house.log == []


def test_the_next_address_is_tried_where_one_does_not_answer(httpserver: HTTPServer, names: Names) -> None:
    httpserver.expect_request("/").respond_with_data("here")
    names("square.example", ["127.0.0.3", "127.0.0.1"])
    with client(guard=Guard(allow_private=("square.example",))) as http:
        assert http.get(f"http://square.example:{httpserver.port}/").text == "here"


def test_an_unknown_name_is_an_error_of_the_network() -> None:
    with client() as http, pytest.raises(httpx2.ConnectError, match=r"nowhere\.example cannot be found"):
        http.get("http://nowhere.example/")


def test_the_name_is_what_the_certificate_must_carry(
    names: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("square.example").configure_cert(context)
    for name in ("square.example", "other.example"):
        names(name, ["127.0.0.1"])
    with HTTPServer(host="127.0.0.1", ssl_context=context) as server, client(guard=HERE) as http:
        server.expect_request("/").respond_with_data("here")
        assert http.get(f"https://square.example:{server.port}/").text == "here"
        with pytest.raises(httpx2.ConnectError, match="certificate"):
            http.get(f"https://other.example:{server.port}/")


def test_too_many_bytes_are_cut_off(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("x" * 1001)
    httpserver.expect_request("/fits").respond_with_data("x" * 1000)
    with client(httpserver.url_for(""), guard=HERE, largest=1000) as http:
        assert len(http.get("/fits").content) == 1000
        with pytest.raises(AnswerRefused, match="more than 1000 bytes"):
            http.get("/")


def test_packed_bytes_are_not_unfolded(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    with client(httpserver.url_for(""), guard=HERE) as http, pytest.raises(AnswerRefused, match="packed"):
        http.get("/")


def test_an_answer_that_never_ends_is_hung_up_on(httpserver: HTTPServer, freeze: Freeze) -> None:
    clock = freeze()

    def drip(request: Request) -> Response:
        def words() -> Iterator[str]:
            while True:
                clock.shift(50)
                yield "and then "

        return Response(words())

    httpserver.expect_request("/").respond_with_handler(drip)
    with client(httpserver.url_for(""), guard=HERE) as http, pytest.raises(AnswerRefused, match="120 seconds"):
        http.get("/")


def test_a_silent_server_ends_in_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with client(guard=HERE, timeout=0.05) as http, pytest.raises(httpx2.ReadTimeout):
            http.get(url)


def test_proxies_of_the_environment_are_not_used(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.2:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.2:9")
    httpserver.expect_request("/").respond_with_data("here")
    with client(httpserver.url_for(""), guard=HERE) as http:
        assert http.get("/").text == "here"


def test_a_connection_is_used_again(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("here")
    with client(httpserver.url_for(""), guard=HERE) as http:
        assert [http.get("/").text for _ in range(3)] == ["here"] * 3
