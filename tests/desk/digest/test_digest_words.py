"""What a digest says: the same numbers as raw SQL, in two languages and two forms, whatever strangers are called."""

import re
import sqlite3
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from desk.digest import sending
from desk.digest.render import Rendered
from desk.digest.report import Report, collect
from desk.digest.times import Period
from desk.digest.words import WORDS
from desk.wiring import Desk
from desk.wording import Spoken
from tests.conftest import Freeze
from tests.desk.conftest import Open
from tests.desk.digest.conftest import Mailing, Post
from tests.desk.pigeons import Scene
from twoway.config import Recipient
from twoway.domain import Gap, Page
from twoway.store import channels, events, hearing

TODAY = date(2026, 11, 23)
BEGIN = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
MORNING = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


class Words(HTMLParser):
    """What a person reads of HTML, and what it would load or link to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.read: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self._hidden = False
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._hidden = tag in ("style", "title")
        self.links += [value or "" for name, value in attributes if name in ("href", "src", "background")]

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.read.append(data.strip())


@pytest.fixture
def busy(opened: Open, freeze: Freeze) -> Scene:
    """Three days of work, left on a Monday morning."""
    clock = freeze(BEGIN)
    scene = opened()
    for name in ("Anna", "Bernd", "Cora"):
        scene.says(name=name)
        clock.shift(3600)
    clock.move_to(MORNING - timedelta(hours=12))
    for words in ("danke", "fein"):
        scene.answers(scene.says(name="Dora"), words)
    scene.answers(scene.says(name="Emil"), "refuse me")
    scene.answers(scene.says(name="Frieda"), "lose me")
    scene.drafts(scene.says(name="Gerd"))
    scene.drafts(scene.says(name="Hanna"))
    scene.says("Schau mal", wants=False)
    for _ in range(3):
        scene.says("GEWINN", noise=True, wants=False)
    attic = channels.by_name(scene.desk.store, "attic")
    channels.pause(scene.desk.store, attic.id, "401: token expired")
    stream = channels.stream(scene.desk.store, channels.by_name(scene.desk.store, "loft").id, "loft")
    gap = Gap(None, MORNING, "older pigeons were not kept")
    hearing.keep_page(scene.desk.store, stream, Page(cursor="x", gap=gap))
    while events.seal_once(scene.desk.store):
        pass
    clock.move_to(MORNING)
    return scene


DAY = timedelta(days=1)


def period(since: datetime = MORNING - DAY, days: int = 1) -> Period:
    """A period that begins then."""
    kind = "daily" if days == 1 else "weekly"
    return Period(kind, TODAY, since - days * DAY, since, since + days * DAY, since + (days + 1) * DAY)  # type: ignore[arg-type]


def report_of(scene: Scene) -> Report:
    """Today's, as values."""
    return collect(scene.desk.store, scene.desk.names, period(), BERLIN)


def preview(desk: Desk, spoken: Spoken, on: date) -> Rendered:
    """As somebody reads it who speaks that language."""
    return sending.preview(desk, Recipient(address="boss@fjordlicht.example", language=spoken), on)


# Written once more, differently, from the tables alone; the period is a day.
RAW = {
    "heard": "SELECT count(*) FROM mentions WHERE kind = 'message' AND heard_at >= :since",
    "wanted": "SELECT count(*) FROM mentions JOIN judgements j ON j.id = judgement_id WHERE heard_at >= :since"
    " AND j.wants_answer + j.complaint + j.abstained > 0",
    "given": "SELECT count(*) FROM receipts r JOIN deliveries d ON d.id = r.delivery_id WHERE d.sent_at >= :since",
    "awaiting": "SELECT count(*) FROM conversations WHERE awaiting_since IS NOT NULL AND lane <> 'noise'",
    "overdue": "SELECT count(*) FROM conversations WHERE due_at <= :now",
    "noise": "SELECT count(*) FROM conversations WHERE lane = 'noise' AND state = 'open'",
}


@pytest.mark.parametrize("name", RAW)
def test_its_numbers_are_those_of_raw_sql(busy: Scene, name: str) -> None:
    values = {"since": "2026-11-22T06:30:00.000000Z", "now": "2026-11-23T06:30:00.000000Z"}
    with sqlite3.connect(busy.desk.store.path) as db:
        counted = db.execute(RAW[name], {key: values[key] for key in values if f":{key}" in RAW[name]}).fetchone()[0]
    assert counted > 0
    assert getattr(report_of(busy).sums, name) == counted


def test_debts_are_counted_and_the_oldest_comes_first(busy: Scene) -> None:
    report = report_of(busy)
    assert [line.author for line in report.overdue.lines] == ["Anna", "Bernd", "Cora"]
    assert [line.author for line in report.failed.lines] == ["Emil", "Frieda"]
    assert [line.author for line in report.approve.lines] == ["Gerd", "Hanna"]
    assert [(trouble.channel, trouble.kind) for trouble in report.troubles] == [("attic", "paused"), ("loft", "gap")]


def test_the_subject_says_what_matters(busy: Scene) -> None:
    assert preview(busy.desk, "de", TODAY)[0] == (
        "3 überfällig, 2 warten auf Freigabe, 2 Sendungen fraglich – Fjordlicht"
    )
    assert preview(busy.desk, "en", TODAY)[0] == (
        "3 overdue, 2 waiting for approval, 2 deliveries in doubt – Fjordlicht"
    )


