"""The customers of the story, played on the square as people would play them."""

from dataclasses import dataclass, field

from desk.demo.story import Scene
from desk.demo.world import World
from desk.square.board import Words, handle_of
from desk.square.threads import Thread, View


@dataclass
class Customers:
    """Says each scene's words once, and what follows once the desk's answer is there."""

    world: World
    posts: dict[str, int] = field(default_factory=dict)
    """The first post of each customer, by name."""
    followed: set[str] = field(default_factory=set)

    def say(self, scene: Scene) -> None:
        """The customer's first words."""
        account = self.world.board.join(scene.who)
        words = Words(scene.says, scene.visibility)
        self.posts[scene.who], _ = self.world.board.say(account, words, self.world.rules)

    def follow_up(self, scene: Scene) -> bool:
        """The customer reacts to our answer, if it is there and they have not yet; whether they did."""
        if not scene.then or scene.who in self.followed or scene.who not in self.posts:
            return False
        answer = next((post.id for post in reversed(self._thread(scene).posts) if post.brand), None)
        if answer is None:
            return False
        account = self.world.board.join(scene.who)
        self.world.board.say(account, Words(scene.then, scene.visibility, answer), self.world.rules)
        self.followed.add(scene.who)
        return True

    def answers(self, scene: Scene) -> int:
        """How many answers of ours stand in the customer's thread."""
        return sum(post.brand for post in self._thread(scene).posts)

    def _thread(self, scene: Scene) -> Thread:
        return View(self.world.board, handle_of(scene.who)).around(self.posts[scene.who])
