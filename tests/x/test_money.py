"""What X costs is known before it is spent: the budget is never passed, whatever happens."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.conftest import Freeze
from tests.contract.rig import Desk
from tests.contract.x import XRig
from tests.fakes.x import FakeX
from tests.fakes.x_asked import Refusal
from twoway import clock
from twoway.channels.x_money import FOR_ANSWERS, FOR_LOOKING_AGAIN, Prices, Unaffordable
from twoway.domain import Draft, Mention, Part
from twoway.errors import DeliveryUnknown, RateLimited, Rejected, Temporary
from twoway.store import channels, open_store
from twoway.store.spending import ChannelLedger

PRICES = Prices()
BILLED = {
    "mention": PRICES.mention, "post": PRICES.post, "users": PRICES.user, "media": PRICES.media,
    "reply": PRICES.reply, "link": PRICES.link,
}  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[ChannelLedger]:
    store = open_store(tmp_path / "twoway.db")
    yield ChannelLedger(store, channels.register(store, "x", "x", 3600).id)
    store.close()


@pytest.fixture
def rig(platform: FakeX, ledger: ChannelLedger) -> Iterator[XRig]:
    made = XRig(platform, ledger=ledger)
    with made.closing:
        yield made


def bill(platform: FakeX) -> Decimal:
    """What X would ask for."""
    return sum((BILLED[name] * count for name, count in platform.town.billed.items()), Decimal(0))


def heard(desk: Desk, said: str) -> Mention:
    """What the next poll makes of it."""
    return desk.poll().heard(said)


def poor(rig: XRig, budget: str, **prices: Decimal) -> None:
    """A small budget from now on."""
    rig.connection = rig.connect(monthly_budget=Decimal(budget), prices=Prices(**prices))


def poll(desk: Desk) -> None:
    """Every stream, though some may have no money left."""
    collector = desk.rig.collector(desk.since)
    for stream in collector.streams():
        try:
            for page in collector.collect(stream, desk.cursors.get(stream)):
                desk.keep(stream, page)
        except RateLimited:
            continue


def test_every_read_and_every_write_is_counted(rig: XRig, desk: Desk, platform: FakeX, ledger: ChannelLedger) -> None:
    said = heard(desk, platform.say("Petra", "kaputt", media=[{"media_key": "3_1", "type": "photo"}]))
    sender = rig.sender()
    for text in ("Danke", "Siehe https://example.org"):
        shown = sender.preview(Draft(text), said.address)
        sender.look(shown)
        sender.send(Part(shown, 0, "key"))
    sender.find(Part(shown, 0, "key"), clock.now())
    desk.poll()
    assert ledger.spent() == bill(platform) > 0


def test_polling_stops_before_the_budget_is_passed(
    rig: XRig, desk: Desk, platform: FakeX, ledger: ChannelLedger
) -> None:
    poor(rig, "2.00")
    for round_ in range(12):
        for number in range(20):
            platform.say(f"Petra{round_}x{number}", "kaputt", media=[{"media_key": "3_1", "type": "photo"}])
        poll(desk)
        assert bill(platform) <= ledger.spent() <= 2 * (1 - FOR_ANSWERS)
    assert ledger.spent() > Decimal("1.5")
    asked = len(platform.requests("/2/users"))
    with pytest.raises(Unaffordable, match=r"of 2\.00 USD are spent"):
        list(rig.collector().collect("mentions", desk.cursors["mentions"]))
    assert len(platform.requests("/2/users")) == asked
    assert ledger.store.read().execute("SELECT count(*) FROM alerts WHERE rule = 'budget'").fetchone()[0] == 1


def test_without_setting_money_aside_it_would_be_passed(
    rig: XRig, desk: Desk, platform: FakeX, ledger: ChannelLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: counting afterwards alone comes too late."""
    poor(rig, "0.50")
    monkeypatch.setattr("twoway.channels.x_money.Purse._limits", lambda self, purpose: (Decimal(10**6), None))
    for number in range(100):
        platform.say(f"Petra{number}", "kaputt")
    poll(desk)
    assert ledger.spent() > Decimal("0.50")


def test_what_was_not_heard_for_want_of_money_is_heard_next_month(
    rig: XRig, desk: Desk, platform: FakeX, freeze: Freeze
) -> None:
    time = freeze(clock.now().replace(day=28))
    poor(rig, "0.60")
    said = {platform.say(f"Petra{number}", "kaputt") for number in range(60)}
    for _ in range(5):
        poll(desk)
    assert set(desk.mentions) < said
    time.shift(timedelta(days=5))
    poor(rig, "100")
    poll(desk)
    assert set(desk.mentions) == said


