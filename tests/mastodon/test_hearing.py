"""Mastodon is heard whole: private words of strangers too, through faults, outages and pages, nothing lost."""

from datetime import timedelta

import pytest

from tests.conftest import Freeze
from tests.contract.mastodon import MastodonRig
from tests.contract.rig import Desk
from tests.fakes.mastodon import FakeMastodon
from twoway import clock
from twoway.channels.mastodon_posts import read_address
from twoway.domain import Attachment, OwnPost, Page
from twoway.errors import ChannelError, RateLimited
from twoway.text import canonical

NOTIFICATIONS = "/api/v1/notifications"


def test_private_words_of_strangers_are_heard_though_the_instance_puts_them_aside(
    platform: FakeMastodon, desk: Desk
) -> None:
    said = platform.say("Petra", "psst", visibility="direct")
    assert desk.poll().mentions[said].visibility == "private"
    # The library's own call does not give them: without the further parameter they would never be heard.
    assert desk.rig.connection.library.notifications(types=["mention"]) == []


def test_everything_that_is_told_of_a_mention_is_kept(platform: FakeMastodon, desk: Desk) -> None:
    town = platform.town
    town.join("Petra").followers = 4321
    otto = town.join("Otto")
    first = platform.say("Otto", "first")
    media = {"id": "1", "type": "image", "url": "https://media.test/1.png", "description": "a torn\nstrap"}
    said = platform.say("Petra", f"me too, @{otto.acct}", reply_to=first, warning="rant", language="de", media=[media])
    mention = desk.poll().mentions[said]
    assert (mention.author.handle, mention.author.name, mention.author.followers) == (
        "@petra@chaos.example",
        "Petra",
        4321,
    )
    assert mention.text == "@wanderlust me too, @otto@chaos.example"
    assert (mention.title, mention.language) == ("rant", "de")
    assert (mention.replies_to, mention.reference) == ((first,), said)
    assert mention.participants == (otto.id,)
    assert mention.attachments == (Attachment("https://media.test/1.png a torn strap", "image", 0),)
    assert mention.url == f"https://chaos.example/@petra/{said}"
    assert mention.arrived_at is not None
    assert said.encode() in mention.raw
    assert mention.raw in _received(platform, desk)


def test_of_words_that_were_edited_before_they_are_heard_it_is_told_when(platform: FakeMastodon, desk: Desk) -> None:
    first, second = platform.say("Petra", "my strap broke"), platform.say("Petra", "hello")
    platform.town.edit(first, "my zip broke")
    heard = desk.poll().mentions
    assert heard[first].edited_at is not None
    assert heard[second].edited_at is None


def test_hidden_followers_are_not_told_as_a_number(platform: FakeMastodon, desk: Desk) -> None:
    platform.town.join("Petra").followers = -1
    said = platform.say("Petra", "hello")
    assert desk.poll().mentions[said].author.followers is None


def _received(platform: FakeMastodon, desk: Desk) -> bytes:
    answer = desk.rig.connection.wire.http.get(f"{platform.url}{NOTIFICATIONS}")
    return bytes(answer.content)


@pytest.mark.parametrize("scope", ["public", "unlisted", "private", "direct"])
def test_the_reply_address_keeps_who_may_read(platform: FakeMastodon, desk: Desk, scope: str) -> None:
    said = platform.say("Petra", "hello", visibility=scope)
    mention = desk.poll().mentions[said]
    assert read_address(mention.address).scope == scope
    assert mention.visibility == ("public" if scope in ("public", "unlisted") else "private")


def test_what_nobody_wants_to_hear_is_passed_over(platform: FakeMastodon, rig: MastodonRig) -> None:
    rig.settings = rig.settings.model_copy(update={"visibilities": ("public",)})
    desk = Desk(rig).poll()
    openly = platform.say("Petra", "openly")
    platform.say("Petra", "privately", visibility="direct")
    assert set(desk.poll().mentions) == {openly}


