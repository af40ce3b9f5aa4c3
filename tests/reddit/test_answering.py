"""Answers on Reddit: exactly what was shown, once, where it may be given; and found again by what they say."""

from datetime import timedelta

import pytest

from responders.reddit_text import markdown
from tests.conftest import Freeze
from tests.contract.reddit import RedditRig
from tests.contract.rig import Desk
from tests.fakes.reddit import FakeReddit
from twoway import clock
from twoway.channels.reddit_things import read_address
from twoway.domain import Absent, Draft, Found, Part, Preview, Unclear
from twoway.errors import AuthFailed, DeliveryUnknown, Gone, RateLimited, Rejected, Temporary

COMMENT = "/api/comment"
KEY = "desk-1-part-0"


def preview(desk: Desk, said: str, text: str = "Liebe Petra, wir helfen.") -> Preview:
    return desk.rig.sender().preview(Draft(text), desk.poll().mentions[said].address)


def part(desk: Desk, said: str, text: str = "Liebe Petra, wir helfen.") -> Part:
    return Part(preview(desk, said, text), 0, KEY)


@pytest.mark.parametrize(
    ("written", "posted"),
    [
        ("one\ntwo\n\nthree", "one  \ntwo\n\nthree"),
        ("#Kaffee ist da", "\\#Kaffee ist da"),
        ("a #Kaffee", "a #Kaffee"),
        ("10^2 is 100", "10\\^2 is 100"),
        ("see https://a.test/x^y and 3^2", "see https://a.test/x^y and 3\\^2"),
        ("    indented", "   indented"),
        ("**bold** and [a link](https://a.test)", "**bold** and [a link](https://a.test)"),
        ("> quoted\n\n- one\n- two", "> quoted\n\n- one  \n- two"),
    ],
)
def test_what_was_no_markup_is_kept_from_being_some(written: str, posted: str) -> None:
    assert markdown(written) == posted


def test_what_stands_there_is_the_preview_to_the_letter(platform: FakeReddit, desk: Desk) -> None:
    said = platform.say("Petra", "hello")
    shown = preview(desk, said, "Liebe Petra,\n\n#Gurt & <b>^mehr^</b>\r\nIhr Team 😀")
    desk.rig.sender().send(Part(shown, 0, KEY))
    assert platform.in_name_of_brand() == ["Liebe Petra,\n\n\\#Gurt & <b>\\^mehr\\^</b>  \nIhr Team 😀"]
    assert shown.parts == tuple(platform.in_name_of_brand())
    assert shown.recipients == ("u/Petra",)


@pytest.mark.parametrize(("characters", "fits"), [(10_000, True), (10_001, False)])
def test_ten_thousand_characters_fit(platform: FakeReddit, desk: Desk, characters: int, fits: bool) -> None:
    said = platform.say("Petra", "hello")
    if fits:
        assert len(preview(desk, said, "ü" * characters).parts[0]) == characters
    else:
        with pytest.raises(Rejected, match="10001 characters"):
            preview(desk, said, "ü" * characters)


def test_a_message_is_answered_with_a_message(platform: FakeReddit, desk: Desk) -> None:
    said = platform.say("Petra", "psst", private=True)
    receipt = desk.rig.sender().send(part(desk, said))
    answer = platform.town.said[receipt.remote_id]
    assert (answer.to, answer.parent) == (platform.town.join("Petra"), said)
    assert isinstance(desk.rig.sender().find(part(desk, said), clock.now()), Found)


@pytest.mark.parametrize("how", ["locked", "archived"])
def test_a_thread_that_is_shut_meanwhile_is_told_before_anything_is_sent(
    platform: FakeReddit, desk: Desk, how: str
) -> None:
    said = platform.say("Petra", "hello")
    shown = preview(desk, said)
    setattr(platform.town.said[platform.town.said[said].root], how, True)
    with pytest.raises(Rejected, match=how):
        desk.rig.sender().look(shown)


def test_moderators_answer_in_threads_that_they_locked(platform: FakeReddit, desk: Desk) -> None:
    said = platform.say("Petra", "hello")
    post = platform.town.said[platform.town.said[said].root]
    post.locked, post.more = True, {"can_mod_post": True}
    assert desk.poll().mentions[said].route == "api"
    assert desk.rig.sender().look(preview(desk, said)).there


