"""Deletions, which Bluesky tells nobody, are noticed within the requests that there are; so are edits."""

import pytest

from tests.contract.bluesky import BlueskyRig
from tests.contract.rig import Desk
from tests.fakes.bluesky import FakeBluesky
from twoway.domain import Deleted, Edited
from twoway.errors import Temporary

MANY, ONE = "app.bsky.feed.getPosts", "com.atproto.repo.getRecord"


def say(platform: FakeBluesky, count: int) -> list[str]:
    return [platform.say("Petra", f"number {number}") for number in range(count)]


def look_again(desk: Desk) -> list[object]:
    """What reading only that stream to its end says."""
    before = len(desk.changes)
    for page in desk.rig.collector().collect("changes", desk.cursors.get("changes")):
        desk.keep("changes", page)
    return desk.changes[before:]


def test_many_are_looked_up_in_one_request(platform: FakeBluesky, desk: Desk) -> None:
    said = say(platform, 55)
    desk.poll()
    platform.town.delete(said[0])
    platform.town.delete(said[54])
    before = len(platform.requests(MANY))
    assert {change.id for change in look_again(desk)} == {said[0], said[54]}
    assert len(platform.requests(MANY)) - before == 3
    assert len(platform.requests(ONE)) == 2


@pytest.mark.parametrize("whose", ["theirs", "ours"])
def test_a_block_is_no_deletion(platform: FakeBluesky, desk: Desk, whose: str) -> None:
    say(platform, 2)
    desk.poll()
    petra, brand = platform.town.join("Petra"), platform.town.brand
    one, other = (petra, brand) if whose == "theirs" else (brand, petra)
    one.blocks.add(other.did)
    assert look_again(desk) == []


def test_posts_go_with_their_account(platform: FakeBluesky, desk: Desk) -> None:
    said = say(platform, 2)
    desk.poll()
    platform.town.join("Petra").active = False
    changes = look_again(desk)
    assert {change.id for change in changes} == set(said)
    assert all(isinstance(change, Deleted) for change in changes)


def test_words_that_were_replaced_are_heard_once(platform: FakeBluesky, desk: Desk) -> None:
    said = say(platform, 2)
    desk.poll()
    platform.town.replace(said[0], "other words")
    [change] = look_again(desk)
    assert isinstance(change, Edited)
    assert (change.id, change.text) == (said[0], "other words")
    assert look_again(desk) == []


def test_words_that_were_replaced_while_the_desk_was_down_are_heard(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk
) -> None:
    said = say(platform, 1)
    desk.poll()
    platform.town.replace(said[0], "other words")
    rig.connection.http.close()
    rig.connection = rig.connect()
    assert [change.text for change in desk.poll().changes] == ["other words"]


@pytest.mark.parametrize("fault", ["nonsense", "malformed", "error-before"])
@pytest.mark.parametrize("path", [MANY, ONE])
def test_an_odd_answer_deletes_nothing(platform: FakeBluesky, desk: Desk, fault: str, path: str) -> None:
    said = say(platform, 3)
    desk.poll()
    if path == ONE:
        # What is hidden by a block is asked for by name.
        platform.town.join("Petra").blocks.add(platform.town.brand.did)
    platform.faults.order(fault, path=f"/xrpc/{path}")
    if (fault, path) in {("malformed", ONE), ("nonsense", ONE)}:
        look_again(desk)
    else:
        with pytest.raises(Temporary):
            look_again(desk)
    assert desk.changes == []
    assert set(desk.mentions) == set(said)


def test_mentions_that_were_imported_are_nobody_elses_business(
    platform: FakeBluesky, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    [said] = say(platform, 1)
    desk.poll()
    monkeypatch.setattr(desk, "standing", lambda below, limit: [(2, "row 17 of the file"), (1, said)])
    monkeypatch.setattr("listener.bluesky_again.REQUESTS", 1)
    platform.town.delete(said)
    assert look_again(desk) == []
    monkeypatch.setattr("listener.bluesky_again.REQUESTS", 2)
    assert [change.id for change in look_again(desk)] == [said]


def test_more_than_a_polls_share_is_looked_up_over_several(
    platform: FakeBluesky, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.bluesky_again.REQUESTS", 2)
    said = say(platform, 80)
    desk.poll()
    for id_ in said:
        platform.town.replace(id_, f"new {id_}")
    polls = 0
    while {change.id for change in desk.changes} != set(said):
        polls, before = polls + 1, len(platform.requests(MANY))
        look_again(desk)
        assert len(platform.requests(MANY)) - before <= 2
        assert polls < 9
    assert polls > 1


def test_enough_is_left_for_hearing_and_answering(platform: FakeBluesky, desk: Desk) -> None:
    said = say(platform, 3)
    desk.poll()
    platform.town.delete(said[0])
    platform.server.left = 400
    desk.poll()
    before = len(platform.requests(MANY))
    assert look_again(desk) == []
    assert len(platform.requests(MANY)) == before
    platform.server.left = 2_999
    desk.poll()
    assert [change.id for change in desk.changes] == [said[0]]


def test_what_a_block_hides_keeps_nothing_else_from_being_looked_up(platform: FakeBluesky, desk: Desk) -> None:
    gone = platform.say("Otto", "first of all")
    older = [platform.say("Tom", f"number {number}") for number in range(5)]
    say(platform, 40)
    newest = platform.say("Ida", "last of all")
    desk.poll()
    platform.town.join("Petra").blocks.add(platform.town.brand.did)
    platform.town.replace(older[0], "other words")
    platform.town.delete(gone)
    platform.town.delete(newest)
    polls = 0
    while {change.id for change in desk.changes} != {gone, newest, older[0]}:
        look_again(desk)
        polls += 1
        assert polls < 200, "somebody waits for ever"


def test_a_poll_does_not_walk_through_everything_that_cannot_be_looked_up(
    platform: FakeBluesky, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def standing(below: int, limit: int) -> list[tuple[int, str]]:
        asked.append(below)
        top = (below or 10_001) - 1
        return [(number, f"3chat/3msg{number}") for number in range(top, max(0, top - limit), -1)]

    monkeypatch.setattr(desk, "standing", standing)
    assert look_again(desk) == []
    assert 1 < len(asked) < 30
    before = len(asked)
    look_again(desk)
    assert asked[before] == 0
    assert asked[before + 1] < asked[before - 1], "it goes on where it stopped"
