"""Edits and deletions, which Reddit tells nobody, are noticed a hundred at a time."""

import pytest

from tests.contract.rig import Desk
from tests.fakes.reddit import FakeReddit
from tests.fakes.reddit_town import HOME
from tests.reddit.conftest import Open
from twoway.domain import Deleted, Edited

INFO = "/api/info"


def say(platform: FakeReddit, count: int) -> list[str]:
    return [platform.say("Petra", f"number {number}") for number in range(count)]


def became(desk: Desk) -> dict[str, str]:
    return {change.id: type(change).__name__ for change in desk.changes if isinstance(change, Edited | Deleted)}


def test_many_are_looked_up_at_once(platform: FakeReddit, desk: Desk) -> None:
    said = say(platform, 90)
    desk.poll()
    platform.town.edit(said[0], "now this")
    platform.town.delete(said[89])
    before = len(platform.requests(INFO))
    desk.poll()
    assert became(desk) == {said[0]: "Edited", said[89]: "Deleted"}
    assert len(platform.requests(INFO)) - before == 2  # all of them, and the thread of the one that was edited


def test_an_edit_of_the_first_minutes_which_reddit_does_not_mark_is_noticed(platform: FakeReddit, desk: Desk) -> None:
    said = platform.say("Petra", "my strap")
    desk.poll()
    platform.town.edit(said, "my zip", early=True)
    [change] = desk.poll().changes
    assert isinstance(change, Edited)
    assert change.text == "my zip"


def test_after_a_restart_everything_is_told_once_more(platform: FakeReddit, desk: Desk, opened: Open) -> None:
    said = platform.say("Petra", "my strap")
    desk.poll()
    platform.town.edit(said, "my zip", early=True)
    restarted = opened()
    restarted.memory.desk, desk.rig = desk, restarted
    desk.poll()
    assert [change.text for change in desk.changes if isinstance(change, Edited)] == ["my zip"]
    desk.poll()
    assert len(desk.changes) == 1


@pytest.mark.parametrize("how", ["removed", "deleted"])
def test_what_moderators_remove_is_forgotten_like_what_its_author_deletes(
    platform: FakeReddit, desk: Desk, how: str
) -> None:
    said = platform.say("Petra", "rude")
    desk.poll()
    setattr(platform.town.said[said], how, True)
    desk.poll()
    assert became(desk) == {said: "Deleted"}


def test_a_post_that_was_deleted_is_noticed(platform: FakeReddit, opened: Open) -> None:
    desk = Desk(opened(subreddits=(HOME,))).poll()
    post = platform.town.post(platform.town.join("Otto"), "a link", is_self=False, url="https://a.test")
    desk.poll()
    platform.town.delete(post.name)
    desk.poll()
    assert became(desk) == {post.name: "Deleted"}


def test_what_is_shown_no_more_is_gone_where_others_are_shown(platform: FakeReddit, desk: Desk) -> None:
    said = say(platform, 3)
    desk.poll()
    platform.server.hides = {said[1]}
    desk.poll()
    assert became(desk) == {said[1]: "Deleted"}


def test_where_nothing_at_all_is_shown_nothing_is_forgotten(platform: FakeReddit, desk: Desk) -> None:
    said = say(platform, 3)
    desk.poll()
    platform.server.hides = set(said)
    assert became(desk.poll()) == {}


def test_an_answer_that_is_no_listing_forgets_nothing(platform: FakeReddit, desk: Desk) -> None:
    say(platform, 3)
    desk.poll()
    platform.faults.order("nonsense", path=INFO)
    with pytest.raises(Exception, match="look again"):
        desk.poll()
    assert became(desk) == {}


def test_messages_are_not_asked_for(platform: FakeReddit, desk: Desk) -> None:
    platform.say("Petra", "psst", private=True)
    desk.poll()
    before = len(platform.requests(INFO))
    desk.poll()
    assert len(platform.requests(INFO)) == before


def test_more_than_a_polls_share_is_looked_up_over_several(
    platform: FakeReddit, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.reddit_again.REQUESTS", 2)
    monkeypatch.setattr("listener.reddit_again.Again.batch", 5)
    said = say(platform, 30)
    desk.poll()
    for name in said:
        platform.town.delete(name)
    polls = 0
    while set(became(desk)) != set(said):
        polls += 1
        desk.poll()
        assert polls < 9
    assert polls > 1


def test_enough_is_left_for_hearing_and_answering(platform: FakeReddit, desk: Desk) -> None:
    said = say(platform, 3)
    desk.poll()
    platform.town.delete(said[0])
    platform.server.used = platform.server.limit - 40
    assert became(desk.poll()) == {}
    platform.server.used = 0
    assert became(desk.poll()) == {said[0]: "Deleted"}
