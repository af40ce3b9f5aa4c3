"""The journeys notice when a protection is taken away: each of these must make one fail."""

from collections.abc import Callable

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.store import test_journeys
from tests.store.journey_world import Copied
from tests.store.test_journeys import Journey
from twoway.store import clocks, deliveries, draft_versions, drafts, endings, eyes, outcomes

ENOUGH = settings(
    test_journeys.TestJourneys.settings,
    max_examples=2000,
    phases=[Phase.generate],
    database=None,
    report_multiple_bugs=False,
)


def drop(patch: pytest.MonkeyPatch, *triggers: str) -> None:
    """Journeys on a file without these triggers."""
    opened = Copied.__post_init__

    def without(self: Copied) -> None:
        opened(self)
        for name in triggers:
            self.store._writer.execute(f"DROP TRIGGER {name}")

    patch.setattr(Copied, "__post_init__", without)


def anybody_approves(patch: pytest.MonkeyPatch) -> None:
    """Neither code nor schema ask whose words they are."""
    patch.setattr(eyes, "barred", lambda *asked: "")
    drop(patch, "approvals_by_four_eyes", "approvals_of_edits_by_second_eyes")


def whatever_was_claimed_is_sent(patch: pytest.MonkeyPatch) -> None:
    """Nobody asks again before sending."""
    patch.setattr(endings, "lapsed", lambda *asked: "")


def nothing_expires(patch: pytest.MonkeyPatch) -> None:
    """The claim does not ask how old a yes is."""
    patch.setattr(deliveries, "_CLAIM", deliveries._CLAIM.replace("AND a.expires_at > :now", ""))
    drop(patch, "deliveries_send_before_their_approval_expires")


def doubt_is_taken_for_no(patch: pytest.MonkeyPatch) -> None:
    """A broken connection is tried again at once."""
    patch.setattr(outcomes, "doubt", outcomes.retry)


def changed_words_stay_approved(patch: pytest.MonkeyPatch) -> None:
    """Writing on does not withdraw what was approved."""
    patch.setattr(drafts, "_take_back", lambda *asked: None)


def the_last_to_save_is_the_writer_of_the_same_words(patch: pytest.MonkeyPatch) -> None:
    """Whoever saves becomes the writer, so that two can wash their hands of their own words."""
    patch.setattr(draft_versions, "_words", lambda row: object())


def clocks_are_left_alone(patch: pytest.MonkeyPatch) -> None:
    """What is owed is not derived from the facts."""
    patch.setattr(clocks, "refresh", lambda *asked: None)


CONTROLS = [
    anybody_approves,
    whatever_was_claimed_is_sent,
    nothing_expires,
    doubt_is_taken_for_no,
    changed_words_stay_approved,
    the_last_to_save_is_the_writer_of_the_same_words,
    clocks_are_left_alone,
]


@pytest.mark.parametrize("take_away", CONTROLS, ids=[control.__name__ for control in CONTROLS])
def test_without_it_a_journey_fails(
    monkeypatch: pytest.MonkeyPatch, take_away: Callable[[pytest.MonkeyPatch], None]
) -> None:
    take_away(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Journey, settings=ENOUGH)