def test_words_to_somebody_else_are_not_the_customers_further_words(platform: FakeReddit, desk: Desk) -> None:
    said = platform.say("Petra", "hello")
    shown, town = preview(desk, said), platform.town
    tom = town.comment(town.join("Tom"), said, "same here")
    town.comment(town.join("Petra"), tom.name, "really?")
    assert desk.rig.sender().look(shown).newer == ()
    ours = platform.answer_elsewhere(said, "We are on it")
    further = town.comment(town.join("Petra"), ours, "thanks")
    target = desk.rig.sender().look(shown)
    assert target.newer == (further.name,)
    assert target.answer is not None


def test_a_message_is_looked_at_in_its_conversation(platform: FakeReddit, desk: Desk) -> None:
    said = platform.say("Petra", "psst", private=True)
    shown = preview(desk, said)
    assert desk.rig.sender().look(shown).there
    later = platform.say("Petra", "hello?", private=True, reply_to=said)
    assert desk.rig.sender().look(shown).newer == (later,)
    platform.town.delete(said)
    assert not desk.rig.sender().look(shown).there


def test_a_thread_that_is_not_shown_just_now_is_not_gone(platform: FakeReddit, desk: Desk) -> None:
    said = platform.say("Petra", "hello")
    shown = preview(desk, said)
    platform.server.hides = set(platform.town.said)
    with pytest.raises(Temporary, match="neither"):
        desk.rig.sender().look(shown)


def test_a_subreddit_that_was_shut_is_no_wrong_login(platform: FakeReddit, desk: Desk) -> None:
    said = platform.say("Petra", "hello")
    shown = preview(desk, said)
    platform.town.private.add(platform.town.said[said].subreddit)
    with pytest.raises(Temporary, match="private"):
        desk.rig.sender().look(shown)


@pytest.mark.parametrize("fault", ["error-before", "error-after", "drop-before", "drop-after", "malformed", "slow"])
def test_a_write_is_made_once_whatever_becomes_of_it(platform: FakeReddit, desk: Desk, fault: str) -> None:
    sent = part(desk, platform.say("Petra", "hello"))
    platform.faults.order(fault, method="POST", path=COMMENT, **({"seconds": 3} if fault == "slow" else {}))
    with pytest.raises(DeliveryUnknown):
        desk.rig.sender().send(sent)
    if fault != "slow":  # the slow one is written down when it is done
        assert len(platform.requests(COMMENT)) == 1


