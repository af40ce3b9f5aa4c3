"""Answering direct messages on X: in private, exactly as shown, once; who may not be written to is said in words."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from responders.x_messages import VANISHED
from tests.conftest import Freeze
from tests.contract.rig import Desk
from tests.contract.x import XMessagesRig, XRig
from tests.fakes.x import FakeX
from tests.fakes.x_asked import Refusal
from tests.servers.starting import wait_until
from twoway import clock
from twoway.channels.x import CHANNEL
from twoway.channels.x_messages import LONGEST, MAY_NOT_READ_THIS, message_length
from twoway.channels.x_posts import moment
from twoway.domain import Absent, Draft, Found, Mention, Part, Preview, Receipt, Unclear
from twoway.errors import AuthFailed, DeliveryUnknown, Gone, RateLimited, Rejected

WORDS = "Das tut uns leid. Wir schicken Ihnen heute einen neuen Gurt."
SENDING = "/2/dm_conversations/1000000-1000001/messages"


@pytest.fixture
def rig(platform: FakeX) -> Iterator[XRig]:
    made = XMessagesRig(platform)
    with made.closing:
        yield made


@pytest.fixture
def mention(desk: Desk, platform: FakeX) -> Mention:
    return heard(desk, platform.write("Petra", "mein Gurt ist kaputt"))


def heard(desk: Desk, said: str) -> Mention:
    """What the next poll makes of it."""
    return desk.poll().mentions[f"dm:{said}"]


def preview(rig: XRig, mention: Mention, text: str = WORDS) -> Preview:
    return rig.sender().preview(Draft(text), mention.address)


def send(rig: XRig, shown: Preview) -> list[Receipt]:
    receipts: list[Receipt] = []
    for number in range(len(shown.parts)):
        receipts.append(rig.sender().send(Part(shown, number, f"key-{number}", tuple(receipts))))
    return receipts


def posted(platform: FakeX) -> int:
    """How often it was tried to write."""
    return len([entry for entry in platform.requests("/2/dm_conversations") if entry["method"] == "POST"])


def test_an_answer_goes_into_the_conversation_as_it_stands_there(rig: XRig, mention: Mention, platform: FakeX) -> None:
    shown = preview(rig, mention, f"  {WORDS}\r\n")
    assert (shown.parts, shown.recipients, shown.visibility) == ((WORDS,), ("@petra",), "private")
    [receipt] = send(rig, shown)
    assert platform.messages_of_brand() == [WORDS]
    assert platform.posts_of_brand()[1:] == []
    sent = platform.server.letters.sent[-1]
    assert (receipt.remote_id, sent.conversation) == (f"dm:{sent.id}", "1000000-1000001")
    assert (receipt.at, receipt.url) == (moment(sent.id), mention.url)


def test_signed_with_four_keys_it_reads_and_writes_just_so(platform: FakeX) -> None:
    rig = XMessagesRig(platform, "keys")
    with rig.closing:
        said = heard(Desk(rig).poll(), platform.write("Petra", "Grüße & 100 % „Ärger“ = ~"))
        shown = preview(rig, said, "Grüße & 100 % „Freude“ = ~")
        assert rig.sender().look(shown).there
        since = clock.now()
        send(rig, shown)
        assert isinstance(rig.sender().find(Part(shown, 0, "key"), since), Found)


def test_a_long_answer_is_one_message_and_a_longer_one_several(rig: XRig, mention: Mention, platform: FakeX) -> None:
    assert len(preview(rig, mention, "x" * LONGEST).parts) == 1
    shown = preview(rig, mention, "Wir prüfen das. 😀 " * 900)
    assert len(shown.parts) == 2
    assert max(map(message_length, shown.parts)) <= LONGEST
    send(rig, shown)
    assert platform.messages_of_brand() == list(shown.parts)
    with pytest.raises(Rejected, match="do not fit into 4 messages of 10000 characters"):
        preview(rig, mention, "Wir prüfen das. " * 2_600)


def test_the_inbox_counts_a_message_by_what_a_message_may_be(rig: XRig, mention: Mention) -> None:
    shown = preview(rig, mention, "日本語")
    limits = CHANNEL.limits.of(rig.settings)
    assert (limits.longest(shown), limits.counted(shown, shown.parts[0])) == (LONGEST, 3)
    assert CHANNEL.limits.longest(Preview("x", "", "public", ("日本語",))) == 280


def test_looking_sees_what_came_after_it_and_only_that(rig: XRig, mention: Mention, platform: FakeX) -> None:
    platform.write("Tom", "auch ich")
    shown = preview(rig, mention)
    assert rig.sender().look(shown).newer == ()
    later = platform.write("Petra", "und der Reißverschluss")
    assert rig.sender().look(shown).newer == (f"dm:{later}",)


def test_looking_reads_back_over_several_pages(
    rig: XRig, mention: Mention, platform: FakeX, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("responders.x_messages.LOOKED", 2)
    later = [platform.write("Petra", f"Nummer {number}") for number in range(5)]
    target = rig.sender().look(preview(rig, mention))
    assert (target.there, target.newer) == (True, tuple(f"dm:{one}" for one in reversed(later)))


def test_looking_pays_for_no_page_behind_the_message(rig: XRig, desk: Desk, platform: FakeX) -> None:
    said = [platform.write("Petra", f"Nummer {number}") for number in range(40)]
    shown, asked = preview(rig, heard(desk, said[-1])), len(platform.requests("/2/dm_conversations"))
    assert rig.sender().look(shown).there
    assert len(platform.requests("/2/dm_conversations")) == asked + 1


def test_what_was_taken_out_of_the_conversation_is_gone(rig: XRig, mention: Mention, platform: FakeX) -> None:
    platform.write("Petra", "und noch etwas")
    platform.server.letters.delete(mention.id.removeprefix("dm:"))
    assert not rig.sender().look(preview(rig, mention)).there


def test_a_conversation_that_x_no_longer_shows_is_answered_in_x_itself(
    rig: XRig, mention: Mention, platform: FakeX, freeze: Freeze
) -> None:
    shown, since = preview(rig, mention), clock.now()
    platform.server.letters.encrypted.add("1000000-1000001")
    with pytest.raises(Rejected, match="encrypted chat"):
        rig.sender().look(shown)
    freeze(clock.now() + timedelta(minutes=10))
    assert rig.sender().find(Part(shown, 0, "key"), since) == Unclear(VANISHED)


def test_a_conversation_that_may_not_be_read_is_given_back_with_what_to_do_and_holds_no_other(
    rig: XRig, desk: Desk, mention: Mention, platform: FakeX
) -> None:
    tom = heard(desk, platform.write("Tom", "und mein Rucksack?"))
    shown, since = preview(rig, mention), clock.now()
    platform.server.says_no["/2/dm_conversations/1000000-1000001/dm_events"] = Refusal(403, "Forbidden")
    for _ in range(2):
        with pytest.raises(Rejected) as raised:
            rig.sender().look(shown)
        assert raised.value.said == MAY_NOT_READ_THIS
        with pytest.raises(RateLimited, match="this conversation") as limited:
            rig.sender().find(Part(shown, 0, "key"), since)
        assert limited.value.alone
    assert rig.sender().look(preview(rig, tom)).there
    platform.server.says_no.clear()
    assert rig.sender().look(shown).there


def test_a_message_that_is_too_old_to_be_shown_may_still_be_answered(
    rig: XRig, mention: Mention, platform: FakeX, freeze: Freeze
) -> None:
    freeze(clock.now() + timedelta(days=31))
    shown, since = preview(rig, mention), clock.now()
    assert rig.sender().look(shown).there
    send(rig, shown)
    assert isinstance(rig.sender().find(Part(shown, 0, "key"), since), Found)


def test_an_answer_in_doubt_to_what_is_too_old_to_be_shown_is_never_taken_for_absent(
    rig: XRig, mention: Mention, platform: FakeX, freeze: Freeze
) -> None:
    time = freeze(clock.now() + timedelta(days=31))
    shown, since = preview(rig, mention), clock.now()
    send(rig, shown)
    platform.server.letters.encrypted.add("1000000-1000001")
    assert isinstance(rig.sender().find(Part(shown, 0, "key"), since), Unclear)
    time.shift(timedelta(minutes=10))
    assert rig.sender().find(Part(shown, 0, "key"), since) == Unclear(VANISHED)


@pytest.mark.parametrize("fault", ["drop-after", "error-after", "malformed", "nonsense", "slow"])
def test_a_message_that_may_be_there_is_in_doubt_and_found(
    rig: XRig, mention: Mention, platform: FakeX, fault: str
) -> None:
    shown, since = preview(rig, mention, "Schon unterwegs, siehe https://example.org/gurt?x=1"), clock.now()
    platform.faults.order(fault, method="POST", path=SENDING, seconds=3)
    with pytest.raises(DeliveryUnknown):
        send(rig, shown)
    wait_until(lambda: len(platform.messages_of_brand()) == 1, "X has taken the answer")
    finding = rig.sender().find(Part(shown, 0, "key"), since)
    assert isinstance(finding, Found)
    assert finding.receipt.remote_id == f"dm:{platform.server.letters.sent[-1].id}"
    assert posted(platform) == 1


def test_a_message_that_never_came_is_absent_once_the_lag_has_passed(
    rig: XRig, mention: Mention, platform: FakeX, freeze: Freeze
) -> None:
    shown, since = preview(rig, mention), clock.now()
    platform.faults.order("drop-before", method="POST", path=SENDING)
    with pytest.raises(DeliveryUnknown):
        send(rig, shown)
    assert isinstance(rig.sender().find(Part(shown, 0, "key"), since), Unclear)
    freeze(clock.now() + timedelta(seconds=200))
    assert isinstance(rig.sender().find(Part(shown, 0, "key"), since), Absent)


def test_the_same_words_to_an_earlier_message_are_not_this_answer(
    rig: XRig, desk: Desk, mention: Mention, platform: FakeX
) -> None:
    send(rig, preview(rig, mention))
    later = heard(desk, platform.write("Petra", "und noch etwas"))
    assert not isinstance(rig.sender().find(Part(preview(rig, later), 0, "key"), clock.now()), Found)


def test_the_same_words_twice_in_one_answer_are_two_messages(rig: XRig, mention: Mention, platform: FakeX) -> None:
    shown, since = preview(rig, mention), clock.now()
    twice = Preview(shown.channel, shown.address, "private", (WORDS, WORDS), recipients=shown.recipients)
    [first] = send(rig, shown)
    assert not isinstance(rig.sender().find(Part(twice, 1, "key", (first,)), since), Found)


@pytest.mark.parametrize(
    "said",
    [
        "You cannot send messages to this user.",
        "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.",
        "Forbidden",
    ],
)
def test_who_may_not_be_written_to_is_told_in_words_and_pauses_nothing(
    rig: XRig, mention: Mention, platform: FakeX, said: str
) -> None:
    platform.server.says_no[SENDING] = Refusal(403, said)
    with pytest.raises(Rejected, match="accepts none from you") as raised:
        send(rig, preview(rig, mention))
    assert said[:20] in raised.value.said
    assert "Answer in X itself" in raised.value.said


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (Refusal(401, "Unauthorized"), AuthFailed),
        (Refusal(403, "Your account is suspended."), AuthFailed),
        (Refusal(400, "One or more parameters to your request was invalid."), Rejected),
        (Refusal(404, "Could not find the conversation.", "resource-not-found"), Gone),
        (Refusal(429, "Too Many Requests"), RateLimited),
        (Refusal(503, "Service Unavailable"), DeliveryUnknown),
    ],
)
def test_every_other_refusal_means_what_it_means_for_posts(
    rig: XRig, mention: Mention, platform: FakeX, refusal: Refusal, kind: type[Exception]
) -> None:
    platform.server.says_no[SENDING] = refusal
    with pytest.raises(kind):
        send(rig, preview(rig, mention))


def test_a_limit_of_writing_messages_leaves_posts_alone(rig: XRig, mention: Mention, platform: FakeX) -> None:
    platform.faults.order("limit", method="POST", path=SENDING, seconds=600)
    for _ in range(2):
        with pytest.raises(RateLimited) as raised:
            send(rig, preview(rig, mention))
        assert raised.value.alone
    assert posted(platform) == 1
    assert rig.sender().look(preview(rig, mention)).there


def test_everything_in_our_name_is_listed_posts_and_messages(rig: XRig, mention: Mention, platform: FakeX) -> None:
    since = clock.now()
    [receipt] = send(rig, preview(rig, mention))
    elsewhere = platform.write_elsewhere("Tom", "Hallo Tom")
    post = platform.town.post(platform.town.brand, "Hallo Welt").id
    assert {one.id for one in rig.sender().recent(since)} == {receipt.remote_id, f"dm:{elsewhere}", post}
    rig.settings = rig.settings.model_copy(update={"direct_messages": False})
    assert {one.id for one in rig.sender().recent(since)} == {post}
