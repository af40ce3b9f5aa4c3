"""An answer on Mastodon is posted as it was shown, to whom it was shown, once."""

import socket
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from responders.mastodon import FOLLOWERS
from tests.conftest import Freeze
from tests.contract.mastodon import MastodonRig
from tests.contract.rig import Desk
from tests.fakes.mastodon import TOKEN, FakeMastodon
from twoway import clock
from twoway.channels.mastodon import CHANNEL
from twoway.channels.mastodon_posts import Address
from twoway.domain import Absent, Draft, Found, Part, Preview, Unclear
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, Gone, RateLimited, Rejected, Temporary
from twoway.text import canonical

POSTS = "/api/v1/statuses"
KEY = "0123456789abcdef" * 2


def preview(desk: Desk, said: str, text: str = "Wir kümmern uns.", subject: str = "") -> Preview:
    return desk.rig.sender().preview(Draft(text, subject), desk.poll().mentions[said].address)


def send_all(rig: MastodonRig, shown: Preview) -> list[str]:
    receipts = []
    for number in range(len(shown.parts)):
        receipts.append(rig.sender().send(Part(shown, number, f"{KEY}{number}", tuple(receipts))))
    return [receipt.remote_id for receipt in receipts]


def address(**how: object) -> str:
    values = {"post": "1", "scope": "public", "handle": "petra@chaos.example", "version": "", "warning": ""}
    return canonical({**values, "length": 500, "link": 23, **how})


@pytest.mark.parametrize("scope", ["public", "unlisted", "private", "direct"])
def test_an_answer_is_shown_to_no_more_people_than_what_it_answers(
    platform: FakeMastodon, rig: MastodonRig, desk: Desk, scope: str
) -> None:
    shown = preview(desk, platform.say("Petra", "hello", visibility=scope))
    [id_] = send_all(rig, shown)
    assert platform.town.posts[id_].visibility == scope
    assert shown.visibility == ("public" if scope in ("public", "unlisted") else "private")
    assert (FOLLOWERS in shown.recipients) == (scope == "private")


def test_it_names_the_customer_and_nobody_whom_the_writer_does_not_name(platform: FakeMastodon, desk: Desk) -> None:
    others = " ".join(f"@{platform.town.join(f'Other {number}').acct}" for number in range(20))
    shown = preview(desk, platform.say("Petra", others))
    assert shown.recipients == ("@petra@chaos.example",)
    assert shown.parts == ("@petra@chaos.example Wir kümmern uns.",)


def test_whoever_the_writer_names_is_told_to_who_approves(platform: FakeMastodon, desk: Desk) -> None:
    said = platform.say("Petra", "psst", visibility="direct")
    shown = preview(desk, said, "Ask @otto@chaos.example, or mail a@b.example.")
    assert shown.recipients == ("@petra@chaos.example", "@otto@chaos.example")


@pytest.mark.parametrize(
    ("text", "posted"),
    [
        ("@Petra@chaos.example gern!", "@petra@chaos.example gern!"),
        ("@petra@chaos.example.org ist wer anders", "@petra@chaos.example @petra@chaos.example.org ist wer anders"),
    ],
)
def test_a_customer_whom_the_writer_names_first_is_named_once(
    platform: FakeMastodon, desk: Desk, text: str, posted: str
) -> None:
    assert preview(desk, platform.say("Petra", "hello"), text).parts == (posted,)


def test_a_long_answer_is_posted_in_parts_that_answer_each_other(
    platform: FakeMastodon, rig: MastodonRig, desk: Desk
) -> None:
    said = platform.say("Petra", "hello")
    shown = preview(desk, said, "Wir haben Ihren Gurt gefunden. " * 40)
    assert len(shown.parts) == 3
    first, *others = send_all(rig, shown)
    assert platform.posts_of_brand() == list(shown.parts)
    posts = platform.town.posts
    assert posts[first].in_reply_to == said
    assert [posts[id_].in_reply_to for id_ in others] == [first, others[0]]
    assert all(part.startswith("@petra@chaos.example ") for part in shown.parts)


@pytest.mark.parametrize(("characters", "parts"), [(5_000, 1), (500, 3), (400, 4)])
def test_the_instance_says_how_much_it_takes(platform: FakeMastodon, desk: Desk, characters: int, parts: int) -> None:
    platform.town.characters = characters
    shown = preview(desk, platform.say("Petra", "hello"), "Wir haben Ihren Gurt. " * 60)
    assert len(shown.parts) == parts


@pytest.mark.parametrize(("text", "how"), [("word " * 1_000, {}), ("x", {"length": 7}), ("x", {"warning": "w" * 500})])
def test_what_does_not_fit_is_rejected_with_the_numbers(rig: MastodonRig, text: str, how: dict[str, object]) -> None:
    with pytest.raises(Rejected, match=r"characters do not fit into 4 posts of \d+"):
        rig.sender().preview(Draft(text), address(**how))


