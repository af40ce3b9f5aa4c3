"""Whoever gets a digest leaves the list with one click, comes back with another, and needs no login (RFC 8058)."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from desk.digest import digest_once
from desk.web.app import create_app
from desk.wiring import Desk
from tests.conftest import NOON, Freeze
from tests.desk.digest.conftest import Mailing, Post

BOSS = 'address = "boss@fjordlicht.example"\nweekly = "monday"'
LEAD = 'address = "lead@fjordlicht.example"\nlanguage = "en"'
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def drain(desk: Desk) -> None:
    """Send all that is due."""
    while digest_once(desk):
        pass


@pytest.fixture
def office(mailing: Mailing, freeze: Freeze) -> Desk:
    """A desk that has sent a boss both digests and a lead the daily one, on a Monday."""
    freeze()
    desk = mailing(BOSS, LEAD).desk
    drain(desk)
    return desk


@pytest.fixture
def outside(office: Desk) -> TestClient:
    """A mail program or a browser that nobody has signed in with."""
    return TestClient(create_app(office), base_url=office.config.web.url, follow_redirects=False)


def link(post: Post, recipient: str, title: str) -> str:
    """The path of the link in the head of the newest such mail."""
    found = [mail for mail in post.mails if recipient in str(mail["To"]) and title in str(mail)]
    match = re.fullmatch(r"<https://desk\.example\.org(/digest/[\w-]{43})>", str(found[-1]["List-Unsubscribe"]))
    assert match
    assert found[-1]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return match[1]


def arrived(desk: Desk, post: Post, freeze: Freeze, days: int) -> list[str]:
    """To whom mails go so many days later."""
    before = len(post.recipients)
    freeze(NOON + timedelta(days=days))
    drain(desk)
    return sorted(address.partition("@")[0] for address in post.recipients[before:])


def test_one_click_in_the_mail_program_ends_it(office: Desk, outside: TestClient, post: Post, freeze: Freeze) -> None:
    answer = outside.post(link(post, "boss", "Tagesbericht"), data=ONE_CLICK)
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    assert arrived(office, post, freeze, 1) == ["lead"]
    assert arrived(office, post, freeze, 7) == ["boss", "lead"], "the weekly one was not meant"


def test_a_multipart_click_counts_too(office: Desk, outside: TestClient, post: Post, freeze: Freeze) -> None:
    outside.post(link(post, "lead", "Daily"), files={"List-Unsubscribe": (None, "One-Click")})
    assert arrived(office, post, freeze, 1) == ["boss"]


def test_looking_asks_and_changes_nothing(office: Desk, outside: TestClient, post: Post, freeze: Freeze) -> None:
    for _ in range(3):  # a scanner follows every link
        shown = outside.get(link(post, "boss", "Tagesbericht"))
    assert "Möchten Sie diesen Bericht nicht mehr" in shown.text
    assert "boss@" not in shown.text
    assert arrived(office, post, freeze, 1) == ["boss", "lead"]


def test_the_page_takes_off_the_list_and_puts_back_on_it(
    office: Desk, outside: TestClient, post: Post, freeze: Freeze
) -> None:
    path = link(post, "lead", "Daily")
    left = outside.post(path, data={}, headers={"origin": "https://desk.example.org"}).text
    assert "You do not get this digest any more." in left
    assert 'name="again" value="1"' in left
    assert "Do you no longer want" in outside.post(path, data={"again": "1"}).text
    assert arrived(office, post, freeze, 1) == ["boss", "lead"]


@pytest.mark.parametrize("path", ["/digest/x", "/digest/" + "A" * 43, "/digest/ä%00%ff"])
def test_a_link_that_was_made_up_does_nothing(outside: TestClient, path: str) -> None:
    assert outside.get(path).status_code == 404
    assert outside.post(path, data=ONE_CLICK).status_code == 404


def test_every_letter_of_the_signature_counts(office: Desk, outside: TestClient, post: Post) -> None:
    path = link(post, "boss", "Tagesbericht")
    for at in (8, 20, 45):
        changed = path[:at] + ("A" if path[at] != "A" else "B") + path[at + 1 :]
        assert outside.post(changed, data=ONE_CLICK).status_code == 404


def test_links_of_people_kinds_and_desks_differ(post: Post, office: Desk) -> None:
    links = [str(mail["List-Unsubscribe"]) for mail in post.mails]
    assert len(set(links)) == len(links) == 3


def test_a_form_of_another_page_is_refused(outside: TestClient, post: Post) -> None:
    foreign = {"origin": "https://evil.example"}
    assert outside.post(link(post, "boss", "Tagesbericht"), data=ONE_CLICK, headers=foreign).status_code == 403


def test_the_link_stands_in_both_forms_of_the_mail(office: Desk, post: Post) -> None:
    for mail in post.mails:
        address = str(mail["List-Unsubscribe"]).strip("<>")
        assert all(address in part.get_content() for part in mail.iter_parts())


def test_without_tls_no_one_click_is_promised(mailing: Mailing, post: Post, freeze: Freeze) -> None:
    freeze()
    scene = mailing(BOSS)
    config = scene.desk.config.web.model_copy(update={"public_url": None})
    object.__setattr__(scene.desk.config, "web", config)
    drain(scene.desk)
    assert {mail["List-Unsubscribe-Post"] for mail in post.mails} == {None}
    assert str(post.mails[0]["List-Unsubscribe"]).startswith("<http://127.0.0.1:8620/digest/")
