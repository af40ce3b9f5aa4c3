"""The real Bluesky network: what the fake says of it is so."""

from datetime import timedelta

import pytest

from listener.bluesky import Collector
from tests.contract.rig import Desk
from tests.network.conftest import Line
from tests.servers.bluesky import Account, Network
from tests.servers.starting import wait_until
from twoway import clock
from twoway.channels import bluesky
from twoway.channels.bluesky_errors import NotAllowed
from twoway.channels.bluesky_text import record_key
from twoway.config import Query
from twoway.domain import Absent, Deleted, Draft, Edited, Found, OwnPost, Part, Preview
from twoway.errors import AuthFailed, RateLimited, Rejected, Temporary

EMOJI = "👩‍👩‍👧"
LONGEST = "Ja! " + EMOJI * 100 + "e\u0301" * 96 + " " + "x" * 99


def heard(desk: Desk, uri: str) -> Desk:
    wait_until(lambda: uri in desk.poll().mentions, "the mention is heard", 30)
    return desk


def shown(line: Line, desk: Desk, uri: str, text: str = "Wir kümmern uns.") -> Preview:
    return line.sender().preview(Draft(text), heard(desk, uri).mentions[uri].address)


def test_a_stranger_is_heard_after_the_notices_were_read_answered_once_and_found_in_the_thread(
    line: Line, desk: Desk, brand: Account, petra: Account
) -> None:
    first = petra.post(f"Hallo @{brand.handle} 👋", brand)
    heard(desk, first["uri"])
    brand.do("app.bsky.notification.updateSeen", seenAt=clock.stamp(clock.now())[:-4] + "Z")
    brand.do("app.bsky.notification.putPreferences", priority=True)
    said = petra.post(f"@{brand.handle} mein Gurt ist kaputt 😀", brand)
    text = f"Das tut uns leid, @{petra.handle}! Mehr: https://kaffee-nord.de/hilfe #gurt"
    part = Part(shown(line, desk, said["uri"], text), 0, "the-part's-key")
    assert line.sender().look(part.preview).answer is None
    assert isinstance(line.sender().find(part, clock.now()), Absent)
    receipt = line.sender().send(part)
    assert line.sender().send(part).remote_id == receipt.remote_id
    assert line.sender().find(part, clock.now()) == Found(line.sender().send(part))
    wait_until(lambda: line.sender().look(part.preview).answer is not None, "the answer is in the thread", 30)
    thread = petra.ask("app.bsky.feed.getPostThread", uri=said["uri"])["thread"]
    [reply] = [one["post"] for one in thread["replies"]]
    assert (reply["uri"], reply["record"]["text"]) == (receipt.remote_id, text)
    assert reply["record"]["reply"] == {"root": said, "parent": said}
    assert len(reply["record"]["facets"]) == 3
    assert [post.id for post in line.sender().recent(clock.now() - timedelta(hours=1))] == [receipt.remote_id]


def test_a_stranger_would_not_be_heard_by_those_who_take_the_accounts_preference(
    line: Line, desk: Desk, brand: Account, petra: Account
) -> None:
    brand.do("app.bsky.notification.putPreferences", priority=True)
    said = petra.post(f"@{brand.handle} hello", brand)
    heard(desk, said["uri"])
    assert brand.ask("app.bsky.notification.listNotifications")["notifications"] == []


def test_a_deletion_and_an_edit_are_noticed(line: Line, desk: Desk, brand: Account, petra: Account) -> None:
    first, second = (petra.post(f"@{brand.handle} number {number}", brand) for number in range(2))
    preview = shown(line, desk, second["uri"])
    heard(desk, first["uri"])
    petra.delete(first["uri"])
    record = {"$type": "app.bsky.feed.post", "text": "something else", "createdAt": "2026-01-01T00:00:00.000Z"}
    key = second["uri"].rpartition("/")[2]
    petra.do("com.atproto.repo.putRecord", repo=petra.did, collection="app.bsky.feed.post", rkey=key, record=record)

    def changed() -> bool:
        return {type(change) for change in desk.poll().changes} >= {Deleted, Edited}

    wait_until(changed, "both changes are heard", 30)
    changes = {type(change): change for change in desk.changes}
    assert changes[Deleted].id == first["uri"]
    assert (changes[Edited].id, changes[Edited].text) == (second["uri"], "something else")
    assert line.sender().look(preview).edited


