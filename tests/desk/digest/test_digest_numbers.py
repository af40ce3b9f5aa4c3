"""Every number in a digest is the one that raw SQL finds in the tables, on a desk that lived for sixteen days."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from desk.digest import sending
from desk.digest.numbers import percentile
from desk.digest.report import Report
from desk.wording import brief, number, share
from tests.desk import pigeons
from tests.desk.digest.lived import MORNING, live
from tests.desk.pigeons import Scene
from twoway import channels, clock
from twoway.config import Recipient
from twoway.store.digests import Kind

READER = Recipient(address="boss@fjordlicht.example", language="en")
PERIODS: tuple[Kind, ...] = ("daily", "weekly")
LENGTH = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}


@pytest.fixture(scope="module", params=[1, 2])
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A desk on a Monday morning."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(channels, "paths", pigeons.known)
        channels.channel.cache_clear()
        scene = live(tmp_path_factory.mktemp("lived"), request.param)
        with time_machine.travel(MORNING, tick=False):
            yield scene
        scene.desk.close()
    channels.channel.cache_clear()


def raw(scene: Scene, sql: str, kind: Kind) -> list[tuple[Any, ...]]:
    """What the tables say, asked by another connection."""
    values = {
        "until": clock.stamp(MORNING),
        "since": clock.stamp(MORNING - LENGTH[kind]),
        "before": clock.stamp(MORNING - 2 * LENGTH[kind]),
    }
    used = {name: value for name, value in values.items() if f":{name}" in sql}
    with closing(sqlite3.connect(scene.desk.store.path)) as db:
        return db.execute(sql, used).fetchall()


def told(scene: Scene, kind: Kind) -> Report:
    """The digest as values."""
    return sending.told(scene.desk, READER, MORNING.date(), kind)


# Written from the tables alone, another way than the desk counts: lists of ids, joined, then counted.
_PERIOD = "heard_at >= :since AND heard_at < :until AND history = 0 AND kind = 'message'"
_WANT = (
    f"SELECT m.* FROM mentions m JOIN judgements j ON j.id = m.judgement_id WHERE {_PERIOD} AND queued = 1"
    " AND deleted_at IS NULL AND erased_at IS NULL AND j.complaint + j.wants_answer + j.abstained > 0"
)
_SENT = (
    "SELECT d.conversation_id, a.version, d.sent_at FROM receipts r JOIN deliveries d ON d.id = r.delivery_id"
    " JOIN approvals a ON a.id = d.approval_id WHERE d.state = 'sent'"
)
RAW = {
    "heard": f"SELECT channel_id, id FROM mentions WHERE {_PERIOD}",
    "wanted": f"SELECT channel_id, id FROM ({_WANT})",
    "answered": f"SELECT m.channel_id, m.id FROM ({_WANT}) m JOIN ({_SENT}) s ON s.conversation_id = m.conversation_id"
    " AND s.version >= m.said_version UNION SELECT m.channel_id, m.id FROM"
    f" ({_WANT}) m JOIN outside_answers o ON o.conversation_id = m.conversation_id"
    " AND o.version >= m.said_version AND o.created_at >= m.said_there",
    "given": "SELECT channel_id, 'd' || id FROM deliveries WHERE state = 'sent' AND sent_at >= :since"
    " AND sent_at < :until UNION SELECT channel_id, 'o' || id FROM outside_answers"
    " WHERE conversation_id IS NOT NULL AND heard_at >= :since AND heard_at < :until",
    **{
        name: "SELECT channel_id, m.id FROM mentions m JOIN judgements j ON j.id = m.judgement_id"
        f" WHERE {_PERIOD} AND j.noise = 0 AND j.sentiment = '{sentiment}'"
        for name, sentiment in (("disappointing", "negative"), ("fine", "neutral"), ("delighting", "positive"))
    },
    "awaiting": "SELECT channel_id, id FROM conversations WHERE awaiting_since IS NOT NULL AND lane <> 'noise'",
    "overdue": "SELECT channel_id, id FROM conversations WHERE due_at <= :until",
    "noise": "SELECT channel_id, id FROM conversations WHERE state = 'open' AND lane = 'noise'",
}


def counted(scene: Scene, name: str, kind: Kind) -> dict[str, int]:
    """That figure by raw SQL, of each channel and of all."""
    named = f"WITH x (place, id) AS ({RAW[name]}) SELECT place, id FROM x"
    sql = f"SELECT h.name, count(x.id) FROM channels h LEFT JOIN ({named}) x ON x.place = h.id GROUP BY h.id"
    found = dict(raw(scene, sql, kind))
    return {**found, "in total": sum(found.values())}


@pytest.mark.parametrize("kind", PERIODS)
@pytest.mark.parametrize("name", RAW)
def test_every_count_is_that_of_raw_sql(lived: Scene, name: str, kind: Kind) -> None:
    report, expected = told(lived, kind), counted(lived, name, kind)
    assert {row.channel: getattr(row, name) for row in report.channels} | {
        "in total": getattr(report.sums, name)
    } == expected
    assert expected["in total"] > 0, "else nothing is proved"


_WAITS = f"""
WITH answers AS (SELECT conversation_id, sent_at AS at, sent_at AS known FROM ({_SENT})
  UNION ALL SELECT conversation_id, created_at, heard_at FROM outside_answers WHERE conversation_id IS NOT NULL),
