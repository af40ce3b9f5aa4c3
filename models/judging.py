"""Judging what was heard and has no judgement yet, or one of another model."""

from collections.abc import Callable, Sequence

from models import understanding
from models.topics import Topics
from twoway.domain import Judgement
from twoway.ports import Encoder, Judge
from twoway.store import Store, judgements, rejudging
from twoway.store.judgements import Unjudged
from twoway.store.queueing import Placing

BATCH = 200
NO_TOPICS = Topics()


def judge_once(store: Store, judge: Judge, batch: int = BATCH, topics: Topics = NO_TOPICS) -> bool:
    """Judge the oldest unjudged mentions; whether there were any. The model runs outside of any transaction."""
    words = judgements.unjudged(store, batch)
    if not words:
        return False
    judgements.keep(store, _judged(store, judge, words, topics))
    return True


def _judged(store: Store, judge: Judge, words: Sequence[Unjudged], topics: Topics) -> list[tuple[Unjudged, Judgement]]:
    """What the judge says. What a judge that encodes says besides is kept at once: whoever sees the one sees both."""
    texts = [found.words for found in words]
    if isinstance(judge, Encoder):
        judged, rows = judge.judge_and_encode(texts)
        understanding.keep(store, judge, words, rows, topics)
    else:
        judged = judge.judge(texts)
    return list(zip(words, judged, strict=True))


def judge_again(
    store: Store,
    judge: Judge,
    placing: Placing,
    told: Callable[[int, int], None] = lambda done, of: None,
    topics: Topics = NO_TOPICS,
) -> int:
    """Judge anew whatever another model has judged; how many. Stopped half-way, it goes on there the next time.

    ``told`` hears how many are done, of how many.
    """
    model, done, last = judge.model, 0, 0
    of = rejudging.count(store, model)
    told(0, of)
    while words := rejudging.outdated(store, model, last, BATCH):
        rejudging.replace(store, _judged(store, judge, words, topics), placing)
        done, last = done + len(words), words[-1].mention_id
        told(done, max(done, of))
    return done