def test_three_hundred_characters_as_people_count_them_are_taken_and_no_more(
    line: Line, desk: Desk, brand: Account, petra: Account
) -> None:
    said = petra.post(f"@{brand.handle} hello", brand)
    preview = shown(line, desk, said["uri"], LONGEST)
    assert preview.parts == (LONGEST,)
    receipt = line.sender().send(Part(preview, 0, "full"))
    assert petra.ask("app.bsky.feed.getPosts", uris=[said["uri"]])["posts"]
    kept = petra.ask("com.atproto.repo.getRecord", repo=brand.did, collection="app.bsky.feed.post",
                     rkey=receipt.remote_id.rpartition("/")[2])  # fmt: skip
    assert kept["value"]["text"] == LONGEST
    too_long = Preview(preview.channel, preview.address, "public", (LONGEST + "x",))
    with pytest.raises(Rejected, match="maximum 300, got 301"):
        line.sender().send(Part(too_long, 0, "too full"))
    too_heavy = Preview(preview.channel, preview.address, "public", (EMOJI * 180,))
    with pytest.raises(Rejected):
        line.sender().send(Part(too_heavy, 0, "too heavy"))


def test_a_long_answer_is_a_thread_of_its_own_below_the_customers(
    line: Line, desk: Desk, brand: Account, petra: Account
) -> None:
    said = petra.post(f"@{brand.handle} hello", brand)
    preview = shown(line, desk, said["uri"], "Wir haben Ihren Gurt gefunden 😀. " * 25)
    assert len(preview.parts) == 3
    sent = []
    for number in range(3):
        sent.append(line.sender().send(Part(preview, number, f"part {number}", tuple(sent))))
    keep: dict[str, OwnPost] = {}

    def all_shown() -> bool:
        keep.update({change.id: change for change in desk.poll().changes if isinstance(change, OwnPost)})
        return all(one.remote_id in keep for one in sent)

    wait_until(all_shown, "the network shows every part", 30)
    assert [keep[one.remote_id].replies_to for one in sent] == [
        (said["uri"],), (sent[0].remote_id,), (sent[1].remote_id,),
    ]  # fmt: skip
    assert {keep[one.remote_id].thread for one in sent} == {said["uri"]}


def test_what_the_search_comes_upon_is_heard(line: Line, brand: Account, petra: Account) -> None:
    line.connection.query = Query(any=("Nordwind-Röstung",))
    desk = Desk(line).poll()  # type: ignore[arg-type]
    said = petra.post("Die Nordwind Röstung ist die beste")
    assert heard(desk, said["uri"]).mentions[said["uri"]].found


def test_whoever_lets_nobody_reply_is_answered_by_hand(line: Line, desk: Desk, brand: Account, petra: Account) -> None:
    said = petra.post(f"@{brand.handle} hello", brand)
    preview = shown(line, desk, said["uri"])
    key, gate = said["uri"].rpartition("/")[2], "app.bsky.feed.threadgate"
    record = {"$type": gate, "post": said["uri"], "allow": [], "createdAt": "2026-01-01T00:00:00.000Z"}
    petra.do("com.atproto.repo.createRecord", repo=petra.did, collection=gate, rkey=key, record=record)

    def refused() -> bool:
        try:
            return not line.sender().look(preview)
        except Rejected as error:
            return "does not let" in error.said

    wait_until(refused, "the gate is known", 30)
    again = Desk(line, since=clock.now() - timedelta(hours=1)).poll()  # type: ignore[arg-type]
    assert (again.mentions[said["uri"]].route, bool(again.mentions[said["uri"]].route_reason)) == ("hand", True)


