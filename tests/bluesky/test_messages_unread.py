"""What cannot be read of direct messages on Bluesky holds nothing else up, and is told."""

from contextlib import suppress
from datetime import timedelta

import pytest

from listener import bluesky_messages, bluesky_talks
from tests.conftest import Freeze
from tests.contract.bluesky import BlueskyRig
from tests.contract.rig import Desk
from tests.fakes.bluesky import METHODS, FakeBluesky
from tests.fakes.bluesky_asked import Asked
from twoway import clock
from twoway.errors import ChannelError, RateLimited, Temporary

LIST, READ = "chat.bsky.convo.listConvos", "chat.bsky.convo.getMessages"


def talk_of(name: str) -> str:
    """The conversation of what the desk calls CONVERSATION/MESSAGE."""
    return name.partition("/")[0]


def test_a_conversation_that_is_refused_is_noted_and_the_others_are_heard(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk
) -> None:
    said = [rig.write(name, "hello") for name in ("Petra", "Tom", "Otto")]
    platform.chat.broken[talk_of(said[1])] = 400
    assert set(desk.poll().mentions) == {said[0], said[2]}
    [noted] = desk.malformed.values()
    assert talk_of(said[1]) in noted.reason
    asked = len(platform.requests(READ))
    desk.poll()
    assert len(platform.requests(READ)) - asked == 3, "it is asked for once more, as what is young, and no oftener"
    platform.chat.broken.clear()
    assert set(desk.poll().mentions) == set(said)


@pytest.mark.parametrize("status", [400, 500, 503])
def test_where_none_can_be_read_nothing_is_let_go(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, freeze: Freeze, status: int
) -> None:
    time = freeze(clock.now())
    said = [rig.write(f"customer {number}", "hello") for number in range(9)]
    platform.chat.broken = {talk_of(name): status for name in said}
    for _ in range(3):
        with pytest.raises(Temporary, match=f"{status} .* of this one") as raised:
            desk.poll()
        assert not raised.value.alone
        time.shift(timedelta(hours=1))
    assert desk.malformed == {}
    # A service that is down is not asked for each of them.
    assert len(platform.requests(READ)) <= 6 * bluesky_talks.FAILURES
    platform.chat.broken.clear()
    assert set(desk.poll().mentions) == set(said)


def test_a_conversation_that_fails_for_long_silences_nobody_and_is_heard_whole_at_last(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    said = [rig.write("Petra", "on Tuesday")]
    platform.chat.broken[talk_of(said[0])] = 500
    heard: list[str] = []
    for number in range(5):
        heard.append(rig.write(f"customer {number}", "hello"))
        if number == 3:
            said.append(rig.write("Petra", "is anybody there?"))
        with pytest.raises(Temporary, match=f"the conversation {talk_of(said[0])} cannot be read: 500") as raised:
            desk.poll()
        assert raised.value.alone, "nothing else is down"
        assert set(desk.mentions) == set(heard)
        time.shift(timedelta(hours=1))
    platform.chat.broken.clear()
    assert set(desk.poll().mentions) == {*said, *heard}
    asked = len(platform.requests(READ))
    desk.poll()
    assert len(platform.requests(READ)) == asked + 1, "the newest is read once more, and nothing is owed"


@pytest.mark.parametrize("most", [3, 100])
def test_a_limit_in_the_middle_is_waited_for_and_all_are_heard(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, freeze: Freeze, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(bluesky_messages, "PAGE", 5)
    monkeypatch.setattr(bluesky_messages, "MOST_OWED", most)
    time = freeze(clock.now())
    said: set[str] = set()
    for number in range(30):
        said.add(rig.write(f"customer {number}", "hello"))
        time.shift(timedelta(minutes=5))
    polls = 0
    while set(desk.mentions) != said:
        platform.chat.patience = 2
        before = len(desk.mentions)
        with suppress(RateLimited):
            desk.poll()
        polls, _ = polls + 1, time.shift(timedelta(hours=25))
        assert len(desk.mentions) > before, "each poll hears somebody"
        assert polls < 40
    assert polls > 10


def test_a_conversation_that_goes_in_circles_ends(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky_talks, "PAGE", 2)
    for number in range(9):
        circling = rig.write("Petra", f"number {number}")
    said = rig.write("Tom", "hello")
    given = METHODS[READ]

    def circle(server: FakeBluesky, asked: Asked) -> object:
        """Page 1, then 2 and 1 in turn."""
        if asked.one("convoId") != talk_of(circling):
            return given[3](server, asked)
        words = platform.chat.by_name(circling)[0].words[::-1]
        at = 2 if asked.one("cursor") == "b" else 0
        return {"messages": [word.view() for word in words[at : at + 2]], "cursor": "a" if at else "b"}

    monkeypatch.setitem(METHODS, READ, (*given[:3], circle))
    with pytest.raises(Temporary, match="the same page again"):
        desk.poll()
    assert set(desk.mentions) == {said}


def test_one_that_has_not_moved_says_nothing_of_those_below_it(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, freeze: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky_messages, "PAGE", 2)
    time = freeze(clock.now())
    for name in ("Otto", "Petra", "Ida", "Tom"):
        rig.write(name, "hello")
    desk.poll()
    time.shift(timedelta(hours=1))
    said = {rig.write(name, "and then") for name in ("Tom", "Petra")}
    given = METHODS[LIST]

    def by_pairs(server: FakeBluesky, asked: Asked) -> object:
        """Of each two, who has spoken before who has not."""
        talks = list(platform.chat.talks.values())
        at = int(asked.one("cursor") or 0)
        shown = [platform.chat._view(talk) for talk in (talks[1], talks[0], talks[3], talks[2])[at : at + 2]]
        return {"convos": shown, **({} if at else {"cursor": "2"})}

    monkeypatch.setitem(METHODS, LIST, (*given[:3], by_pairs))
    before = set(desk.mentions)
    assert set(desk.poll().mentions) - before == said


def test_whatever_else_is_wrong_the_gravest_is_told(platform: FakeBluesky, rig: BlueskyRig, desk: Desk) -> None:
    said = [rig.write(name, "hello") for name in ("Petra", "Tom")]
    platform.chat.broken[talk_of(said[1])] = 500
    platform.chat.patience = 1
    with pytest.raises(ChannelError) as raised:
        desk.poll()
    assert isinstance(raised.value, RateLimited)
