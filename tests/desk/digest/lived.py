"""Sixteen days of a desk, lived through by its own functions in an order that a seed chooses."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import time_machine

from responders import review
from responders.deliver import deliver_once
from tests.desk.pigeons import Scene, open_scene
from twoway import clock
from twoway.domain import Author, Deleted, Edited, Mention, OwnPost, Page
from twoway.store import channels, erasing, events, hearing

MORNING = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
"""A Monday, half past seven in Berlin; there the days end."""
DAYS = 16
MORE = '\n[channels.cellar]\nkind = "pigeon"\nundo_seconds = 0\n'
PLACES = ("loft", "cellar", "attic")
WORDS = ("Wo bleibt meine Lampe?", "Das ist die schönste Lampe, die wir je hatten, vielen Dank!", "Na ja.")


@dataclass
class Life:
    """What happens to a desk, day by day."""

    scene: Scene
    time: time_machine.Traveller
    random: Random
    open: list[tuple[int, str]] = field(default_factory=list)
    """Conversations without an answer so far, with their channel."""
    end: datetime = MORNING

    def day(self, end: datetime) -> None:
        """From the time it is until ``end``."""
        self.end = end
        while clock.now() < end - timedelta(hours=2):
            self.wait(400, 9000)
            self.random.choices((self.hear, self.answer, self.answer_elsewhere, self.change), (6, 4, 1, 1))[0]()
        self.time.move_to(end)

    def wait(self, least: int, most: int) -> None:
        """Some seconds pass, but never the end of the day."""
        left = int((self.end - clock.now()).total_seconds()) - 60
        self.time.shift(min(self.random.randint(least, most), left))

    def hear(self) -> None:
        """Somebody says something."""
        choose, place = self.random.random, self.random.choice(PLACES)
        severe, noise = choose() < 0.15, choose() < 0.1
        wants = choose() < 0.6 and not noise
        found = self.scene.says(
            self.random.choice(WORDS),
            channel=place,
            name=self.random.choice(("Anna", "Bernd", "Cora", "Dora")),
            followers=self.random.choice((None, 0, 120, 15_300)),
            severe=severe,
            noise=noise,
            wants=wants,
            mood=self.random.choice(("negative", "neutral", "positive")),
        )
        if (wants or severe) and place != "attic":
            self.open.append((found, place))

    def answer(self) -> None:
        """One of those who wait gets an answer; some answers fail."""
        if not self.open:
            return
        conversation, place = self.open.pop(self.random.randrange(len(self.open)))
        words = self.random.choices(("Sie ist unterwegs.", "refuse me"), (9, 1))[0]
        self.scene.begin_session()
        outlet, (person, session) = self.scene.desk.outlet(place), self.scene.person
        self.scene.drafts(conversation, words)
        prepared = review.prepare(self.scene.desk.store, outlet, person, conversation)
        review.approve(self.scene.desk.store, outlet, person, session, prepared, prepared.preview.sha256)
        deliver_once(self.scene.desk.store, self.scene.desk.outlets(), "test")
        if self.random.random() < 0.3 and "refuse" not in words:
            self.say_more(conversation, place)

    def say_more(self, conversation: int, place: str) -> None:
        """The customer answers our answer."""
        self.wait(60, 40_000)
        self.scene.says("Danke, und wann?", channel=place, below=self.latest(conversation))
        self.open.append((conversation, place))

    def answer_elsewhere(self) -> None:
        """A colleague answers on the platform itself; the desk hears it a while later."""
        if not self.open:
            return
        conversation, place = self.open.pop(0)
        said = clock.now()
        self.wait(0, 3000)
        post = OwnPost(f"own{conversation}-{said.timestamp()}", (self.latest(conversation),), "Ja.", said, b"own")
        self.keep(place, Page(cursor=f"{said}", changes=(post,)))

    def change(self) -> None:
        """Somebody takes words back, changes them, or is forgotten; old words come as history."""
        row = self.scene.desk.store.read().execute(_SOME).fetchone()
        if row is None:
            return
        kind = self.random.choice(("deleted", "edited", "erased", "history"))
        if kind == "erased":
            erasing.mention(self.scene.desk.store, row["id"], self.scene.person[0].id)
        elif kind == "history":
            self.keep(row["name"], Page(cursor="old", mentions=(_old(f"old{clock.now().timestamp()}"),)))
            self.scene.judge_all()
        else:
            change = Deleted(row["remote_id"], clock.now())
            edit = Edited(row["remote_id"], "Anders gesagt.", clock.now(), b"edited")
            self.keep(row["name"], Page(cursor=kind, changes=(change if kind == "deleted" else edit,)))
            self.scene.judge_all()

    def latest(self, conversation: int) -> str:
        """The platform's name of what was said last."""
        sql = "SELECT remote_id FROM mentions WHERE conversation_id = ? ORDER BY id DESC LIMIT 1"
        return str(self.scene.desk.store.read().execute(sql, (conversation,)).fetchone()[0])

    def keep(self, place: str, page: Page) -> None:
        """The desk hears it."""
        store = self.scene.desk.store
        hearing.keep_page(store, channels.stream(store, channels.by_name(store, place).id, "loft"), page)


_SOME = (
    "SELECT m.id, m.remote_id, h.name FROM mentions m JOIN channels h ON h.id = m.channel_id"
    " WHERE m.erased_at IS NULL AND m.deleted_at IS NULL ORDER BY m.id DESC LIMIT 1 OFFSET 3"
)


def _old(name: str) -> Mention:
    long_ago = clock.now() - timedelta(days=900)
    return Mention(name, Author("old", "old"), "Damals", long_ago, "{}", "public", b"old")


def live(folder: Path, seed: int) -> Scene:
    """A desk at the end of these days; the time stays stopped there until the caller lets it go."""
    with time_machine.travel(MORNING - timedelta(days=DAYS), tick=False) as time:
        life = Life(open_scene(folder, MORE), time, Random(seed))
        for day in range(DAYS):
            life.day(MORNING - timedelta(days=DAYS - 1 - day))
        while events.seal_once(life.scene.desk.store):
            pass
        return life.scene
