"""Delivering: claim, look, send, record; on doubt read back, never send again blindly."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from responders import deliver
from responders.deliver import backoff, deliver_once
from tests.conftest import Freeze
from tests.store.desk import Desk, make
from tests.store.platform import Platform, answer_elsewhere, lost, refusal
from twoway import clock
from twoway.domain import Receipt, Target
from twoway.errors import AuthFailed, DeliveryUnknown, Gone, RateLimited, Rejected, Temporary
from twoway.store import channels, conversations

LATER = timedelta(hours=2)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with one approved answer of two parts."""
    found = make(tmp_path)
    found.said(id="a")
    found.approve(parts=2)
    yield found
    assert found.consistent()
    found.store.close()


@pytest.fixture
def platform() -> Platform:
    """An empty platform."""
    return Platform()


def work(desk: Desk, platform: Platform, times: int = 1) -> bool:
    outlets = {"square": platform.outlet(desk)}
    return [deliver_once(desk.store, outlets, "worker") for _ in range(times)][-1]


def state(desk: Desk) -> str:
    return desk.delivery().state


def test_exactly_the_approved_parts_are_sent_in_order(desk: Desk, platform: Platform) -> None:
    assert work(desk, platform)
    assert platform.texts == ["Hello 0", "Hello 1"]
    assert (state(desk), desk.conversation().state) == ("sent", "waiting")
    assert not work(desk, platform)


def test_what_may_have_been_taken_is_read_back_and_not_sent_again(desk: Desk, platform: Platform) -> None:
    platform.after = [lost()]
    work(desk, platform)
    assert state(desk) == "unknown"
    work(desk, platform)
    assert (platform.texts, state(desk)) == (["Hello 0", "Hello 1"], "sent")


def test_what_was_certainly_not_taken_is_sent_again(desk: Desk, platform: Platform, freeze: Freeze) -> None:
    stopped = freeze(clock.now())
    platform.before = [lost()]
    work(desk, platform, 2)
    assert state(desk) == "unknown"
    stopped.shift(deliver.LOOK_AGAIN)
    work(desk, platform)
    assert (platform.texts, state(desk)) == ([], "pending")
    stopped.shift(LATER)
    work(desk, platform)
    assert platform.texts == ["Hello 0", "Hello 1"]


def test_what_is_missed_once_may_be_on_its_way(desk: Desk, platform: Platform, freeze: Freeze) -> None:
    # However late it seems: our clock may have jumped. The chaos found two posts where one look was enough.
    stopped = freeze(clock.now())
    platform.before = [lost()]
    work(desk, platform)
    part = desk.one("SELECT key FROM parts WHERE number = 0")
    stopped.shift(LATER)
    work(desk, platform)
    platform.posts.append((part["key"], "Hello 0", Receipt("late", clock.now())))
    stopped.shift(LATER)
    work(desk, platform)
    assert (platform.texts, state(desk)) == (["Hello 0", "Hello 1"], "sent")


def test_a_try_again_is_missed_anew(desk: Desk, platform: Platform, freeze: Freeze) -> None:
    stopped = freeze(clock.now())
    platform.before = [lost(), lost()]
    for _ in range(4):
        work(desk, platform)
        stopped.shift(LATER)
    assert (state(desk), desk.delivery().attempts) == ("unknown", 2)
    assert desk.one("SELECT count(*) FROM parts WHERE missed_at IS NOT NULL")[0] == 0


def test_what_is_absent_again_and_again_goes_back_to_the_person(desk: Desk, platform: Platform, freeze: Freeze) -> None:
    stopped = freeze(clock.now())
    platform.before = [lost() for _ in range(deliver.TRIES)]
    for _ in range(deliver.TRIES * 3):
        work(desk, platform)
        stopped.shift(3600)
    assert (state(desk), platform.texts) == ("failed", [])
    assert desk.draft() is not None


def test_where_nothing_can_be_read_back_a_person_is_asked(desk: Desk, platform: Platform, freeze: Freeze) -> None:
    platform.after = [lost()]
    platform.readable = False
    work(desk, platform, 2)
    freeze(clock.now() + LATER)
    work(desk, platform)
    assert (state(desk), desk.delivery().reason) == ("unknown", "this platform shows nothing")
    assert platform.texts == ["Hello 0"]


