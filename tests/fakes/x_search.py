"""X's search language, as far as anybody needs it here; what it does not know is refused."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.x_town import Post, Town

Test = Callable[[Post], bool]
_TOKEN = re.compile(r'\s*(\(|\)|-?"[^"]+"|-?[^\s()"]+)')
_WORD = re.compile(r"-?[^\W_][\w]*")


class Unreadable(Exception):
    """This is no query."""


@dataclass
class Query:
    """One query, read from left to right: spaces are *and*, which binds closer than OR."""

    text: str
    town: Town

    def test(self) -> Test:
        """Does a post fit? Raises Unreadable."""
        self._tokens = _TOKEN.findall(self.text)
        if "".join(self._tokens) != re.sub(r"\s+", "", self.text) and '"' not in self.text:
            raise Unreadable(self.text)
        found = self._either()
        if self._tokens:
            raise Unreadable(f"what is {self._tokens[0]} doing here")
        if all(token.startswith(("-", "lang:", "is:")) for token in _TOKEN.findall(self.text) if token not in "()"):
            raise Unreadable("a query needs something that stands on its own")
        return found

    def _either(self) -> Test:
        tests = [self._both()]
        while self._tokens[:1] == ["OR"]:
            self._tokens.pop(0)
            tests.append(self._both())
        return lambda post: any(test(post) for test in tests)

    def _both(self) -> Test:
        tests: list[Test] = []
        while self._tokens and self._tokens[0] not in (")", "OR"):
            tests.append(self._one())
        if not tests:
            raise Unreadable("nothing between two ORs")
        return lambda post: all(test(post) for test in tests)

    def _one(self) -> Test:
        token = self._tokens.pop(0)
        if token == "(":
            found = self._either()
            if self._tokens[:1] != [")"]:
                raise Unreadable("a bracket is not closed")
            self._tokens.pop(0)
            return found
        if token.startswith("-"):
            inner = self._operator(token[1:])
            return lambda post: not inner(post)
        return self._operator(token)

    def _operator(self, token: str) -> Test:
        name, colon, value = token.partition(":")
        if colon and not token.startswith('"'):
            known: dict[str, Test] = {
                "from": lambda post: value.lower() in (post.by.username, post.by.id),
                "lang": lambda post: post.lang == value,
                "conversation_id": lambda post: self.town.conversation(post) == value,
                "is": lambda post: {"retweet": post.repeats is not None}[value],
            }
            if name not in known or (name == "is" and value != "retweet"):
                raise Unreadable(f"no such operator: {token}")
            return known[name]
        if token.startswith("@"):
            return lambda post: token[1:].lower() in (person.username for person in self.town.named(post))
        words = token.strip('"')
        if not token.startswith(('"', "#")) and not _WORD.fullmatch(token):
            raise Unreadable(f"quote this: {token}")
        pattern = re.compile(rf"(?<![\w#]){re.escape(words)}(?!\w)", re.IGNORECASE)
        return lambda post: pattern.search(post.text) is not None
