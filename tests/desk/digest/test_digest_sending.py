"""Each recipient gets one digest a local date, at their hour, whatever happens to clocks, processes and servers."""

import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from desk.digest import digest_once
from tests.conftest import NOON, Freeze
from tests.desk.conftest import Open
from tests.desk.digest.conftest import Mailing, Post
from tests.desk.pigeons import Scene
from tests.mail import smtp_server
from twoway.store import digests
from twoway.store.digests import Edition

BOSS = 'address = "Boss@fjordlicht.example"'
BERLIN = ZoneInfo("Europe/Berlin")
TODAY = Edition("boss@fjordlicht.example", "daily", "2026-11-23")


def drain(scene: Scene) -> int:
    """Work until nothing is due."""
    tries = 0
    while digest_once(scene.desk):
        tries += 1
        assert tries < 50
    return tries


def test_nothing_is_sent_before_the_hour_and_one_digest_after_it(mailing: Mailing, post: Post, freeze: Freeze) -> None:
    clock = freeze(datetime(2026, 11, 23, 6, 29, 59, tzinfo=UTC))
    scene = mailing(BOSS)
    assert drain(scene) == 0
    clock.shift(1)
    assert drain(scene) == 1
    clock.shift(3600)
    assert drain(scene) == 0
    assert post.recipients == ["Boss@fjordlicht.example"]


def test_everybody_gets_theirs_in_their_language_and_zone(mailing: Mailing, post: Post, freeze: Freeze) -> None:
    clock = freeze(datetime(2026, 11, 23, 6, 30, tzinfo=UTC))
    tokyo = 'address = "kai@example.org"\nlanguage = "en"\nat = "08:00"\ntimezone = "Asia/Tokyo"'
    scene = mailing(BOSS, tokyo)
    drain(scene)  # 07:30 in Berlin, 15:30 in Tokyo
    assert sorted(str(mail["Subject"]) for mail in post.mails) == [
        "Alles beantwortet – Fjordlicht",
        "Everything answered – Fjordlicht",
    ]
    clock.move_to(datetime(2026, 11, 23, 23, 0, tzinfo=UTC))
    drain(scene)  # already tomorrow in Tokyo
    assert post.recipients[2:] == ["kai@example.org"]


@pytest.mark.parametrize("night", [datetime(2026, 3, 29, tzinfo=BERLIN), datetime(2026, 10, 25, tzinfo=BERLIN)])
@pytest.mark.parametrize("at", ["00:00", "02:00", "02:30", "03:00", "07:30"])
def test_one_digest_a_date_over_a_night_on_which_clocks_change(
    mailing: Mailing, post: Post, freeze: Freeze, night: datetime, at: str
) -> None:
    begin = (night - timedelta(hours=12)).astimezone(UTC)
    clock = freeze(begin)
    scene = mailing(f'{BOSS}\nat = "{at}"')
    for step in range(38 * 4):
        clock.move_to(begin + step * timedelta(minutes=15))
        drain(scene)
    sent = [parsedate_to_datetime(str(mail["Date"])).astimezone(BERLIN) for mail in post.mails]
    assert len({moment.date() for moment in sent}) == len(sent) > 1
    left_out = night.month == 3 and at.startswith("02")
    hour = at.replace("02", "03") if left_out else at
    assert [f"{moment:%H:%M}" for moment in sent if moment.date() == night.date()] == [hour]


def test_two_processes_at_once_send_one_each(mailing: Mailing, post: Post, freeze: Freeze) -> None:
    freeze()
    people = [f'address = "reader{n}@example.org"' for n in range(6)]
    desks = [mailing(*people), mailing(*people)]
    with ThreadPoolExecutor(2) as both:
        assert sum(both.map(drain, desks)) == 6
    assert sorted(post.recipients) == [f"reader{n}@example.org" for n in range(6)]


