"""One digest of a kind a local date: over weeks, nights on which clocks change, kills at every step, two processes."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desk.digest import digest_once, sending
from tests.conftest import NOON, Freeze
from tests.desk.digest.conftest import Mailing, Post
from tests.desk.pigeons import Scene
from tests.house.files import ROOT
from twoway import clock
from twoway.store import digests

BERLIN = ZoneInfo("Europe/Berlin")
BOTH = 'address = "boss@fjordlicht.example"\nweekly = "monday"'
WEEK = f"{BOTH}\ndaily = false"


def drain(scene: Scene) -> int:
    """Work until nothing is due."""
    tries = 0
    while digest_once(scene.desk):
        tries += 1
        assert tries < 50
    return tries


def sent(post: Post) -> list[datetime]:
    """When each mail was written, on Berlin's clocks."""
    return [parsedate_to_datetime(str(mail["Date"])).astimezone(BERLIN) for mail in post.mails]


def test_the_week_is_told_on_its_day_beside_the_day(mailing: Mailing, post: Post, freeze: Freeze) -> None:
    clock = freeze(NOON - timedelta(days=1))
    scene = mailing(BOTH)
    for _ in range(8):
        drain(scene)
        clock.shift(86_400)
    titles = Counter("Wochenbericht" in mail.get_body(("plain",)).get_content() for mail in post.mails)  # type: ignore[union-attr]
    assert titles == {False: 8, True: 1}
    subjects = [str(mail["Subject"]) for mail in post.mails if str(mail["Subject"]).startswith("Woche: ")]
    assert len(subjects) == 1


@pytest.mark.parametrize("sunday", [datetime(2026, 3, 29, tzinfo=BERLIN), datetime(2026, 10, 25, tzinfo=BERLIN)])
@pytest.mark.parametrize("at", ["00:00", "02:30", "07:30"])
def test_one_a_week_over_a_night_on_which_clocks_change(
    mailing: Mailing, post: Post, freeze: Freeze, sunday: datetime, at: str
) -> None:
    begin = (sunday - timedelta(days=1)).astimezone(UTC)
    clock = freeze(begin)
    scene = mailing(f'address = "boss@fjordlicht.example"\nweekly = "sunday"\ndaily = false\nat = "{at}"')
    for step in range(9 * 24 * 2):
        clock.move_to(begin + step * timedelta(minutes=30))
        drain(scene)
    left_out = sunday.month == 3 and at.startswith("02")
    assert [f"{moment:%d.%m. %H:%M}" for moment in sent(post)] == [
        f"{sunday:%d.%m.} {at.replace('02', '03') if left_out else at}",
        f"{sunday + timedelta(days=7):%d.%m.} {at}",
    ]


@pytest.mark.parametrize(("late", "mails"), [(1, 1), (2, 1), (3, 0)])
def test_a_week_s_digest_may_come_two_days_late(
    mailing: Mailing, post: Post, freeze: Freeze, late: int, mails: int
) -> None:
    """A desk that was off on its day; what it then tells ends where it should have."""
    freeze(NOON + timedelta(days=late))
    scene = mailing(WEEK)
    drain(scene)
    assert len(post.mails) == mails
    if mails:
        text = post.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "Montag, 23. November 2026" in text
        assert "Gehört seit Mo., 16.11., 07:30 Uhr" in text


Step = tuple[Any, str]
STEPS: dict[str, Step] = {
    "claimed": (digests, "claim"),
    "counted": (sending, "collect"),
    "written": (sending, "render"),
    "sent": (sending, "deliver"),
    "noted": (digests, "sent"),
}


@contextmanager
def killed(monkeypatch: pytest.MonkeyPatch, step: Step, *, after: bool) -> Iterator[None]:
    """The process dies before or after that step."""
    real: Callable[..., Any] = getattr(*step)

    def die(*arguments: Any, **named: Any) -> None:
        if after:
            real(*arguments, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(*step, die)
        yield


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_neither_loses_a_digest_nor_sends_another(
    mailing: Mailing, post: Post, freeze: Freeze, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    clock = freeze()
    with killed(monkeypatch, STEPS[step], after=after), pytest.raises(KeyboardInterrupt):
        digest_once(mailing(BOTH).desk)
    for _ in range(3):  # started again at once, while the lease holds, and when it is over
        drain(mailing(BOTH))
        clock.shift(301)
    copies = Counter(str(mail["Message-ID"]) for mail in post.mails)
    assert len(copies) == 2, "the day and the week"
    unknown = (step, after) in (("sent", True), ("noted", False))
    assert sorted(copies.values()) == ([1, 2] if unknown else [1, 1])


def noon() -> str:
    """A zone in which it is about noon, so that no local day ends while a test runs."""
    return f"Etc/GMT{clock.now().hour - 12:+d}"


def test_two_processes_at_once_send_one_of_each(mailing: Mailing, post: Post) -> None:
    weekday = f"{clock.now().astimezone(ZoneInfo(noon())):%A}".lower()
    when = f'at = "00:00"\ntimezone = "{noon()}"\nweekly = "{weekday}"'
    scene = mailing(*(f'address = "reader{n}@example.org"\n{when}' for n in range(4)))
    folder = scene.desk.config.path.parent
    command = [sys.executable, "-m", "tests.desk.digest.worker", str(folder)]
    pipe = subprocess.PIPE
    with ExitStack() as stack:
        workers = [
            stack.enter_context(subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True))
            for _ in range(2)
        ]
        for worker in workers:
            assert worker.stdout and worker.stdout.readline() == "ready\n"  # noqa: PT018
        said = [worker.communicate(timeout=60)[0] for worker in _begun(workers)]
    assert sum(map(int, said)) == 8
    assert Counter(post.recipients) == {f"reader{n}@example.org": 2 for n in range(4)}
    assert len({str(mail["Message-ID"]) for mail in post.mails}) == 8


def _begun(workers: list["subprocess.Popen[str]"]) -> list["subprocess.Popen[str]"]:
    """Both told to begin before either is waited for."""
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    return workers


def test_the_zone_of_the_test_above_exists_at_every_hour() -> None:
    for hour in range(24):
        moment = datetime(2026, 11, 23, hour, tzinfo=UTC)
        assert moment.astimezone(ZoneInfo(f"Etc/GMT{hour - 12:+d}")).hour == 12