def test_an_unexpected_error_while_sending_is_a_doubt(desk: Desk, platform: Platform) -> None:
    platform.after = [ZeroDivisionError("bug")]
    work(desk, platform)
    assert state(desk) == "unknown"


def test_an_unexpected_error_before_sending_is_tried_again(desk: Desk, platform: Platform) -> None:
    platform.looking = ZeroDivisionError("bug")
    work(desk, platform)
    assert (state(desk), platform.texts) == ("pending", [])


def test_a_limit_waits_until_the_platform_said(desk: Desk, platform: Platform, freeze: Freeze) -> None:
    until = clock.now() + timedelta(minutes=5)
    platform.before = [RateLimited("square", "send", "slower", until)]
    work(desk, platform)
    assert desk.delivery().not_before == clock.stamp(until)
    freeze(until)
    work(desk, platform)
    assert state(desk) == "sent"


def test_a_refused_login_pauses_the_channel_and_alerts(desk: Desk, platform: Platform) -> None:
    platform.before = [refusal(AuthFailed)]
    work(desk, platform)
    assert state(desk) == "pending"
    assert not work(desk, platform)
    found = desk.alarm()
    assert found is not None
    assert found.rule == "channel_paused"
    channels.resume(desk.store, "square", None)
    work(desk, platform)
    assert state(desk) == "sent"


def test_what_is_gone_is_withdrawn(desk: Desk, platform: Platform) -> None:
    platform.before = [refusal(Gone)]
    work(desk, platform)
    assert state(desk) == "cancelled"
    assert desk.draft() is not None


def test_refused_words_go_back_to_the_person(desk: Desk, platform: Platform) -> None:
    platform.before = [refusal(Rejected, "too rude\ud800")]
    work(desk, platform)
    assert state(desk) == "failed"
    assert "too rude" in conversations.notes(desk.store, 1)[-1].text


def test_a_temporary_failure_is_tried_again_later_and_later(desk: Desk, platform: Platform) -> None:
    platform.before = [refusal(Temporary)]
    work(desk, platform)
    assert state(desk) == "pending"
    assert desk.delivery().not_before > clock.stamp(clock.now())


def test_a_temporary_failure_does_not_last_for_ever(desk: Desk, platform: Platform, freeze: Freeze) -> None:
    stopped = freeze(clock.now())
    platform.before = [refusal(Temporary) for _ in range(deliver.TRIES)]
    for _ in range(deliver.TRIES):
        work(desk, platform)
        stopped.shift(3600)
    assert state(desk) == "failed"


