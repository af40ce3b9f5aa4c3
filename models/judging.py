"""Judging what was heard and has no judgement yet, or one of another model."""

from collections.abc import Callable

from twoway.ports import Judge
from twoway.store import Store, judgements, rejudging
from twoway.store.queueing import Placing

BATCH = 200


def judge_once(store: Store, judge: Judge, batch: int = BATCH) -> bool:
    """Judge the oldest unjudged mentions; whether there were any. The model runs outside of any transaction."""
    words = judgements.unjudged(store, batch)
    if not words:
        return False
    judged = judge.judge([found.words for found in words])
    judgements.keep(store, list(zip(words, judged, strict=True)))
    return True


def judge_again(
    store: Store, judge: Judge, placing: Placing, told: Callable[[int, int], None] = lambda done, of: None
) -> int:
    """Judge anew whatever another model has judged; how many. Stopped half-way, it goes on there the next time.

    ``told`` hears how many are done, of how many.
    """
    model, done, last = judge.model, 0, 0
    of = rejudging.count(store, model)
    told(0, of)
    while words := rejudging.outdated(store, model, last, BATCH):
        judged = judge.judge([found.words for found in words])
        rejudging.replace(store, list(zip(words, judged, strict=True)), placing)
        done, last = done + len(words), words[-1].mention_id
        told(done, max(done, of))
    return done
