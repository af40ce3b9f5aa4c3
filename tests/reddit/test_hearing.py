"""Reddit is heard whole: answers, mentions, messages, subreddits, searches; through faults and long absences."""

from datetime import timedelta

import pytest

from listener.match import Matcher, Sieve
from tests.conftest import Freeze
from tests.contract.rig import Desk
from tests.fakes.reddit import FakeReddit
from tests.fakes.reddit_town import BRAND, HOME
from tests.reddit.conftest import Open
from twoway import clock
from twoway.config import Query
from twoway.domain import Attachment, Gap, OwnPost
from twoway.errors import ChannelError, RateLimited, Temporary

INBOX = "/message/inbox"
STRAP = Query(any=("Gurt",))


def test_an_answer_to_a_comment_of_ours_is_heard_without_our_name(platform: FakeReddit, desk: Desk) -> None:
    town = platform.town
    first = platform.say("Petra", "hello")
    ours = platform.answer_elsewhere(first, "We are on it")
    said = town.comment(town.join("Tom"), ours, "me too").name
    assert desk.poll().mentions[said].replies_to == (ours,)


def test_an_answer_to_a_post_of_ours_is_heard(platform: FakeReddit, desk: Desk) -> None:
    town = platform.town
    post = town.post(town.brand, "Ask us anything")
    said = town.comment(town.join("Petra"), post.name, "my strap broke").name
    mention = desk.poll().mentions[said]
    assert (mention.replies_to, mention.thread) == ((post.name,), post.name)


def test_everything_that_is_told_of_a_comment_is_kept(platform: FakeReddit, desk: Desk) -> None:
    town = platform.town
    post = town.post(town.join("Otto"), "Which backpack?", "…", over_18=True, contest_mode=True)
    said = town.comment(town.join("Petra"), post.name, f"*hello* u/{BRAND}, 5 > 3 & so on").name
    mention = desk.poll().mentions[said]
    assert mention.text == f"*hello* u/{BRAND}, 5 > 3 & so on"
    assert (mention.author.id, mention.author.handle) == (town.join("Petra").id, "u/Petra")
    assert mention.quoted == f"r/{HOME} · Which backpack? · NSFW · contest mode"
    assert mention.url == f"https://www.reddit.com/r/{HOME}/comments/{post.name[3:]}/a_thread/{said[3:]}/"
    assert (mention.thread, mention.reference) == (post.name, said)
    assert mention.raw in received(platform, desk, said)


def test_of_words_that_were_edited_before_they_are_heard_it_is_told_when(platform: FakeReddit, desk: Desk) -> None:
    first, second = platform.say("Petra", "my strap broke"), platform.say("Petra", "hello")
    platform.town.edit(first, "my zip broke")
    heard = desk.poll().mentions
    assert heard[first].edited_at is not None
    assert heard[second].edited_at is None


def received(platform: FakeReddit, desk: Desk, name: str) -> bytes:
    return bytes(desk.rig.connection.get("test", "api/info/", id=name))


def test_a_message_is_private_and_keeps_its_conversation(platform: FakeReddit, desk: Desk) -> None:
    first = platform.say("Petra", "psst", private=True)
    ours = platform.answer_elsewhere(first, "yes?")
    second = platform.say("Petra", "my strap", private=True, reply_to=ours)
    desk.poll()
    assert {desk.mentions[name].visibility for name in (first, second)} == {"private"}
    assert {desk.mentions[name].thread for name in (first, second)} == {first}
    assert desk.mentions[second].replies_to == (ours,)
    assert desk.mentions[first].title == "a question"


def test_what_robots_say_is_nothing_to_answer(platform: FakeReddit, desk: Desk) -> None:
    said = platform.say("AutoModerator", "your post was removed")
    assert desk.poll().mentions[said].kind == "automatic"


@pytest.mark.parametrize("how", ["locked", "archived"])
@pytest.mark.parametrize("what", ["thread", "comment"])
def test_where_no_program_can_answer_a_person_is_told_before_writing(
    platform: FakeReddit, desk: Desk, how: str, what: str
) -> None:
    said = platform.say("Petra", "hello")
    comment = platform.town.said[said]
    setattr(platform.town.said[comment.root] if what == "thread" else comment, how, True)
    mention = desk.poll().mentions[said]
    assert mention.route == "hand"
    assert how in mention.route_reason