def test_without_the_claim_they_would_send_two(
    mailing: Mailing, post: Post, freeze: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze()
    monkeypatch.setattr(digests, "claim", lambda *arguments: 1)
    for scene in (mailing(BOSS), mailing(BOSS)):
        digest_once(scene.desk)
    assert len(post.mails) == 2


def test_a_crash_before_sending_loses_nothing(mailing: Mailing, post: Post, freeze: Freeze) -> None:
    clock = freeze()
    digests.claim(mailing(BOSS).desk.store, TODAY, timedelta(minutes=5))
    restarted = mailing(BOSS)
    assert drain(restarted) == 0
    clock.shift(301)
    assert drain(restarted) == 1
    assert len(post.mails) == 1


def test_a_crash_after_sending_repeats_it_under_the_same_message_id(
    mailing: Mailing, post: Post, freeze: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = freeze()
    with monkeypatch.context() as crash:
        crash.setattr(digests, "sent", lambda *arguments: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            digest_once(mailing(BOSS).desk)
    clock.shift(301)
    drain(mailing(BOSS))
    clock.shift(86_400)
    drain(mailing(BOSS))
    first, again, tomorrow = (str(mail["Message-ID"]) for mail in post.mails)
    assert first == again != tomorrow


def test_a_server_that_fails_is_tried_again_and_the_reason_kept(mailing: Mailing, post: Post, freeze: Freeze) -> None:
    clock = freeze()
    scene = mailing(BOSS)
    post.orders.mail = "451 try later"
    assert drain(scene) == 1
    sql = "SELECT attempts, sent_at, last_error FROM digests"
    (row,) = scene.desk.store.read().execute(sql).fetchall()
    assert tuple(row) == (1, None, "digest: send: 451 try later")
    post.orders.mail = ""
    assert drain(scene) == 0
    clock.shift(20)
    assert drain(scene) == 1
    assert len(post.mails) == 1


def test_one_mailbox_that_refuses_does_not_keep_the_others_waiting(
    mailing: Mailing, post: Post, freeze: Freeze
) -> None:
    freeze()
    post.orders.rcpt["gone@example.org"] = "550 5.1.1 unknown"
    scene = mailing('address = "gone@example.org"', 'address = "boss@kein..gültiger.name"', BOSS)
    assert drain(scene) == 3
    assert post.recipients == ["Boss@fjordlicht.example"]


def test_an_outage_over_midnight_does_not_bring_yesterday_s_digest(
    mailing: Mailing, post: Post, freeze: Freeze
) -> None:
    clock = freeze()
    scene = mailing(BOSS)
    post.orders.mail = "451 try later"
    drain(scene)
    post.orders.mail = ""
    clock.move_to(NOON + timedelta(hours=13))
    assert drain(scene) == 0
    clock.move_to(NOON + timedelta(days=1))
    assert drain(scene) == 1
    assert len(post.mails) == 1


@pytest.mark.parametrize(("choice", "mails"), [("true", 1), ("false", 0)])
def test_sending_when_there_is_nothing_to_say_is_a_choice(
    mailing: Mailing, post: Post, freeze: Freeze, choice: str, mails: int
) -> None:
    clock = freeze()
    scene = mailing(BOSS, more=f"send_when_empty = {choice}")
    drain(scene)
    assert len(post.mails) == mails
    clock.shift(12 * 3600)
    scene.says()
    clock.shift(12 * 3600)
    drain(scene)
    assert len(post.mails) == mails + 1


def test_the_mail_has_both_forms_and_says_that_a_machine_wrote_it(mailing: Mailing, post: Post, freeze: Freeze) -> None:
    freeze()
    drain(mailing(BOSS))
    (mail,) = post.mails
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert (mail["From"], mail["To"]) == ("Fjordlicht <desk@fjordlicht.example>", "Boss@fjordlicht.example")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(str(mail["Date"])) == NOON
    lines = [line for line in post.orders.taken[0].content.splitlines() if not line.startswith(b"List-Unsubscribe:")]  # type: ignore[union-attr]
    assert max(map(len, lines)) <= 78


def test_a_login_goes_over_tls_only(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, freeze: Freeze
) -> None:
    with smtp_server.running(tmp_path, tls="starttls", auth=True) as server:
        freeze()
        monkeypatch.setenv("PASSWORD", smtp_server.PASSWORD)
        section = (
            f'[digest.smtp]\nhost = "127.0.0.1"\nport = {server.port}\nsender = "desk@fjordlicht.example"\n'
            f'username = "{smtp_server.USER}"\npassword = "env:PASSWORD"\n[[digest.recipients]]\n{BOSS}\n'
        )
        untrusting = opened(section)
        drain(untrusting)
        assert server.orders.taken == []
        trust = ssl.create_default_context
        monkeypatch.setattr(ssl, "create_default_context", lambda **_: trust(cafile=str(server.ca_file)))
        digests.failed(untrusting.desk.store, TODAY, "", NOON)
        drain(untrusting)
        assert len(server.orders.taken) == 1
