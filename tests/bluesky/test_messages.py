"""Direct messages on Bluesky are heard: strangers' too, none lost, nobody's app the wiser."""

from dataclasses import replace
from datetime import timedelta

import pytest

from listener import bluesky_cursor, bluesky_messages, bluesky_talks
from listener.bluesky_cursor import Cursor
from tests.conftest import Freeze
from tests.contract.bluesky import BlueskyRig
from tests.contract.rig import Desk
from tests.fakes.bluesky import METHODS, FakeBluesky
from tests.fakes.bluesky_asked import Asked, Refusal
from twoway import clock
from twoway.domain import OwnPost
from twoway.errors import ChannelError

LIST, READ = "chat.bsky.convo.listConvos", "chat.bsky.convo.getMessages"


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two entries a page."""
    for module in (bluesky_messages, bluesky_talks):
        monkeypatch.setattr(module, "PAGE", 2)


def page(desk: Desk) -> None:
    """Reads one page of the messages and is killed."""
    pages = iter(desk.rig.collector().collect("messages", desk.cursors["messages"]))
    if found := next(pages, None):
        desk.keep("messages", found)


def test_a_strangers_request_is_heard_whole(platform: FakeBluesky, rig: BlueskyRig, desk: Desk) -> None:
    petra = platform.town.join("Petra")
    petra.followers = 4_711
    said = rig.write("Petra", "mein Gurt ist kaputt 😀")
    assert platform.chat.by_name(said)[0].status == "request"
    mention = desk.poll().mentions[said]
    assert (mention.text, mention.visibility, mention.route) == ("mein Gurt ist kaputt 😀", "private", "api")
    assert (mention.author.id, mention.author.handle) == (petra.did, f"@{petra.handle}")
    assert mention.author.followers == 4_711
    assert mention.url == f"https://bsky.app/messages/{mention.thread}"
    assert not mention.found


def test_hearing_changes_nothing_in_anybodys_app(platform: FakeBluesky, rig: BlueskyRig, desk: Desk) -> None:
    said = rig.write("Petra", "hello")
    desk.poll()
    talk, _ = platform.chat.by_name(said)
    assert talk.status == "request"
    asked = {(entry["method"], entry["path"]) for entry in platform.requests() if "/chat." in entry["path"]}
    assert asked == {("GET", f"/xrpc/{LIST}"), ("GET", f"/xrpc/{READ}")}


def test_where_nobody_asks_for_them_messages_are_none_of_the_desks_business(
    platform: FakeBluesky, rig: BlueskyRig
) -> None:
    rig.connection.direct_messages = False
    assert "messages" not in rig.collector().streams()
    Desk(rig).poll()
    list(rig.sender().recent(clock.now() - timedelta(days=1)))
    assert [entry for entry in platform.requests() if "/chat." in entry["path"]] == []


def test_links_that_show_something_else_say_where_they_lead(platform: FakeBluesky, rig: BlueskyRig, desk: Desk) -> None:
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": "https://evil.example/"}
    facet = {"index": {"byteStart": 0, "byteEnd": 4}, "features": [feature]}
    embed = {"$type": "app.bsky.embed.record#view", "record": {"value": {"text": "words of a post"}}}
    said = rig.write("Petra", "bank, please", facets=[facet], embed=embed)
    mention = desk.poll().mentions[said]
    assert mention.text == "bank (https://evil.example/), please"
    assert mention.quoted == "words of a post"


@pytest.mark.usefixtures("small_pages")
def test_many_conversations_are_heard_though_each_page_is_the_last_before_a_kill(rig: BlueskyRig, desk: Desk) -> None:
    said = [rig.write(f"customer {number % 9}", f"number {number}") for number in range(30)]
    for number in range(9):
        page(desk)
        said.append(rig.write(f"customer {number * 2 % 9}", "meanwhile"))
    for _ in range(20):
        page(desk)
    assert set(desk.mentions) == set(said)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("protected", [True, False])
def test_who_speaks_again_while_the_listing_is_paged_back_is_heard_of_what_they_said_before(
    rig: BlueskyRig, desk: Desk, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    monkeypatch.setattr(bluesky_cursor, "MARGIN", timedelta())
    if not protected:  # one way back is taken for enough
        monkeypatch.setattr(Cursor, "onward", _straight_on)
    first = rig.write("Petra", "on Tuesday")
    for number in range(5):
        rig.write(f"customer {number}", "hello")
    page(desk)
    last = rig.write("Petra", "is anybody there?")  # her conversation is now above what is still to be read
    for _ in range(3):
        desk.poll()
    assert last in desk.mentions
    assert (first in desk.mentions) is protected


def _straight_on(cursor: Cursor, top: str, rest: str) -> Cursor:
    top = cursor.resume[0] if cursor.resume else max(top, cursor.seen)
    return replace(cursor, resume=(top, rest)) if rest else replace(cursor, resume=None, seen=top, high=top)


def test_what_appears_a_little_after_its_time_is_heard(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    late = rig.write("Petra", "written first")
    talk, word = platform.chat.by_name(late)
    talk.words.remove(word)
    time.shift(30)
    seen = rig.write("Tom", "seen first")
    assert set(desk.poll().mentions) == {seen}
    talk.words.append(word)
    assert set(desk.poll().mentions) == {seen, late}


def test_a_long_conversation_is_heard_to_its_beginning(rig: BlueskyRig, desk: Desk) -> None:
    said = [rig.write("Petra", f"number {number}") for number in range(250)]
    assert set(desk.poll().mentions) == set(said)


@pytest.mark.usefixtures("small_pages")
def test_what_people_like_or_open_without_a_word_hides_nobody(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk
) -> None:
    old = [rig.write(name, "hello") for name in ("Otto", "Ida")]
    desk.poll()
    said = rig.write("Petra", "mein Gurt ist kaputt")
    for name in old:
        platform.chat.like(platform.chat.by_name(name)[0], platform.town.join("Otto"))
    for name in ("Karl", "Emil"):
        platform.chat.talk(platform.town.join(name))
    assert set(desk.poll().mentions) == {*old, said}


def test_history_is_read_as_far_back_as_it_is_asked_for(platform: FakeBluesky, rig: BlueskyRig, freeze: Freeze) -> None:
    time = freeze(clock.now())
    rig.write("Otto", "years ago")
    rig.write("Petra", "long ago")
    time.shift(timedelta(days=3))
    said = rig.write("Petra", "yesterday")
    assert set(Desk(rig, since=clock.now() - timedelta(days=1)).poll().mentions) == {said}
    assert len(platform.requests(READ)) == 1


def test_of_a_group_only_what_names_us_is_heard_and_answered_by_hand(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk
) -> None:
    petra, tom = platform.town.join("Petra"), platform.town.join("Tom")
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": platform.town.brand.did}
    facet = {"index": {"byteStart": 0, "byteEnd": 5}, "features": [feature]}
    among = {"group": "Wandern", "among": (petra, tom)}
    rig.write("Petra", "shall we ask?", **among)
    said = rig.write("Tom", "@them what do you say?", facets=[facet], **among)
    talk = platform.chat.by_name(said)[0]
    platform.chat.put(talk, None, "Wandern am Sonntag")
    platform.chat.put(talk, platform.town.brand, "Hello all")
    [mention] = desk.poll().mentions.values()
    assert (mention.id, mention.visibility, mention.route) == (said, "private", "hand")
    assert "several people" in mention.route_reason
    [change] = desk.changes
    assert isinstance(change, OwnPost)
    assert change.replies_to == (said,)
    assert not desk.malformed


@pytest.mark.parametrize(
    ("who", "why"), [("them", "has blocked our"), ("us", "our account has blocked"), ("mod", "may not take part")]
)
def test_who_cannot_be_written_to_is_answered_by_hand(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, who: str, why: str
) -> None:
    said = rig.write("Petra", "hello")
    petra, brand = platform.town.join("Petra"), platform.town.brand
    {"them": petra.blocks, "us": brand.blocks, "mod": platform.chat.disabled}[who].add(
        petra.did if who == "us" else brand.did
    )
    mention = desk.poll().mentions[said]
    assert (mention.route, mention.visibility) == ("hand", "private")
    assert why in mention.route_reason


def test_what_a_colleague_removes_for_our_account_nobody_has_taken_back(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    said = rig.write("Petra", "hello")
    desk.poll()
    platform.chat.by_name(said)[1].removed = True
    time.shift(timedelta(days=1))
    after = rig.write("Petra", "and then")
    desk.poll()
    assert desk.changes == []
    assert set(desk.mentions) == {said, after}


def test_a_conversation_that_a_colleague_left_holds_nothing_up(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, said = rig.write("Petra", "hello"), rig.write("Tom", "hello")
    listed = platform.chat.listed

    def leave_meanwhile(asked: object) -> object:
        shown = listed(asked)  # type: ignore[arg-type]
        platform.chat.by_name(left)[0].left = True
        return shown

    monkeypatch.setitem(METHODS, f"{LIST}", (*METHODS[LIST][:3], lambda server, asked: leave_meanwhile(asked)))
    assert set(desk.poll().mentions) == {said}


@pytest.mark.parametrize("method", [LIST, READ])
def test_what_cannot_be_read_is_kept_and_holds_nothing_up(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, method: str
) -> None:
    said = [rig.write("Petra", text) for text in ("first", "second", "third")]
    others = [rig.write(name, "hello") for name in ("Tom", "Otto")]
    platform.faults.order("spoilt", path=f"/xrpc/{method}")
    desk.poll()
    # The newest conversation, or its only message.
    assert set(desk.mentions) == {*said, others[0]}
    assert len(desk.malformed) == 1


def test_a_message_of_a_kind_that_nobody_knew_is_kept(platform: FakeBluesky, rig: BlueskyRig, desk: Desk) -> None:
    said = rig.write("Petra", "hello")
    word = platform.chat.by_name(said)[1]
    shown = word.view()
    word.view = lambda: {**shown, "$type": "chat.bsky.convo.defs#pollView"}  # type: ignore[method-assign]
    desk.poll()
    assert desk.mentions == {}
    assert len(desk.malformed) == 1


@pytest.mark.parametrize("fault", ["malformed", "nonsense", "error-before", "drop-before", "limit"])
@pytest.mark.parametrize("method", [LIST, READ])
def test_after_a_fault_everything_is_heard(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, fault: str, method: str
) -> None:
    said = rig.write("Petra", "hello")
    how = {"seconds": 1} if fault == "limit" else {}
    platform.faults.order(fault, path=f"/xrpc/{method}", **how)
    with pytest.raises(ChannelError):
        desk.poll()
    assert desk.mentions == {}
    rig.connection.http.close()
    rig.connection = rig.connect()
    assert set(desk.poll().mentions) == {said}


@pytest.mark.usefixtures("small_pages")
def test_a_place_that_the_service_no_longer_knows_is_read_from_the_top(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [rig.write(f"customer {number}", "hello") for number in range(7)]
    page(desk)
    listed = platform.chat.listed

    def forgetful(server: object, asked: Asked) -> object:
        if asked.one("cursor"):
            monkeypatch.setitem(METHODS, LIST, known)
            raise Refusal(400, "InvalidRequest", "Malformed cursor")
        return listed(asked)

    known = METHODS[LIST]
    monkeypatch.setitem(METHODS, LIST, (*known[:3], forgetful))
    assert set(desk.poll().mentions) == set(said)


def test_a_cursor_that_is_none_is_a_gap_that_is_shown(rig: BlueskyRig, desk: Desk) -> None:
    rig.write("Petra", "before")
    first, *_ = rig.collector().collect("messages", "no cursor")
    assert first.gap
    desk.keep("messages", first)
    said = rig.write("Petra", "after")
    assert set(desk.poll().mentions) == {said}


def test_where_few_requests_are_left_it_goes_on_at_the_next_poll(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky_messages, "PAGE", 3)
    said = [rig.write(f"customer {number}", "hello") for number in range(12)]
    platform.server.left = 100
    polls = 0
    while set(desk.poll().mentions) != set(said):
        polls += 1
        assert polls < 9
    assert polls > 1