def test_what_was_taken_back_before_it_was_heard_is_nobodys_word(platform: FakeReddit, desk: Desk) -> None:
    gone, removed, stands = (platform.say("Petra", f"number {number}") for number in range(3))
    platform.town.delete(gone)
    platform.town.said[removed].removed = True
    assert set(desk.poll().mentions) == {stands}


def test_a_subreddits_posts_and_comments_are_come_upon(platform: FakeReddit, opened: Open) -> None:
    desk = Desk(opened(subreddits=(HOME,))).poll()
    town = platform.town
    post = town.post(town.join("Otto"), "Gurt kaputt", "was nun?")
    said = town.comment(town.join("Tom"), post.name, "bei mir auch").name
    town.comment(town.brand, post.name, "we speak, too")
    elsewhere = town.post(town.join("Otto"), "Gurt", subreddit="kaffee")
    desk.poll()
    assert set(desk.mentions) == {post.name, said}
    assert all(mention.found for mention in desk.mentions.values())
    assert (desk.mentions[post.name].title, desk.mentions[post.name].text) == ("Gurt kaputt", "was nun?")
    assert elsewhere.name not in desk.mentions


def test_a_subreddit_that_is_shut_silences_no_other_stream(platform: FakeReddit, opened: Open) -> None:
    collector = opened(subreddits=("secret", HOME)).collector()
    platform.town.private.add("secret")
    with pytest.raises(Temporary, match="private"):
        list(collector.collect("new r/secret", None))
    assert list(collector.collect(f"new r/{HOME}", None))


def test_its_search_is_asked_for_the_words_of_the_query(platform: FakeReddit, opened: Open) -> None:
    desk = Desk(opened(STRAP)).poll()
    found = platform.town.post(platform.town.join("Otto"), "Mein Gurt", subreddit="wandern")
    platform.town.post(platform.town.join("Otto"), "Mein Zelt", subreddit="wandern")
    assert set(desk.poll().mentions) == {found.name}
    assert desk.mentions[found.name].found


def test_what_shows_something_has_its_link(platform: FakeReddit, opened: Open) -> None:
    desk = Desk(opened(subreddits=(HOME,))).poll()
    shown = {"is_self": False, "url": "https://pictures.test/1.png", "post_hint": "image"}
    post = platform.town.post(platform.town.join("Otto"), "look", **shown)
    mention = desk.poll().mentions[post.name]
    assert (mention.text, mention.attachments) == ("look", (Attachment("https://pictures.test/1.png", "image", 0),))


def test_what_was_come_upon_first_and_did_not_count_is_heard_where_it_is_addressed_to_us(
    platform: FakeReddit, opened: Open
) -> None:
    rig = opened(subreddits=(HOME,), search=False)
    desk = Desk(rig).poll()
    said = platform.say("Petra", "nothing of the kind")
    matcher = Matcher(STRAP, lambda text: "de")
    for stream in (f"comments r/{HOME}", "inbox"):
        for page in Sieve(rig.collector(), matcher).collect(stream, desk.cursors[stream]):
            desk.keep(stream, page)
    assert said in desk.mentions