def test_a_tenth_is_left_for_answers_which_are_refused_only_at_the_very_end(
    rig: XRig, desk: Desk, platform: FakeX, ledger: ChannelLedger
) -> None:
    said = heard(desk, platform.say("Petra", "kaputt"))
    poor(rig, "1.00")
    ledger.take("hear", Decimal("0.90") - ledger.spent(), most=Decimal(1))
    with pytest.raises(Unaffordable):
        list(rig.collector().collect("mentions", desk.cursors["mentions"]))
    sender = rig.sender()
    for number in range(12):
        shown = sender.preview(Draft(f"Antwort {number}"), said.address)
        try:
            sender.send(Part(shown, 0, "key"))
        except Unaffordable:
            break
    assert number == 10
    assert ledger.spent() == Decimal("1.00")


def test_an_address_in_an_answer_is_paid_for(rig: XRig, desk: Desk, platform: FakeX, ledger: ChannelLedger) -> None:
    said = heard(desk, platform.say("Petra", "kaputt"))
    poor(rig, "0.15")
    sender = rig.sender()
    with pytest.raises(Unaffordable):
        sender.send(Part(sender.preview(Draft("Siehe https://example.org"), said.address), 0, "key"))
    sender.send(Part(sender.preview(Draft("Gern"), said.address), 0, "key"))


@pytest.mark.parametrize("fault", ["error-before", "drop-before", "limit"])
def test_what_never_came_is_not_paid_for(
    rig: XRig, desk: Desk, platform: FakeX, ledger: ChannelLedger, fault: str
) -> None:
    before = ledger.spent()
    platform.faults.order(fault, path="/2/users")
    with pytest.raises((Temporary, RateLimited)):
        list(rig.collector().collect("mentions", desk.cursors["mentions"]))
    assert ledger.spent() == before


def test_what_cannot_be_read_was_paid_for(rig: XRig, desk: Desk, platform: FakeX, ledger: ChannelLedger) -> None:
    before = ledger.spent()
    platform.say("Petra", "kaputt")
    platform.faults.order("malformed", path="/2/users")
    with pytest.raises(Temporary):
        list(rig.collector().collect("mentions", desk.cursors["mentions"]))
    assert ledger.spent() > before


@pytest.mark.parametrize(("fault", "paid"), [("drop-after", True), ("error-before", True), ("duplicate", False)])
def test_an_answer_in_doubt_stays_paid_for_and_a_refused_one_does_not(
    rig: XRig, desk: Desk, platform: FakeX, ledger: ChannelLedger, fault: str, paid: bool
) -> None:
    said = heard(desk, platform.say("Petra", "kaputt"))
    part = Part(rig.sender().preview(Draft("Gern"), said.address), 0, "key")
    if fault == "duplicate":
        rig.sender().send(part)
    else:
        platform.faults.order(fault, method="POST")
    before = ledger.spent()
    with pytest.raises((DeliveryUnknown, Rejected)):
        rig.sender().send(part)
    assert (ledger.spent() > before) is paid


def test_looking_again_keeps_to_its_share(rig: XRig, platform: FakeX, ledger: ChannelLedger, freeze: Freeze) -> None:
    time = freeze(datetime(2026, 11, 2, tzinfo=UTC))
    desk = Desk(rig).poll()
    said = {platform.say("Petra", f"Nummer {number}") for number in range(60)}
    desk.poll()
    poor(rig, "10.00")
    time.shift(timedelta(hours=20))
    for _ in range(3):
        poll(desk)
    assert ledger.spent("look again") == 10 * FOR_LOOKING_AGAIN * 2 / 30
    queries = (parse_qs(entry["query"]).get("ids", []) for entry in platform.requests("/2/tweets"))
    asked = [id_ for ids in queries for one in ids for id_ in one.split(",")]
    assert len(asked) == len(set(asked)) == 40
    assert set(asked) < said


def test_only_so_many_mentions_are_kept_as_can_be_looked_up(rig: XRig) -> None:
    poor(rig, "50")
    assert rig.connection.most_kept() == 80
    poor(rig, "50", post=Decimal(0))
    assert rig.connection.most_kept() is None


def test_credits_that_are_gone_call_a_person(rig: XRig, platform: FakeX, ledger: ChannelLedger) -> None:
    platform.server.says_no["/2/users/1000000/mentions"] = Refusal(402, "CreditsDepleted")
    with pytest.raises(RateLimited, match="buy credits"):
        list(rig.collector().collect("mentions", None))
    rows = ledger.store.read().execute("SELECT rule FROM alerts").fetchall()
    assert [row[0] for row in rows] == ["budget"]


def test_how_the_account_stands_is_known_without_asking(
    rig: XRig, desk: Desk, platform: FakeX, ledger: ChannelLedger
) -> None:
    platform.say("Petra", "kaputt")
    platform.server.left = 17
    desk.poll()
    asked = len(platform.requests())
    standing = rig.connection.standing()
    assert (standing.remaining, standing.limit) == (17, 300)
    assert standing.resets_at is not None
    assert (standing.spent, standing.budget, standing.currency) == (ledger.spent(), Decimal(1000), "USD")
    assert len(platform.requests()) == asked
