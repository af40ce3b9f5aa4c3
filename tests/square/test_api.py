"""The square's API answers like a platform's."""

import pytest
from fastapi.testclient import TestClient

from tests.square.conftest import TOKEN, Api, Open, say


def ids(listing: list[dict]) -> list[str]:
    return [entry["post"]["id"] for entry in listing]


def test_a_mention_and_everything_later_in_its_thread_is_told_newest_first(square: TestClient, api: Api) -> None:
    say(square, "Petra", "Nobody is meant")
    first = say(square, "Petra", "@Wanderlust my strap broke")
    second = say(square, "Tom", "Mine too", in_reply_to=first)
    assert ids(api.get("notifications")) == [second, first]
    assert ids(api.get("messages")) == []


def test_a_handle_inside_another_word_is_no_mention(square: TestClient, api: Api) -> None:
    say(square, "Petra", "me@wanderlust.example and @wanderlustig")
    assert api.get("notifications") == []


def test_replies_to_the_brand_are_told_though_nobody_mentions_it(square: TestClient, api: Api) -> None:
    first = say(square, "Petra", "Good morning, everybody")
    answer = api.post(text="Good morning, Petra", in_reply_to=first)
    reply = say(square, "Petra", "Oh, hello!", in_reply_to=answer["id"])
    assert ids(api.get("notifications")) == [reply]


def test_an_edit_that_adds_the_mention_tells_the_brand(square: TestClient, api: Api) -> None:
    first = say(square, "Petra", "my strap broke")
    later = say(square, "Petra", "and the zip", in_reply_to=first)
    square.post(f"/posts/{first}/edit", data={"text": "@wanderlust my strap broke"})
    assert ids(api.get("notifications")) == [later, first]


def test_pages_go_back_by_max_id_and_forward_by_since_id(square: TestClient, api: Api) -> None:
    posts = [say(square, "Petra", f"@wanderlust {number}") for number in range(5)]
    page = api.get("notifications?limit=2")
    assert ids(page) == posts[:2:-1]
    assert ids(api.get(f"notifications?max_id={page[-1]['id']}&limit=2")) == posts[2:0:-1]
    assert ids(api.get(f"notifications?since_id={page[-1]['id']}")) == posts[4:]


def test_private_messages_are_listed_apart_and_never_among_the_public(square: TestClient, api: Api) -> None:
    message = say(square, "Petra", "@wanderlust my order is 4711", visibility="private")
    assert ids(api.get("messages")) == [message]
    assert api.get("notifications") == []


def test_a_private_thread_cannot_be_answered_in_public(square: TestClient, api: Api) -> None:
    message = say(square, "Petra", "my order is 4711", visibility="private")
    refused = api.post(422, text="Order 4711 is on its way", in_reply_to=message)
    assert refused["error"]["message"] == "An answer to a private post has to be private."


def test_the_activity_feed_tells_edits_deletions_and_own_posts_in_order(square: TestClient, api: Api) -> None:
    first = say(square, "Petra", "@wanderlust strap")
    answer = api.post(text="We are sorry", in_reply_to=first)
    square.post(f"/posts/{first}/edit", data={"text": "@wanderlust strap and zip"})
    square.post(f"/posts/{first}/delete")
    feed = api.get("activity?after=0")
    assert [(entry["kind"], entry["post_id"]) for entry in feed] == [("posted", answer["id"]), ("deleted", first)]
    assert api.get(f"activity?after={feed[-1]['id']}") == []


def test_an_edited_post_has_a_new_version(square: TestClient, api: Api) -> None:
    first = say(square, "Petra", "@wanderlust strap")
    square.post(f"/posts/{first}/edit", data={"text": "@wanderlust zip"})
    [entry] = api.get("activity?after=0")
    assert (entry["post"]["version"], entry["post"]["text"]) == (2, "@wanderlust zip")


