"""What Reddit really answered, read by the desk through an unmodified praw."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from listener.reddit import Collector
from responders.reddit_thread import below
from tests.contract.reddit import settings
from tests.fakes.reddit_town import Town
from tests.recordings.replay import Replay, replay
from tests.recordings.sources import Exchange, recorded
from twoway import clock
from twoway.channels import reddit
from twoway.channels.reddit_things import Comment, Message, author_of, position, read
from twoway.domain import Mention, OwnPost
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, Gone, RateLimited, Rejected, Temporary
from twoway.http import Guard, client
from twoway.ports import Access

EVER = clock.parse("2005-06-23T00:00:00.000000Z")
TOKEN = '{"access_token": "x", "token_type": "bearer", "expires_in": 86400, "scope": "*"}'
LOGIN = Exchange("POST", "/api/v1/access_token", "", 200, {}, TOKEN)
NOTHING = Exchange("GET", "/api/info/", "", 200, {}, '{"kind": "Listing", "data": {"after": null, "children": []}}')
Play = Callable[..., tuple[reddit.Reddit, Replay]]


@pytest.fixture
def play() -> Iterator[Play]:
    """A login to a Reddit that says what was recorded under a name, or other answers."""
    with ExitStack() as closing:

        def made(found: str | list[Exchange], me: str = "nobody", **how: Any) -> tuple[reddit.Reddit, Replay]:
            exchanges = recorded("praw").of(found) if isinstance(found, str) else found
            kept = [one for one in exchanges if not one.url.endswith("access_token")]
            server = closing.enter_context(replay(kept, [LOGIN, NOTHING]))

            def http(**more: Any) -> Any:
                return closing.enter_context(client(**more, guard=Guard(("127.0.0.1",))))

            login = reddit.connect(settings(server.url, **how), Access("forum", "desk", None, http))  # type: ignore[arg-type]
            login.__dict__["me"] = me  # asked once elsewhere; who it was is not in the recordings
            return login, server

        yield made


def things(value: Any, kinds: tuple[str, ...] = ("t1", "t3", "t4")) -> Iterator[dict[str, Any]]:
    """Every thing in an answer."""
    if isinstance(value, dict):
        if value.get("kind") in kinds and isinstance(value.get("data"), dict):
            yield value
        for inner in value.values():
            yield from things(inner, kinds)
    elif isinstance(value, list):
        for inner in value:
            yield from things(inner, kinds)


@cache
def every() -> list[dict[str, Any]]:
    """All that was recorded, but for what praw itself damaged on purpose."""
    found = (thing for exchange in recorded("praw") for thing in things(exchange.json))
    return [one for one in found if "MISMATCH" not in f"{one['data']['name']} {one['data'].get('parent_id')}"]


def test_everything_that_was_ever_recorded_can_be_read() -> None:
    for entry in every():
        found = read(entry)
        assert position(entry)
        assert author_of(found).handle
        assert found.url or not isinstance(found, Comment)
    assert len(every()) > 40_000


def heard(login: reddit.Reddit, stream: str) -> tuple[list[Mention], list[OwnPost]]:
    """What the first page of a stream holds."""
    collector = Collector(login, login.settings, EVER)
    pages = collector.collect(stream, None)
    next(pages)  # where it begins
    page = next(pages)
    assert page.malformed == ()
    return list(page.mentions), [change for change in page.changes if isinstance(change, OwnPost)]


def listed(exchanges: tuple[Exchange, ...], path: str) -> list[dict[str, Any]]:
    """The entries of the first listing that was recorded for a path."""
    found = next(one for one in exchanges if urlsplit(one.url).path.strip("/") == path)
    children: list[dict[str, Any]] = found.json["data"]["children"]
    return children


def test_a_recorded_inbox_is_heard_whole(play: Play) -> None:
    login, server = play("TestInbox.test_all")
    mentions, _ = heard(login, "inbox")
    entries = listed(recorded("praw").of("TestInbox.test_all"), "message/inbox")
    assert [mention.id for mention in mentions] == [one["data"]["name"] for one in entries if not read(one).gone]
    assert {mention.visibility for mention in mentions} == {"public", "private"}
    assert all(mention.thread.startswith("t3_") for mention in mentions if mention.visibility == "public")
    assert all(mention.replies_to for mention in mentions if mention.visibility == "public")
    assert server.asked[1].query == {"limit": ["100"], "raw_json": ["1"], "mark": ["false"]}


@pytest.mark.parametrize(("what", "name"), [("new", "test_new"), ("comments", "test_comments")])
def test_a_recorded_subreddit_is_heard_whole(play: Play, what: str, name: str) -> None:
    name = f"TestSubredditListings.{name}"
    login, _ = play(name, subreddits=("askreddit",))
    mentions, _ = heard(login, f"{what} r/askreddit")
    entries = listed(recorded("praw").of(name), f"r/askreddit/{what}")
    assert len(mentions) == sum(not read(one).gone for one in entries) > 20
    assert all(mention.found and mention.url for mention in mentions)


@pytest.mark.parametrize(
    ("stream", "name", "me", "path"),
    [
        ("own", "TestRedditorListings.test_comments__new", "spez", "user/spez/comments"),
        ("sent", "TestInbox.test_sent", "nobody", "message/sent"),
    ],
)
def test_recorded_words_of_our_own_are_heard_whole(play: Play, stream: str, name: str, me: str, path: str) -> None:
    login, _ = play(name, me)
    _, own = heard(login, stream)
    assert [post.id for post in own] == [one["data"]["name"] for one in listed(recorded("praw").of(name), path)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("TestComment.test_reply", Comment), ("TestSubmission.test_reply", Comment), ("TestMessage.test_reply", Message)],
)
def test_a_recorded_answer_was_asked_for_as_we_ask_for_it(play: Play, name: str, kind: type) -> None:
    said = next(one for one in recorded("praw").of(name) if one.method == "POST" and "/api/comment" in one.url)
    form = parse_qs(said.sent)
    login, server = play(name)
    found = login.post("send", form["thing_id"][0], form["text"][0])
    assert isinstance(found, kind)
    assert found.name == said.json["json"]["data"]["things"][0]["data"]["name"]
    assert (server.asked[-1].form, server.asked[-1].path) == (form, urlsplit(said.url).path)
    assert found.parent_id == form["thing_id"][0]


def test_an_answer_that_reddit_took_without_showing_it_is_in_doubt(play: Play) -> None:
    login, server = play("TestComment.test_reply__none")
    with pytest.raises(DeliveryUnknown, match="not shown"):
        login.post("send", "t1_eear2ml", "TEST")
    assert len([one for one in server.asked if one.path == "/api/comment/"]) == 1


def test_a_recorded_deletion_is_one(play: Play) -> None:
    login, _ = play("TestComment.test_refresh__deleted_comment")
    [(found, _)] = login.things("look again", ["t1_d7ltvl0"]).values()
    assert isinstance(found, Comment)
    assert found.gone


def test_many_are_looked_up_a_hundred_at_a_time_as_it_was_recorded(play: Play) -> None:
    asked = [one for one in recorded("praw").of("TestReddit.test_info") if "/api/info" in one.url]
    names = [name for one in asked for name in parse_qs(urlsplit(one.url).query)["id"][0].split(",")]
    login, server = play("TestReddit.test_info")
    found = login.things("look again", names)
    assert [one.query["id"][0].split(",") for one in server.asked[1:]] == [
        parse_qs(urlsplit(one.url).query)["id"][0].split(",") for one in asked
    ]
    shown = {one["data"]["name"] for exchange in asked for one in things(exchange.json)}
    assert set(found) == shown
    assert len(found) > 50


def test_a_recorded_thread_is_walked_to_its_leaves(play: Play) -> None:
    login, _ = play("TestSubmission.test_comments")
    [said] = [one for one in recorded("praw").of("TestSubmission.test_comments") if "/comments/" in one.url]
    name = f"t3_{urlsplit(said.url).path.split('/')[2]}"
    found = below(login, "look", name, name)
    assert sorted(one.name for one, _ in found) == sorted(one["data"]["name"] for one in things(said.json, ("t1",)))
    assert len(found) > 1
    assert all(json.loads(raw)["data"]["name"] == one.name for one, raw in found)


def test_a_recorded_conversation_is_walked_to_its_end(play: Play) -> None:
    login, _ = play("TestMessage.test_parent")
    said = recorded("praw").of("TestMessage.test_parent")[1]
    root = f"t4_{urlsplit(said.url).path.strip('/').split('/')[-1]}"
    found = below(login, "look", root, root)
    assert {one.name for one, _ in found} == {one["data"]["name"] for one in things(said.json)}
    assert len(found) > 1


READING: dict[int, tuple[type[ChannelError], ...]] = {
    400: (Temporary,), 401: (AuthFailed,), 403: (AuthFailed, Temporary), 404: (Gone, Temporary), 429: (RateLimited,),
}  # fmt: skip


def refusals() -> list[Exchange]:
    """Every answer but success, of all that were recorded, once each; redirects too."""
    found = [one for library in ("praw", "prawcore") for one in recorded(library) if one.status >= 300]
    return list({(one.status, one.body): one for one in found}.values())


def test_every_recorded_refusal_says_what_to_do_next(play: Play) -> None:
    statuses = set()
    login, server = play([])
    for said in refusals():
        statuses.add(said.status)
        login._quiet.clear()
        server.asked.clear()
        server.recorded[:] = [
            *[Exchange("GET", "/message/inbox/", "", said.status, said.headers, said.body)] * 2,
            Exchange("POST", "/api/comment/", "", said.status, said.headers, said.body),
        ]
        with pytest.raises(ChannelError) as reading:
            login.get("inbox", "message/inbox/")
        assert type(reading.value) in READING.get(said.status, (Temporary,)), said
        with pytest.raises(ChannelError) as writing:
            login.post("send", "t1_abc", "hello")
        assert (type(writing.value) is DeliveryUnknown) == (said.status >= 500), said
        assert len([one for one in server.asked if one.path == "/api/comment/"]) == 1
    assert statuses >= {302, 400, 401, 403, 404, 409, 413, 414, 415, 429, 451, 500, 502, 503, 504, 520, 522}


def test_every_recorded_refusal_with_a_code_goes_back_to_the_person(play: Play) -> None:
    coded = [one for one in recorded("praw") if isinstance(one.json, dict) and (one.json.get("json") or {}) != {}]
    refused = [one for one in coded if isinstance(one.json["json"], dict) and one.json["json"].get("errors")]
    assert len(refused) > 10
    login, server = play([])
    for said in refused:
        server.recorded[:] = [Exchange("POST", "/api/comment/", "", said.status, said.headers, said.body)]
        code = said.json["json"]["errors"][0][0]
        with pytest.raises(AuthFailed if code == "USER_REQUIRED" else Rejected, match=code):
            login.post("send", "t1_abc", "hello")


def test_the_rate_of_a_recorded_answer_is_read(play: Play) -> None:
    login, _ = play("TestInbox.test_all")
    heard(login, "inbox")
    found = login.standing()
    assert (found.remaining, found.limit) == (9_344, 10_000)


def test_the_fake_invents_no_field() -> None:
    """What it gives is what was recorded somewhere; else a test could lean on something that is not there."""
    known: dict[str, set[str]] = {}
    for entry in every():
        known.setdefault(entry["kind"], set()).update(entry["data"])
    town = Town()
    post = town.post(town.join("Otto"), "a title")
    comment = town.comment(town.join("Petra"), post.name, "hello")
    message = town.message(town.join("Petra"), town.brand, "hello")
    for said, why in ((post, ""), (comment, ""), (comment, "comment_reply"), (message, "unknown")):
        thing = town.thing(said, why)
        assert set(thing["data"]) <= known[thing["kind"]]
