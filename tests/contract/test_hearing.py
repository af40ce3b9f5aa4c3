"""Every channel: nothing heard is lost, whatever ends the reading, and nothing is heard twice."""

from datetime import timedelta

import pytest

from tests.contract.rig import Desk, Rig
from twoway import clock
from twoway.domain import Deleted, Edited, OwnPost
from twoway.errors import AuthFailed


@pytest.fixture
def small_pages(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two entries a page, so that a few words make many pages."""
    monkeypatch.setattr(rig.page_size, 2)


@pytest.mark.usefixtures("small_pages")
def test_killed_after_every_page_nothing_is_lost_though_more_arrives(rig: Rig, desk: Desk) -> None:
    said = [rig.say("Petra", f"number {number}") for number in range(7)]
    for number in range(7, 11):
        desk.step()
        said.append(rig.say("Tom", f"number {number}"))
    quiet = 0
    while quiet < 2:
        before = _heard_so_far(desk)
        desk.step()
        quiet = quiet + 1 if _heard_so_far(desk) == before else 0
    assert set(desk.mentions) == {rig.heard_as(one) for one in said}


def _heard_so_far(desk: Desk) -> dict[str, str]:
    """Cursors; not that of looking kept mentions up again, which goes round for ever."""
    return {stream: cursor for stream, cursor in desk.cursors.items() if stream != "changes"}


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("last", range(5))
def test_a_page_that_was_read_but_not_stored_is_read_again(rig: Rig, desk: Desk, last: int) -> None:
    said = [rig.say("Petra", f"number {number}") for number in range(7)]
    collector = rig.collector()
    for stream in collector.streams():
        for number, page in enumerate(collector.collect(stream, desk.cursors.get(stream))):
            if number == last:
                break
            desk.keep(stream, page)
    said.append(rig.say("Tom", "while the desk was down"))
    desk.poll()
    assert set(desk.mentions) == {rig.heard_as(one) for one in said}


def test_polling_again_hears_nothing_new_and_moves_no_cursor(rig: Rig, desk: Desk) -> None:
    rig.say("Petra", "hello")
    desk.poll()
    heard, cursors = dict(desk.mentions), dict(desk.cursors)
    desk.poll()
    assert (desk.mentions, desk.cursors) == (heard, cursors)


@pytest.mark.needs("history")
def test_a_new_channel_starts_now(rig: Rig) -> None:
    rig.say("Petra", "long ago")
    desk = Desk(rig).poll()
    assert desk.mentions == {}
    assert desk.changes == []
    today = rig.say("Petra", "today")
    assert set(desk.poll().mentions) == {rig.heard_as(today)}


@pytest.mark.needs("history")
@pytest.mark.usefixtures("small_pages")
def test_backfill_brings_history_page_by_page(rig: Rig) -> None:
    said = [rig.say("Petra", f"number {number}") for number in range(5)]
    desk = Desk(rig, since=clock.now() - timedelta(days=2))
    for _ in range(12):
        desk.step()
    assert set(desk.mentions) == {rig.heard_as(one) for one in said}


def test_a_mention_is_whole(rig: Rig, desk: Desk) -> None:
    before = clock.now() - timedelta(minutes=1)
    said = rig.say("Petra Müller", "Grüße, 100 % \u202eböse <b>Zeichen</b> 😀")
    mention = desk.poll().heard(said)
    assert "Grüße, 100 % \u202eböse <b>Zeichen</b> 😀" in mention.text
    assert mention.author.id
    assert mention.raw
    assert mention.address
    assert before <= mention.created_at <= clock.now() + timedelta(minutes=1)
    assert mention.route == ("api" if "api" in rig.can else "hand")
    assert bool(mention.route_reason) == (mention.route == "hand")


@pytest.mark.needs("private", "public")
def test_visibility_is_that_of_the_customer(rig: Rig, desk: Desk) -> None:
    openly, privately = rig.say("Petra", "openly"), rig.say("Petra", "privately", private=True)
    desk.poll()
    assert desk.heard(openly).visibility == "public"
    assert desk.heard(privately).visibility == "private"


@pytest.mark.needs("public")
def test_an_answer_of_the_customer_names_what_it_answers(rig: Rig, desk: Desk) -> None:
    first = rig.say("Petra", "first")
    second = rig.say("Petra", "second", reply_to=first)
    desk.poll()
    assert desk.heard(second).replies_to == (desk.heard(first).reference,)
    assert desk.heard(second).thread == desk.heard(first).thread


@pytest.mark.needs("edit")
def test_an_edit_is_heard_with_its_new_address(rig: Rig, desk: Desk) -> None:
    said = rig.say("Petra", "my strap broke")
    old = desk.poll().heard(said).address
    rig.edit("Petra", said, "my zip broke")
    [change] = desk.poll().changes
    assert isinstance(change, Edited)
    assert (change.id, change.text) == (rig.heard_as(said), "my zip broke")
    assert change.address not in ("", old)


@pytest.mark.needs("delete")
def test_a_deletion_is_heard(rig: Rig, desk: Desk) -> None:
    said = rig.say("Petra", "my strap broke")
    desk.poll()
    rig.delete("Petra", said)
    [change] = desk.poll().changes
    assert isinstance(change, Deleted)
    assert change.id == rig.heard_as(said)


@pytest.mark.needs("answers")
def test_an_answer_made_elsewhere_is_heard_as_ours(rig: Rig, desk: Desk) -> None:
    said = rig.say("Petra", "my strap broke")
    rig.answer_elsewhere(said, "We are on it")
    [change] = desk.poll().changes
    assert isinstance(change, OwnPost)
    mention = desk.heard(said)
    where = change.replies_to or change.thread  # a conversation of two needs no word on what answers what
    assert (where, change.text) == ((mention.reference,) if change.replies_to else mention.thread, "We are on it")
    assert set(desk.mentions) == {rig.heard_as(said)}


@pytest.mark.needs("api", unless="pushed")
def test_a_refused_login_says_so_and_shows_no_secret(rig: Rig, desk: Desk) -> None:
    rig.refuse_login()
    with pytest.raises(AuthFailed) as raised:
        desk.poll()
    assert (raised.value.channel, bool(raised.value.operation)) == (rig.name, True)
    assert rig.secret not in f"{raised.value!r} {raised.value.__cause__!r}"