PIECES = st.sampled_from(
    [
        "Wort",
        "https://kaffee-nord.de/ein/sehr/langer/pfad/der/nicht/zaehlt",
        "@otto@a-long-name-of-a-server.example",
        "👨‍👩‍👧",
        "e\u0301",
    ]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, min_size=1, max_size=160).map(" ".join))
def test_whatever_can_be_shown_is_taken(platform: FakeMastodon, rig: MastodonRig, text: str) -> None:
    try:
        shown = rig.sender().preview(Draft(text), address())
    except Rejected:
        assert platform.town.counted(text) > 1_700
        return
    assert all(platform.town.counted(part) <= 500 for part in shown.parts)
    assert [CHANNEL.limits.counted(shown, part) for part in shown.parts] == list(
        map(platform.town.counted, shown.parts)
    )
    assert platform.town.counted(text) > 470 or len(shown.parts) == 1


@pytest.mark.parametrize("link", [23, 40])
def test_the_writer_is_told_of_each_part_what_the_instance_will_count(
    platform: FakeMastodon, rig: MastodonRig, link: int
) -> None:
    platform.town.link = link
    shown = rig.sender().preview(
        Draft("👨‍👩‍👧 https://kaffee-nord.de/ein/langer/pfad"), address(link=link, warning="rant")
    )
    expected = platform.town.counted(shown.parts[0]) + platform.town.counted("rant")
    assert CHANNEL.limits.counted(shown, shown.parts[0]) == expected


