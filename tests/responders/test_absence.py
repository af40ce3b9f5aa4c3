"""What is not found is absent only once the try and the platform's lag are over."""

from datetime import timedelta

from desk.web.words import Words
from responders.absence import missing
from twoway import clock
from twoway.domain import Absent, Unclear

WHAT = ("our posts", "our messages", "our words", "what the receiver has")


def test_only_once_nothing_can_come_any_more_is_it_absent() -> None:
    since = clock.now()
    for seconds, kind in ((0, Unclear), (119, Unclear), (120, Absent), (-3600, Unclear)):
        assert type(missing("our posts", since, since + timedelta(seconds=seconds), 120)) is kind


def test_both_are_said_in_german() -> None:
    german, now = Words("de"), clock.now()
    for what in WHAT:
        unclear, absent = missing(what, now, now, 1), missing(what, now, now, 0)
        for said in (unclear.reason, f"{absent.reason}; it is looked for once more"):
            assert not {"among", "our", "what"} & set(german.said(said).split())
