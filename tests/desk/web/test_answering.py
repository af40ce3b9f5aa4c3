"""Answering: from the first look to the answer on the platform, and whatever comes between."""

from tests.desk.web.conftest import Open, Place, fields, write
from twoway.store import channels, conversations, deliveries, drafts, moves
from twoway.store.inbox import lines

ANSWER = "Yes, Tim, up to 48. Best wishes, pk"


def test_what_was_approved_is_sent_word_for_word(opened: Open) -> None:
    place = opened(undo=0)
    number, petra = place.ask(), place.person()
    assert "size 47" in petra.get("/inbox/open")
    composed = write(petra, number, ANSWER)
    petra.post(f"/conversations/{number}/approve", **composed)
    place.deliver()
    assert [post.removeprefix("@tim ").strip() for post in place.square.posts_of_brand()] == [ANSWER]
    page = petra.get(f"/conversations/{number}")
    assert "Approved by" in page
    assert "Received by the platform" in page
    assert "Waiting for the customer" in page


def test_the_preview_says_who_reads_it_and_how_long_it_is(place: Place) -> None:
    private = place.ask("my order 4711?", private=True)
    petra = place.person()
    path = f"/conversations/{private}"
    page = petra.post(f"{path}/preview", 200, **{**fields(petra.get(path)), "text": ANSWER})
    assert "visibility private" in page
    assert "visibility public" not in page
    assert "/ 500 characters" in page


def test_an_untouched_template_with_gaps_cannot_be_approved(place: Place) -> None:
    number, petra = place.ask(), place.person()
    page = petra.get(f"/conversations/{number}")
    assert "Proposal from a template" in page
    assert 'id="approve"' not in page
    page = petra.post(f"/conversations/{number}/preview", 200, **fields(page))
    assert "Something is still missing here" in page
    petra.post(f"/conversations/{number}/approve", 422, **fields(page))
    assert deliveries.of_conversation(place.desk.store, number) == []


def test_a_proposal_is_signed_by_whoever_reads_it(opened: Open) -> None:
    place = opened(signature="Best wishes, {initials}")
    number, petra = place.ask(), place.person()
    assert f"Best wishes, {petra.user.initials}" in fields(petra.get(f"/conversations/{number}"))["text"]
    assert drafts.in_work(place.desk.store.read(), number).text.endswith("Best wishes, [initials]")


