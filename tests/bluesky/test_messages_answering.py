"""A direct message on Bluesky is answered in private, as it was shown, once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responders import bluesky_messages
from tests.conftest import Freeze
from tests.contract.bluesky import SEND, BlueskyMessagesRig, BlueskyRig
from tests.contract.rig import Desk
from tests.fakes.bluesky import FakeBluesky
from tests.fakes.bluesky_chat import mistake
from tests.fakes.bluesky_town import HOST
from tests.office import ANSWER
from twoway import clock
from twoway.channels.bluesky_chat import is_message
from twoway.domain import Absent, Draft, Found, Part, Preview, Receipt, Unclear
from twoway.errors import ChannelError, DeliveryUnknown, Gone, Rejected, Temporary
from twoway.text import canonical

FAMILY = "👩‍👩‍👧"
LIST = "/xrpc/chat.bsky.convo.listConvos"


@pytest.fixture
def rig(platform: FakeBluesky) -> Iterator[BlueskyMessagesRig]:
    made = BlueskyMessagesRig(platform)
    yield made
    made.connection.http.close()


@pytest.fixture
def said(rig: BlueskyRig, desk: Desk) -> str:
    """Petra wrote, and was heard."""
    name = rig.write("Petra", "mein Gurt ist kaputt")
    desk.poll()
    return name


def shown(desk: Desk, said: str, text: str = ANSWER) -> Preview:
    return desk.rig.sender().preview(Draft(text), desk.mentions[said].address)


def address() -> str:
    at = "2026-11-22T12:00:00.000000Z"
    return canonical({"conversation": "3chat", "message": "3msg", "author": "did:plc:petra",
                      "handle": f"petra.{HOST}", "said_at": at})  # fmt: skip


def test_an_answer_to_a_stranger_accepts_their_request_in_one_write(
    platform: FakeBluesky, rig: BlueskyMessagesRig, desk: Desk, said: str
) -> None:
    part = Part(shown(desk, said), 0, "key")
    receipt = rig.sender().send(part)
    talk, word = platform.chat.by_name(receipt.remote_id)
    assert (talk.status, word.text) == ("accepted", ANSWER)
    assert receipt.url == f"https://bsky.app/messages/{talk.id}"
    assert [entry["path"] for entry in platform.requests() if entry["method"] == "POST"][1:] == [SEND]
    assert part.preview.recipients == (f"@{platform.town.join('Petra').handle}",)


def test_links_and_those_who_exist_are_marked(
    platform: FakeBluesky, rig: BlueskyMessagesRig, desk: Desk, said: str
) -> None:
    otto = platform.town.join("Otto")
    receipt = rig.sender().send(Part(shown(desk, said, f"Ä @{otto.handle} @nobody.{HOST} https://kaffee.de/ö"), 0, "k"))
    marked = platform.chat.by_name(receipt.remote_id)[1].facets
    assert [one["features"][0].get("did", one["features"][0].get("uri")) for one in marked] == [
        otto.did, "https://kaffee.de/ö",
    ]  # fmt: skip


def test_a_long_answer_is_sent_in_parts(platform: FakeBluesky, rig: BlueskyMessagesRig, desk: Desk, said: str) -> None:
    preview = shown(desk, said, "Wir haben Ihren Gurt gefunden 😀. " * 80)
    assert len(preview.parts) == 3
    receipts: list[Receipt] = []
    for number in range(3):
        receipts.append(rig.sender().send(Part(preview, number, f"key{number}", tuple(receipts))))
    assert rig.in_our_name(3) == list(preview.parts)
    for number in range(3):
        found = rig.sender().find(Part(preview, number, f"key{number}", tuple(receipts[:number])), clock.now())
        assert found == Found(receipts[number])


@given(text=st.text(st.sampled_from(f"aä€{FAMILY}\u0301 \n"), max_size=6_000))
def test_no_part_is_longer_than_the_service_takes(text: str) -> None:
    sender = bluesky_messages.Messages(_Nobody(), 20, lambda named: {})  # type: ignore[arg-type]
    try:
        preview = sender.preview(Draft(text), address())
    except Rejected:
        return
    assert [mistake({"text": part}) for part in preview.parts] == [""] * len(preview.parts)
    assert preview.visibility == "private"


class _Nobody:
    name = "brand"


def test_bytes_count_where_they_weigh_more(desk: Desk, said: str) -> None:
    assert len(shown(desk, said, FAMILY * 550).parts) == 1
    assert len(shown(desk, said, f"{FAMILY * 550} {FAMILY * 50}").parts) == 2
    with pytest.raises(Rejected, match="4 messages of 1000"):
        shown(desk, said, "x" * 4_001)


def test_an_earlier_answer_in_the_same_words_is_not_this_one(
    platform: FakeBluesky, rig: BlueskyMessagesRig, desk: Desk, said: str, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    rig.sender().send(Part(shown(desk, said), 0, "key"))
    again = rig.write("Petra", "still broken")
    desk.poll()
    part, since = Part(shown(desk, again), 0, "other"), clock.now()
    assert isinstance(rig.sender().find(part, since), Unclear)
    time.shift(timedelta(minutes=2))
    assert isinstance(rig.sender().find(part, since), Absent)
    sent = rig.sender().send(part)
    assert rig.sender().find(part, since) == Found(sent)


def test_what_was_removed_meanwhile_may_have_been_it(
    platform: FakeBluesky, rig: BlueskyMessagesRig, desk: Desk, said: str, freeze: Freeze
) -> None:
    time, since = freeze(clock.now()), clock.now()
    part = Part(shown(desk, said), 0, "key")
    sent = rig.sender().send(part)
    platform.chat.by_name(sent.remote_id)[1].removed = True
    time.shift(timedelta(hours=1))
    finding = rig.sender().find(part, since)
    assert isinstance(finding, Unclear)
    assert "removed" in finding.reason


def test_looking_sees_that_a_colleague_left_the_conversation(
    platform: FakeBluesky, rig: BlueskyMessagesRig, desk: Desk, said: str
) -> None:
    preview = shown(desk, said)
    platform.chat.by_name(said)[0].left = True
    assert not rig.sender().look(preview).there


def test_a_message_that_a_colleague_removed_is_a_persons_to_see_to(
    platform: FakeBluesky, rig: BlueskyMessagesRig, desk: Desk, said: str
) -> None:
    preview = shown(desk, said)
    platform.chat.by_name(said)[1].removed = True
    with pytest.raises(Rejected, match="on our account's side; its author may still see it"):
        rig.sender().look(preview)
    rig.answer_elsewhere(said, "We are on it")
    answer = rig.sender().look(preview).answer
    assert answer is not None
    assert answer.text == "We are on it"


@pytest.mark.parametrize("who", ["them", "us", "mod"])
def test_whoever_can_no_longer_be_written_to_is_told_before_and_while_sending(
    platform: FakeBluesky, rig: BlueskyMessagesRig, desk: Desk, said: str, who: str
) -> None:
    preview, petra, brand = shown(desk, said), platform.town.join("Petra"), platform.town.brand
    {"them": petra.blocks, "us": brand.blocks, "mod": platform.chat.disabled}[who].add(
        petra.did if who == "us" else brand.did
    )
    with pytest.raises(Rejected, match=r"blocked|may not take part"):
        rig.sender().look(preview)
    with pytest.raises(Rejected, match=r"block between recipient and sender|Account is disabled"):
        rig.sender().send(Part(preview, 0, "key"))
    assert rig.in_our_name(0) == []


@pytest.mark.parametrize(
    "words",
    [
        "recipient has disabled incoming messages",
        "recipient requires incoming messages to come from someone they follow",
        "recipient does not exist",
    ],
)
def test_what_the_service_says_no_with_goes_back_to_the_person(
    platform: FakeBluesky, rig: BlueskyMessagesRig, desk: Desk, said: str, words: str
) -> None:
    platform.chat.refusing = words
    with pytest.raises(Rejected, match=words):
        rig.sender().send(Part(shown(desk, said), 0, "key"))


def test_a_conversation_that_was_left_takes_no_answer(
    platform: FakeBluesky, rig: BlueskyMessagesRig, desk: Desk, said: str
) -> None:
    part = Part(shown(desk, said), 0, "key")
    platform.chat.by_name(said)[0].left = True
    with pytest.raises(Gone):
        rig.sender().send(part)
    assert list(rig.sender().recent(clock.now() - timedelta(days=1))) == []


def test_a_password_that_may_not_write_is_told_of_and_nothing_is_sent(
    platform: FakeBluesky, rig: BlueskyMessagesRig, desk: Desk, said: str
) -> None:
    part = Part(shown(desk, said), 0, "key")
    platform.server.privileged = False
    logins = len(platform.requests("createSession")) + len(platform.requests("refreshSession"))
    with pytest.raises(Rejected, match="may not read or write direct messages; make a new one"):
        rig.sender().send(part)
    with pytest.raises(Temporary, match="may not read or write"):
        rig.sender().look(part.preview)
    assert len(platform.requests("createSession")) + len(platform.requests("refreshSession")) == logins


@pytest.mark.parametrize("fault", ["drop-after", "error-after", "malformed", "nonsense"])
def test_what_was_taken_without_a_word_is_in_doubt_and_found(
    platform: FakeBluesky, rig: BlueskyMessagesRig, desk: Desk, said: str, fault: str
) -> None:
    part, since = Part(shown(desk, said), 0, "key"), clock.now()
    platform.faults.order(fault, method="POST", path=SEND)
    with pytest.raises(DeliveryUnknown):
        rig.sender().send(part)
    assert isinstance(rig.sender().find(part, since), Found)


@pytest.mark.parametrize("fault", ["malformed", "nonsense", "error-before", "spoilt"])
def test_an_answer_that_cannot_be_read_proves_no_absence(
    platform: FakeBluesky, rig: BlueskyMessagesRig, desk: Desk, said: str, fault: str
) -> None:
    part = Part(shown(desk, said), 0, "key")
    platform.faults.order(fault, path="/xrpc/chat.bsky.convo.getMessages")
    with pytest.raises(ChannelError):
        rig.sender().find(part, clock.now() - timedelta(days=1))


def of_a_kind_that_nobody_knows(platform: FakeBluesky, name: str, *, dated: bool = True) -> None:
    word = platform.chat.by_name(name)[1]
    shown = {**word.view(), "$type": "chat.bsky.convo.defs#pollView"}
    if not dated:
        del shown["sentAt"]
    word.view = lambda: shown  # type: ignore[method-assign]


@pytest.mark.parametrize("dated", [True, False])
def test_what_nobody_can_read_from_before_the_customers_words_is_in_nobodys_way(
    platform: FakeBluesky, rig: BlueskyMessagesRig, desk: Desk, freeze: Freeze, dated: bool
) -> None:
    time = freeze(clock.now())
    old = rig.write("Petra", "a poll")
    time.shift(timedelta(days=1))
    said = rig.write("Petra", "mein Gurt ist kaputt")
    desk.poll()
    of_a_kind_that_nobody_knows(platform, old, dated=dated)
    part, since = Part(shown(desk, said), 0, "key"), clock.now()
    assert rig.sender().look(part.preview).there
    sent = rig.sender().send(part)
    assert rig.sender().find(part, since) == Found(sent)
    if dated:
        assert [one.id for one in rig.sender().recent(since)] == [sent.remote_id]


def test_what_nobody_can_read_from_after_the_customers_words_may_be_anything(
    platform: FakeBluesky, rig: BlueskyMessagesRig, desk: Desk, said: str
) -> None:
    preview = shown(desk, said)
    of_a_kind_that_nobody_knows(platform, rig.write("Petra", "a poll"))
    with pytest.raises(Temporary, match="cannot be read"):
        rig.sender().look(preview)


def test_posts_and_messages_of_ours_are_listed_together(
    platform: FakeBluesky, rig: BlueskyMessagesRig, desk: Desk, said: str
) -> None:
    post = platform.answer_elsewhere(platform.say("Otto", "hello"), "in public")
    message = rig.sender().send(Part(shown(desk, said), 0, "key")).remote_id
    assert {one.id for one in rig.sender().recent(clock.now() - timedelta(days=1))} == {post, message}


def test_an_address_says_which_of_both_it_is(desk: Desk, platform: FakeBluesky, said: str) -> None:
    post = platform.say("Otto", "hello")
    desk.poll()
    assert is_message(desk.mentions[said].address)
    assert not is_message(desk.mentions[post].address)