def test_while_the_platform_is_down_as_a_whole_the_answer_waits_for_it(
    desk: Desk, platform: Platform, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    platform.before = [refusal(Temporary) for _ in range(3 * deliver.TRIES)]
    channels.erred(desk.store, desk.channel, "square: mentions: 503")
    for _ in range(3 * deliver.TRIES):
        work(desk, platform)
        time.shift(timedelta(minutes=20))
    assert state(desk) == "pending"
    channels.polled(desk.store, desk.channel, well=True)
    work(desk, platform)
    assert state(desk) == "sent"


def test_an_answer_does_not_wait_for_what_keeps_one_stream_alone_from_being_read(
    desk: Desk, platform: Platform, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    platform.before = [refusal(Temporary) for _ in range(deliver.TRIES)]
    channels.erred(desk.store, desk.channel, "square: messages: may not be read", alone=True)
    for _ in range(deliver.TRIES):
        work(desk, platform)
        time.shift(timedelta(minutes=20))
    assert state(desk) == "failed"


def test_the_tries_are_put_off_longer_and_longer_up_to_a_quarter_of_an_hour() -> None:
    assert timedelta(seconds=7) < backoff(1) < timedelta(seconds=13)
    assert timedelta(minutes=11) < backoff(30) < timedelta(minutes=19)


@pytest.mark.parametrize("target", [Target(there=False), Target(edited=True), Target(newer=("unheard",))])
def test_what_has_changed_on_the_platform_stops_the_answer(desk: Desk, platform: Platform, target: Target) -> None:
    platform.target = target
    work(desk, platform)
    assert (state(desk), platform.texts) == ("cancelled", [])


def test_newer_words_that_the_desk_has_heard_stop_nothing(desk: Desk, platform: Platform) -> None:
    platform.target = Target(newer=("a",))
    work(desk, platform)
    assert state(desk) == "sent"


def test_an_answer_that_is_there_already_stops_this_one(desk: Desk, platform: Platform) -> None:
    platform.target = Target(answer=answer_elsewhere())
    work(desk, platform)
    assert (state(desk), platform.texts) == ("cancelled", [])
    assert desk.conversation().awaiting_since is None


def test_words_heard_while_looking_stop_the_answer(desk: Desk, platform: Platform) -> None:
    platform.meanwhile = lambda: desk.hear(desk.mention(id="b", replies_to=("a",)))
    work(desk, platform)
    assert (state(desk), platform.texts) == ("cancelled", [])
    desk.judge()
    desk.queue()


def test_without_looking_once_more_the_answer_would_go_out(desk: Desk, platform: Platform) -> None:
    """The negative control: on what the desk knows by itself, nothing has changed."""
    platform.target = Target()
    work(desk, platform)
    assert platform.texts == ["Hello 0", "Hello 1"]


def test_an_answer_broken_off_goes_on_with_the_part_that_is_missing(
    desk: Desk, platform: Platform, freeze: Freeze
) -> None:
    stopped = freeze(clock.now())
    real = platform.send

    def once(part: object) -> object:
        receipt = real(part)  # type: ignore[arg-type]
        platform.before = [refusal(Temporary)]
        platform.send = real  # type: ignore[method-assign]
        return receipt

    platform.send = once  # type: ignore[method-assign, assignment]
    work(desk, platform)
    assert (platform.texts, state(desk)) == (["Hello 0"], "pending")
    stopped.shift(3600)
    work(desk, platform)
    assert (platform.texts, state(desk)) == (["Hello 0", "Hello 1"], "sent")


def test_reading_back_that_fails_is_tried_again_later(desk: Desk, platform: Platform, freeze: Freeze) -> None:
    platform.after = [lost()]
    work(desk, platform)
    find = platform.find
    platform.find = lambda part, since: (_ for _ in ()).throw(refusal(Temporary))  # type: ignore[method-assign]
    work(desk, platform)
    assert "reading back failed" in desk.delivery().reason
    platform.find = find  # type: ignore[method-assign]
    freeze(clock.now() + LATER)
    work(desk, platform)
    assert (platform.texts, state(desk)) == (["Hello 0", "Hello 1"], "sent")


def test_a_receipt_that_belongs_to_another_answer_is_no_proof(desk: Desk, platform: Platform) -> None:
    work(desk, platform)
    desk.said(id="z")
    desk.approve(2)
    platform.posts.clear()  # the platform now names its next post as it named the first
    work(desk, platform)
    assert desk.delivery(2).state == "sending"


def test_doubt_carries_what_the_platform_said(desk: Desk, platform: Platform) -> None:
    platform.after = [DeliveryUnknown("square", "send", "502 bad gateway")]
    work(desk, platform)
    assert "502 bad gateway" in desk.delivery().reason


@pytest.mark.parametrize(("alone", "meanwhile"), [(False, 0), (True, 1)])
def test_a_limit_holds_every_answer_of_the_channel_back_that_it_concerns(
    desk: Desk, platform: Platform, freeze: Freeze, alone: bool, meanwhile: int
) -> None:
    stopped = freeze(clock.now())
    desk.approve(desk.said(id="b", author="lou"))
    platform.before = [RateLimited("square", "send", "slow", clock.now() + timedelta(minutes=5), alone=alone)]
    work(desk, platform, 3)
    assert len(platform.texts) == meanwhile
    stopped.shift(301)
    work(desk, platform, 3)
    assert len(platform.texts) == 3
