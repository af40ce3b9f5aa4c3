"""Answering on X: what is shown is what is posted, to nobody else, once."""

from datetime import timedelta

import pytest

from tests.conftest import Freeze
from tests.contract.rig import Desk
from tests.contract.x import XRig
from tests.fakes.x import FakeX
from tests.fakes.x_town import counted
from tests.servers.starting import wait_until
from twoway import clock
from twoway.channels.x_posts import link, moment, read_address
from twoway.domain import Absent, Draft, Found, Mention, Part, Preview, Receipt, Unclear
from twoway.errors import DeliveryUnknown, Gone, RateLimited, Rejected

WORDS = "Das tut uns leid. Wir schicken Ihnen heute einen neuen Gurt."
LONG = "Wir prüfen das. " * 40


@pytest.fixture
def mention(desk: Desk, platform: FakeX) -> Mention:
    return heard(desk, platform.say("Petra", "mein Gurt ist kaputt"))


def heard(desk: Desk, said: str) -> Mention:
    """What the next poll makes of it."""
    return desk.poll().heard(said)


def preview(rig: XRig, mention: Mention, text: str = WORDS) -> Preview:
    return rig.sender().preview(Draft(text), mention.address)


def send(rig: XRig, shown: Preview) -> list[Receipt]:
    receipts: list[Receipt] = []
    for number in range(len(shown.parts)):
        receipts.append(rig.sender().send(Part(shown, number, f"key-{number}", tuple(receipts))))
    return receipts


def test_an_answer_names_the_customer_and_says_so(rig: XRig, mention: Mention, platform: FakeX) -> None:
    shown = preview(rig, mention)
    assert (shown.parts, shown.recipients) == ((f"@petra {WORDS}",), ("@petra",))
    [receipt] = send(rig, shown)
    assert platform.posts_of_brand()[1:] == list(shown.parts)
    assert platform.town.posts[receipt.remote_id].answers == mention.id
    assert receipt.at == moment(receipt.remote_id)
    assert receipt.url == link("wanderlust", receipt.remote_id)


def test_signed_with_four_keys_it_reads_and_writes_just_so(platform: FakeX) -> None:
    rig = XRig(platform, "keys")
    with rig.closing:
        said = heard(Desk(rig).poll(), platform.say("Petra", "Grüße & 100 % „Ärger“ = ~"))
        shown = preview(rig, said, "Grüße & 100 % „Freude“ = ~")
        assert rig.sender().look(shown).there
        since = clock.now()
        send(rig, shown)
        assert isinstance(rig.sender().find(Part(shown, 0, "key"), since), Found)


def test_a_name_that_the_writer_put_first_is_there_once(rig: XRig, mention: Mention) -> None:
    assert preview(rig, mention, f"@Petra {WORDS}").parts == (f"@petra {WORDS}",)


def test_whom_the_customer_named_besides_is_not_called(rig: XRig, desk: Desk, platform: FakeX) -> None:
    for name in ("tom", "anna"):
        platform.town.join(name, name)
    said = heard(desk, platform.say("Petra", "@tom @anna schaut, kaputt"))
    send(rig, preview(rig, said))
    assert platform.posts_of_brand()[-1] == f"@petra {WORDS}"


def test_without_leaving_them_out_x_would_call_everybody(rig: XRig, desk: Desk, platform: FakeX) -> None:
    """The control: the fake does as X does."""
    platform.town.join("tom", "tom")
    said = heard(desk, platform.say("Petra", "@tom schau, kaputt"))
    rig.connection.library.create_tweet(text="Hallo", in_reply_to_tweet_id=said.id, user_auth=False)
    assert platform.posts_of_brand()[-1] == "@petra @tom Hallo"


def test_self_serve_answers_are_one_post(rig: XRig, mention: Mention) -> None:
    with pytest.raises(Rejected, match="do not fit into one post of 280"):
        preview(rig, mention, LONG)


def test_a_long_answer_becomes_a_thread_where_that_is_allowed(rig: XRig, mention: Mention, platform: FakeX) -> None:
    rig.connection = rig.connect(parts=4)
    shown = preview(rig, mention, LONG)
    assert len(shown.parts) == 3
    assert max(map(counted, shown.parts)) <= 280
    receipts = send(rig, shown)
    above = [platform.town.posts[receipt.remote_id].answers for receipt in receipts]
    assert above == [mention.id, *(receipt.remote_id for receipt in receipts[:-1])]


def test_an_account_that_pays_for_it_may_write_more(rig: XRig, mention: Mention) -> None:
    rig.connection = rig.connect(longest_post=25_000)
    assert len(preview(rig, mention, LONG).parts) == 1


def test_an_edited_post_is_answered_in_its_newest_version(
    rig: XRig, desk: Desk, mention: Mention, platform: FakeX
) -> None:
    new = platform.town.edit(mention.id, "@wanderlust mein Reißverschluss ist kaputt").id
    assert rig.sender().look(preview(rig, mention)).edited
    address = desk.poll().changes[-1].address  # type: ignore[union-attr]
    shown = rig.sender().preview(Draft(WORDS), address)
    assert not rig.sender().look(shown).edited
    [receipt] = send(rig, shown)
    assert platform.town.posts[receipt.remote_id].answers == new


