"""Bluesky is heard whole: strangers too, through faults, outages and pages, nothing lost."""

from datetime import timedelta

import pytest

from responders.by_hand import is_for_hand
from tests.bluesky.finding import last_gap
from tests.conftest import Freeze
from tests.contract.bluesky import BlueskyRig
from tests.contract.rig import Desk
from tests.fakes.bluesky import FakeBluesky
from tests.fakes.bluesky_town import BRAND
from twoway import clock
from twoway.channels.bluesky_posts import read_address
from twoway.domain import Attachment, OwnPost
from twoway.errors import ChannelError, RateLimited
from twoway.text import canonical

NOTICES = "app.bsky.notification.listNotifications"


def test_strangers_are_heard_though_the_account_prefers_those_it_follows(platform: FakeBluesky, desk: Desk) -> None:
    platform.server.priority = True
    said = platform.say("Petra", "hello")
    assert said in desk.poll().mentions
    # Without a word about it the network would leave them out.
    assert desk.rig.connection.listing("test", NOTICES, "notifications", limit=9)[0] == []


@pytest.mark.parametrize("how", ["answer", "answer below an answer", "quote"])
def test_who_answers_or_quotes_us_is_heard_without_naming_us(platform: FakeBluesky, desk: Desk, how: str) -> None:
    town = platform.town
    ours = town.say(town.brand, "Unser neuer Kaffee ist da")
    if how == "quote":
        embed = {"$type": "app.bsky.embed.record", "record": {"uri": ours.uri, "cid": ours.cid}}
        said = town.say(town.join("Petra"), "so so", embed=embed)
    else:
        said = town.say(town.join("Petra"), "so so", reply_to=ours.uri)
    if how == "answer below an answer":
        said = town.say(town.join("Otto"), "genau", reply_to=said.uri)
    assert said.uri in desk.poll().mentions


def test_likes_are_no_words(platform: FakeBluesky, desk: Desk) -> None:
    ours = platform.town.say(platform.town.brand, "Unser neuer Kaffee ist da")
    platform.town.like(platform.town.join("Petra"), ours.uri)
    assert desk.poll().mentions == {}
    assert desk.malformed == {}


def test_everything_that_is_told_of_a_mention_is_kept(platform: FakeBluesky, desk: Desk) -> None:
    town = platform.town
    town.join("Petra").followers = 4321
    otto = town.join("Otto")
    first = platform.say("Otto", "first")
    images = [{"thumb": "x", "fullsize": "https://cdn.test/1.jpg", "alt": "a torn\nstrap"}]
    quoted = {"$type": "app.bsky.embed.record#viewRecord", "value": {"text": "the old words"}}
    view = {"record": {"record": quoted}, "media": {"$type": "app.bsky.embed.images#view", "images": images}}
    said = platform.say("Petra", f"me too, @{otto.handle}", reply_to=first, view=view, labels=["spoiler", "!warn"])
    mention = desk.poll().mentions[said]
    author = mention.author
    assert (author.id, author.handle, author.name, author.followers) == (
        town.join("Petra").did, f"@{town.join('Petra').handle}", "Petra", 4321,
    )  # fmt: skip
    assert mention.text == f"@{BRAND} me too, @{otto.handle}"
    assert (mention.title, mention.language, mention.quoted) == ("spoiler", "de", "the old words")
    assert (mention.replies_to, mention.reference, mention.thread) == ((first,), said, first)
    assert mention.participants == (otto.did,)
    assert mention.attachments == (Attachment("https://cdn.test/1.jpg a torn strap", "image", 0),)
    assert mention.url == f"https://bsky.app/profile/{author.id}/post/{said.rpartition('/')[2]}"
    assert mention.arrived_at is not None
    assert (mention.route, mention.visibility, mention.found) == ("api", "public", False)
    assert mention.raw in desk.rig.connection.get("test", NOTICES, limit=9, priority="false")


def test_the_reply_address_keeps_what_began_the_thread(platform: FakeBluesky, desk: Desk) -> None:
    first = platform.say("Otto", "first")
    said = platform.say("Petra", "second", reply_to=first)
    address = read_address(desk.poll().mentions[said].address)
    posts = platform.town.posts
    assert (address.uri, address.cid) == (said, posts[said].cid)
    assert (address.root_uri, address.root_cid) == (first, posts[first].cid)


@pytest.mark.parametrize("years", [-3, 3])
def test_nobody_says_something_before_or_after_it_was_seen_by_more_than_the_network_believes(
    platform: FakeBluesky, desk: Desk, years: int
) -> None:
    at = clock.now() + timedelta(days=365 * years)
    said = platform.say("Petra", "my clock is wrong", at=at)
    mention = desk.poll().mentions[said]
    assert mention.created_at <= clock.now() + timedelta(seconds=1)


def test_what_cannot_be_answered_there_says_so_before_anybody_writes(platform: FakeBluesky, desk: Desk) -> None:
    said = platform.say("Petra", "hello")
    platform.town.gated.add(said)
    heard = desk.poll().mentions[said]
    assert (heard.route, heard.route_reason) == ("hand", "its author does not let our account reply")
    assert is_for_hand(heard.address)


def test_own_posts_are_heard_whole(platform: FakeBluesky, desk: Desk) -> None:
    said = platform.say("Petra", "hello")
    own = platform.answer_elsewhere(said, "see https://kaffee-nord.de/a/very/long/path & #Kaffee")
    [change] = desk.poll().changes
    assert isinstance(change, OwnPost)
    assert (change.id, change.text) == (own, "see https://kaffee-nord.de/a/very/long/path & #Kaffee")
    assert (change.replies_to, change.thread, change.key) == ((said,), said, "")


