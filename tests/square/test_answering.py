"""The square's sender: long answers, chains, and what each refusal means."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.contract.rig import Desk
from tests.contract.rigs import SquareRig
from tests.fakes.square import TOKEN, fake_square
from twoway import clock
from twoway.channels.square import Address, read_address
from twoway.domain import Absent, Draft, Found, Part, Preview, Unclear
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, Gone, RateLimited, Rejected, Temporary

POSTS = "/api/v1/posts"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[SquareRig]:
    with fake_square(tmp_path) as platform:
        yield SquareRig(platform, frozenset())


def preview_of(rig: SquareRig, text: str) -> Preview:
    """An answer to something Petra said."""
    desk = Desk(rig).poll()
    number = rig.say("Petra", "my strap broke")
    return rig.sender().preview(Draft(text), desk.poll().mentions[number].address)


def test_a_long_answer_becomes_a_chain_of_numbered_posts(rig: SquareRig) -> None:
    preview = preview_of(rig, "Wort " * 250)
    assert len(preview.parts) == 3
    before = ()
    for number in range(3):
        before = (*before, rig.sender().send(Part(preview, number, f"k{number}", before)))
    rows = rig.platform.board.file.rows("SELECT id, in_reply_to FROM posts ORDER BY id")
    assert [row["in_reply_to"] for row in rows] == [None, 1, 2, 3]
    assert rig.in_our_name(3) == list(preview.parts)


def test_an_answer_too_long_for_all_parts_is_rejected_before_anybody_approves_it(rig: SquareRig) -> None:
    with pytest.raises(Rejected, match="4 are allowed"):
        preview_of(rig, "Wort " * 500)


def test_the_platforms_own_words_come_with_a_rejection(rig: SquareRig) -> None:
    preview = preview_of(rig, "short")
    long = Preview(preview.channel, preview.address, preview.visibility, ("x" * 501,))
    with pytest.raises(Rejected, match="501 characters; 500 are allowed"):
        rig.sender().send(Part(long, 0, "k"))


def test_a_secret_that_the_platform_repeats_is_not_shown(rig: SquareRig) -> None:
    part = Part(preview_of(rig, "hello"), 0, "k")
    rig.platform.faults.order("echo", method="POST", path=POSTS)
    with pytest.raises(Rejected) as raised:
        rig.sender().send(part)
    assert TOKEN not in str(raised.value)
    assert "[token]" in raised.value.said


@pytest.mark.parametrize(
    ("kind", "expected", "stands"),
    [
        ("drop-before", DeliveryUnknown, 0),
        ("drop-after", DeliveryUnknown, 1),
        ("error-before", DeliveryUnknown, 0),
        ("error-after", DeliveryUnknown, 1),
        ("malformed", DeliveryUnknown, 1),
        ("nonsense", DeliveryUnknown, 1),
        ("limit", RateLimited, 0),
    ],
)
def test_each_fault_of_a_send_says_what_to_do_next(
    rig: SquareRig, kind: str, expected: type[ChannelError], stands: int
) -> None:
    part = Part(preview_of(rig, "hello"), 0, "k")
    rig.platform.faults.order(kind, method="POST", path=POSTS)
    with pytest.raises(expected) as raised:
        rig.sender().send(part)
    assert (raised.value.channel, raised.value.operation) == (rig.name, "send")
    assert len(rig.in_our_name(stands)) == stands


def test_sending_again_blindly_would_answer_twice_where_no_key_is_kept(tmp_path: Path) -> None:
    """The control: this is why doubt is read back and never sent again."""
    with fake_square(tmp_path, kind="read-back") as platform:
        rig = SquareRig(platform, frozenset())
        part = Part(preview_of(rig, "hello"), 0, "k")
        platform.faults.order("drop-after", method="POST", path=POSTS)
        with pytest.raises(DeliveryUnknown):
            rig.sender().send(part)
        rig.sender().send(part)
        assert rig.in_our_name(2) == ["hello", "hello"]


def test_looking_works_in_a_thread_longer_than_the_square_shows(rig: SquareRig) -> None:
    preview = preview_of(rig, "hello")
    sql = "INSERT INTO posts (account, text, visibility, in_reply_to, thread, created_at) VALUES (?, ?, ?, ?, ?, ?)"
    crowd = rig.platform.board.join("Crowd")
    with rig.platform.board.file.writing() as db:
        db.executemany(sql, [(crowd, "+1", "public", 1, 1, clock.stamp(clock.now()))] * 1100)
    later = rig.say("Petra", "and the zip", reply_to="1")
    target = rig.sender().look(preview)
    assert (target.there, target.newer) == (True, (later,))


def test_an_answer_that_takes_longer_than_we_wait_is_in_doubt(rig: SquareRig) -> None:
    part = Part(preview_of(rig, "hello"), 0, "k")
    rig.connection.http.timeout = 0.05
    rig.platform.faults.order("slow", method="POST", path=POSTS, seconds=0.5)
    with pytest.raises(DeliveryUnknown):
        rig.sender().send(part)


def test_nobody_there_means_that_nothing_was_accepted(tmp_path: Path) -> None:
    with fake_square(tmp_path) as platform:
        rig = SquareRig(platform, frozenset())
        part = Part(preview_of(rig, "hello"), 0, "k")
        rig.connection.http.close()
    alone = SquareRig(platform, frozenset())
    with pytest.raises(Temporary):
        alone.sender().send(part)


def test_a_post_taken_back_meanwhile_is_gone(rig: SquareRig) -> None:
    part = Part(preview_of(rig, "hello"), 0, "k")
    rig.delete("Petra", "1")
    with pytest.raises(Gone):
        rig.sender().send(part)


def test_a_server_that_is_no_square_takes_nothing_for_gone(rig: SquareRig) -> None:
    preview = preview_of(rig, "hello")
    rig.connection.http.base_url = f"{rig.platform.url}/elsewhere/"
    with pytest.raises(Temporary):
        rig.sender().look(preview)
    with pytest.raises(Temporary):
        rig.sender().send(Part(preview, 0, "k"))


def test_a_token_of_another_account_is_refused(rig: SquareRig) -> None:
    rig.connection.handle = "another-brand"
    with pytest.raises(AuthFailed, match="@wanderlust, not to @another-brand"):
        Desk(rig).poll()


def test_absence_is_told_only_once_our_request_cannot_be_under_way(tmp_path: Path, freeze) -> None:
    traveller = freeze(datetime(2026, 11, 23, 11, 0, tzinfo=UTC))
    with fake_square(tmp_path, kind="read-back") as platform:
        rig = SquareRig(platform, frozenset())
        part, since = Part(preview_of(rig, "hello"), 0, "k"), clock.now()
        assert isinstance(rig.sender().find(part, since), Unclear)
        traveller.shift(rig.settings.timeout_seconds)
        assert isinstance(rig.sender().find(part, since), Absent)


def test_an_edit_between_the_two_requests_of_a_look_is_seen(rig: SquareRig, monkeypatch: pytest.MonkeyPatch) -> None:
    preview, listing = preview_of(rig, "hello"), rig.connection.listing

    def edit_first(*asked: str, **query: int) -> list:
        rig.platform.edit("Petra", "1", "my strap is whole")
        return listing(*asked, **query)

    monkeypatch.setattr(rig.connection, "listing", edit_first)
    assert rig.sender().look(preview).edited


@pytest.mark.parametrize("off", [timedelta(hours=3), -timedelta(hours=3)])
def test_an_answer_is_found_whatever_our_clock_said_when_it_was_sent(rig: SquareRig, off: timedelta) -> None:
    part = Part(preview_of(rig, "hello"), 0, "k")
    receipt = rig.sender().send(part)
    assert rig.sender().find(part, clock.now() + off) == Found(receipt)


def test_without_a_key_an_answer_is_found_by_its_words_once_the_lag_has_passed(tmp_path: Path, freeze) -> None:
    traveller = freeze(datetime(2026, 11, 23, 11, 0, tzinfo=UTC))
    with fake_square(tmp_path, kind="neither", lag=30) as platform:
        rig = SquareRig(platform, frozenset())
        part, since = Part(preview_of(rig, "hello"), 0, "k"), clock.now()
        other = Part(rig.sender().preview(Draft("another answer"), part.preview.address), 0, "k")
        receipt = rig.sender().send(part)
        assert isinstance(rig.sender().find(part, since), Unclear)
        traveller.shift(timedelta(seconds=33))
        assert rig.sender().find(part, since) == Found(receipt)
        assert isinstance(rig.sender().find(other, since), Absent)


def test_an_answer_is_found_behind_many_pages_of_later_ones(rig: SquareRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("responders.square.PAGE", 2)
    part, since = Part(preview_of(rig, "hello"), 0, "k"), clock.now()
    receipt = rig.sender().send(part)
    for number in range(7):
        rig.answer_elsewhere("1", f"more {number}")
    assert rig.sender().find(part, since) == Found(receipt)


@pytest.mark.parametrize("written", ["", "{}", '{"post":"1","visibility":"friends","handle":"x","version":1}', "[]"])
def test_an_address_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="Address"):
        read_address(written)


def test_an_address_survives_being_written() -> None:
    address = '{"handle":"petra","post":"7","version":2,"visibility":"private"}'
    assert read_address(address) == Address("7", "private", "petra", 2)