def test_a_word_of_theirs_to_somebody_else_is_nothing_newer(rig: XRig, mention: Mention, platform: FakeX) -> None:
    platform.town.post(platform.town.join("Petra"), "@tom stell dir vor", answers=mention.id)
    assert rig.sender().look(preview(rig, mention)).newer == ()


def test_after_a_week_a_thread_is_searched_as_far_as_x_goes(
    rig: XRig, mention: Mention, platform: FakeX, freeze: Freeze
) -> None:
    freeze(clock.now() + timedelta(days=9))
    later = platform.say("Petra", "immer noch", reply_to=mention.id)
    assert rig.sender().look(preview(rig, mention)).newer == (later,)


@pytest.mark.parametrize("how", ["deleted", "protected"])
def test_what_is_gone_meanwhile_is_not_answered(rig: XRig, mention: Mention, platform: FakeX, how: str) -> None:
    shown = preview(rig, mention)
    if how == "deleted":
        platform.town.delete(mention.id)
    else:
        platform.town.join("Petra").protected = True
    assert not rig.sender().look(shown).there
    with pytest.raises(Gone):
        send(rig, shown)


def test_who_did_not_call_us_is_refused_by_x_itself(rig: XRig, desk: Desk, platform: FakeX) -> None:
    rig.connection = rig.connect(tier="enterprise")
    said = Desk(rig, since=clock.now() - timedelta(minutes=1))
    found = platform.talk("Petra", "mein Rucksack ist kaputt")
    mention = said.poll().heard(found)
    assert mention.route == "api"
    with pytest.raises(Rejected, match="have not been mentioned"):
        send(rig, preview(rig, mention))


def test_the_same_words_twice_are_refused_by_x_itself(rig: XRig, mention: Mention) -> None:
    shown = preview(rig, mention)
    send(rig, shown)
    with pytest.raises(Rejected, match="duplicate"):
        send(rig, shown)


@pytest.mark.parametrize("fault", ["drop-after", "error-after", "malformed", "nonsense", "slow"])
def test_a_post_that_may_be_there_is_in_doubt_and_found(
    rig: XRig, mention: Mention, platform: FakeX, fault: str
) -> None:
    shown, since = preview(rig, mention, "Schon unterwegs, siehe https://example.org/gurt?x=1"), clock.now()
    platform.faults.order(fault, method="POST", path="/2/tweets", seconds=3)
    with pytest.raises(DeliveryUnknown):
        send(rig, shown)
    wait_until(lambda: len(platform.posts_of_brand()) == 2, "X has taken the answer")
    finding = rig.sender().find(Part(shown, 0, "key"), since)
    assert isinstance(finding, Found)
    assert finding.receipt.remote_id == platform.town.newest()[0].id
    assert len([entry for entry in platform.requests("/2/tweets") if entry["method"] == "POST"]) == 1


def test_a_post_that_never_came_is_absent_once_the_lag_has_passed(
    rig: XRig, mention: Mention, platform: FakeX, freeze: Freeze
) -> None:
    shown, since = preview(rig, mention), clock.now()
    part = Part(shown, 0, "key")
    platform.faults.order("drop-before", method="POST", path="/2/tweets")
    with pytest.raises(DeliveryUnknown):
        send(rig, shown)
    assert isinstance(rig.sender().find(part, since), Unclear)
    freeze(clock.now() + timedelta(seconds=200))
    assert isinstance(rig.sender().find(part, since), Absent)


def test_the_same_words_below_another_post_are_not_this_answer(
    rig: XRig, desk: Desk, mention: Mention, platform: FakeX
) -> None:
    other = heard(desk, platform.say("Petra", "und noch etwas"))
    send(rig, preview(rig, other))
    assert not isinstance(rig.sender().find(Part(preview(rig, mention), 0, "key"), clock.now()), Found)


def test_a_limit_is_kept_without_asking_again(rig: XRig, mention: Mention, platform: FakeX) -> None:
    platform.faults.order("limit", method="POST", path="/2/tweets", seconds=600)
    for _ in range(2):
        with pytest.raises(RateLimited) as raised:
            send(rig, preview(rig, mention))
        assert timedelta(minutes=9) < raised.value.retry_at - clock.now() <= timedelta(minutes=10)
    assert len([entry for entry in platform.requests("/2/tweets") if entry["method"] == "POST"]) == 1
    assert rig.sender().look(preview(rig, mention)).there


def test_the_address_tells_whom_x_would_call(desk: Desk, platform: FakeX) -> None:
    tom = platform.town.join("tom", "tom")
    said = platform.say("Petra", "@tom schau")
    address = read_address(desk.poll().heard(said).address)
    assert (address.others, address.handle, address.conversation) == ((tom.id,), "petra", said)