def test_own_posts_are_heard_whole(platform: FakeMastodon, desk: Desk) -> None:
    said = platform.say("Petra", "hello")
    text = "@petra@chaos.example see https://kaffee-nord.de/a/very/long/path/that/is/cut/when/shown & #Kaffee"
    own = platform.answer_elsewhere(said, text)
    [change] = desk.poll().changes
    assert isinstance(change, OwnPost)
    assert (change.id, change.text, change.replies_to, change.key) == (own, text, (said,), "")


@pytest.mark.parametrize(
    "fault", ["malformed", "nonsense", "error-before", "limit", "drop-before", "repeat", "shuffle"]
)
def test_a_fault_ends_a_poll_and_loses_nothing(
    platform: FakeMastodon, desk: Desk, fault: str, monkeypatch: pytest.MonkeyPatch, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    monkeypatch.setattr("listener.mastodon.PAGE", 2)
    said = []
    for number in range(7):
        time.shift(1)
        said.append(platform.say("Petra", f"number {number}"))
    platform.faults.order(fault, path=NOTIFICATIONS)
    for _ in range(3):
        try:
            desk.poll()
        except ChannelError:
            time.shift(600)
    assert set(desk.mentions) == set(said)
    assert desk.malformed == {}


def test_what_cannot_be_read_is_kept_and_stops_nothing(platform: FakeMastodon, desk: Desk) -> None:
    said = [platform.say("Petra", f"number {number}") for number in range(3)]
    platform.faults.order("spoilt", path=NOTIFICATIONS)
    desk.poll()
    assert len(desk.malformed) == 1
    assert set(desk.mentions) == set(said[:2])


def test_a_limit_is_kept_to_without_asking_again_before_its_time(
    platform: FakeMastodon, desk: Desk, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    said = platform.say("Petra", "hello")
    platform.faults.order("limit", path=NOTIFICATIONS, seconds=120)
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


def test_a_week_off_is_made_up_for_page_by_page(platform: FakeMastodon, desk: Desk) -> None:
    said = [platform.say("Petra", f"number {number}") for number in range(1_000)]
    asked = len(platform.requests(NOTIFICATIONS))
    desk.poll()
    assert set(desk.mentions) == set(said)
    assert len(platform.requests(NOTIFICATIONS)) - asked <= 27


def test_an_empty_page_with_more_behind_it_is_not_the_end(
    platform: FakeMastodon, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.mastodon.PAGE", 2)
    said = [platform.say("Petra", f"number {number}") for number in range(6)]
    for notice in platform.town.notices[2:4]:
        notice.type = "left out"
    monkeypatch.setattr(platform.server, "leaves_out", "left out")
    desk.poll()
    assert set(desk.mentions) == {*said[:2], *said[4:]}


def last_gap(desk: Desk) -> Page | None:
    found = None
    collector = desk.rig.collector()
    for page in collector.collect("mentions", desk.cursors["mentions"]):
        desk.keep("mentions", page)
        found = page if page.gap else found
    return found


def test_cleared_notifications_are_a_gap_once(platform: FakeMastodon, desk: Desk) -> None:
    platform.say("Petra", "hello")
    desk.poll()
    platform.town.notices.clear()
    assert last_gap(desk) is not None
    assert last_gap(desk) is None
    later = platform.say("Petra", "still there")
    assert later in desk.poll().mentions


def test_words_taken_back_by_their_author_are_no_gap(platform: FakeMastodon, desk: Desk) -> None:
    said = platform.say("Petra", "hello")
    desk.poll()
    platform.town.delete(said)
    assert last_gap(desk) is None


@pytest.mark.parametrize("cursor", ["nonsense", "{}", canonical({"floor": 1, "resume": None, "high": "", "since": ""})])
def test_a_cursor_that_cannot_be_read_is_a_gap(platform: FakeMastodon, desk: Desk, cursor: str) -> None:
    desk.cursors["mentions"] = cursor
    assert last_gap(desk) is not None
    later = platform.say("Petra", "later")
    assert later in desk.poll().mentions