def test_a_fragment_is_enough_while_somebody_types(place: Place) -> None:
    number, petra = place.ask(), place.person()
    typed = {**fields(petra.get(f"/conversations/{number}")), "text": ANSWER, "csrf": petra.session.csrf}
    answer = petra.client.post(f"/conversations/{number}/preview", data=typed, headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert "Proposal from a template" not in answer.text
    assert 'id="approve"' in answer.text
    assert drafts.in_work(place.desk.store.read(), number).text == ANSWER


def test_words_typed_after_the_preview_are_kept_and_not_sent(place: Place) -> None:
    number, petra = place.ask(), place.person()
    composed = {**write(petra, number, ANSWER), "text": "Something else entirely"}
    page = petra.post(f"/conversations/{number}/approve", 409, **composed)
    assert "Something else entirely" in page
    assert "look at the new preview" in page
    assert deliveries.of_conversation(place.desk.store, number) == []


def test_a_customer_who_writes_meanwhile_is_read_first(place: Place) -> None:
    post = place.square.say("Tim", "@wanderlust Do your boots come in size 47?")
    place.hear()
    number, petra = lines(place.desk.store, "open")[0].id, place.person()
    composed = write(petra, number, ANSWER)
    place.square.say("Tim", "@wanderlust Forget it, I want my money back!", reply_to=post)
    place.hear()
    page = petra.post(f"/conversations/{number}/approve", 409, **composed)
    assert "money back" in page
    assert "Yes, Tim, up to 48." in page
    assert "has changed" in page
    assert deliveries.of_conversation(place.desk.store, number) == []


def test_the_platform_is_asked_before_anything_is_approved(place: Place) -> None:
    post = place.square.say("Tim", "@wanderlust Do your boots come in size 47?")
    place.hear()
    number, petra = lines(place.desk.store, "open")[0].id, place.person()
    composed = write(petra, number, ANSWER)
    place.square.delete("Tim", post)
    assert "gone from the platform" in petra.post(f"/conversations/{number}/approve", 422, **composed)


def test_two_writers_do_not_overwrite_each_other(place: Place) -> None:
    number, petra, tom = place.ask(), place.person(), place.person("agent", "tom")
    first = fields(petra.get(f"/conversations/{number}"))
    write(tom, number, "Tom's words")
    page = petra.post(f"/conversations/{number}/preview", 409, **{**first, "text": "Petra's words"})
    assert "Petra&#39;s words" in page
    assert "somebody else has changed this draft".lower() in page.lower()
    assert drafts.in_work(place.desk.store.read(), number).text == "Tom's words"


def test_an_approval_can_be_undone_while_it_waits(place: Place) -> None:
    number, petra = place.ask(), place.person()
    petra.post(f"/conversations/{number}/approve", **write(petra, number, ANSWER))
    page = petra.get(f"/conversations/{number}")
    assert "data-until=" in page
    assert "/undo" in page
    petra.post(f"/conversations/{number}/undo")
    assert ANSWER in fields(petra.get(f"/conversations/{number}"))["text"]
    assert "too late" in petra.post(f"/conversations/{number}/undo", 422)


def test_a_draft_goes_to_the_approver_and_back(place: Place) -> None:
    number, petra, tom = place.ask(), place.person(), place.person("agent", "tom")
    tom.post(f"/conversations/{number}/submit", **write(tom, number, ANSWER))
    assert "size 47" in petra.get("/inbox/approve")
    assert "say why" in petra.post(f"/conversations/{number}/reject", 422, reason=" ").lower()
    petra.post(f"/conversations/{number}/reject", reason="Name the shop, please")
    assert "Name the shop, please" in tom.get(f"/conversations/{number}")


def test_another_template_and_no_draft_at_all(place: Place) -> None:
    number, petra = place.ask(), place.person()
    petra.post(f"/conversations/{number}/drop")
    page = petra.get(f"/conversations/{number}")
    assert drafts.in_work(place.desk.store.read(), number) is None
    assert 'name="source"' in page
    source = page.split('name="source" value="')[1].split('"')[0]
    petra.post(f"/conversations/{number}/propose", source=source, seen="", version=1)
    assert drafts.in_work(place.desk.store.read(), number).text


def test_everything_else_that_is_done_with_a_conversation(place: Place) -> None:
    number, petra = place.ask(), place.person()
    path, store = f"/conversations/{number}", place.desk.store

    def version() -> int:
        return conversations.by_id(store, number).version

    petra.post(f"{path}/note", text="called the shop")
    petra.post(f"{path}/assign", assignee=str(petra.user.id))
    assert "called the shop" in petra.get(path)
    assert conversations.by_id(store, number).assignee_id == petra.user.id
    petra.post(f"{path}/lane", lane="noise")
    assert "size 47" in petra.get("/inbox/noise")
    petra.post(f"{path}/lane", lane="answer")
    petra.post(f"{path}/snooze", version=version(), preset="tomorrow")
    assert "size 47" in petra.get("/inbox/snoozed")
    petra.post(f"{path}/snooze", 422, version=version(), until="yesterday")
    petra.post(f"{path}/reopen", version=version())
    petra.post(f"{path}/wait", version=version())
    assert "size 47" in petra.get("/inbox/waiting")
    assert "Why?" in petra.post(f"{path}/close", 422, version=version())
    petra.post(f"{path}/close", version=version(), reason="settled")
    assert "Settled elsewhere" in petra.get(path)
    assert "size 47" in petra.get("/inbox/resolved")


def test_nobody_closes_what_they_have_not_read(place: Place) -> None:
    number, petra = place.ask(), place.person()
    old = conversations.by_id(place.desk.store, number).version
    moves.reopen(place.desk.store, number, None, petra.user.id)
    assert "has changed" in petra.post(f"/conversations/{number}/close", 409, version=old, reason="spam")
    assert conversations.by_id(place.desk.store, number).state == "open"


def test_an_answer_on_a_paused_channel_says_that_it_waits(place: Place) -> None:
    number, petra = place.ask(), place.person()
    petra.post(f"/conversations/{number}/approve", **write(petra, number, ANSWER))
    channels.pause(place.desk.store, channels.by_name(place.desk.store, "square").id, "square: login: refused")
    assert "This channel is paused; the answer waits" in petra.get(f"/conversations/{number}")


def test_a_session_that_ended_while_somebody_typed_is_told(place: Place) -> None:
    number, petra = place.ask(), place.person()
    typed = fields(petra.get(f"/conversations/{number}"))
    petra.client.cookies.clear()
    answer = petra.client.post(f"/conversations/{number}/preview", data=typed, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert 'id="preview"' in answer.text
    assert "Your session has ended" in answer.text


def test_a_try_that_failed_is_told_while_the_next_is_waited_for(opened: Open) -> None:
    place = opened(undo=0)
    number, petra = place.ask(), place.person()
    petra.client.headers["accept-language"] = "de"
    petra.post(f"/conversations/{number}/approve", **write(petra, number, ANSWER))
    place.square.faults.order("limit", method="POST")
    place.deliver()
    page = petra.get(f"/conversations/{number}")
    assert "Der letzte Versuch gelang nicht; es wird von selbst weiter versucht." in page
    assert "square, beim Senden:" in page
