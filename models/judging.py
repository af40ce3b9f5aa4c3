"""Judging what was heard and has no judgement yet."""

from twoway.ports import Judge
from twoway.store import Store, judgements

BATCH = 200


def judge_once(store: Store, judge: Judge, batch: int = BATCH) -> bool:
    """Judge the oldest unjudged mentions; whether there were any. The model runs outside of any transaction."""
    words = judgements.unjudged(store, batch)
    if not words:
        return False
    judged = judge.judge([found.words for found in words])
    judgements.keep(store, list(zip(words, judged, strict=True)))
    return True