asked AS (SELECT conversation_id, channel_id, min(iif(version = 1, created_at, changed_at)) AS asked
  FROM ({_WANT.replace(_PERIOD, "history = 0 AND kind = 'message'")}) GROUP BY conversation_id),
ranked AS (SELECT channel_id, at, asked, known,
    row_number() OVER (PARTITION BY conversation_id ORDER BY at, known) AS place
  FROM answers JOIN asked USING (conversation_id) WHERE at >= asked)
SELECT h.name, unixepoch(at) - unixepoch(asked) AS seconds FROM ranked JOIN channels h ON h.id = channel_id
WHERE place = 1 AND known >= :since AND known < :until ORDER BY seconds
"""


@pytest.mark.parametrize("kind", PERIODS)
def test_first_answers_took_as_long_as_raw_sql_says(lived: Scene, kind: Kind) -> None:
    found = raw(lived, _WAITS, kind)
    assert found
    assert told(lived, kind).first_answers == {
        name: [seconds for other, seconds in found if other == name] for name, _ in found
    }


@pytest.mark.parametrize("kind", PERIODS)
def test_the_period_before_is_counted_the_same_way(lived: Scene, kind: Kind) -> None:
    before = told(lived, kind).before
    earlier = {name: sql.replace(":until", ":x").replace(":since", ":before") for name, sql in RAW.items()}
    for name in ("heard", "given", "disappointing", "fine", "delighting"):
        assert getattr(before, name) == len(raw(lived, earlier[name].replace(":x", ":since"), kind)) > 0


@pytest.mark.parametrize("kind", PERIODS)
def test_what_is_printed_is_what_was_counted(lived: Scene, kind: Kind) -> None:
    """From raw SQL to the text of the mail, cell by cell."""
    text = sending.preview(lived.desk, READER, MORNING.date(), kind).text
    rows = re.findall(
        r"^- ([\w ]+): heard ([\d,]+), answer wanted ([\d,]+), of these answered ([\d,]+), rate (\S+), median (.+?),"
        r" 90% within (.+?), overdue ([\d,]+)\n(?:  ([\d,]+) disappointed, ([\d,]+) fine, ([\d,]+) delighted)?",
        text,
        re.MULTILINE,
    )
    assert [row[0] for row in rows] == ["attic", "cellar", "loft", "in total"]
    figures = {name: counted(lived, name, kind) for name in RAW}
    waits = raw(lived, _WAITS, kind)
    for place, *cells in rows:
        own = [seconds for name, seconds in waits if place in (name, "in total")]
        value = {name: found[place] for name, found in figures.items()}
        rate = share(value["answered"], value["wanted"], "en") if value["wanted"] else "–"
        lengths = [brief(own[-(-len(own) * per // 100) - 1], "en") if own else "–" for per in (50, 90)]
        moods = [number(value[name], "en") for name in ("disappointing", "fine", "delighting")]
        whole = [number(value[name], "en") for name in ("heard", "wanted", "answered")]
        assert cells == [*whole, rate, *lengths, number(value["overdue"], "en"), *moods]


@pytest.mark.parametrize("kind", PERIODS)
def test_debts_and_clocks_are_those_of_raw_sql(lived: Scene, kind: Kind) -> None:
    report = told(lived, kind)
    overdue = "SELECT id FROM conversations WHERE due_at <= :until ORDER BY due_at, id"
    midnight = "'2026-11-23T23:00:00.000000Z'"
    later = f"SELECT id FROM conversations WHERE due_at > :until AND due_at <= {midnight} ORDER BY due_at, id"
    for listed, sql in ((report.overdue, overdue), (report.today, later)):
        expected = [row[0] for row in raw(lived, sql, kind)]
        assert listed.total == len(expected) > 0
        assert [line.id for line in listed.lines] == expected[:10]


def test_a_percentile_is_a_value_that_occurred() -> None:
    assert [percentile([7], share) for share in (50, 90)] == [7, 7]
    assert [percentile([1, 2], share) for share in (50, 90)] == [1, 2]
    assert [percentile(list(range(1, 11)), share) for share in (50, 90)] == [5, 9]
