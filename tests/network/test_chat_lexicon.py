"""The chat service is not among the network's packages, but its lexicons are: the fake and we keep to them."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.contract.bluesky import BlueskyMessagesRig
from tests.contract.rig import Desk
from tests.fakes.bluesky import fake_bluesky
from tests.fakes.bluesky_asked import Asked
from tests.fakes.bluesky_chat import Chat
from tests.fakes.bluesky_town import Town
from tests.servers import bluesky as servers
from tests.servers import starting
from twoway.domain import Draft, Part

CONVO = "chat.bsky.convo"


def mistakes(*said: tuple[str, str, Any]) -> list[str]:
    """What the lexicons find wrong with inputs and outputs."""
    if not starting.find("node") or not (servers.FETCHED / ".done").exists():
        starting.refuse("the Bluesky network is not installed (make test-bluesky gets it, with node and npm)")
    lines = "".join(json.dumps(one) + "\n" for one in said)
    environment = {"NODE_PATH": str(servers.FETCHED / "node_modules"), "PATH": "/usr/bin:/bin"}
    command = [starting.find("node"), str(servers.HERE / "lexicon.js")]
    ran = subprocess.run(command, input=lines, env=environment, capture_output=True, text=True, timeout=60, check=True)
    found = ran.stdout.split("\n")[:-1]
    assert len(found) == len(said)
    return [one for one in found if one]


def asked(**query: str) -> Asked:
    return Asked({name: [value] for name, value in query.items()}, {}, "")


def test_what_the_fake_shows_is_what_the_lexicons_say() -> None:
    chat = Chat(town := Town())
    petra, tom = town.join("Petra"), town.join("Tom")
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": town.brand.did}
    facet = {"index": {"byteStart": 0, "byteEnd": 5}, "features": [feature]}
    word = chat.write(petra, "@them hello", facets=[facet])
    chat.write(petra, "never mind").removed = True
    talk = chat.of(word)
    chat.like(talk, petra)
    group = chat.of(chat.write(tom, "hello all", group="Wandern", among=(petra, tom)))
    chat.put(group, None, "Wandern am Sonntag")
    chat.disabled.add(tom.did)
    town.brand.blocks.add(tom.did)
    sent = chat.send(Asked({}, {"convoId": talk.id, "message": {"text": "Hello"}}, ""))
    assert mistakes(
        ("output", f"{CONVO}.listConvos", chat.listed(asked())),
        ("output", f"{CONVO}.listConvos", chat.listed(asked(limit="1"))),
        ("output", f"{CONVO}.getConvo", chat.one(asked(convoId=talk.id))),
        ("output", f"{CONVO}.getMessages", chat.messages(asked(convoId=talk.id, limit="2"))),
        ("output", f"{CONVO}.getMessages", chat.messages(asked(convoId=group.id))),
        ("output", f"{CONVO}.sendMessage", sent),
    ) == []  # fmt: skip


def test_what_we_send_is_what_the_lexicons_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[dict[str, Any]] = []
    with fake_bluesky(tmp_path) as platform:
        rig = BlueskyMessagesRig(platform)
        desk = Desk(rig).poll()
        said = rig.write("Petra", "hello")
        text = "x" * 900 + f" @{platform.town.join('Otto').handle} https://kaffee-nord.de/ö #Gürtel " + "👩‍👩‍👧" * 40
        preview = rig.sender().preview(Draft(text), desk.poll().mentions[said].address)
        send = type(rig.connection).write

        def watched(connection: Any, model: Any, operation: str, method: str, body: dict[str, Any]) -> Any:
            got.append(body)
            return send(connection, model, operation, method, body)

        monkeypatch.setattr(type(rig.connection), "write", watched)
        rig.sender().send(Part(preview, 0, "key"))
        rig.connection.http.close()
    assert mistakes(*(("input", f"{CONVO}.sendMessage", body) for body in got)) == []
    assert len(got[0]["message"]["facets"]) == 3


def test_the_lexicons_find_mistakes() -> None:
    found = mistakes(
        ("output", f"{CONVO}.getMessages", {"messages": [{"$type": f"{CONVO}.defs#messageView", "id": "x"}]}),
        ("input", f"{CONVO}.sendMessage", {"convoId": "x", "message": {"text": "x" * 1_001}}),
    )
    assert len(found) == 2