def test_the_headline_is_whole_sentences(busy: Scene) -> None:
    text = preview(busy.desk, "de", TODAY)[2]
    assert (
        "3 Antworten sind überfällig, die älteste seit 46 Stunden. 2 Antworten warten auf Freigabe. "
        "2 Sendungen brauchen eine Entscheidung. Der Kanal attic ist pausiert."
    ) in text


def test_one_of_a_kind_is_said_as_one(opened: Open, freeze: Freeze) -> None:
    clock = freeze()
    scene = opened()
    scene.says()
    assert preview(scene.desk, "de", TODAY)[0] == "1 offen, nichts überfällig – Fjordlicht"
    clock.shift(25 * 3600)
    _, _, text = preview(scene.desk, "en", TODAY)
    assert "One answer has been overdue for 1 hour." in text


def test_the_newest_seal_stands_in_both_forms(busy: Scene) -> None:
    seal = events.newest_seal(busy.desk.store)
    _, html, text = preview(busy.desk, "de", TODAY)
    assert seal is not None
    assert seal.hash in html
    assert seal.hash in text


@pytest.mark.parametrize("spoken", ["de", "en"])
def test_plain_text_tells_all_that_html_tells(busy: Scene, spoken: str) -> None:
    _, html, text = preview(busy.desk, spoken, TODAY)  # type: ignore[arg-type]
    told = Words(html)
    missing = [word for line in told.read for word in re.split(r"[·■\s()]+", line) if word not in text]
    assert missing == []
    assert [link for link in told.links if link not in text] == []


def test_every_link_leads_to_the_desk(busy: Scene) -> None:
    links = Words(preview(busy.desk, "de", TODAY)[1]).links
    assert "https://desk.example.org/conversations/1" in links
    assert all(link.startswith("https://desk.example.org") for link in links)


def test_styles_stand_in_the_elements_and_dark_mode_in_a_sheet(busy: Scene) -> None:
    html = preview(busy.desk, "de", TODAY)[1]
    assert html.count("style=") > 50
    assert "prefers-color-scheme: dark" in html
    sheet = html[html.index("<style>") : html.index("</style>")]
    assert sheet.lstrip("<style> \n").startswith("@media")


def test_what_happened_before_yesterday_s_hour_is_yesterday_s_news(busy: Scene) -> None:
    earlier = collect(busy.desk.store, busy.desk.names, period(BEGIN), BERLIN)
    assert (earlier.sums.heard, earlier.sums.given) == (3, 0)


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=https://evil.example/x.png>',
    "{{ 7*7 }}{% raw %}",
    "\u202eretupmoc\x00\x1b[2J\r\nBcc: all@example.org",
    "https://evil.example/login",
    "W" * 5000,
]


def test_strangers_names_do_nothing(opened: Open, freeze: Freeze) -> None:
    clock = freeze()
    scene = opened()
    for name in HOSTILE:
        scene.says(name=name)
    clock.shift(2 * 86_400)
    subject, html, text = preview(scene.desk, "de", date(2026, 11, 25))
    told = Words(html)
    assert told.tags.isdisjoint({"script", "img", "iframe", "form", "link"})
    assert all(link.startswith("https://desk.example.org") for link in told.links)
    assert "{{ 7*7 }}{% raw %}" in text
    for form in (html, text):
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", form)
        assert "evil.example" not in form
    assert not any(line.startswith("Bcc") for line in text.splitlines())
    assert "\n" not in subject


def test_a_desk_in_flames_still_fits_into_a_mail(mailing: Mailing, post: Post, freeze: Freeze) -> None:
    """Names, words and platforms are as long and as costly in bytes as they can be, on more channels than fit."""
    clock = freeze()
    many = "\n".join(f'[channels.{"x" * 50}{n}]\nkind = "pigeon"' for n in range(60))
    scene = mailing('address = "boss@fjordlicht.example"', before=many)
    for n in range(15):
        channel = f"{'x' * 50}{n}"
        scene.says("😡" * 900, name="😀" * 300, channel=channel, severe=True)
        scene.says("💐" * 900, name="😀" * 300, channel=channel, wants=False, mood="positive", followers=10**9)
    scene.answers(scene.says("😡" * 900, name="😀" * 300), "refuse me")
    for n in range(60):
        paused = channels.by_name(scene.desk.store, f"{'x' * 50}{n}")
        channels.pause(scene.desk.store, paused.id, "<&\"'>" * 500)
    clock.shift(25 * 3600)
    assert sending.digest_once(scene.desk)
    (mail,), (taken,) = post.mails, post.orders.taken
    assert len(taken.content) < 100_000  # type: ignore[arg-type]
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "16 überfällig" in str(mail["Subject"])
    assert re.search(r"und \d+ weitere Gespräche", text)
    assert re.search(r"\d+ weitere Kanäle", text)
    assert "💐" in text


def test_a_past_date_is_told_until_its_hour(busy: Scene) -> None:
    _, _, text = preview(busy.desk, "en", TODAY - timedelta(days=1))
    assert "Sunday, 22 November 2026" in text
    assert "Heard since Sat 21 Nov, 07:30; answered and overdue as of" in text


def test_both_languages_say_the_same_things() -> None:
    def shape(words: str | tuple[str, str]) -> list[set[str | None]]:
        forms = [words] if isinstance(words, str) else list(words)
        return [{field for _, field, _, _ in Formatter().parse(form) if field not in (None, "n")} for form in forms]

    german, english = ({name: shape(words) for name, words in WORDS[spoken].items()} for spoken in ("de", "en"))
    assert german == english
