"""What Mastodon really answered, read by the desk through an unmodified Mastodon.py."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from listener.mastodon import Collector
from tests.recordings.replay import Replay, replay
from tests.recordings.sources import Exchange, recorded
from twoway import clock
from twoway.channels import mastodon
from twoway.channels.mastodon_errors import NOT_THESE
from twoway.channels.mastodon_posts import Account, Instance, Notification, Status
from twoway.errors import AuthFailed, ChannelError, Gone, Rejected, Temporary
from twoway.http import Guard, client
from twoway.ports import Access

EVER = clock.parse("2016-01-01T00:00:00.000000Z")
Play = Callable[..., tuple[mastodon.Mastodon, Replay]]
MODELS: dict[type[BaseModel], set[str]] = {
    Status: {"id", "content", "account", "visibility", "created_at"},
    Notification: {"id", "type", "created_at", "account", "group_key"},
    Account: {"id", "acct", "username", "followers_count"},
    Instance: {"configuration", "version"},
}
"""By which fields an entity is known in an answer."""


@pytest.fixture
def play() -> Iterator[Play]:
    """A login to an instance that says what was recorded under a name, or other answers."""
    with ExitStack() as closing:

        def made(found: str | list[Exchange], *more: str) -> tuple[mastodon.Mastodon, Replay]:
            held = recorded("Mastodon.py")
            always = [one for name in more for one in held.of(name)]
            server = closing.enter_context(replay(held.of(found) if isinstance(found, str) else found, always))

            def http(**how: Any) -> Any:
                return closing.enter_context(client(**how, guard=Guard(("127.0.0.1",))))

            settings = mastodon.Settings(url=server.url, token=SecretStr("x"), timeout_seconds=5)
            return mastodon.connect(settings, Access("social", "desk", None, http)), server  # type: ignore[arg-type]

        yield made


def entities(value: Any) -> Iterator[tuple[type[BaseModel], dict[str, Any]]]:
    """Every entity in an answer, with the model that reads it."""
    if isinstance(value, dict):
        yield from ((model, value) for model, fields in MODELS.items() if fields <= set(value))
        for inner in value.values():
            yield from entities(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from entities(inner)


def test_everything_that_was_ever_recorded_can_be_read() -> None:
    counted = dict.fromkeys(MODELS, 0)
    for exchange in recorded("Mastodon.py"):
        for model, value in entities(exchange.json):
            found = model.model_validate(value)
            counted[model] += 1
            if isinstance(found, Status):
                assert isinstance(found.text + found.own_text + found.quoted, str)
    assert counted[Status] > 500
    assert counted[Account] > 1_000
    assert counted[Notification] > 30
    assert counted[Instance] > 5


def test_a_recorded_mention_is_heard(play: Play) -> None:
    login, server = play("test_notifications_mentions_only", "test_instance", "test_verify_credentials")
    pages = Collector(login, mastodon.Settings(url=server.url, token=SecretStr("x")), EVER).collect("mentions", None)
    next(pages)
    page = next(pages)
    [notice] = json.loads(next(one.body for one in recorded("Mastodon.py").of("test_notifications_mentions_only")[1:]))
    [mention] = page.mentions
    assert (mention.id, mention.author.id) == (notice["status"]["id"], notice["status"]["account"]["id"])
    assert page.malformed == ()
    assert server.asked[0].query["types[]"] == ["mention"]


def test_a_recorded_instance_says_what_it_takes(play: Play) -> None:
    login, _ = play("test_instance")
    assert login.instance.version.startswith("4.")
    assert login.instance.counting.max_characters == 500


def test_an_instance_without_the_newer_path_is_asked_on_the_older_one(play: Play) -> None:
    missing = Exchange("GET", "/api/v2/instance/", "", 404, {}, '{"error": "Not Found"}')
    login, _ = play([missing, *recorded("Mastodon.py").of("test_instance_v1")])
    assert login.instance.counting.max_characters == 500


def test_a_recorded_answer_is_received(play: Play) -> None:
    said = [one for one in recorded("Mastodon.py").of("test_status_reply") if "in_reply_to_id" in one.sent]
    login, server = play(said)
    above = json.loads(said[0].body)["in_reply_to_id"]
    request = partial(login.library.status_post, "same!", in_reply_to_id=above, idempotency_key="key")
    assert login.post("send", request).in_reply_to_id == above
    assert server.asked[-1].form["in_reply_to_id"] == [above]


KINDS: dict[int, tuple[type[ChannelError], type[ChannelError]]] = {
    400: (Temporary, Rejected), 401: (AuthFailed, AuthFailed), 403: (AuthFailed, AuthFailed), 404: (Gone, Gone),
    422: (Temporary, Rejected),
}  # fmt: skip
"""What a refusal means while reading, and while writing."""


def _means(said: Exchange) -> tuple[type[ChannelError], type[ChannelError]]:
    if said.json is None:  # a page of the server in front of it
        return Temporary, Temporary
    return (Temporary, Rejected) if NOT_THESE in said.body.lower() else KINDS[said.status]


def test_every_recorded_refusal_says_what_to_do_next(play: Play) -> None:
    refused = {(one.status, one.body): one for one in recorded("Mastodon.py") if one.status >= 400}.values()
    login, server = play([])
    for said in refused:
        server.asked.clear()
        server.recorded[:] = [
            Exchange(method, path, "", said.status, said.headers, said.body)
            for method, path in (("GET", "/api/v1/statuses/1"), ("POST", "/api/v1/statuses"))
        ]
        reading, writing = _means(said)
        with pytest.raises(reading):
            login.ask("look", partial(login.library.status, "1"))
        with pytest.raises(writing):
            login.post("send", partial(login.library.status_post, "hello"))
        assert len(server.asked) == 2
    assert {one.status for one in refused} >= {401, 404, 422}
