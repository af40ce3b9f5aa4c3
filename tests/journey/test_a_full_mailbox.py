"""The whole desk's first poll of a mailbox with 50,000 old mails."""

import tracemalloc
from datetime import UTC, datetime

import pytest

from desk import schedule
from tests.journey.office import Office
from twoway.store import figures, inbox

pytestmark = pytest.mark.servers

OLD = b"From: k@customer.test\r\nSubject: Alt\r\nMessage-ID: <0@customer.test>\r\n\r\nWo bleibt mein Paket?\r\n"
DESK = "alles@desk.test"


def test_nothing_old_becomes_work_and_memory_stays_flat(office: Office) -> None:
    office.set_up(support=DESK)
    office.servers.dovecot.pile(DESK, 50_000, OLD, at=datetime(2026, 1, 1, tzinfo=UTC))
    with office.beside() as desk:
        tracemalloc.start()
        schedule.collect(desk, "support")
        schedule.judge_all(desk)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert set(figures.journey(desk.store).values()) == {0}
        assert peak < 16_000_000

        office.servers.dovecot.put(DESK, OLD.replace(b"Alt", b"Neu"))
        schedule.collect(desk, "support")
        schedule.judge_all(desk)
        assert [line.title for line in inbox.lines(desk.store, "open")] == ["Neu"]
