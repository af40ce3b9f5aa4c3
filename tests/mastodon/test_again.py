"""Edits and deletions, which Mastodon tells nobody, are noticed within the requests that there are."""

import pytest

from tests.contract.mastodon import MastodonRig
from tests.contract.rig import Desk
from tests.fakes.mastodon import FakeMastodon, fake_mastodon
from twoway.domain import Deleted, Edited

STATUSES = "/api/v1/statuses"


def say(platform: FakeMastodon, count: int) -> list[str]:
    return [platform.say("Petra", f"number {number}") for number in range(count)]


def asked(platform: FakeMastodon) -> int:
    return len(platform.requests(STATUSES))


def test_many_are_looked_up_in_one_request(platform: FakeMastodon, desk: Desk) -> None:
    said = say(platform, 45)
    desk.poll()
    platform.town.edit(said[0], "now this")
    platform.town.edit(said[44], "and that")
    before = asked(platform)
    desk.poll()
    assert {(change.id, change.text) for change in desk.changes} == {(said[0], "now this"), (said[44], "and that")}
    assert asked(platform) - before == 3


def test_a_deletion_is_asked_for_by_name(platform: FakeMastodon, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    said = say(platform, 3)
    desk.poll()
    monkeypatch.setattr(platform.server, "leaves_out", said[0])
    platform.town.delete(said[1])
    desk.poll()
    assert [change.id for change in desk.changes] == [said[1]]
    assert all(isinstance(change, Deleted) for change in desk.changes)


def test_an_older_server_is_asked_one_by_one(tmp_path) -> None:
    with fake_mastodon(tmp_path, version=(4, 2)) as platform:
        desk = Desk(MastodonRig(platform)).poll()
        said = say(platform, 3)
        desk.poll()
        platform.town.delete(said[0])
        platform.town.edit(said[1], "now this")
        desk.poll()
        assert {type(change) for change in desk.changes} == {Deleted, Edited}


def test_an_answer_that_is_no_list_deletes_nothing(platform: FakeMastodon, desk: Desk) -> None:
    say(platform, 3)
    desk.poll()
    platform.faults.order("nonsense", path=STATUSES)
    with pytest.raises(Exception, match="look again"):
        desk.poll()
    assert desk.changes == []


def test_more_than_a_polls_share_is_looked_up_over_several(
    platform: FakeMastodon, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.mastodon_again.REQUESTS", 2)
    said = say(platform, 70)
    desk.poll()
    for id_ in said:
        platform.town.edit(id_, f"new {id_}")
    polls = 0
    while {change.id for change in desk.changes} != set(said):
        polls, before = polls + 1, asked(platform)
        desk.poll()
        assert asked(platform) - before <= 2
        assert polls < 6
    assert polls > 1


def test_the_newest_are_looked_up_at_every_poll(
    platform: FakeMastodon, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.mastodon_again.REQUESTS", 1)
    say(platform, 50)
    desk.poll()
    for _ in range(3):
        newest = platform.say("Petra", "something new")
        desk.poll()
        platform.town.edit(newest, "quickly")
        assert [change.id for change in desk.poll().changes][-1] == newest


def test_an_older_server_is_asked_for_each_by_itself_and_none_is_left_out(platform: FakeMastodon, desk: Desk) -> None:
    platform.server.version = (4, 2)
    said = say(platform, 30)
    desk.poll()
    platform.town.delete(said[0])
    for _ in range(5):
        desk.poll()
    assert [change.id for change in desk.changes] == [said[0]]


def test_enough_is_left_for_hearing_and_answering(platform: FakeMastodon, desk: Desk) -> None:
    said = say(platform, 3)
    desk.poll()
    platform.town.delete(said[0])
    platform.server.left = 60
    before = asked(platform)
    assert desk.poll().changes == []
    assert asked(platform) == before
    platform.server.left = 299
    assert [change.id for change in desk.poll().changes] == [said[0]]


def test_each_batch_is_stored_before_the_next_is_asked_for(platform: FakeMastodon, desk: Desk) -> None:
    said = say(platform, 50)
    desk.poll()
    for id_ in said:
        platform.town.delete(id_)
    for _ in range(80):
        desk.step()
    assert {change.id for change in desk.changes} == set(said)
