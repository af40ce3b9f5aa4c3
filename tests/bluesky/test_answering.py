"""An answer on Bluesky is posted as it was shown, where it was shown, once."""

import socket
from datetime import timedelta

import pytest
import regex
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.bluesky import PUT, BlueskyRig
from tests.contract.rig import Desk
from tests.fakes.bluesky import PASSWORD, FakeBluesky
from tests.fakes.bluesky_town import BRAND, HOST
from twoway import clock
from twoway.domain import Absent, Draft, Found, Part, Preview, Receipt
from twoway.errors import ChannelError, DeliveryUnknown, RateLimited, Rejected, Temporary
from twoway.text import canonical

KEY = "0123456789abcdef" * 2
FAMILY = "👩‍👩‍👧"


def preview(desk: Desk, said: str, text: str = "Wir kümmern uns.") -> Preview:
    return desk.rig.sender().preview(Draft(text), desk.poll().mentions[said].address)


def send_all(rig: BlueskyRig, shown: Preview) -> list[str]:
    receipts: list[Receipt] = []
    for number in range(len(shown.parts)):
        receipts.append(rig.sender().send(Part(shown, number, f"{KEY}{number}", tuple(receipts))))
    return [receipt.remote_id for receipt in receipts]


def address(uri: str = "at://did:plc:petra/app.bsky.feed.post/3abc") -> str:
    values = {"uri": uri, "cid": "bafyreiabcdef", "root_uri": uri, "root_cid": "bafyreiabcdef"}
    return canonical({**values, "handle": f"petra.{HOST}", "said_at": "2026-11-22T12:00:00.000000Z"})


def test_it_answers_the_post_in_its_thread(platform: FakeBluesky, rig: BlueskyRig, desk: Desk) -> None:
    first = platform.say("Otto", "first")
    said = platform.say("Petra", "second", reply_to=first)
    shown = preview(desk, said)
    [id_] = send_all(rig, shown)
    record, posts = platform.town.posts[id_].record, platform.town.posts
    assert record["reply"] == {
        "root": {"uri": first, "cid": posts[first].cid}, "parent": {"uri": said, "cid": posts[said].cid},
    }  # fmt: skip
    assert record["text"] == shown.parts[0] == "Wir kümmern uns."
    assert shown.recipients == (f"@{platform.town.join('Petra').handle}",)


def test_a_long_answer_is_posted_in_parts_that_answer_each_other(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk
) -> None:
    said = platform.say("Petra", "hello")
    shown = preview(desk, said, "Wir haben Ihren Gurt gefunden. " * 25)
    assert len(shown.parts) == 3
    first, *others = send_all(rig, shown)
    assert [post.record["text"] for post in platform.of_brand()] == list(shown.parts)
    posts = platform.town.posts
    assert [posts[id_].parent for id_ in (first, *others)] == [said, first, others[0]]
    assert {posts[id_].root for id_ in (first, *others)} == {said}
    assert posts[others[0]].record["reply"]["parent"]["cid"] == posts[first].cid


