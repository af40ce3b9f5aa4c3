"""Hearing direct messages on X: private, nothing lost between two polls, nothing paid for that X gave today already."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from desk.web.words import Words
from listener.x_messages import FEW, RESERVE, TOO_OLD
from responders.x_messages import VANISHED
from tests.conftest import Freeze
from tests.contract.rig import Desk
from tests.contract.x import XMessagesRig, XRig
from tests.fakes.x import FakeX
from tests.fakes.x_asked import Refusal
from twoway import clock
from twoway.channels import x
from twoway.channels.log import HandAddress
from twoway.channels.x_messages import (
    ACCEPTS_NONE,
    AGAIN,
    GROUP,
    MAY_NOT_READ,
    MAY_NOT_READ_THIS,
    MAY_NOT_WRITE,
    UNNAMED,
    Message,
    by_hand,
    message_address,
)
from twoway.channels.x_posts import moment
from twoway.domain import Deleted, Gap, Mention, OwnPost
from twoway.errors import AuthFailed, RateLimited, Temporary
from twoway.store import channels, open_store
from twoway.store.spending import ChannelLedger

EVENTS = "/2/dm_events"


@pytest.fixture
def rig(platform: FakeX) -> Iterator[XRig]:
    made = XMessagesRig(platform)
    with made.closing:
        yield made


def heard(desk: Desk, said: str) -> Mention:
    """What the next poll makes of it."""
    return desk.poll().mentions[f"dm:{said}"]


def read(desk: Desk) -> list[Gap]:
    """The messages, up to now; the gaps that were told of."""
    found = []
    for page in desk.rig.collector(desk.since).collect("messages", desk.cursors.get("messages")):
        desk.keep("messages", page)
        found += [page.gap] if page.gap else []
    return found


def test_they_are_heard_only_where_they_are_wanted(platform: FakeX) -> None:
    rig = XRig(platform)
    with rig.closing:
        assert "messages" in rig.collector().streams()
        rig.connection = rig.connect(direct_messages=False)
        assert "messages" not in rig.collector().streams()


def test_what_came_with_a_message_is_heard(desk: Desk, platform: FakeX) -> None:
    picture = {"media_key": "3_1", "type": "photo", "url": "https://ton.test/1.jpg", "alt_text": "ein Riss"}
    petra = platform.town.join("Petra Müller")
    said = platform.write("Petra Müller", "mein Gurt & https://example.org/riss", media=[picture])
    mention = heard(desk, said)
    assert (mention.author.id, mention.author.handle, mention.author.name) == (
        petra.id,
        "@petra_muller",
        "Petra Müller",
    )
    assert (mention.text, mention.visibility) == ("mein Gurt & https://example.org/riss", "private")
    assert mention.url == f"https://x.com/messages/1000000-{petra.id}"
    assert [(one.name, one.media_type) for one in mention.attachments] == [("https://ton.test/1.jpg ein Riss", "photo")]
    assert (mention.found, mention.route) == (False, "api")
    address = message_address(mention.address)
    assert address is not None
    assert (address.message, address.conversation, address.handle) == (said, f"1000000-{petra.id}", "petra_muller")


def test_addresses_are_read_wherever_x_says_what_is_meant() -> None:
    urls = [{"url": "https://t.co/1", "expanded_url": "https://example.org/riss", "display_url": "example.org/riss"}]
    common = {"id": "1", "event_type": "MessageCreate", "created_at": clock.now(), "dm_conversation_id": "1-2"}
    for where in ({"urls": urls}, {"entities": {"urls": urls}}):
        message = Message.model_validate({**common, "sender_id": "2", "text": "schau https://t.co/1", **where})
        assert message.words == "schau https://example.org/riss"


def test_a_picture_without_words_is_a_message(desk: Desk, platform: FakeX) -> None:
    said = platform.write("Petra", "", media=[{"media_key": "3_1", "type": "photo", "url": "https://ton.test/1.jpg"}])
    mention = heard(desk, said)
    assert (mention.text, len(mention.attachments)) == ("", 1)


def test_messages_of_one_customer_are_one_conversation_and_those_of_two_are_not(desk: Desk, platform: FakeX) -> None:
    first, second, other = (platform.write(name, "Hallo") for name in ("Petra", "Petra", "Tom"))
    assert heard(desk, first).thread == heard(desk, second).thread != heard(desk, other).thread


def test_what_was_answered_there_is_heard_in_its_conversation(desk: Desk, platform: FakeX) -> None:
    said = platform.write("Petra", "mein Gurt ist kaputt")
    ours = platform.write_elsewhere("Petra", "Schon unterwegs!")
    mention = heard(desk, said)
    [change] = desk.changes
    assert isinstance(change, OwnPost)
    assert (change.id, change.text, change.thread) == (f"dm:{ours}", "Schon unterwegs!", mention.thread)


def test_who_comes_and_goes_is_no_message(desk: Desk, platform: FakeX) -> None:
    platform.write("Petra", "", group="77", kind="ParticipantsJoin")
    assert desk.poll().mentions == {}
    assert desk.malformed == {}


@pytest.mark.parametrize(("how", "reason"), [({"group": "77"}, GROUP), ({"takes": False}, ACCEPTS_NONE)])
def test_who_cannot_be_answered_by_a_program_is_known_beforehand(
    desk: Desk, platform: FakeX, how: dict[str, object], reason: str
) -> None:
    platform.town.join("Petra").takes_messages = bool(how.pop("takes", True))
    mention = heard(desk, platform.write("Petra", "kaputt", **how))
    assert (mention.route, mention.route_reason, mention.visibility) == ("hand", reason, "private")
    address = TypeAdapter(HandAddress).validate_json(mention.address)
    assert (address.visibility, address.reach) == ("private", mention.url)


def test_in_a_group_each_author_has_a_conversation_of_their_own(desk: Desk, platform: FakeX) -> None:
    petra, tom = (platform.write(name, "Hallo", group="77") for name in ("Petra", "Tom"))
    again = platform.write("Petra", "Hallo?", group="77")
    assert heard(desk, petra).thread == heard(desk, again).thread != heard(desk, tom).thread


def test_whom_x_does_not_name_only_a_person_can_answer() -> None:
    message = Message(
        id="1", event_type="MessageCreate", created_at=clock.now(), dm_conversation_id="1-2", sender_id="2"
    )
    assert by_hand(message, None, "1") == UNNAMED


def test_pages_go_on_by_token_and_a_token_that_is_over_costs_nothing_but_time(
    desk: Desk, rig: XRig, platform: FakeX
) -> None:
    said = [platform.write("Petra", f"Nummer {number}") for number in range(30)]
    pages = iter(rig.collector().collect("messages", desk.cursors["messages"]))
    desk.keep("messages", next(pages))
    assert len(desk.mentions) == FEW
    platform.server.letters.tokens.clear()
    later = platform.write("Petra", "inzwischen")
    assert set(desk.poll().mentions) == {f"dm:{one}" for one in (*said, later)}


def test_another_refusal_while_paging_back_is_not_taken_for_that(desk: Desk, rig: XRig, platform: FakeX) -> None:
    for number in range(30):
        platform.write("Petra", f"Nummer {number}")
    pages = iter(rig.collector().collect("messages", desk.cursors["messages"]))
    desk.keep("messages", next(pages))
    asked = len(platform.requests(EVENTS))
    platform.faults.order("error-before", path=EVENTS)
    with pytest.raises(Temporary, match="503"):
        read(desk)
    assert len(platform.requests(EVENTS)) == asked + 1


def test_what_came_since_an_interrupted_way_back_is_heard_though_the_next_stops_early(
    desk: Desk, rig: XRig, platform: FakeX, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    said = [platform.write("Petra", f"Nummer {number}") for number in range(FEW + 3)]
    pages = iter(rig.collector().collect("messages", desk.cursors["messages"]))
    desk.keep("messages", next(pages))
    time.shift(timedelta(days=1, hours=1))
    said.append(platform.write("Petra", "inzwischen"))
    time.shift(timedelta(days=1))
    platform.server.left = RESERVE
    assert read(desk) == []
    assert len(desk.mentions) == FEW + 3
    platform.server.left = 300
    time.shift(timedelta(minutes=20))
    assert read(desk) == []
    assert set(desk.mentions) == {f"dm:{one}" for one in said}


def test_empty_pages_before_the_end_are_passed(desk: Desk, platform: FakeX) -> None:
    said = [platform.write("Petra", f"Nummer {number}") for number in range(20)]
    platform.server.holes |= set(said[15:])
    assert set(desk.poll().mentions) == {f"dm:{one}" for one in said[:15]}


def test_a_month_that_was_slept_through_is_a_gap(desk: Desk, platform: FakeX, freeze: Freeze) -> None:
    time = freeze(clock.now())
    known = platform.write("Petra", "vorher")
    assert read(desk) == []
    time.shift(timedelta(hours=1))
    lost = platform.write("Petra", "nie gehört")
    time.shift(timedelta(days=33))
    found = platform.write("Petra", "heute")
    [gap] = read(desk)
    assert (gap.reason, gap.since) == (TOO_OLD, moment(known))
    assert f"dm:{found}" in desk.mentions
    assert f"dm:{lost}" not in desk.mentions
    assert read(desk) == []


def test_many_quiet_weeks_are_no_gap(desk: Desk, platform: FakeX, freeze: Freeze) -> None:
    time = freeze(clock.now())
    platform.write("Petra", "vorher")
    for _ in range(50):
        assert read(desk) == []
        time.shift(timedelta(days=1))
    found = platform.write("Petra", "heute")
    assert read(desk) == []
    assert f"dm:{found}" in desk.mentions


def test_a_message_is_not_looked_up_as_if_it_were_a_post(platform: FakeX, freeze: Freeze) -> None:
    rig = XRig(platform)
    with rig.closing:
        time, desk = freeze(clock.now()), Desk(rig).poll()
        gone = platform.say("Petra", "geht")
        for number in range(120):
            platform.write("Petra", f"Nummer {number}")
        desk.poll()
        platform.town.delete(gone)
        time.shift(timedelta(hours=21))
        for _ in range(3):
            desk.poll()
        assert [change.id for change in desk.changes if isinstance(change, Deleted)] == [gone]


def test_a_message_that_cannot_be_read_is_kept_and_stops_nothing(desk: Desk, platform: FakeX) -> None:
    said = [platform.write("Petra", f"Nummer {number}") for number in range(3)]
    platform.faults.order("spoilt", path=EVENTS)
    desk.poll()
    assert set(desk.mentions) == {f"dm:{one}" for one in said[:2]}
    assert len(desk.malformed) == 1


@pytest.mark.parametrize("fault", ["repeat", "shuffle", "malformed", "drop-after"])
def test_odd_and_cut_answers_change_nothing(desk: Desk, platform: FakeX, fault: str) -> None:
    said = {platform.write("Petra", f"Nummer {number}") for number in range(25)}
    platform.faults.order(fault, path=EVENTS, times=2)
    for _ in range(4):
        try:
            desk.poll()
        except Temporary:
            continue
    assert set(desk.mentions) == {f"dm:{one}" for one in said}


@pytest.mark.parametrize(
    "said",
    [
        "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.",
        "Forbidden",
        "You are not permitted to use OAuth2 on this endpoint.",
    ],
)
def test_an_app_that_may_not_read_them_is_told_so_and_asked_again_after_an_hour(
    desk: Desk, rig: XRig, platform: FakeX, freeze: Freeze, said: str
) -> None:
    time, asked = freeze(clock.now()), len(platform.requests(EVENTS))
    platform.server.says_no[EVENTS] = Refusal(403, said)
    for _ in range(3):
        with pytest.raises(RateLimited, match="permission to read, write and direct message") as raised:
            read(desk)
        assert (raised.value.alone, raised.value.retry_at - clock.now()) == (True, AGAIN)
        assert raised.value.said.count("nothing more until") <= 1
    assert len(platform.requests(EVENTS)) == asked + 1
    platform.server.says_no.clear()
    time.shift(AGAIN)
    assert heard(desk, platform.write("Petra", "Hallo"))


def test_a_locked_account_is_another_matter(desk: Desk, platform: FakeX) -> None:
    platform.server.says_no[EVENTS] = Refusal(403, "Your account is temporarily locked.")
    with pytest.raises(AuthFailed):
        read(desk)


def test_what_a_person_is_told_of_messages_is_said_in_german() -> None:
    german = Words("de")
    errors = (f"x: messages: nothing more until 10:00: {MAY_NOT_READ}", f"x: send a message: {MAY_NOT_WRITE} (403 No)")
    for said in (GROUP, ACCEPTS_NONE, UNNAMED, MAY_NOT_READ, MAY_NOT_READ_THIS, VANISHED, *errors):
        assert german.said(said) != said


def test_checking_says_whether_they_may_be_read(rig: XRig, platform: FakeX) -> None:
    x.check(rig.connection)
    platform.server.letters.may.clear()
    with pytest.raises(RateLimited, match=MAY_NOT_READ[:40]):
        x.check(rig.connection)
    platform.server.letters.may |= {"read", "write"}
    x.check(rig.connection)
    platform.server.letters.may.clear()
    rig.connection = rig.connect(direct_messages=False)
    x.check(rig.connection)


def test_the_last_requests_of_a_quarter_hour_are_left_for_answering(desk: Desk, rig: XRig, platform: FakeX) -> None:
    platform.server.left = RESERVE
    said, asked = [platform.write("Petra", f"Nummer {number}") for number in range(20)], len(platform.requests(EVENTS))
    for _ in range(3):
        assert read(desk) == []
        assert len(platform.requests(EVENTS)) == asked + 1
    assert set(desk.mentions) == {f"dm:{one}" for one in said[-FEW:]}
    rig.connection, platform.server.left = rig.connect(), RESERVE + 1
    read(desk)
    assert set(desk.mentions) == {f"dm:{one}" for one in said}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[ChannelLedger]:
    store = open_store(tmp_path / "twoway.db")
    yield ChannelLedger(store, channels.register(store, "x", "x", 3600).id)
    store.close()


def bill(rig: XRig, platform: FakeX) -> Decimal:
    """What X would ask for messages."""
    prices, billed = rig.connection.purse.prices, platform.town.billed
    priced = {"message": prices.message, "users": prices.user, "media": prices.media}
    return sum((price * billed[name] for name, price in priced.items()), Decimal(0))


def test_what_x_gave_today_is_counted_once(platform: FakeX, ledger: ChannelLedger, freeze: Freeze) -> None:
    time = freeze(clock.now().replace(hour=1))
    rig = XRig(platform, ledger=ledger)
    with rig.closing:
        desk = Desk(rig)
        read(desk)
        picture = {"media_key": "3_1", "type": "photo", "url": "https://ton.test/1.jpg"}
        for name in ("Petra", "Tom", "Petra"):
            platform.write(name, "Hallo", media=[picture])
        read(desk)
        assert ledger.spent() == bill(rig, platform) == Decimal("0.055")
        for _ in range(40):
            time.shift(timedelta(minutes=30))
            read(desk)
        assert ledger.spent() == bill(rig, platform) == Decimal("0.055")
        time.shift(timedelta(hours=4))
        read(desk)
        assert ledger.spent() == bill(rig, platform) == Decimal("0.110")


def test_without_money_nothing_is_asked(platform: FakeX, ledger: ChannelLedger) -> None:
    rig = XRig(platform, ledger=ledger)
    with rig.closing:
        rig.connection = rig.connect(monthly_budget=Decimal("0.02"))
        with pytest.raises(RateLimited, match="are spent this month"):
            read(Desk(rig))
        assert platform.requests(EVENTS) == []