@pytest.mark.parametrize(
    "fault", ["malformed", "nonsense", "error-before", "limit", "drop-before", "repeat", "shuffle"]
)
def test_a_fault_ends_a_poll_and_loses_nothing(
    platform: FakeReddit, desk: Desk, fault: str, monkeypatch: pytest.MonkeyPatch, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    monkeypatch.setattr("listener.reddit_listings.PAGE", 2)
    said = []
    for number in range(7):
        time.shift(1)
        said.append(platform.say("Petra", f"number {number}"))
    platform.faults.order(fault, path=INBOX)
    for _ in range(3):
        try:
            desk.poll()
        except ChannelError:
            time.shift(600)
    assert set(desk.mentions) == set(said)
    assert desk.malformed == {}


def test_what_cannot_be_read_is_kept_and_stops_nothing(platform: FakeReddit, desk: Desk) -> None:
    said = [platform.say("Petra", f"number {number}") for number in range(3)]
    platform.faults.order("spoilt", path=INBOX)
    desk.poll()
    assert len(desk.malformed) == 1
    assert set(desk.mentions) == set(said[:2])


def test_a_page_goes_on_though_the_comment_it_would_go_on_after_was_deleted(
    platform: FakeReddit, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.reddit_listings.PAGE", 2)
    said = [platform.say("Petra", f"number {number}") for number in range(6)]
    desk.step()
    last = desk.cursors["inbox"]
    assert said[4] in last
    platform.town.inbox = [entry for entry in platform.town.inbox if entry[0] != said[4]]
    desk.poll()
    assert set(desk.mentions) == set(said)


def test_a_thousand_are_made_up_for_in_few_requests(platform: FakeReddit, desk: Desk) -> None:
    said = [platform.say("Petra", f"number {number}") for number in range(900)]
    asked = len(platform.requests(INBOX))
    desk.poll()
    assert set(desk.mentions) == set(said)
    assert len(platform.requests(INBOX)) - asked <= 10


def gaps(desk: Desk, stream: str) -> list[Gap]:
    found = []
    for page in desk.rig.collector().collect(stream, desk.cursors[stream]):
        desk.keep(stream, page)
        found += [page.gap] if page.gap else []
    return found


def test_what_lies_deeper_than_a_listing_goes_is_a_gap_once(
    platform: FakeReddit, desk: Desk, monkeypatch: pytest.MonkeyPatch, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    platform.say("Petra", "before")
    desk.poll()
    heard_until = clock.now()
    monkeypatch.setattr("tests.fakes.reddit_api.DEEPEST", 10)
    monkeypatch.setattr("tests.fakes.reddit_api.Reddit._listing.__defaults__", (None, 10))
    monkeypatch.setattr("listener.reddit_listings.Listing.deepest", 10)
    for number in range(30):
        time.shift(60)
        platform.say("Petra", f"number {number}")
    [gap] = gaps(desk, "inbox")
    assert gap.since == heard_until.replace(microsecond=0)
    assert gap.until == (heard_until + timedelta(minutes=21)).replace(microsecond=0)
    assert gaps(desk, "inbox") == []
    later = platform.say("Petra", "later")
    assert later in desk.poll().mentions


def test_whoever_takes_everything_back_leaves_no_gap(platform: FakeReddit, desk: Desk) -> None:
    platform.say("Petra", "hello")
    desk.poll()
    platform.town.inbox.clear()
    assert gaps(desk, "inbox") == []


@pytest.mark.parametrize("cursor", ["nonsense", "{}"])
def test_a_cursor_that_cannot_be_read_is_a_gap(platform: FakeReddit, desk: Desk, cursor: str) -> None:
    desk.cursors["inbox"] = cursor
    assert len(gaps(desk, "inbox")) == 1
    later = platform.say("Petra", "later")
    assert later in desk.poll().mentions


def test_a_limit_is_kept_to_without_asking_again_before_its_time(
    platform: FakeReddit, desk: Desk, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    said = platform.say("Petra", "hello")
    platform.faults.order("limit", path=INBOX, seconds=120)
    with pytest.raises(RateLimited) as limited:
        desk.poll()
    assert abs(limited.value.retry_at - clock.now() - timedelta(seconds=120)) < timedelta(seconds=5)
    before = len(platform.requests())
    with pytest.raises(RateLimited):
        desk.poll()
    assert len(platform.requests()) == before
    time.shift(130)
    assert set(desk.poll().mentions) == {said}


def test_reading_leaves_some_requests_for_answers(platform: FakeReddit, desk: Desk, freeze: Freeze) -> None:
    time = freeze(clock.now())
    said = platform.say("Petra", "hello")
    platform.server.used = platform.server.limit - 4
    with pytest.raises(RateLimited, match="used up") as limited:
        Desk(desk.rig).poll().poll()
    before = len(platform.requests())
    with pytest.raises(RateLimited):
        desk.poll()
    assert len(platform.requests()) == before
    assert clock.now() < limited.value.retry_at <= clock.now() + timedelta(minutes=10)
    platform.server.used = 0
    time.shift(600)
    assert set(desk.poll().mentions) == {said}


def test_own_words_are_heard_in_public_and_in_private(platform: FakeReddit, desk: Desk) -> None:
    openly, privately = platform.say("Petra", "hello"), platform.say("Petra", "psst", private=True)
    ours = {platform.answer_elsewhere(openly, "hi"): openly, platform.answer_elsewhere(privately, "yes"): privately}
    own = [change for change in desk.poll().changes if isinstance(change, OwnPost)]
    assert {post.id: post.replies_to for post in own} == {id_: (said,) for id_, said in ours.items()}


def test_nothing_that_is_known_is_asked_for_again(platform: FakeReddit, opened: Open) -> None:
    desk = Desk(opened(subreddits=(HOME,)))
    desk.poll()
    for number in range(30):
        platform.say("Petra", f"number {number}")
    desk.poll()
    before = len(platform.requests())
    desk.poll()
    # inbox, own, sent, two of the subreddit, and one to look all kept ones up.
    assert len(platform.requests()) - before == 6