def test_a_deleted_post_is_gone_and_cannot_be_answered(square: TestClient, api: Api) -> None:
    first = say(square, "Petra", "@wanderlust strap")
    square.post(f"/posts/{first}/delete")
    assert api.get(f"posts/{first}", 410)["error"]["code"] == "gone"
    assert api.get(f"posts/{first}/thread", 410)["error"]["code"] == "gone"
    assert api.post(410, text="Sorry", in_reply_to=first)["error"]["code"] == "gone"
    assert api.get("notifications") == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("posts/99", 404, "not_found"),
        ("posts/first", 422, "invalid"),
        ("timelines/home", 404, "no_such_path"),
        ("notifications?page=2", 422, "invalid"),
        ("notifications?limit=1000", 422, "invalid"),
        ("instance?verbose=1", 422, "invalid"),
        ("activity", 422, "invalid"),
        ("accounts/99/posts", 404, "not_found"),
    ],
)
def test_what_the_api_does_not_know_is_refused_by_name(api: Api, path: str, status: int, code: str) -> None:
    assert api.get(path, status)["error"]["code"] == code


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": "x" * 501}, 422),
        ({"text": " \n"}, 422),
        ({"text": "hello", "colour": "red"}, 422),
        ({"text": "hello", "in_reply_to": "99"}, 404),
        ({"text": "hello", "in_reply_to": "next"}, 404),
        ({"text": "psst", "visibility": "private"}, 422),
    ],
)
def test_a_post_that_breaks_a_rule_is_refused(api: Api, body: dict, status: int) -> None:
    api.post(status, **body)
    assert api.get("accounts/1/posts") == []


def test_length_is_counted_in_code_points(api: Api) -> None:
    assert api.post(text="ü😀" * 250)["text"] == "ü😀" * 250


@pytest.mark.parametrize("header", ["", "Bearer wrong", f"Basic {TOKEN}", "Bearer "])
def test_without_the_token_nothing_is_given(square: TestClient, header: str) -> None:
    answer = square.get("/api/v1/instance", headers={"Authorization": header})
    assert answer.status_code == 401
    assert "wrong" not in answer.text


def test_an_idempotent_square_posts_a_key_once(opened: Open) -> None:
    api = Api(opened(kind="idempotent"))
    first = api.post(201, key="k", text="Hello")
    assert api.post(200, key="k", text="Hello")["id"] == first["id"]
    assert api.post(409, key="k", text="Another")["error"]["code"] == "key_reused"


def test_a_square_that_reads_back_posts_twice_but_gives_the_key_to_its_owner(opened: Open) -> None:
    api = Api(opened(kind="read-back"))
    api.post(key="k", text="Hello")
    api.post(key="k", text="Hello")
    assert [post["key"] for post in api.get("accounts/1/posts")] == ["k", "k"]


def test_a_square_of_neither_kind_forgets_the_key_and_does_not_list_own_posts(opened: Open) -> None:
    square = opened(kind="neither")
    api = Api(square)
    first = say(square, "Petra", "@wanderlust strap")
    assert api.post(key="k", text="Hello", in_reply_to=first)["key"] is None
    assert api.get("accounts/1/posts", 403)["error"]["code"] == "forbidden"
    assert [post["id"] for post in api.get(f"posts/{first}/thread")] == [first]
    assert api.get("activity?after=0") == []


def test_a_lagging_square_lists_own_posts_later_and_its_feed_skips_nothing(opened: Open, time_machine) -> None:
    time_machine.move_to("2026-11-22T08:00:00Z", tick=False)
    square = opened(kind="neither", lag=30)
    api = Api(square)
    first = say(square, "Petra", "@wanderlust strap")
    answer = api.post(text="Sorry", in_reply_to=first)
    square.post(f"/posts/{first}/edit", data={"text": "@wanderlust zip"})
    assert api.get("accounts/1/posts") == []
    assert api.get("activity?after=0") == []
    time_machine.shift(31)
    assert [post["id"] for post in api.get("accounts/1/posts")] == [answer["id"]]
    assert [entry["kind"] for entry in api.get("activity?after=0")] == ["posted", "edited"]


def test_more_posts_a_minute_than_allowed_have_to_wait(opened: Open, time_machine) -> None:
    time_machine.move_to("2026-11-22T08:00:00Z", tick=False)
    square = opened(posts_per_minute=1)
    api = Api(square)
    api.post(text="One")
    answer = square.post("/api/v1/posts", json={"text": "Two"}, headers=api.headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    time_machine.shift(61)
    api.post(text="Two")