def test_a_preview_needs_no_network_and_no_login(rig: MastodonRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a preview asks nobody"))
    assert rig.sender().preview(Draft("hello"), address()).parts == ("@petra@chaos.example hello",)


@pytest.mark.parametrize(("subject", "warning"), [("", "rant"), ("re: rant", "re: rant")])
def test_words_behind_a_warning_are_answered_behind_one(
    platform: FakeMastodon, rig: MastodonRig, desk: Desk, subject: str, warning: str
) -> None:
    shown = preview(desk, platform.say("Petra", "hello", warning="rant"), subject=subject)
    [id_] = send_all(rig, shown)
    assert (shown.subject, platform.town.posts[id_].warning) == (warning, warning)


def test_a_subject_hides_nothing_where_the_customer_hid_nothing(platform: FakeMastodon, desk: Desk) -> None:
    assert preview(desk, platform.say("Petra", "hello"), subject="Your order").subject == ""


def test_the_same_key_posts_once_within_the_hour(platform: FakeMastodon, rig: MastodonRig, desk: Desk) -> None:
    part = Part(preview(desk, platform.say("Petra", "hello")), 0, KEY)
    assert rig.sender().send(part) == rig.sender().send(part)
    assert len(platform.posts_of_brand()) == 1


def test_without_a_server_that_heeds_keys_it_would_stand_there_twice(
    platform: FakeMastodon, rig: MastodonRig, desk: Desk, freeze: Freeze
) -> None:
    part = Part(preview(desk, platform.say("Petra", "hello")), 0, KEY)
    platform.server.heeds_keys = False
    for _ in range(2):
        rig.sender().send(part)
    assert len(platform.posts_of_brand()) == 2


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
def test_every_fault_while_sending_is_one_request_and_the_right_error(
    platform: FakeMastodon, rig: MastodonRig, desk: Desk, fault: str, how: dict[str, float],
    expected: type[ChannelError], posted: int | None,
) -> None:  # fmt: skip
    part = Part(preview(desk, platform.say("Petra", "hello")), 0, KEY)
    platform.faults.order(fault, method="POST", path=POSTS, **how)
    with pytest.raises(expected) as raised:
        rig.sender().send(part)
    assert type(raised.value) is expected
    assert TOKEN not in f"{raised.value!r} {raised.value.__cause__!r}"
    assert posted is None or len(platform.posts_of_brand()) == posted
    assert fault == "slow" or [entry["method"] for entry in platform.requests(POSTS)].count("POST") == 1


def test_a_customers_post_that_is_gone_is_told_while_sending(
    platform: FakeMastodon, rig: MastodonRig, desk: Desk
) -> None:
    said = platform.say("Petra", "hello")
    part = Part(preview(desk, said), 0, KEY)
    platform.town.delete(said)
    with pytest.raises(Gone, match="does not appear to exist"):
        rig.sender().send(part)


def test_a_token_that_may_not_write_pauses_the_channel(platform: FakeMastodon, rig: MastodonRig, desk: Desk) -> None:
    part = Part(preview(desk, platform.say("Petra", "hello")), 0, KEY)
    platform.server.scopes = frozenset({"read"})
    with pytest.raises(AuthFailed, match="authorized scopes"):
        rig.sender().send(part)


def test_only_words_that_will_be_heard_are_newer(platform: FakeMastodon, rig: MastodonRig, desk: Desk) -> None:
    said = platform.say("Petra", "hello")
    shown = preview(desk, said)
    town = platform.town
    town.post(town.join("Petra"), "@otto@chaos.example look at this", in_reply_to=said)
    platform.say("Otto", "what a mess", reply_to=said)
    assert rig.sender().look(shown).newer == ()
    later = platform.say("Petra", "and?", reply_to=said)
    assert rig.sender().look(shown).newer == (later,)


def test_a_thread_of_thousands_keeps_nobody_from_answering(
    platform: FakeMastodon, rig: MastodonRig, desk: Desk
) -> None:
    said = platform.say("Petra", "hello")
    shown, crowd = preview(desk, said), platform.town.join("Crowd")
    for number in range(2_500):
        platform.town.post(crowd, f"{number} {'<' * 900}", in_reply_to=said)
    assert rig.sender().look(shown).there


def test_absence_is_certain_only_after_a_while(
    platform: FakeMastodon, rig: MastodonRig, desk: Desk, freeze: Freeze
) -> None:
    part, time = Part(preview(desk, platform.say("Petra", "hello")), 0, KEY), freeze(clock.now())
    since = clock.now()
    assert isinstance(rig.sender().find(part, since), Unclear)
    time.shift(61)
    assert isinstance(rig.sender().find(part, since), Unclear), "our own request may have waited there"
    time.shift(2)
    assert isinstance(rig.sender().find(part, since), Absent)


def test_an_answer_is_found_though_the_customer_took_their_words_back(
    platform: FakeMastodon, rig: MastodonRig, desk: Desk
) -> None:
    said = platform.say("Petra", "hello")
    part = Part(preview(desk, said), 0, KEY)
    receipt = rig.sender().send(part)
    platform.town.delete(said)
    assert rig.sender().find(part, clock.now()) == Found(receipt)


@pytest.mark.parametrize(
    "text",
    [
        "Fragen Sie @OTTO@Chaos.example!",
        "https://kaffee-nord.de/a/very/long/path/that/is/cut/when/shown?a=1&b=2",
        "1 < 2\n\n\n3 ",
    ],
)
def test_an_answer_is_found_however_the_platform_writes_it(
    platform: FakeMastodon, rig: MastodonRig, desk: Desk, text: str
) -> None:
    platform.town.join("Otto")
    part = Part(preview(desk, platform.say("Petra", "hello"), text), 0, KEY)
    receipt = rig.sender().send(part)
    assert rig.sender().find(part, clock.now()) == Found(receipt)


def test_the_same_words_to_somebody_else_are_not_found(platform: FakeMastodon, rig: MastodonRig, desk: Desk) -> None:
    first, second = platform.say("Petra", "hello"), platform.say("Petra", "hello again")
    rig.sender().send(Part(preview(desk, first), 0, KEY))
    assert not isinstance(rig.sender().find(Part(preview(desk, second), 0, KEY), clock.now()), Found)


def test_the_same_words_of_yesterday_are_not_found(
    platform: FakeMastodon, rig: MastodonRig, desk: Desk, freeze: Freeze
) -> None:
    part, time = Part(preview(desk, platform.say("Petra", "hello")), 0, KEY), freeze(clock.now())
    rig.sender().send(part)
    time.shift(86_400)
    platform.town.post(platform.town.brand, "good morning")
    assert isinstance(rig.sender().find(part, clock.now()), Unclear)


def test_it_is_looked_for_over_many_pages(
    platform: FakeMastodon, rig: MastodonRig, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("responders.mastodon.PAGE", 2)
    said = platform.say("Petra", "hello")
    receipt = rig.sender().send(Part(preview(desk, said), 0, KEY))
    for number in range(7):
        platform.answer_elsewhere(said, f"and {number}")
    assert rig.sender().find(Part(preview(desk, said), 0, KEY), clock.now()) == Found(receipt)


def test_a_page_given_twice_is_no_absence(
    platform: FakeMastodon, rig: MastodonRig, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("responders.mastodon.PAGE", 2)
    said = platform.say("Petra", "hello")
    part = Part(preview(desk, said), 0, KEY)
    rig.sender().send(part)
    for number in range(5):
        platform.answer_elsewhere(said, f"and {number}")
    own = f"/api/v1/accounts/{platform.town.brand.id}/statuses"
    next(iter(rig.sender().recent(clock.now() - timedelta(hours=1))))
    platform.faults.order("repeat", path=own, times=9)
    with pytest.raises(Temporary, match="same page again"):
        rig.sender().find(part, clock.now() - timedelta(hours=1))


def test_an_address_survives_being_written(platform: FakeMastodon, desk: Desk) -> None:
    said = platform.say("Petra", "hello", visibility="direct", warning="rant")
    written = desk.poll().mentions[said].address
    found = Address("x", "direct", "petra@chaos.example", "", "rant", 500, 23)
    assert canonical({name: getattr(found, name) for name in Address.__slots__}).replace('"x"', f'"{said}"') == written
