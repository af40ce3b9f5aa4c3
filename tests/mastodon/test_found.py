"""What Mastodon comes upon: posts with a hashtag, and what its search gives."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from listener.mastodon_found import ENDS, NO_SEARCH
from listener.mastodon_query import searches, tags
from listener.match import Matcher
from tests.conftest import Freeze
from tests.contract.mastodon import MastodonRig
from tests.contract.rig import Desk
from tests.fakes.mastodon import FakeMastodon
from twoway import clock
from twoway.config import Query
from twoway.domain import Author, Gap, Mention, OwnPost, Page
from twoway.errors import Temporary

SEARCH, TAG = "/api/v2/search", "/api/v1/timelines/tag"


@dataclass
class Noting(Desk):
    """Writes gaps down, too."""

    gaps: list[Gap] = field(default_factory=list)

    def keep(self, stream: str, page: Page) -> None:
        super().keep(stream, page)
        self.gaps += [page.gap] if page.gap else []


Watch = Callable[..., Noting]


@pytest.fixture
def watch(platform: FakeMastodon) -> Iterator[Watch]:
    """A desk with a query, polled once; it begins a minute ago."""
    with ExitStack() as closing:

        def made(*any_: str, **more: tuple[str, ...]) -> Noting:
            rig = MastodonRig(platform, query=Query(any=any_, **more))
            closing.callback(rig.connection.wire.http.close)
            return Noting(rig, since=clock.now() - timedelta(minutes=1)).poll()  # type: ignore[return-value]

        yield made


@pytest.mark.parametrize(
    ("query", "hashtags", "words"),
    [
        (Query(), [], []),
        (Query(none=("Werbung",)), [], []),
        (Query(any=("Fjord",)), [("fjord",)], ['"Fjord"']),
        (Query(any=("#Fjord",)), [("fjord",)], []),
        (Query(any=("Kaffee Nord",)), [("kaffeenord",)], ['"Kaffee Nord"']),
        (Query(any=("Müller",)), [("müller", "mueller")], ['"Müller"', '"Mueller"']),
        (Query(any=("Mueller",)), [("mueller", "müller")], ['"Mueller"', '"Müller"']),
        (Query(any=("neue Queen",)), [("neuequeen",)], ['"neue Queen"']),
        (Query(any=("a", "b", "c", "d", "e", "f")), [("a", "b", "c", "d", "e"), ("f",)], [f'"{x}"' for x in "abcdef"]),
        (Query(any=("Gurt",), all=("Fjord", "Zelt")), [("gurt",)], ['"Gurt" "Fjord" "Zelt"']),
        (Query(any=("Gurt",), all=("Müller",)), [("gurt",)], ['"Gurt"']),
        (Query(all=("Fjord", "Zelt")), [("fjord",)], ['"Fjord" "Zelt"']),
        (Query(any=('from:me "x" \\',)), [], ['"from me x"']),
        (Query(any=("4711",)), [], ['"4711"']),
    ],
)
def test_a_query_in_the_words_of_mastodon(query: Query, hashtags: list[tuple[str, ...]], words: list[str]) -> None:
    assert (tags(query), searches(query)) == (hashtags, words)


COME_UPON = Mention("1", Author("1", "@petra"), "", clock.now(), "{}", "public", b"", found=True)
TEXTS = (
    "Die Kaffee-Nord-Bohnen sind alle", "kaffee nord!", "KAFFEE NORD", "#KaffeeNord ist zu", "#kaffeenord",
    "Káffee Nord", "bei Müller gekauft", "bei MUELLER gekauft", "#Müller", "#mueller", "„Müller“, sagt er",
    "etwas anderes", "Kaffee im Norden",
)  # fmt: skip


@pytest.mark.parametrize("any_", [("Kaffee Nord",), ("Müller",), ("#Müller",), ("Kaffee Nord", "Mueller")])
def test_whatever_the_query_counts_is_found(platform: FakeMastodon, watch: Watch, any_: tuple[str, ...]) -> None:
    desk = watch(*any_)
    posts = {platform.talk("Petra", text): text for text in TEXTS}
    desk.poll()
    matcher = Matcher(Query(any=any_), lambda text: "und")
    wanted = {id_ for id_, text in posts.items() if matcher.verdict(replace(COME_UPON, text=text)).matched}
    assert wanted
    assert wanted <= set(desk.mentions)
    assert all(mention.found for mention in desk.mentions.values())
    assert "etwas anderes" not in {mention.text for mention in desk.mentions.values()}


def test_our_own_posts_and_private_ones_are_not_come_upon(platform: FakeMastodon, watch: Watch) -> None:
    desk = watch("#fjord", "fjord")
    own = platform.town.post(platform.town.brand, "Wir sind am #fjord").id
    platform.town.post(platform.town.join("Petra"), "@wanderlust heimlich am #fjord", "private")
    desk.poll()
    assert [(mention.visibility, mention.found) for mention in desk.mentions.values()] == [("private", False)]
    assert [change.id for change in desk.changes if isinstance(change, OwnPost)] == [own]


def test_who_names_the_brand_and_the_words_is_heard_once_as_addressed(platform: FakeMastodon, watch: Watch) -> None:
    desk = watch("fjord")
    said = platform.say("Petra", "Wie ist es am #fjord?")
    desk.poll()
    assert {id_: mention.found for id_, mention in desk.mentions.items()} == {said: False}


def test_killed_after_every_page_nothing_that_can_be_found_is_lost(
    platform: FakeMastodon, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.mastodon_found.PAGE", 4)
    monkeypatch.setattr("listener.mastodon_found.AGAIN", 1)
    desk = watch("fjord")
    said = [platform.talk("Petra", f"fjord {number}") for number in range(9)]
    said += [platform.talk("Petra", f"#fjord {number}") for number in range(9)]
    for number in range(4):
        desk.step()
        said.append(platform.talk("Tom", f"am fjord {number}"))
    for _ in range(12):
        desk.step()
    assert set(desk.mentions) == set(said)


def test_an_instance_without_a_search_says_so_once_and_hashtags_are_heard(platform: FakeMastodon, watch: Watch) -> None:
    platform.server.searches = False
    platform.town.post(platform.town.brand, "Guten Morgen")
    desk = watch("fjord", "zelt")
    tagged = platform.talk("Petra", "am #fjord")
    platform.talk("Petra", "am fjord")
    desk.poll()
    assert set(desk.mentions) == {tagged}
    assert {gap.reason for gap in desk.gaps} == {NO_SEARCH}


def test_a_search_that_rests_is_a_gap_and_is_read_on_when_it_is_back(
    platform: FakeMastodon, watch: Watch, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    platform.town.post(platform.town.brand, "Guten Morgen")
    desk = watch("fjord")
    before = platform.talk("Petra", "ein fjord")
    desk.poll()
    platform.server.searches = False
    time.shift(60)
    desk.poll().poll()
    assert [gap.reason for gap in desk.gaps] == [NO_SEARCH]
    time.shift(60)
    meanwhile = platform.talk("Petra", "noch ein fjord")
    desk.poll()
    platform.server.searches = True
    desk.poll()
    assert set(desk.mentions) == {before, meanwhile}


def test_a_search_that_does_not_reach_back_is_a_gap(
    platform: FakeMastodon, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("PAGE", 4), ("AGAIN", 1), ("DEPTH", 12)):
        monkeypatch.setattr(f"listener.mastodon_found.{name}", value)
    platform.server.results = 12
    desk = watch("fjord")
    platform.talk("Petra", "erster fjord")
    desk.poll()
    said = [platform.talk("Petra", f"fjord {number}") for number in range(20)]
    desk.poll().poll()
    assert [gap.reason for gap in desk.gaps] == [ENDS]
    assert set(said[-8:]) <= set(desk.mentions)


def test_a_token_that_may_not_search_stops_only_the_search(platform: FakeMastodon, watch: Watch) -> None:
    platform.server.scopes = frozenset({"read:statuses", "read:accounts", "read:notifications", "write"})
    with pytest.raises(Temporary, match="scope read:search") as raised:
        watch("fjord")
    assert raised.value.alone


def test_enough_is_left_for_hearing_and_answering(platform: FakeMastodon, watch: Watch) -> None:
    desk = watch("fjord")
    platform.server.left = 100
    before = len(platform.requests(SEARCH)) + len(platform.requests(TAG))
    platform.say("Petra", "Hallo")
    platform.talk("Petra", "am #fjord")
    desk.poll()
    assert len(platform.requests(SEARCH)) + len(platform.requests(TAG)) == before
    assert len(desk.mentions) == 1
    platform.server.left = 250
    desk.poll().poll()
    assert len(desk.mentions) == 2


def test_a_search_that_begins_when_too_little_is_left_still_keeps_where_it_began(
    platform: FakeMastodon, watch: Watch
) -> None:
    platform.server.left = 100
    desk = watch("fjord")
    assert {"tags:fjord", 'search:"fjord"'} & set(desk.cursors)
    platform.talk("Petra", "am #fjord")
    platform.server.left = 250
    desk.poll().poll()
    assert len(desk.mentions) == 1
