"""Every channel: what is shown is what is sent, once, and doubt ends in the platform's own words."""

import json
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from tests.contract.rig import Desk, Rig
from tests.servers.starting import wait_until
from twoway import clock
from twoway.domain import Absent, Draft, Found, Mention, OwnPost, Part, Preview, Unclear
from twoway.errors import AuthFailed, DeliveryUnknown, Refused, Rejected

ANSWER = "Liebe Petra, wir schicken Ihnen sofort einen neuen Gurt. 😀"


@dataclass
class Case:
    """A customer's words that were heard, and an answer to them."""

    rig: Rig
    desk: Desk
    said: str

    @property
    def mention(self) -> Mention:
        """What was heard."""
        return self.desk.heard(self.said)

    def preview(self, text: str = ANSWER) -> Preview:
        """The answer as a person would approve it."""
        return self.rig.sender().preview(Draft(text), self.mention.address)

    def part(self, text: str = ANSWER, key: str = "desk-1-part-0") -> Part:
        """Its first part."""
        return Part(self.preview(text), 0, key)


@pytest.fixture
def case(rig: Rig, desk: Desk) -> Case:
    """Petra said something and was heard."""
    said = rig.say("Petra", "my strap broke")
    return Case(rig, desk.poll(), said)


def test_the_same_draft_gives_the_same_preview_without_any_network(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    first, sender, address = case.preview(), case.rig.sender(), case.mention.address
    for name in ("connect", "send", "sendall"):
        monkeypatch.setattr(socket.socket, name, _no_network)
    second = sender.preview(Draft(ANSWER), address)
    assert second.sha256 == first.sha256
    assert ANSWER in second.parts[0]


def _no_network(*arguments: object) -> None:
    raise AssertionError("a preview asks nobody")


def test_a_preview_survives_being_stored(case: Case) -> None:
    preview = case.preview()
    assert Preview.of(json.loads(preview.canonical())) == preview


def test_a_preview_names_its_channel_its_address_and_who_will_read_it(case: Case) -> None:
    preview = case.preview()
    assert (preview.channel, preview.address) == (case.rig.name, case.mention.address)
    assert preview.recipients
    assert preview.visibility == case.mention.visibility


@pytest.mark.needs("private")
def test_a_private_address_never_gives_a_public_preview(rig: Rig, desk: Desk) -> None:
    said = rig.say("Petra", "privately", private=True)
    mention = desk.poll().heard(said)
    assert rig.sender().preview(Draft(ANSWER), mention.address).visibility == "private"


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_an_answer_without_words_is_rejected(case: Case, text: str) -> None:
    with pytest.raises(Rejected):
        case.preview(text)


@pytest.mark.needs("look")
def test_looking_finds_nothing_in_the_way_of_a_fresh_answer(case: Case) -> None:
    target = case.rig.sender().look(case.preview())
    assert (target.there, target.newer, target.edited, target.answer) == (True, (), False, None)


@pytest.mark.needs("look")
def test_looking_sees_what_came_after(case: Case) -> None:
    later = case.rig.say("Petra", "and the zip", reply_to=case.said)
    target = case.rig.sender().look(case.preview())
    assert target.newer == (case.desk.poll().heard(later).reference,)


@pytest.mark.needs("look", "delete")
def test_looking_sees_that_it_is_gone(case: Case) -> None:
    case.rig.delete("Petra", case.said)
    assert not case.rig.sender().look(case.preview()).there


@pytest.mark.needs("look", "edit")
def test_looking_sees_an_edit_until_it_was_heard(case: Case) -> None:
    case.rig.edit("Petra", case.said, "my zip broke")
    assert case.rig.sender().look(case.preview()).edited
    [change] = case.desk.poll().changes
    preview = case.rig.sender().preview(Draft(ANSWER), getattr(change, "address", ""))
    assert not case.rig.sender().look(preview).edited


@pytest.mark.needs("look", "answers")
def test_looking_sees_an_answer_made_elsewhere(case: Case) -> None:
    case.rig.answer_elsewhere(case.said, "We are on it")
    answer = case.rig.sender().look(case.preview()).answer
    assert answer is not None
    assert answer.text == "We are on it"


@pytest.mark.needs("api")
def test_what_is_sent_is_what_was_shown(case: Case) -> None:
    part = case.part()
    receipt = case.rig.sender().send(part)
    assert receipt.remote_id
    assert case.rig.in_our_name(1) == [part.text]


@pytest.mark.needs("found")
def test_what_was_sent_is_found(case: Case) -> None:
    since = clock.now()
    receipt = case.rig.sender().send(case.part())
    finding = case.rig.sender().find(case.part(), since)
    assert isinstance(finding, Found)
    assert finding.receipt.remote_id == receipt.remote_id


@pytest.mark.needs("answers", "key")
def test_what_was_sent_is_heard_with_its_key(case: Case) -> None:
    receipt = case.rig.sender().send(case.part())
    [change] = case.desk.poll().changes
    assert isinstance(change, OwnPost)
    assert (change.id, change.key) == (receipt.remote_id, case.part().key)


@pytest.mark.needs("api")
def test_what_was_sent_is_never_called_absent(case: Case) -> None:
    since = clock.now()
    case.rig.sender().send(case.part())
    assert not isinstance(case.rig.sender().find(case.part(), since), Absent)


@pytest.mark.needs("lists")
def test_what_was_sent_is_listed_with_its_words_and_its_key_where_there_is_one(case: Case) -> None:
    key, text = "0123456789abcdef" * 2, f"{ANSWER}\n\n> quoted\n\n-- \nPetras Team"
    receipt = case.rig.sender().send(case.part(text, key))
    wait_until(lambda: listed(case), "the answer is listed")
    [post] = listed(case)
    assert (post.id, post.key) == (receipt.remote_id, "" if "keyless" in case.rig.can else key)
    assert post.text.split() == case.part(text).text.split()


@pytest.mark.needs("lists")
def test_what_was_sent_before_is_not_listed(case: Case) -> None:
    case.rig.sender().send(case.part())
    wait_until(lambda: listed(case), "the answer is listed")
    assert listed(case, since=clock.now() + timedelta(hours=1)) == []


@pytest.mark.needs("lists", "answers")
def test_what_was_made_elsewhere_is_listed_without_a_key(case: Case) -> None:
    case.rig.answer_elsewhere(case.said, "We are on it")
    assert [(post.text, post.key) for post in listed(case)] == [("We are on it", "")]


@pytest.mark.needs("lists", "answers")
def test_everything_is_listed_once_over_many_pages(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case.rig.page_size.replace("listener", "responders"), 2)
    for number in range(5):
        case.rig.answer_elsewhere(case.said, f"answer {number}")
    assert sorted(post.text for post in listed(case)) == [f"answer {number}" for number in range(5)]


@pytest.mark.needs("unlisted")
def test_what_cannot_be_listed_is_said(case: Case) -> None:
    assert isinstance(case.rig.sender().recent(clock.now()), Unclear)


def listed(case: Case, since: datetime | None = None) -> list[OwnPost]:
    """What stands there in our name."""
    posts = case.rig.sender().recent(since or clock.now() - timedelta(hours=1))
    assert not isinstance(posts, Unclear)
    return list(posts)


@pytest.mark.needs("lists")
def test_a_refused_login_lists_nothing(case: Case) -> None:
    case.rig.refuse_login()
    with pytest.raises(AuthFailed):
        listed(case)


@pytest.mark.needs("doubt")
def test_an_answer_that_was_taken_without_a_word_is_in_doubt_and_read_back(case: Case) -> None:
    since = clock.now()
    case.rig.drop_next_send(accepted=True)
    with pytest.raises(DeliveryUnknown) as raised:
        case.rig.sender().send(case.part())
    assert raised.value.channel == case.rig.name
    assert case.rig.in_our_name(1) == [case.part().text]
    finding = case.rig.sender().find(case.part(), since)
    assert isinstance(finding, Found if "found" in case.rig.can else Unclear)


@pytest.mark.needs("doubt")
def test_an_answer_that_was_never_taken_is_not_found(case: Case) -> None:
    since = clock.now()
    case.rig.drop_next_send(accepted=False)
    with pytest.raises(DeliveryUnknown):
        case.rig.sender().send(case.part())
    finding = case.rig.sender().find(case.part(), since)
    assert isinstance(finding, Absent if "absent" in case.rig.can else Unclear)


@pytest.mark.needs("absent", "doubt")
@pytest.mark.parametrize("accepted", [True, False])
def test_sent_again_after_reading_back_it_stands_there_once(case: Case, accepted: bool) -> None:
    since = clock.now()
    case.rig.drop_next_send(accepted=accepted)
    with pytest.raises(DeliveryUnknown):
        case.rig.sender().send(case.part())
    if isinstance(case.rig.sender().find(case.part(), since), Absent):
        case.rig.sender().send(case.part())
    assert case.rig.in_our_name(1) == [case.part().text]


@pytest.mark.needs("api")
def test_a_refused_login_sends_nothing_and_shows_no_secret(case: Case) -> None:
    part = case.part()
    case.rig.refuse_login()
    with pytest.raises(AuthFailed) as raised:
        case.rig.sender().send(part)
    assert case.rig.secret not in f"{raised.value!r} {raised.value.__cause__!r}"
    assert case.rig.in_our_name(0) == []


@pytest.mark.needs("hand")
def test_by_hand_nothing_is_sent_and_nothing_is_claimed(case: Case) -> None:
    sender = case.rig.sender()
    with pytest.raises(Refused):
        sender.send(case.part())
    assert isinstance(sender.find(case.part(), clock.now()), Unclear)
    assert sender.look(case.preview()).answer is None
