"""Answers to a form: what a receiver says is understood, doubt is settled by asking, nothing is said twice."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from pydantic import SecretStr

from listener.webform import Collector
from responders.webform import Sender
from tests.fakes.webhook import PATH, SECRET, Receiver, fake_receiver
from tests.servers.starting import wait_until
from tests.webform.forms import Door, form
from twoway import clock
from twoway.channels import webform
from twoway.channels.webform import Webform
from twoway.domain import Absent, Draft, Found, Part, Unclear
from twoway.errors import AuthFailed, ChannelError, DeliveryUnknown, Gone, RateLimited, Rejected, Temporary

KEY = "0123456789abcdef" * 2


class Case:
    """A message that was heard, and an answer to it."""

    def __init__(self, receiver: Receiver, **webhook: object) -> None:
        self.receiver, self.door = receiver, Door()
        section = {"url": receiver.url, "secret": SecretStr(SECRET), "read_back": True, "timeout_seconds": 1}
        self.form: Webform = form(self.door, webhook={**section, **webhook})
        self.sender = Sender(self.form, self.form.settings)
        self.door.put(id="4711", text="Meine Tasse ist kaputt", name="Petra", thread="t-1", subject="Tasse")
        [page] = Collector(self.form, self.form.settings).collect("inbound", None)
        self.address = page.mentions[0].address

    def part(self, text: str = "Wir schicken eine neue. 😀") -> Part:
        return Part(self.sender.preview(Draft(text), self.address), 0, KEY)


@pytest.fixture
def case(tmp_path: Path):
    with fake_receiver(tmp_path) as receiver:
        made = Case(receiver)
        yield made
        made.form.http.close()


def test_the_receiver_gets_what_was_approved_and_what_it_answers(case: Case) -> None:
    receipt = case.sender.send(case.part())
    assert receipt.remote_id == f"answer-{KEY}"
    assert case.receiver.answers == {
        KEY: {
            "id": KEY,
            "message": "4711",
            "request": "msg_1",
            "thread": "t-1",
            "name": "Petra",
            "email": "",
            "subject": "Re: Tasse",
            "text": "Wir schicken eine neue. 😀",
        }
    }


def test_the_same_bytes_go_out_on_every_try(case: Case) -> None:
    for _ in range(2):
        case.sender.send(case.part())  # the receiver takes no other words under the same id
    assert len(case.receiver.answers) == 1


def test_the_preview_says_who_reads_it_and_through_whom(case: Case) -> None:
    [recipient] = case.part().preview.recipients
    assert recipient == f"Petra ({case.form.host})"


@pytest.mark.parametrize("said", [None, [], "ok", {}, {"id": 5, "url": "javascript:alert(1)"}, {"id": "x" * 201}])
def test_a_receiver_may_answer_anything_with_a_2xx(case: Case, said: object) -> None:
    case.receiver.says = said if said is not None else ""
    receipt = case.sender.send(case.part())
    assert (receipt.remote_id, receipt.url) == (KEY, "")


def test_where_the_answer_stands_is_kept(case: Case) -> None:
    case.receiver.says = {"id": "17", "url": "https://shop.example/tickets/17"}
    receipt = case.sender.send(case.part())
    assert (receipt.remote_id, receipt.url) == ("17", "https://shop.example/tickets/17")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, AuthFailed),
        (307, AuthFailed),
        (400, Rejected),
        (401, AuthFailed),
        (402, Rejected),
        (403, AuthFailed),
        (404, AuthFailed),
        (405, AuthFailed),
        (410, Gone),
        (422, Rejected),
        (429, RateLimited),
        (500, DeliveryUnknown),
        (503, DeliveryUnknown),
    ],
)
def test_every_refusal_says_what_to_do_next(case: Case, status: int, error: type[ChannelError]) -> None:
    case.receiver.status, case.receiver.says = status, {"error": "no, because of the moon"}
    case.receiver.headers = {"location": "http://127.0.0.1:1/elsewhere", "retry-after": "120"}
    with pytest.raises(error) as raised:
        case.sender.send(case.part())
    assert type(raised.value) is error
    assert raised.value.channel == "our form"
    assert "moon" in raised.value.said or status < 400
    if isinstance(raised.value, RateLimited):
        assert timedelta(seconds=110) < raised.value.retry_at - clock.now() <= timedelta(seconds=120)


def test_a_redirect_is_not_followed_with_the_customers_words(case: Case) -> None:
    case.receiver.status, case.receiver.headers = 307, {"location": case.receiver.url}
    with pytest.raises(AuthFailed, match=r"webhook\.url"):
        case.sender.send(case.part())
    assert [entry["method"] for entry in case.receiver.faults.log()] == ["POST"]


def test_nobody_there_means_that_nothing_was_taken(case: Case) -> None:
    lonely = form(case.door, webhook={"url": "http://127.0.0.1:9/answers", "secret": SecretStr(SECRET)})
    with pytest.raises(Temporary):
        Sender(lonely, lonely.settings).send(case.part())


def test_an_address_inside_the_house_is_not_asked(case: Case) -> None:
    inside = form(case.door, webhook={"url": "http://10.0.0.1/answers", "secret": SecretStr(SECRET)})
    with pytest.raises(Temporary, match="allow_private"):
        Sender(inside, inside.settings).send(case.part())


@pytest.mark.parametrize("fault", ["drop-after", "error-after"])
def test_a_lost_receipt_is_found_again_by_the_key(case: Case, fault: str) -> None:
    case.receiver.faults.order(fault, method="POST")
    with pytest.raises(DeliveryUnknown):
        case.sender.send(case.part())
    finding = case.sender.find(case.part(), clock.now())
    assert isinstance(finding, Found)
    assert finding.receipt.remote_id == f"answer-{KEY}"


def test_a_receiver_that_is_still_at_it_is_not_taken_for_one_that_never_got_it(case: Case) -> None:
    since = clock.now()
    case.receiver.faults.order("slow", method="POST", seconds=1.5)
    with pytest.raises(DeliveryUnknown):
        case.sender.send(case.part())
    assert isinstance(case.sender.find(case.part(), since), Unclear)
    wait_until(lambda: bool(case.receiver.answers), "the slow receiver takes it")
    assert isinstance(case.sender.find(case.part(), since), Found)


def test_what_the_receiver_never_got_is_certainly_absent_after_a_while(case: Case) -> None:
    since = clock.now()
    case.receiver.faults.order("drop-before", method="POST")
    with pytest.raises(DeliveryUnknown):
        case.sender.send(case.part())
    with time_machine.travel(since + timedelta(seconds=62), tick=False):
        assert isinstance(case.sender.find(case.part(), since), Absent)


@pytest.mark.parametrize("fault", ["drop-before", "error-before", "limit", "malformed", "nonsense"])
def test_a_receiver_that_cannot_say_is_never_taken_for_a_no(case: Case, fault: str) -> None:
    case.sender.send(case.part())
    case.receiver.faults.order(fault, method="GET")
    try:
        finding = case.sender.find(case.part(), clock.now())
    except ChannelError:
        return
    assert isinstance(finding, Found)


def test_a_receiver_that_lists_nothing_leaves_it_to_a_person(case: Case) -> None:
    mute = Case(case.receiver, read_back=False)
    assert isinstance(mute.sender.find(mute.part(), clock.now()), Unclear)
    assert [entry for entry in case.receiver.faults.log() if entry["method"] == "GET"] == []


def test_an_endless_answer_is_cut_off_and_in_doubt(case: Case) -> None:
    case.receiver.says = {"id": "x" * webform.LARGEST_ANSWER}
    with pytest.raises(DeliveryUnknown):
        case.sender.send(case.part())


def test_checking_asks_and_leaves_nothing(case: Case) -> None:
    webform.check(case.form)
    assert case.receiver.answers == {}
    case.receiver.secret = "whsec_" + "cmV2b2tlZC1yZXZva2VkLXJldm9rZWQtcmV2b2tlZA=="
    with pytest.raises(AuthFailed):
        webform.check(case.form)


def test_a_receiver_that_says_it_has_everything_is_noticed(case: Case) -> None:
    case.receiver.answers["check"] = {"id": "check"}
    with pytest.raises(AuthFailed, match="never was"):
        webform.check(case.form)


def answered(sender: Sender, address: str) -> None:
    sender.send(Part(sender.preview(Draft("x"), address), 0, KEY))


@pytest.mark.parametrize("way", ["mail", "webhook"])
def test_a_way_that_was_taken_from_the_configuration_is_said(case: Case, way: str) -> None:
    bare = form(case.door)
    mail = {"to": ["p@example.org"], "cc": [], "subject": "", "in_reply_to": "", "references": [], "participants": []}
    address = case.address if way == "webhook" else json.dumps({**mail, "received": "2026-11-22"})
    with pytest.raises(Rejected, match=way):
        answered(Sender(bare, bare.settings), address)


def test_no_secret_is_in_any_request_but_as_a_signature(case: Case, tmp_path: Path) -> None:
    case.sender.send(case.part())
    assert SECRET.removeprefix("whsec_") not in case.receiver.faults.received.read_text()
    assert SECRET.removeprefix("whsec_") not in repr(case.form)
    assert PATH in case.receiver.faults.received.read_text()