def test_links_tags_and_those_who_exist_are_marked_by_bytes(platform: FakeBluesky, rig: BlueskyRig, desk: Desk) -> None:
    otto = platform.town.join("Otto")
    text = f"Ä😀 @{otto.handle.upper()} @nobody.{HOST} a@b.de (https://kaffee-nord.de/ö?a=1#b). #Gürtel!"
    shown = preview(desk, platform.say("Petra", "hello"), text)
    assert shown.recipients[1:] == (f"@{otto.handle}", f"@nobody.{HOST}")
    [id_] = send_all(rig, shown)
    record = platform.town.posts[id_].record
    raw = record["text"].encode()
    marked = [
        (raw[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode(), list(one["features"][0].values())[1])
        for one in record["facets"]
    ]
    assert marked == [
        (f"@{otto.handle.upper()}", otto.did),
        ("https://kaffee-nord.de/ö?a=1#b", "https://kaffee-nord.de/ö?a=1#b"),
        ("#Gürtel", "Gürtel"),
    ]


def test_names_that_cannot_be_looked_up_now_send_nothing(platform: FakeBluesky, rig: BlueskyRig, desk: Desk) -> None:
    part = Part(preview(desk, platform.say("Petra", "hello"), f"Hallo @otto.{HOST}"), 0, KEY)
    platform.faults.order("error-before", path="/xrpc/com.atproto.identity")
    with pytest.raises(Temporary):
        rig.sender().send(part)
    assert platform.of_brand() == []


@pytest.mark.parametrize("text", ["x" * 1_200, FAMILY * 700, "word " * 1_000])
def test_what_does_not_fit_is_rejected_with_the_numbers(rig: BlueskyRig, text: str) -> None:
    with pytest.raises(Rejected, match="do not fit into 4 posts of 300 characters or 3000 bytes"):
        rig.sender().preview(Draft(text), address())


@pytest.mark.parametrize(("text", "parts"), [("x" * 300, 1), (FAMILY * 166, 1), (FAMILY * 167, 2), ("x" * 301, 2)])
def test_emoji_count_once_until_their_bytes_are_too_many(rig: BlueskyRig, text: str, parts: int) -> None:
    assert len(rig.sender().preview(Draft(text), address()).parts) == parts


PIECES = st.sampled_from(["Wort", "https://kaffee-nord.de/ein/langer/pfad", f"@otto.{HOST}", FAMILY, "e\u0301", "Ä"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, min_size=1, max_size=110).map(" ".join))
def test_whatever_can_be_shown_is_taken(platform: FakeBluesky, rig: BlueskyRig, text: str) -> None:
    said = platform.say("Petra", "hello")
    try:
        shown = rig.sender().preview(Draft(text), address(said))
    except Rejected:
        assert len(regex.findall(r"\X", text)) > 1_000 or len(text.encode()) > 10_000
        return
    assert len(send_all(rig, shown)) == len(shown.parts)


def test_a_preview_needs_no_network_and_no_login(rig: BlueskyRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a preview asks nobody"))
    assert rig.sender().preview(Draft("hello"), address()).parts == ("hello",)


def test_the_same_part_is_posted_once_however_often_it_is_sent(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk
) -> None:
    part = Part(preview(desk, platform.say("Petra", "hello")), 0, KEY)
    assert rig.sender().send(part).remote_id == rig.sender().send(part).remote_id
    assert len(platform.of_brand()) == 1


def test_without_a_key_of_its_own_it_would_stand_there_twice(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = iter(["3aaaaaaaaaa22", "3aaaaaaaaaa23"])
    monkeypatch.setattr("responders.bluesky._key", lambda part: next(keys))
    part = Part(preview(desk, platform.say("Petra", "hello")), 0, KEY)
    for _ in range(2):
        rig.sender().send(part)
    assert len(platform.of_brand()) == 2


def test_two_parts_with_the_same_words_are_two_posts(platform: FakeBluesky, rig: BlueskyRig, desk: Desk) -> None:
    shown = preview(desk, platform.say("Petra", "hello"))
    for key in ("one", "two"):
        rig.sender().send(Part(shown, 0, key))
    assert len(platform.of_brand()) == 2
    assert isinstance(rig.sender().find(Part(shown, 0, "three"), clock.now()), Absent)


@pytest.mark.parametrize(
    ("fault", "how", "expected", "posted"),
    [
        ("limit", {"seconds": 60}, RateLimited, 0),
        ("limit", {}, RateLimited, 0),
        ("error-before", {}, DeliveryUnknown, 0),
        ("error-after", {}, DeliveryUnknown, 1),
        ("drop-before", {}, DeliveryUnknown, 0),
        ("drop-after", {}, DeliveryUnknown, 1),
        ("slow", {"seconds": 3}, DeliveryUnknown, None),
        ("malformed", {}, DeliveryUnknown, 1),
        ("nonsense", {}, DeliveryUnknown, 1),
        ("echo", {}, Rejected, 0),
    ],
)
def test_every_fault_while_sending_is_one_write_and_the_right_error(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, fault: str, how: dict[str, float],
    expected: type[ChannelError], posted: int | None,
) -> None:  # fmt: skip
    part = Part(preview(desk, platform.say("Petra", "hello")), 0, KEY)
    platform.faults.order(fault, method="POST", path=PUT, **how)
    with pytest.raises(expected) as raised:
        rig.sender().send(part)
    assert type(raised.value) is expected
    assert not any(secret in f"{raised.value!r} {raised.value.__cause__!r}" for secret in (PASSWORD, "-secret"))
    assert posted is None or len(platform.of_brand()) == posted
    assert fault == "slow" or len(platform.requests(PUT)) == 1
    finding = {0: Absent, 1: Found, None: Absent | Found}[posted]
    assert isinstance(rig.sender().find(part, clock.now()), finding)


def test_only_words_that_will_be_heard_are_newer(platform: FakeBluesky, rig: BlueskyRig, desk: Desk) -> None:
    said = platform.say("Petra", "hello")
    shown, town = preview(desk, said), platform.town
    town.say(town.join("Petra"), "look at this", reply_to=said)
    platform.say("Otto", "what a mess", reply_to=said)
    assert rig.sender().look(shown).newer == ()
    later = platform.say("Petra", "and?", reply_to=said)
    assert rig.sender().look(shown).newer == (later,)
    ours = platform.answer_elsewhere(later, "Wir sind dran")
    last = town.say(town.join("Petra"), "danke", reply_to=ours).uri
    assert set(rig.sender().look(shown).newer) == {later, last}


@pytest.mark.parametrize(
    ("how", "said"),
    [("gate", "does not let our account reply"), ("theirs", "blocked"), ("ours", "blocked")],
)
def test_what_may_not_be_answered_any_more_is_told(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, how: str, said: str
) -> None:
    post = platform.say("Petra", "hello")
    shown, town = preview(desk, post), platform.town
    if how == "gate":
        town.gated.add(post)
    elif how == "theirs":
        town.join("Petra").blocks.add(town.brand.did)
    else:
        town.brand.blocks.add(town.join("Petra").did)
    with pytest.raises(Rejected, match=said):
        rig.sender().look(shown)


def test_a_hostile_thread_keeps_nobody_from_answering(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = platform.say("Petra", "hello")
    shown, town = preview(desk, said), platform.town
    for number in range(300):
        town.say(town.join("Crowd"), f"{number} {'<' * 900}", reply_to=said)
    odd = town.say(town.join("Crowd"), "odd", reply_to=said)
    odd.record = {**odd.record, "facets": "none"}
    assert rig.sender().look(shown).there


def test_the_account_of_who_wrote_is_gone(platform: FakeBluesky, rig: BlueskyRig, desk: Desk) -> None:
    shown = preview(desk, platform.say("Petra", "hello"))
    platform.town.join("Petra").active = False
    assert not rig.sender().look(shown).there


def test_reading_back_fails_rather_than_telling_absence(platform: FakeBluesky, rig: BlueskyRig, desk: Desk) -> None:
    part = Part(preview(desk, platform.say("Petra", "hello")), 0, KEY)
    rig.sender().send(part)
    for fault in ("error-before", "malformed", "nonsense", "drop-before"):
        platform.faults.order(fault, path="/xrpc/com.atproto.repo.getRecord")
        with pytest.raises(Temporary):
            rig.sender().find(part, clock.now())


def test_a_page_given_twice_ends_the_list_loudly(
    platform: FakeBluesky, rig: BlueskyRig, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("responders.bluesky.PAGE", 2)
    said = platform.say("Petra", "hello")
    for number in range(5):
        platform.answer_elsewhere(said, f"and {number}")
    since = clock.now() - timedelta(hours=1)
    next(iter(rig.sender().recent(since)))
    platform.faults.order("repeat", path="/xrpc/app.bsky.feed.getAuthorFeed", times=9)
    with pytest.raises(Temporary, match="same page again"):
        list(rig.sender().recent(since))


def test_the_brand_is_named_by_its_handle_in_the_settings_with_or_without_an_at(rig: BlueskyRig) -> None:
    assert rig.settings.handle == f"@{BRAND}"
    assert rig.connection.handle == BRAND