def test_left_to_itself_the_library_would_write_three_times(
    platform: FakeReddit, rig: RedditRig, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with prawcore's own strategy back."""
    from prawcore.sessions import FiniteRetryStrategy

    monkeypatch.setattr(FiniteRetryStrategy, "sleep", lambda self: None)
    sent = part(desk, platform.say("Petra", "hello"))
    rig.connection.library._core._retry_strategy_class = FiniteRetryStrategy
    platform.faults.order("error-after", method="POST", path=COMMENT, times=9)
    with pytest.raises(DeliveryUnknown):
        desk.rig.sender().send(sent)
    assert len(platform.in_name_of_brand()) == 3


def test_nothing_sleeps(platform: FakeReddit, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def sleep(seconds: float) -> None:
        raise AssertionError(f"slept {seconds} seconds")

    monkeypatch.setattr("prawcore.sessions.time.sleep", sleep)
    monkeypatch.setattr("prawcore.rate_limit.time.sleep", sleep)
    monkeypatch.setattr("praw.reddit.time.sleep", sleep)
    platform.server.used = 980
    said = platform.say("Petra", "hello")
    desk.poll()
    desk.rig.sender().send(part(desk, said))
    platform.server.refuses = ("RATELIMIT", "you are doing that too much. try again in 300 milliseconds.")
    with pytest.raises(RateLimited):
        desk.rig.sender().send(part(desk, said))
    assert len(platform.requests(COMMENT)) == 2


def test_what_was_taken_and_not_shown_is_in_doubt_and_read_back(platform: FakeReddit, desk: Desk) -> None:
    sent, since = part(desk, platform.say("Petra", "hello")), clock.now()
    platform.server.mute = True
    with pytest.raises(DeliveryUnknown, match="not shown"):
        desk.rig.sender().send(sent)
    assert isinstance(desk.rig.sender().find(sent, since), Found)


REFUSED = {
    "THREAD_LOCKED": Rejected, "TOO_OLD": Rejected, "SUBREDDIT_NOTALLOWED": Rejected, "USER_BLOCKED": Rejected,
    "TOO_LONG": Rejected, "NO_TEXT": Rejected, "BANNED_FROM_SUBREDDIT": Rejected, "SOMETHING_NEW": Rejected,
    "SUBREDDIT_NOEXIST": Rejected, "COMMENT_GUIDANCE_VALIDATION_FAILED": Rejected, "NOT_WHITELISTED_BY_USER": Rejected,
    "DELETED_COMMENT": Gone, "DELETED_LINK": Gone, "USER_REQUIRED": AuthFailed,
    "RATELIMIT": RateLimited, "QUOTA_FILLED": RateLimited,
}  # fmt: skip


@pytest.mark.parametrize(("code", "kind"), REFUSED.items(), ids=str)
def test_every_refusal_says_what_to_do_next_in_its_own_words(
    platform: FakeReddit, desk: Desk, code: str, kind: type[Exception]
) -> None:
    sent = part(desk, platform.say("Petra", "hello"))
    platform.server.refuses = (code, "so says the platform")
    with pytest.raises(kind, match=f"{code}: so says the platform") as raised:
        desk.rig.sender().send(sent)
    assert type(raised.value) is kind
    assert platform.in_name_of_brand() == []
    assert len(platform.requests(COMMENT)) == 1


@pytest.mark.parametrize(
    ("words", "wait"),
    [
        ("you are doing that too much. try again in 9 minutes.", timedelta(minutes=10)),
        ("Take a break for 1 minute before trying again.", timedelta(minutes=2)),
        ("Take a break for 40 seconds before trying again.", timedelta(seconds=41)),
        ("slower", timedelta(minutes=10)),
    ],
)
def test_a_limit_in_words_is_kept_to(
    platform: FakeReddit, desk: Desk, words: str, wait: timedelta, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    sent = part(desk, platform.say("Petra", "hello"))
    platform.server.refuses = ("RATELIMIT", words)
    for _ in range(2):
        with pytest.raises(RateLimited) as raised:
            desk.rig.sender().send(sent)
        assert abs(raised.value.retry_at - clock.now() - wait) < timedelta(seconds=2)
    assert len(platform.requests(COMMENT)) == 1
    desk.poll()  # only writing has to wait
    platform.server.refuses = None
    time.shift(wait + timedelta(seconds=1))
    desk.rig.sender().send(sent)
    assert len(platform.in_name_of_brand()) == 1


def test_words_that_its_own_rules_refuse_go_back_to_the_person(platform: FakeReddit, desk: Desk) -> None:
    sent = part(desk, platform.say("Petra", "hello"))
    platform.town.said[read_address(sent.preview.address).link].locked = True
    with pytest.raises(Rejected, match="locked"):
        desk.rig.sender().send(sent)


def test_the_same_words_to_somebody_else_are_not_found(platform: FakeReddit, desk: Desk) -> None:
    first, second = platform.say("Petra", "hello"), platform.say("Petra", "hello again")
    desk.rig.sender().send(part(desk, first))
    assert not isinstance(desk.rig.sender().find(part(desk, second), clock.now()), Found)


def test_absence_is_certain_once_reddits_lag_has_passed(platform: FakeReddit, desk: Desk, freeze: Freeze) -> None:
    time, since = freeze(clock.now()), clock.now()
    looked = part(desk, platform.say("Petra", "hello"))
    assert isinstance(desk.rig.sender().find(looked, since), Unclear)
    time.shift(timedelta(seconds=303))
    assert isinstance(desk.rig.sender().find(looked, since), Absent)


def test_it_is_looked_for_over_many_pages(platform: FakeReddit, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("responders.reddit_listings.PAGE", 2)
    said = platform.say("Petra", "hello")
    receipt = desk.rig.sender().send(part(desk, said))
    for number in range(5):
        platform.answer_elsewhere(said, f"and {number}")
    assert desk.rig.sender().find(part(desk, said), clock.now()) == Found(receipt)


def test_a_page_given_twice_is_no_absence(platform: FakeReddit, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("responders.reddit_listings.PAGE", 2)
    looked = part(desk, said := platform.say("Petra", "hello"))
    for number in range(5):
        platform.answer_elsewhere(said, f"and {number}")
    next(iter(desk.rig.sender().recent(clock.now() - timedelta(hours=1))))
    platform.faults.order("repeat", path="/user/", times=30)
    with pytest.raises(Temporary, match="same page again"):
        desk.rig.sender().find(looked, clock.now() - timedelta(hours=1))
