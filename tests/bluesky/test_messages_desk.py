"""A whole desk that hears direct messages on Bluesky, and goes on where they fail."""

from datetime import timedelta

import pytest

from tests.conftest import Freeze
from tests.contract.bluesky import SEND
from tests.fakes.bluesky import FakeBluesky
from tests.office import ANSWER, Office
from twoway import clock
from twoway.channels import bluesky
from twoway.errors import Refused, Temporary
from twoway.store import outages


@pytest.mark.parametrize("fault", ["drop-after", "drop-before", "error-after", "error-before"])
def test_an_answer_in_doubt_is_there_once(talking: Office, platform: FakeBluesky, freeze: Freeze, fault: str) -> None:
    time, chat = freeze(clock.now()), platform.chat
    talking.hear()
    word = chat.write(platform.town.join("Petra"), "mein Gurt ist kaputt, was nun?")
    talking.hear()
    delivery = talking.approve()
    time.shift(20)
    platform.faults.order(fault, method="POST", path=SEND)
    for _ in range(12):
        talking.deliver()
        time.shift(timedelta(minutes=2))
    assert talking.state(delivery) == "sent"
    assert [one.text for one in chat.of(word).words] == [word.text, ANSWER]


@pytest.mark.parametrize("between", [True, False])
def test_an_answer_that_a_colleague_gave_in_the_app_is_none_that_is_owed(
    talking: Office, platform: FakeBluesky, freeze: Freeze, between: bool
) -> None:
    time, chat = freeze(clock.now()), platform.chat
    talking.hear()
    talk = chat.of(chat.write(platform.town.join("Petra"), "mein Gurt ist kaputt, was nun?"))
    if between:
        talking.hear()
        assert talking.owed == 1
    time.shift(60)
    chat.put(talk, platform.town.brand, "We are on it")
    talking.hear()
    assert (len(talking.heard), talking.owed) == (1, 0)


def test_nothing_is_approved_where_a_colleague_has_answered_in_the_app_since(
    talking: Office, platform: FakeBluesky, freeze: Freeze
) -> None:
    time, chat = freeze(clock.now()), platform.chat
    talking.hear()
    talk = chat.of(chat.write(platform.town.join("Petra"), "mein Gurt ist kaputt, was nun?"))
    talking.hear()
    time.shift(60)
    chat.put(talk, platform.town.brand, "We are on it")
    with pytest.raises(Refused, match="an answer of ours is there already"):
        talking.approve()
    assert talking.owed == 0


def test_what_a_colleague_removes_in_the_app_stays_owed_until_somebody_answers(
    talking: Office, platform: FakeBluesky, freeze: Freeze
) -> None:
    time, chat = freeze(clock.now()), platform.chat
    talking.hear()
    word = chat.write(platform.town.join("Petra"), "mein Gurt ist kaputt, was nun?")
    talking.hear()
    word.removed = True
    time.shift(60)
    chat.put(chat.of(word), platform.town.join("Petra"), "?")
    talking.hear()
    assert talking.owed == 1
    kept = "SELECT count(*) FROM mentions WHERE deleted_at IS NULL"
    assert talking.desk.store.read().execute(kept).fetchone()[0] == 2
    time.shift(60)
    chat.put(chat.of(word), platform.town.brand, "We are on it")
    talking.hear()
    assert talking.owed == 0