@pytest.mark.parametrize(
    "fault", ["malformed", "nonsense", "error-before", "limit", "drop-before", "repeat", "shuffle"]
)
@pytest.mark.parametrize("path", [NOTICES, "app.bsky.feed.getPosts", "app.bsky.actor.getProfiles"])
def test_a_fault_ends_a_poll_and_loses_nothing(
    platform: FakeBluesky, desk: Desk, fault: str, path: str, monkeypatch: pytest.MonkeyPatch, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    monkeypatch.setattr("listener.bluesky.PAGE", 2)
    said = []
    for number in range(7):
        time.shift(1)
        said.append(platform.say("Petra", f"number {number}"))
    platform.faults.order(fault, path=f"/xrpc/{path}")
    for _ in range(3):
        try:
            desk.poll()
        except ChannelError:
            time.shift(600)
    assert set(desk.mentions) == set(said)
    assert desk.malformed == {}


def test_what_cannot_be_read_is_kept_and_stops_nothing(platform: FakeBluesky, desk: Desk) -> None:
    said = [platform.say("Petra", f"number {number}") for number in range(3)]
    platform.faults.order("spoilt", path=f"/xrpc/{NOTICES}")
    desk.poll()
    assert len(desk.malformed) == 1
    assert set(desk.mentions) == set(said[:2])


def test_a_limit_is_kept_to_without_asking_again_before_its_time(
    platform: FakeBluesky, desk: Desk, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    said = platform.say("Petra", "hello")
    platform.faults.order("limit", path=f"/xrpc/{NOTICES}", seconds=120)
    with pytest.raises(RateLimited) as limited:
        desk.poll()
    assert abs(limited.value.retry_at - clock.now() - timedelta(seconds=120)) < timedelta(seconds=9)
    before = len(platform.requests())
    with pytest.raises(RateLimited) as again:
        desk.poll()
    assert again.value.retry_at == limited.value.retry_at
    assert len(platform.requests()) == before
    time.shift(130)
    assert set(desk.poll().mentions) == {said}


def test_a_week_off_is_made_up_for_page_by_page(platform: FakeBluesky, desk: Desk) -> None:
    said = [platform.say("Petra", f"number {number}") for number in range(1_000)]
    asked = len(platform.requests(NOTICES))
    desk.poll()
    assert set(desk.mentions) == set(said)
    assert len(platform.requests(NOTICES)) - asked <= 12


def test_pages_of_likes_are_not_the_end(platform: FakeBluesky, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.bluesky.PAGE", 2)
    said = [platform.say("Petra", "before")]
    ours = platform.town.say(platform.town.brand, "Unser neuer Kaffee ist da").uri
    for number in range(60):
        platform.town.like(platform.town.join(f"Fan {number}"), ours)
    said.append(platform.say("Petra", "after"))
    desk.poll()
    assert set(desk.mentions) == set(said)


def test_who_spoke_in_the_same_millisecond_is_heard_over_the_edge_of_a_page(
    platform: FakeBluesky, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.bluesky.PAGE", 2)
    at = clock.now() - timedelta(seconds=1)
    said = [platform.say("Petra", "one"), platform.say("Petra", "two"), platform.say("Petra", "three")]
    for notice, seconds in zip(platform.town.notices, (0, 0, 2), strict=True):
        notice.at = at + timedelta(seconds=seconds)
    desk.poll()
    assert set(desk.mentions) == set(said)


def test_a_cursor_that_the_network_forgot_begins_at_the_top_again(
    platform: FakeBluesky, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.bluesky.PAGE", 2)
    said = [platform.say("Petra", f"number {number}") for number in range(5)]
    for _ in range(2):
        desk.step()
    desk.cursors["mentions"] = desk.cursors["mentions"].replace('Z"]', 'Z-of-old"]')
    assert "of-old" in desk.cursors["mentions"]
    desk.poll()
    assert set(desk.mentions) == set(said)


def test_notices_that_are_listed_no_more_are_a_gap_once(platform: FakeBluesky, desk: Desk) -> None:
    platform.say("Petra", "hello")
    desk.poll()
    platform.town.notices.clear()
    assert last_gap(desk) is not None
    assert last_gap(desk) is None
    later = platform.say("Petra", "still there")
    assert later in desk.poll().mentions


def test_a_gap_is_noticed_below_many_direct_messages(platform: FakeBluesky, rig: BlueskyRig, desk: Desk) -> None:
    platform.say("Petra", "hello")
    desk.poll()
    for number in range(30):
        rig.write("Petra", f"number {number}")
    desk.poll()
    platform.town.notices.clear()
    assert last_gap(desk) is not None


def test_words_taken_back_by_their_author_are_no_gap(platform: FakeBluesky, desk: Desk) -> None:
    said = platform.say("Petra", "hello")
    desk.poll()
    platform.town.delete(said)
    assert last_gap(desk) is None


@pytest.mark.parametrize("cursor", ["nonsense", "{}", canonical({"floor": 1, "resume": None, "high": "", "since": ""})])
def test_a_cursor_that_cannot_be_read_is_a_gap(platform: FakeBluesky, desk: Desk, cursor: str) -> None:
    desk.cursors["mentions"] = cursor
    assert last_gap(desk) is not None
    later = platform.say("Petra", "later")
    assert later in desk.poll().mentions


def test_how_many_requests_are_left_is_known(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    platform.server.left = 2_345
    desk.poll()
    standing = rig.connection.standing()
    time.shift(20)
    assert rig.connection.standing() == standing
    assert (standing.remaining, standing.limit) == (2_345, 3_000)
    assert standing.resets_at is not None
    assert timedelta(minutes=4) < standing.resets_at - clock.now() < timedelta(minutes=6)
