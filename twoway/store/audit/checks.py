"""Every promise and what is asked about it."""

from collections.abc import Mapping

from twoway.store.audit import answers, closing, hearing, record, review
from twoway.store.audit.asking import Asking

PROMISES: Mapping[int, tuple[str, str]] = {
    1: (
        "Nothing heard is lost",
        "That no page is lost between two polls or when the desk dies: the contract suite and the kill tests.",
    ),
    2: (
        "Nothing unreviewed is sent",
        "That what stands on the platform is what was approved: the kill tests compare the platform's own file.",
    ),
    3: (
        "Nothing is answered twice",
        "That a lost answer of the platform leads to no second post: the contract suite and the kill tests.",
    ),
    4: ("Nothing is left hanging", "That the schedule really runs, and warns: the tests of the schedule."),
    5: ("No channel is one-way", "That an answer arrives on the platform: the contract suite."),
    6: (
        "Everything is on the record",
        "That nobody cut off sealed events and their seals together: the newest seal in the daily digest.",
    ),
    7: (
        "Nothing from outside is trusted",
        "That hostile text runs nowhere and no request is steered inside: the security tests.",
    ),
    8: ("Forgetting works", "That backups are forgotten too: whoever keeps them."),
}

CHECKS: Mapping[int, tuple[Asking, ...]] = {
    1: hearing.LOST,
    2: review.UNREVIEWED,
    3: answers.TWICE,
    4: closing.HANGING,
    5: hearing.ONE_WAY,
    6: record.RECORDED,
    7: review.OUTSIDE,
    8: hearing.FORGOTTEN,
}

_OPEN = "m.kind = 'message' AND m.deleted_at IS NULL AND m.erased_at IS NULL"
IN_PROGRESS: Mapping[str, str] = {
    "unjudged": f"SELECT count(*) FROM mentions m WHERE m.judgement_id IS NULL AND {_OPEN}",
    "unqueued": "SELECT count(*) FROM mentions m WHERE m.judgement_id IS NOT NULL AND m.queued = 0 AND m.history = 0"
    f" AND {_OPEN}",
    "awaiting": "SELECT count(*) FROM conversations WHERE awaiting_since IS NOT NULL",
    "overdue": "SELECT count(*) FROM conversations WHERE due_at <= :now",
    "noise_to_check": "SELECT count(*) FROM conversations WHERE lane = 'noise' AND state = 'open'",
    "answers_on_their_way": "SELECT count(*) FROM deliveries WHERE state IN ('pending', 'sending')",
    "answers_in_doubt": "SELECT count(*) FROM deliveries WHERE state = 'unknown'",
    "sending_held": "SELECT count(*) FROM desk WHERE held_at IS NOT NULL",
    "gaps": "SELECT count(*) FROM gaps",
    "malformed": "SELECT count(*) FROM malformed",
    "unsealed_events": "SELECT count(*) FROM events WHERE id > coalesce((SELECT max(last_event) FROM seals), 0)",
}
"""What is under way, or visibly missing: counted, and no violation."""
