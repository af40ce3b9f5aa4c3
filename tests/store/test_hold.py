"""Holding: a restored, copied, moved or older file sends nothing until an admin confirms it."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conftest import Freeze
from tests.store.desk import Desk, own_post, receipt
from twoway import clock
from twoway.errors import Refused, StoreError
from twoway.store import deliveries, doubts, events, hold, marker, open_store
from twoway.store.audit import audit

AGAIN = timedelta(minutes=2)


@pytest.fixture
def pending(desk: Desk) -> Desk:
    """A desk with an approved answer that is due, and one of two parts in another conversation."""
    hold.check(desk.store)
    desk.said()
    desk.approve()
    return desk


def copy(desk: Desk, to: Path) -> Path:
    """The file and what lies beside it, as somebody copies a folder."""
    with desk.store.write() as db:
        db.execute("SELECT 1")
    desk.store._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    to.mkdir()
    for file in (desk.store.path, marker.beside(desk.store.path)):
        if file.exists():
            shutil.copy(file, to)
    return to / desk.store.path.name


class Opened(Desk):
    """A desk on a file that has been one before."""

    def __post_init__(self) -> None:
        self.channel = 1
        self.approver, self.session = self.person("again", "approver")
        self.admin, self.confirmer = self.person("chief", "admin")


@pytest.fixture
def reopened() -> Iterator[dict[Path, Desk]]:
    """Desks to be closed at the end."""
    desks: dict[Path, Desk] = {}
    yield desks
    for desk in desks.values():
        assert audit(desk.store).broken() == []
        desk.store.close()


def reopen(desks: dict[Path, Desk], path: Path) -> Opened:
    """Start a desk on a file."""
    desks[path] = Opened(open_store(path))
    return desks[path]  # type: ignore[return-value]


def restart(desk: Desk) -> None:
    """Open whatever lies at the desk's path now."""
    desk.store = open_store(desk.store.path)


def held(desk: Desk) -> str:
    """Why sending is held, after an attempt to claim; '' if it is not."""
    claimed = deliveries.claim(desk.store, "worker", {desk.name: timedelta(0)}, AGAIN)
    found = hold.of(desk.store.read())
    assert not (claimed and found)
    return found.held_reason if found else ""