def test_in_a_group_each_person_has_one_conversation_and_only_the_one_before_our_words_is_answered(
    talking: Office, platform: FakeBluesky, freeze: Freeze
) -> None:
    time, chat, town = freeze(clock.now()), platform.chat, platform.town
    talking.hear()
    among = (town.join("Tom"), town.join("Petra"))
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": town.brand.did}
    naming = [{"index": {"byteStart": 0, "byteEnd": 5}, "features": [feature]}]
    for name in ("Tom", "Petra", "Tom"):
        last = chat.write(town.join(name), "@them what is wrong?", group="Wandern", among=among, facets=naming)
        talking.hear()
        time.shift(60)
    each = "SELECT count(*) FROM mentions GROUP BY conversation_id ORDER BY conversation_id"
    assert [row[0] for row in talking.desk.store.read().execute(each)] == [2, 1]
    assert talking.owed == 2
    chat.put(chat.of(last), town.brand, "Nothing is, Tom")
    talking.hear()
    still_owed = (
        "SELECT a.handle FROM conversations c JOIN mentions m ON m.conversation_id = c.id"
        " JOIN authors a ON a.id = m.author_id WHERE c.awaiting_since IS NOT NULL"
    )
    [(handle,)] = talking.desk.store.read().execute(still_owed)
    assert handle == f"@{town.join('Petra').handle}"


@pytest.mark.parametrize("how", ["error-before", "limit", "forbidden"])
def test_whatever_becomes_of_messages_the_rest_is_heard(
    talking: Office, platform: FakeBluesky, freeze: Freeze, how: str
) -> None:
    time = freeze(clock.now())
    talking.hear()
    if how == "forbidden":
        platform.server.privileged = False
    else:
        more = {"seconds": 3_600} if how == "limit" else {}
        platform.faults.order(how, path="/xrpc/chat.", times=100, **more)  # type: ignore[arg-type]
    platform.chat.write(platform.town.join("Petra"), "privately")
    for number in range(3):
        platform.say("Petra", f"openly {number}")
        talking.hear()
        time.shift(60)
    assert len(talking.heard) == 3
    assert talking.channel.paused_at is None
    assert {"error-before": "503", "limit": "nothing more until", "forbidden": "allows access"}[
        how
    ] in talking.channel.last_error
    assert outages.lasts(talking.desk.store, talking.channel.id) == (how == "error-before")
    if how == "limit":
        asked = [entry for entry in platform.requests() if "/chat." in entry["path"]]
        assert len(asked) == 2  # at the start, and the one that was refused
    platform.server.privileged = True
    platform.faults.heal()
    time.shift(3_600)
    talking.hear()
    assert len(talking.heard) == 4
    assert talking.channel.last_error is None


def test_a_refusal_in_words_that_nobody_knows_pauses_nothing_and_renews_one_token(
    talking: Office, platform: FakeBluesky, freeze: Freeze
) -> None:
    time = freeze(clock.now())
    talking.hear()
    platform.server.privileged, platform.server.forbidding = False, "This password has no access to chats"
    platform.chat.write(platform.town.join("Petra"), "privately")
    for number in range(5):
        platform.say("Petra", f"openly {number}")
        talking.hear()
        time.shift(60)
    assert len(talking.heard) == 5
    assert talking.channel.paused_at is None
    assert "no access to chats; nor did a new token help" in talking.channel.last_error
    assert len(platform.requests("refreshSession")) == 1
    assert len(platform.requests("createSession")) == 1
    platform.server.privileged = True
    talking.hear()
    assert len(talking.heard) == 6


def test_checking_says_whether_messages_can_be_read(talking: Office, platform: FakeBluesky) -> None:
    talking.desk.check("sky")
    platform.server.privileged = False
    with pytest.raises(Temporary, match="may not read or write direct messages; make a new one that allows access"):
        talking.desk.check("sky")


@pytest.mark.parametrize(
    ("proxy", "said"), [({}, "404 XRPCNotSupported"), ({"atproto-proxy": "did:web:elsewhere#bsky_chat"}, "400 Invalid")]
)
def test_messages_go_nowhere_without_saying_where_to(
    talking: Office, monkeypatch: pytest.MonkeyPatch, proxy: dict[str, str], said: str
) -> None:
    monkeypatch.setattr(bluesky, "PROXY", proxy)
    with pytest.raises(Temporary, match=said):
        talking.desk.check("sky")


def test_a_password_that_may_not_read_messages_is_enough_where_nobody_asks_for_them(
    office: Office, platform: FakeBluesky
) -> None:
    platform.server.privileged = False
    office.desk.check("sky")
    office.hear()
    assert office.channel.last_error is None