def test_a_token_that_is_refused_is_renewed_without_a_word(line: Line, desk: Desk) -> None:
    session = line.connection._session
    assert session is not None
    line.connection._session = session.model_copy(update={"access_jwt": "no.such.token"})
    bluesky.check(line.connection)
    assert line.connection._session.access_jwt != "no.such.token"


def test_a_revoked_app_password_is_a_refused_login(line: Line, desk: Desk, brand: Account) -> None:
    [entry] = brand.ask("com.atproto.server.listAppPasswords")["passwords"]
    brand.do("com.atproto.server.revokeAppPassword", name=entry["name"])
    session = line.connection._session
    assert session is not None
    line.connection._session = session.model_copy(update={"access_jwt": "over"})
    with pytest.raises(AuthFailed, match="401 AuthenticationRequired") as raised:
        desk.poll()
    assert line.password not in f"{raised.value!r} {raised.value.__cause__!r}"


def test_an_app_password_that_may_not_read_messages_is_told_of_and_no_login_is_lost(
    line: Line, brand: Account, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The chat service is not among the packages, but the account's server looks at the password before it passes on.
    monkeypatch.setitem(bluesky.PROXY, "atproto-proxy", f"{network.index}#bsky_appview")
    line.connection.direct_messages = True
    with pytest.raises(NotAllowed, match="400 InvalidToken Bad token method; this app password may not read"):
        bluesky.check(line.connection)
    line.connection.password, line.connection._session = brand.app_password(privileged=True), None
    with pytest.raises(Temporary) as passed_on:
        bluesky.check(line.connection)
    assert not isinstance(passed_on.value, NotAllowed)


@pytest.mark.parametrize(
    ("proxy", "said"),
    [
        ("", "404 XRPCNotSupported XRPC Not Supported"),
        ("{index}", "400 InvalidRequest no service id specified in proxy header"),
        ("{index}#bsky_chat", "400 InvalidRequest could not resolve proxy did service url"),
    ],
)
def test_messages_go_nowhere_without_saying_where_to(
    line: Line, brand: Account, network: Network, monkeypatch: pytest.MonkeyPatch, proxy: str, said: str
) -> None:
    line.connection.password = brand.app_password(privileged=True)
    monkeypatch.setattr(bluesky, "PROXY", {"atproto-proxy": proxy.format(index=network.index)} if proxy else {})
    line.connection.direct_messages = True
    with pytest.raises(Temporary, match=said):
        bluesky.check(line.connection)


def test_too_many_logins_are_told_with_their_end(line: Line, network: Network) -> None:
    line.connection.password = "wrong"
    for _ in range(30):
        with pytest.raises(AuthFailed):
            bluesky.check(line.connection)
    with pytest.raises(RateLimited, match="429 RateLimitExceeded") as limited:
        bluesky.check(line.connection)
    assert timedelta() < limited.value.retry_at - clock.now() <= timedelta(minutes=5)
    with pytest.raises(RateLimited, match="nothing more until"):
        bluesky.check(line.connection)


def test_pages_go_on_through_the_real_cursors(
    line: Line, desk: Desk, brand: Account, petra: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listener.bluesky.PAGE", 2)
    said = [petra.post(f"@{brand.handle} number {number}", brand)["uri"] for number in range(7)]

    def all_heard() -> bool:
        collector: Collector = line.collector()
        for stream in collector.streams():
            for page in collector.collect(stream, desk.cursors.get(stream)):
                desk.keep(stream, page)
                break
        return set(said) <= set(desk.mentions)

    wait_until(all_heard, "all are heard, a page at a time", 30)


def test_a_key_of_ours_is_one_that_the_network_takes(brand: Account) -> None:
    key = record_key(clock.now(), "any part")
    record = {"$type": "app.bsky.feed.post", "text": "x", "createdAt": clock.stamp(clock.now())[:-4] + "Z"}
    body = {"repo": brand.did, "collection": "app.bsky.feed.post", "rkey": key, "record": record}
    assert brand.do("com.atproto.repo.putRecord", **body)["validationStatus"] == "valid"
