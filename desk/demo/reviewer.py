"""The scripted reviewer: answers the story's customers through the very functions a person's clicks go through.

It works only on a database stamped as a demo and on the square: the schema refuses its approvals anywhere else.
"""

from dataclasses import dataclass

from desk.demo.story import Scene, scenes
from desk.demo.world import World
from responders import review
from twoway.store import deliveries, inbox
from twoway.store.inbox import Line
from twoway.store.sessions import Session


@dataclass
class Reviewer:
    """Works through the lists of the inbox."""

    world: World
    session: Session

    def work(self) -> None:
        """Answer what has an answer in the story, close what needs none, check the noise."""
        store, person = self.world.desk.store, self.world.person
        for line in (*inbox.lines(store, "open"), *inbox.lines(store, "mentions")):
            self._settle(line)
        for line in inbox.lines(store, "noise"):
            review.close(store, person, line.id, None, "Werbung, geprüft")

    def _settle(self, line: Line) -> None:
        scene = next((scene for scene in scenes() if scene.who == line.author), None)
        words = self._words(line, scene) if scene else ""
        if words and line.kind == "square":
            self._answer(line, words)
        elif line.kind == "square":
            review.close(self.world.desk.store, self.world.person, line.id, None, "gelesen, braucht keine Antwort")

    def _words(self, line: Line, scene: Scene) -> str:
        given = sum(row.state == "sent" for row in deliveries.of_conversation(self.world.desk.store, line.id))
        return (scene.answer, scene.answer_to_that)[given] if given < 2 else ""

    def _answer(self, line: Line, words: str) -> None:
        store, person = self.world.desk.store, self.world.person
        outlet = self.world.desk.outlet(line.channel)
        review.save(store, person, line.id, words)
        prepared = review.prepare(store, outlet, person, line.id)
        review.approve(store, outlet, person, self.session, prepared, prepared.preview.sha256)