@contextmanager
def killed_after_the_marker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The marker is laid, and what should have followed is not."""
    write = marker.write

    def die(path: Path, found: marker.Marker) -> None:
        write(path, found)
        raise StoreError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(marker, "write", die)
        yield


def test_a_new_file_is_marked_and_sends(pending: Desk) -> None:
    assert marker.beside(pending.store.path).stat().st_mode & 0o777 == 0o600
    assert held(pending) == ""


def test_a_new_file_that_was_interrupted_while_it_was_marked_is_no_stranger(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with killed_after_the_marker(monkeypatch), pytest.raises(StoreError, match="killed"):
        hold.check(desk.store)
    assert marker.beside(desk.store.path).exists()
    assert desk.all("SELECT marked FROM desk") == [(0,)]
    assert held(desk) == ""


def test_a_confirmation_that_was_interrupted_is_given_again(pending: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    marker.beside(pending.store.path).unlink()
    assert held(pending)
    with killed_after_the_marker(monkeypatch), pytest.raises(StoreError, match="killed"):
        confirmed(pending)
    assert held(pending) == "the marker beside the database is missing"
    confirmed(pending)
    assert held(pending) == ""


def test_a_file_that_stays_where_it_is_sends_after_a_restart(pending: Desk) -> None:
    pending.store.close()
    restart(pending)
    assert held(pending) == ""


def test_a_copy_is_held(pending: Desk, tmp_path: Path, reopened: dict[Path, Desk]) -> None:
    other = reopen(reopened, copy(pending, tmp_path / "copy"))
    assert held(other) == "the database was copied or moved here"
    assert held(pending) == ""


def test_a_copy_without_its_marker_is_held(pending: Desk, tmp_path: Path, reopened: dict[Path, Desk]) -> None:
    path = copy(pending, tmp_path / "copy")
    marker.beside(path).unlink()
    assert held(reopen(reopened, path)) == "the marker beside the database is missing"


@pytest.mark.parametrize("rubbish", ["", "{}", "[1]", '{"instance": 1', "\x00"])
def test_a_marker_that_cannot_be_read_is_as_good_as_none(pending: Desk, rubbish: str) -> None:
    marker.beside(pending.store.path).write_text(rubbish)
    assert held(pending) == "the marker beside the database is missing"


def test_a_file_put_in_the_place_of_another_is_held(pending: Desk, tmp_path: Path) -> None:
    path = copy(pending, tmp_path / "copy")
    pending.store.close()
    path.replace(pending.store.path)
    restart(pending)
    assert held(pending) == "another file was put in the place of the database"


def test_an_older_state_of_the_same_file_is_held(pending: Desk, tmp_path: Path) -> None:
    older = copy(pending, tmp_path / "copy")
    pending.send(pending.claim(), "answer-1")
    pending.store.close()
    shutil.copyfile(older, pending.store.path)  # the same inode
    restart(pending)
    assert held(pending) == "the database does not know what was last sent from here"


def test_a_state_that_went_another_way_is_held(pending: Desk, tmp_path: Path) -> None:
    older = copy(pending, tmp_path / "copy")
    pending.send(pending.claim(), "answer-1")
    pending.store.close()
    other = open_store(older)
    with other.write() as db:
        for number in range(50):
            events.record(db, "test", clock.now(), number=number)
    other.close()
    shutil.copyfile(older, pending.store.path)
    restart(pending)
    assert held(pending) == "the database does not know what was last sent from here"


def test_nothing_is_held_for_what_happened_without_sending(pending: Desk, tmp_path: Path) -> None:
    """The marker is about remote writes: a file that knows of all of them may go on."""
    older = copy(pending, tmp_path / "copy")
    pending.said(id="more")
    pending.store.close()
    shutil.copyfile(older, pending.store.path)
    restart(pending)
    assert held(pending) == ""


def test_without_the_check_the_older_file_sends_again(
    pending: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    older = copy(pending, tmp_path / "copy")
    pending.send(pending.claim(), "answer-1")
    pending.store.close()
    shutil.copyfile(older, pending.store.path)
    restart(pending)
    monkeypatch.setattr(marker, "misfit", lambda found, wanted: "")
    assert pending.claim().delivery.id == 1


def test_the_last_moment_before_a_part_is_asked_too(pending: Desk) -> None:
    claimed = pending.claim()
    marker.beside(pending.store.path).unlink()
    assert not pending.begin(claimed)
    assert pending.delivery().state == "unknown"


def test_what_was_open_is_in_doubt_and_nothing_else(pending: Desk) -> None:
    pending.said()
    pending.approve(2, route="hand")
    pending.said()
    pending.approve(3)
    pending.begin(pending.claim())
    with pending.store.write() as db:
        hold.hold(db, "a test")
    assert [row[0] for row in pending.all("SELECT state FROM deliveries ORDER BY id")] == [
        "unknown",
        "pending",
        "unknown",
    ]
    assert pending.all("SELECT count(*) FROM parts WHERE tried_at IS NULL") == [(1,)]
    assert audit(pending.store).broken() == []


def test_everybody_is_told_once(pending: Desk) -> None:
    marker.beside(pending.store.path).unlink()
    assert held(pending)
    assert held(pending)
    assert pending.all("SELECT rule, channel_id FROM alerts") == [("held", None)]
    assert pending.all("SELECT count(*) FROM events WHERE kind = 'desk.held'") == [(1,)]


def test_while_held_nothing_is_approved_read_back_or_called_absent(pending: Desk) -> None:
    marker.beside(pending.store.path).unlink()
    assert held(pending)
    assert doubts.take(pending.store, [pending.name], AGAIN) is None
    pending.said()
    with pytest.raises(Refused, match="sending is held until an admin confirms it: the marker"):
        pending.approve(2)
    with pytest.raises(Refused, match="sending is held"):
        doubts.absent(pending.store, 1, pending.approver.id)
    assert pending.delivery().state == "unknown"


def test_while_held_people_write_and_customers_are_heard(pending: Desk) -> None:
    with pending.store.write() as db:
        hold.hold(db, "a test")
    assert pending.said() == 2
    assert pending.write(conversation=2).state == "writing"


def confirmed(desk: Desk) -> None:
    """An admin says that all is well."""
    hold.confirm(desk.store, desk.person(f"chief {len(desk.all('SELECT id FROM users'))}", "admin")[1])


def test_confirming_lets_it_read_back_and_send(pending: Desk) -> None:
    marker.beside(pending.store.path).unlink()
    assert held(pending)
    confirmed(pending)
    assert hold.check(pending.store)
    doubt = doubts.take(pending.store, [pending.name], AGAIN)
    assert doubt is not None
    doubts.absent(pending.store, doubt.delivery.id)
    pending.send(pending.claim(), "answer-1")
    assert pending.delivery().state == "sent"


def test_it_is_looked_for_from_its_approval_to_the_confirmation(pending: Desk, freeze: Freeze) -> None:
    approved = clock.parse(pending.delivery().created_at)
    marker.beside(pending.store.path).unlink()
    assert held(pending)
    moment = approved + timedelta(hours=1)
    freeze(moment)
    confirmed(pending)
    doubt = doubts.take(pending.store, [pending.name], AGAIN)
    assert doubt is not None
    assert (doubt.since, doubt.until) == (approved, moment)


def test_a_moved_desk_sends_where_an_admin_confirmed_it_and_no_longer_where_it_was(
    pending: Desk, tmp_path: Path, reopened: dict[Path, Desk]
) -> None:
    path = copy(pending, tmp_path / "moved")
    moved = reopen(reopened, path)
    assert held(moved)
    hold.confirm(moved.store, moved.confirmer)
    assert hold.check(moved.store)
    assert marker.read(path) != marker.read(pending.store.path)


@pytest.mark.parametrize("role", ["viewer", "agent", "approver"])
def test_only_an_admin_confirms(pending: Desk, role: str) -> None:
    marker.beside(pending.store.path).unlink()
    assert held(pending)
    with pytest.raises(Refused, match="only an active admin"):
        hold.confirm(pending.store, pending.person("somebody", role)[1])
    assert held(pending)


def test_there_is_nothing_to_confirm_where_nothing_is_held(pending: Desk) -> None:
    with pytest.raises(Refused, match="not held"):
        confirmed(pending)


def test_a_confirmation_is_on_the_record(pending: Desk) -> None:
    with pending.store.write() as db:
        hold.hold(db, "a test")
    confirmed(pending)
    ((who, at),) = pending.all("SELECT confirmed_by, confirmed_at FROM desk")
    assert pending.all("SELECT user_id, at FROM events WHERE kind = 'desk.confirmed'") == [(who, at)]


def test_each_part_that_may_be_there_is_read_back(desk: Desk) -> None:
    """One part is found; the next one may be there as well, and is not sent before that is known."""
    desk.said()
    desk.approve(parts=2)
    with desk.store.write() as db:
        hold.hold(db, "a test")
    confirmed(desk)
    for number in range(2):
        assert desk.delivery().state == "unknown"
        doubts.take(desk.store, [desk.name], timedelta(0))
        doubts.found(desk.store, 1, number, receipt(f"answer-{number}"))
    assert desk.delivery().state == "sent"


def test_our_own_post_that_is_heard_is_the_receipt_of_what_was_held(pending: Desk) -> None:
    with pending.store.write() as db:
        hold.hold(db, "a test")
    pending.change(own_post("answer-1", "post-1", "Hello 0"))
    assert pending.delivery().state == "sent"
    assert pending.all("SELECT evidence FROM receipts") == [("heard",)]


def test_many_workers_on_one_file_do_not_hold_each_other(pending: Desk) -> None:
    stores = [open_store(pending.store.path) for _ in range(4)]
    free: list[bool] = []

    def work(number: int) -> None:
        for _ in range(10):
            with stores[number].write() as db:
                events.record(db, "test", clock.now(), worker=number)
            free.append(hold.mark(stores[number]))
            free.append(hold.check(stores[number]))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for store in stores:
        store.close()
    assert free == [True] * 80


def test_a_file_that_is_taken_away_under_a_desk_sends_nothing(pending: Desk, tmp_path: Path) -> None:
    pending.store.path.rename(tmp_path / "elsewhere.db")
    with pytest.raises(StoreError, match="moved or replaced while it was open"):
        pending.claim()
    (tmp_path / "elsewhere.db").rename(pending.store.path)
    assert held(pending) == ""


def test_a_marker_that_cannot_be_laid_stops_sending(pending: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    claimed = pending.claim()

    def full(path: Path, marker: marker.Marker) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(marker, "write", full)
    with pytest.raises(StoreError):
        pending.begin(claimed)
