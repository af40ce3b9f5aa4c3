"""Hearing X: nothing lost between two polls, nothing paid for twice, and every gap told."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs

import pytest
from pydantic import TypeAdapter

from listener.x import ENOUGH, TOO_OLD
from tests.conftest import Freeze
from tests.contract.rig import Desk
from tests.contract.x import XRig
from tests.fakes.x import FakeX
from twoway import clock
from twoway.channels.log import HandAddress
from twoway.channels.x_posts import Listed, Post, moment, read_address
from twoway.channels.x_route import CLOSED, NOT_SUMMONED, PROTECTED, UNNAMED, by_hand
from twoway.config import Query
from twoway.domain import Deleted, Edited, Gap
from twoway.errors import Temporary

MENTIONS = "/2/users/1000000/mentions"


def gaps(desk: Desk, rig: XRig, since: datetime | None = None) -> list[Gap]:
    """Those that a poll tells of."""
    found = []
    for stream in rig.collector(since).streams():
        for page in rig.collector(since).collect(stream, desk.cursors.get(stream)):
            desk.keep(stream, page)
            found += [page.gap] if page.gap else []
    return found


def test_what_came_with_a_post_is_heard(desk: Desk, platform: FakeX) -> None:
    picture = {"media_key": "3_1", "type": "photo", "url": "https://pbs.test/1.jpg", "alt_text": "ein Riss"}
    petra = platform.town.join("Petra Müller")
    petra.followers = 1_234
    quoted = platform.town.post(platform.town.brand, "Neuer Rucksack da").id
    tom = platform.town.join("Tom")
    said = platform.say(
        "Petra Müller", "@tom schau, https://example.org/riss", quotes=quoted, media=[picture], lang="de"
    )
    mention = desk.poll().heard(said)
    assert (mention.author.id, mention.author.handle) == (petra.id, "@petra_muller")
    assert (mention.author.name, mention.author.followers) == ("Petra Müller", 1_234)
    assert mention.author.url == "https://x.com/petra_muller"
    assert mention.text == "@wanderlust @tom schau, https://example.org/riss"
    assert (mention.quoted, mention.language) == ("Neuer Rucksack da", "de")
    assert mention.url == f"https://x.com/petra_muller/status/{said}"
    assert [(found.name, found.media_type) for found in mention.attachments] == [
        ("https://pbs.test/1.jpg ein Riss", "photo")
    ]
    assert mention.participants == (tom.id,)
    assert not mention.found


def test_a_long_post_is_heard_whole(desk: Desk, platform: FakeX) -> None:
    said = platform.say("Petra", "Der Gurt riss schon beim ersten Mal. " * 20 + "Ende")
    assert desk.poll().heard(said).text.endswith("Ende")


def test_people_below_one_post_of_ours_are_not_thrown_together(desk: Desk, platform: FakeX) -> None:
    post = platform.town.post(platform.town.brand, "Neuer Rucksack da").id
    petra, tom = platform.say("Petra", "schön", reply_to=post), platform.say("Tom", "teuer", reply_to=post)
    again = platform.say("Petra", "wirklich", reply_to=post)
    desk.poll()
    assert desk.heard(petra).thread == desk.heard(again).thread != desk.heard(tom).thread


@pytest.mark.parametrize(
    ("tier", "how", "reason"),
    [
        ("self-serve", {"text": "@wanderlust mein Rucksack"}, ""),
        ("self-serve", {"text": "mein Rucksack", "quotes": True}, ""),
        ("self-serve", {"text": "mein Rucksack", "answers": True}, ""),
        ("self-serve", {"text": "mein Rucksack"}, NOT_SUMMONED),
        ("enterprise", {"text": "mein Rucksack"}, ""),
        ("enterprise", {"text": "mein Rucksack", "reply_settings": "mentionedUsers"}, CLOSED),
        ("enterprise", {"text": "mein Rucksack", "reply_settings": "following"}, CLOSED),
        ("self-serve", {"text": "@wanderlust mein Rucksack", "reply_settings": "mentionedUsers"}, ""),
        ("self-serve", {"text": "@wanderlust mein Rucksack", "protected": True}, PROTECTED),
    ],
)
def test_who_may_be_answered_by_a_program_is_known_before_anybody_writes(
    rig: XRig, platform: FakeX, tier: str, how: dict[str, object], reason: str
) -> None:
    ours = platform.town.post(platform.town.brand, "Neu hier").id
    rig.connection = rig.connect(tier=tier)
    desk = Desk(rig).poll()
    petra = platform.town.join("Petra")
    petra.protected = bool(how.pop("protected", False))
    references = {name: ours for name in ("quotes", "answers") if how.pop(name, False)}
    said = platform.town.post(petra, str(how.pop("text")), **references, **how).id
    mention = desk.poll().heard(said)
    assert (mention.route, mention.route_reason) == ("hand" if reason else "api", reason)
    if reason:
        address = TypeAdapter(HandAddress).validate_json(mention.address)
        assert (address.reach, address.visibility) == (f"https://x.com/petra/status/{said}", mention.visibility)
        assert mention.visibility == ("private" if reason == PROTECTED else "public")
    else:
        assert read_address(mention.address).summoned == (tier == "self-serve")


def test_whom_x_does_not_name_only_a_person_can_answer() -> None:
    post = Post(id="1", author_id="2", text="kaputt", created_at=clock.now(), in_reply_to_user_id="3")
    assert by_hand(post, Listed(), "3", "enterprise") == UNNAMED


def test_what_a_search_finds_was_not_addressed_to_us(desk: Desk, platform: FakeX) -> None:
    found, named = platform.talk("Petra", "mein Rucksack ist kaputt"), platform.say("Tom", "mein Rucksack auch")
    desk.poll()
    assert (desk.heard(found).found, desk.heard(named).found) == (True, False)
    assert set(desk.mentions) == {found, named}


def test_what_answers_a_post_that_was_deleted_is_heard_all_the_same(desk: Desk, platform: FakeX) -> None:
    above = platform.talk("Tom", "mein Gurt")
    said = platform.say("Petra", "meiner auch", reply_to=above, quotes=above)
    platform.town.delete(above)
    mention = desk.poll().heard(said)
    assert (mention.replies_to, mention.quoted, mention.route) == ((above,), "", "api")


def test_what_others_only_repeat_is_nothing_new(desk: Desk, platform: FakeX) -> None:
    said = platform.say("Petra", "kaputt")
    platform.say("Tom", "RT kaputt", repeats=said)
    assert set(desk.poll().mentions) == {said}


def test_without_words_to_look_for_nothing_is_searched(platform: FakeX) -> None:
    rig = XRig(platform, query=Query())
    with rig.closing:
        assert rig.collector().streams() == ["mentions", "own", "messages", "changes"]


def test_a_query_that_cannot_be_asked_is_said(platform: FakeX) -> None:
    rig = XRig(platform, query=Query(any=("x",), all=tuple(f"ein langer Satz Nummer {n}" for n in range(40))))
    with rig.closing:
        assert list(rig.collector().collect("mentions", None))
        with pytest.raises(Temporary, match="do not fit") as raised:
            list(rig.collector().collect("search", None))
        assert raised.value.alone


def test_what_is_known_is_not_listed_and_paid_for_again(desk: Desk, platform: FakeX, freeze: Freeze) -> None:
    time = freeze(clock.now())
    platform.say("Petra", "kaputt")
    desk.poll()
    time.shift(300)
    before = platform.town.billed.copy()
    for _ in range(5):
        desk.poll()
    assert platform.town.billed == before


def test_what_is_listed_late_is_still_heard(desk: Desk, platform: FakeX, freeze: Freeze) -> None:
    time = freeze(clock.now())
    late = platform.say("Petra", "spät gelistet")
    platform.server.holes.add(late)
    time.shift(30)
    platform.say("Tom", "gleich gelistet")
    desk.poll()
    assert late not in desk.mentions
    platform.server.holes.clear()
    time.shift(30)
    assert late in desk.poll().mentions


def test_empty_pages_before_the_end_are_passed(desk: Desk, platform: FakeX, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.x.PAGE", 5)
    first = platform.say("Petra", "zuunterst")
    said = [platform.say("Petra", f"Nummer {number}") for number in range(20)]
    platform.server.holes |= set(said[5:15])
    assert set(desk.poll().mentions) == {first, *said[:5], *said[15:]}


def test_pages_are_read_by_id_since_tokens_expire(desk: Desk, platform: FakeX, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.x.PAGE", 5)
    said = {platform.say("Petra", f"Nummer {number}") for number in range(23)}
    assert set(desk.poll().mentions) == said
    queries = [parse_qs(entry["query"]) for entry in platform.requests(MENTIONS)]
    assert any("until_id" in query for query in queries)
    assert not any("pagination_token" in query for query in queries)


def test_beyond_eight_hundred_mentions_there_is_a_gap(desk: Desk, rig: XRig, platform: FakeX, freeze: Freeze) -> None:
    time = freeze(clock.now())
    known = platform.say("Petra", "vorher")
    desk.poll()
    time.shift(3600)
    said = [platform.say("Petra", f"Nummer {number}") for number in range(850)]
    [gap] = gaps(desk, rig)
    assert gap.reason == ENOUGH
    assert gap.since == moment(known)
    assert set(desk.mentions) == {known, *said[50:]}
    assert gaps(desk, rig) == []


def test_a_full_week_off_without_so_many_is_no_gap(desk: Desk, rig: XRig, platform: FakeX, freeze: Freeze) -> None:
    time = freeze(clock.now())
    platform.say("Petra", "vorher")
    desk.poll()
    time.shift(timedelta(days=5))
    said = [platform.say("Petra", f"Nummer {number}") for number in range(450)]
    assert gaps(desk, rig) == []
    assert set(said) < set(desk.mentions)


def test_the_search_goes_back_seven_days_and_what_is_before_is_a_gap(
    rig: XRig, platform: FakeX, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    platform.talk("Petra", "mein Rucksack, gestern")
    desk = Desk(rig, since=clock.now() - timedelta(days=1)).poll()
    time.shift(timedelta(hours=1))
    platform.talk("Petra", "mein Rucksack, nie gehört")
    time.shift(timedelta(days=9))
    found = platform.talk("Petra", "mein Rucksack, heute")
    [gap] = gaps(desk, rig)
    assert gap.reason == TOO_OLD
    assert found in desk.mentions
    assert gaps(desk, rig) == []


def test_many_days_in_which_nothing_is_found_are_no_gap(desk: Desk, rig: XRig, platform: FakeX, freeze: Freeze) -> None:
    time = freeze(clock.now())
    platform.talk("Petra", "mein Rucksack")
    desk.poll()
    for _ in range(12):
        time.shift(timedelta(days=1))
        assert gaps(desk, rig) == []
    found = platform.talk("Petra", "noch ein Rucksack")
    assert found in desk.poll().mentions


def test_a_backfill_begins_where_the_search_does(rig: XRig, platform: FakeX, freeze: Freeze) -> None:
    time = freeze(clock.now())
    old = platform.talk("Petra", "alter Rucksack"), platform.say("Petra", "alter Rucksack")
    time.shift(timedelta(days=20))
    new = platform.talk("Petra", "neuer Rucksack")
    assert set(Desk(rig, since=clock.now() - timedelta(days=30)).poll().mentions) == {old[1], new}


def test_an_edit_is_the_same_mention_in_a_new_version(desk: Desk, platform: FakeX) -> None:
    said = platform.say("Petra", "mein Gurt ist kaputt")
    desk.poll()
    new = platform.town.edit(said, "@wanderlust mein Reißverschluss ist kaputt")
    desk.poll()
    [change] = desk.changes
    assert isinstance(change, Edited)
    assert (change.id, change.text) == (said, "@wanderlust mein Reißverschluss ist kaputt")
    assert read_address(change.address).post == new.id
    assert set(desk.mentions) == {said}


def test_an_edit_that_no_longer_names_us_is_found_by_looking_again(desk: Desk, platform: FakeX, freeze: Freeze) -> None:
    time = freeze(clock.now())
    said = platform.say("Petra", "mein Gurt ist kaputt")
    desk.poll()
    platform.town.edit(said, "alles gut")
    time.shift(timedelta(hours=21))
    [change] = desk.poll().changes
    assert isinstance(change, Edited)
    assert (change.id, change.text, change.route) == (said, "alles gut", "hand")
    assert change.route_reason == NOT_SUMMONED


@pytest.mark.parametrize("how", ["deleted", "protected"])
def test_what_is_shown_to_nobody_any_more_is_noticed_within_a_day(
    desk: Desk, platform: FakeX, freeze: Freeze, how: str
) -> None:
    time = freeze(clock.now())
    kept, gone = platform.say("Petra", "bleibt"), platform.say("Tom", "geht")
    desk.poll()
    if how == "deleted":
        platform.town.delete(gone)
    else:
        platform.town.join("Tom").protected = True
    time.shift(timedelta(hours=20))
    desk.poll()
    [change] = desk.changes
    assert isinstance(change, Deleted)
    assert change.id == gone
    assert change.at <= clock.now() - timedelta(hours=19)
    assert kept in desk.mentions


def test_in_a_round_each_kept_mention_is_looked_up_once(desk: Desk, platform: FakeX, freeze: Freeze) -> None:
    time = freeze(clock.now())
    said = {platform.say("Petra", f"Nummer {number}") for number in range(130)}
    desk.poll()
    time.shift(timedelta(hours=20))
    for _ in range(4):
        desk.poll()
    asked = [
        id_
        for entry in platform.requests("/2/tweets")
        for id_ in parse_qs(entry["query"]).get("ids", [""])[0].split(",")
    ]
    assert sorted(filter(None, asked)) == sorted(said)


def test_a_post_that_cannot_be_read_is_kept_and_stops_nothing(desk: Desk, platform: FakeX) -> None:
    said = [platform.say("Petra", f"Nummer {number}") for number in range(3)]
    platform.faults.order("spoilt", path=MENTIONS)
    desk.poll()
    assert set(desk.mentions) == set(said[:2])
    assert len(desk.malformed) == 1


@pytest.mark.parametrize("fault", ["repeat", "shuffle"])
def test_pages_that_come_twice_or_in_disorder_change_nothing(
    desk: Desk, platform: FakeX, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr("listener.x.PAGE", 5)
    said = {platform.say("Petra", f"Nummer {number}") for number in range(12)}
    platform.faults.order(fault, path=MENTIONS, times=2)
    for _ in range(3):
        try:
            desk.poll()
        except Temporary:
            continue
    assert set(desk.mentions) == said


def test_ten_thousand_waiting_mentions_are_heard_as_far_as_x_lists_them(rig: XRig, platform: FakeX) -> None:
    petra = platform.town.join("Petra")
    for number in range(10_000):
        platform.town.post(petra, f"@wanderlust Nummer {number}")
    desk = Desk(rig)
    [gap] = gaps(desk, rig, clock.now() - timedelta(days=1))
    assert gap.reason == ENOUGH
    assert len(desk.mentions) == 800


def test_a_backfill_that_x_lists_whole_has_no_gap(rig: XRig, platform: FakeX) -> None:
    said = {platform.say("Petra", f"Nummer {number}") for number in range(250)}
    desk = Desk(rig)
    assert gaps(desk, rig, clock.now() - timedelta(days=1)) == []
    assert set(desk.mentions) == said
