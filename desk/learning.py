"""The judge learns from the team: corrections out of the store, heads fitted anew, and the better ones judge."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desk.judges import RULES
from desk.wiring import Desk
from twoway import channels as kinds
from twoway.errors import Refused
from twoway.store import corrections

if TYPE_CHECKING:
    from models.embedded.encoder import Encoder
    from models.embedded.heads import Matrix
    from models.learning.refit import Refitted
    from models.learning.versions import Version, Versions

MOST = 6_000
"""The newest corrections; as many as two cores read in less than a minute."""
_BATCH = 256
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a training."""

    before: str
    """What judged until then."""
    version: str
    """What judges now; the same where nothing was adopted or it was only tried."""
    corrections: int
    """All that people ever said, also what may not be learnt from."""
    used: int
    refitted: "Refitted"


def train(desk: Desk, *, dry_run: bool, told: Told = lambda done, of: None) -> Trained:
    """Fit the heads anew to all that the team may teach; unless it is only tried, the better ones judge from now on.

    ``told`` hears how many texts have been read, of how many. Raises Refused.
    """
    from models.embedded.encoder import Encoder
    from models.embedded.learned import released
    from models.embedded.weights import checked, shipped
    from models.learning.lessons import lessons
    from models.learning.refit import refit

    versions = _versions(desk)
    said = corrections.lessons(desk.store, _teaching(desk), MOST)
    with _plainly():
        weights = checked(shipped())
        first = released(weights)
        present = versions.present(first)
        examples = lessons((found.words, found.labels) for found in said)
        pooled = _read(Encoder(weights, desk.config.model.threads), [example.text for example in examples], told)
        found = refit(present, first, examples, pooled)
    version = present.version
    if found.adopted and not dry_run:
        version = versions.add(found.learned, first.version, _about(found))
    return Trained(present.version, version, corrections.count(desk.store), len(said), found)


def go_back(desk: Desk) -> str:
    """Let the version before the present one judge; its name. Raises Refused."""
    from models.embedded.weights import checked, shipped

    with _plainly():
        return _versions(desk).go_back(checked(shipped()).version)


def every_version(desk: Desk) -> "list[Version]":
    """All that were learnt, the newest last. Raises Refused."""
    with _plainly():
        return _versions(desk).every()


def _versions(desk: Desk) -> "Versions":
    from models.learning.versions import Versions

    if desk.config.model.name == RULES:
        raise Refused('the rules learn nothing; set name = "embedded" under [model] in the configuration')
    return Versions.beside(desk.store.path)


def _teaching(desk: Desk) -> list[str]:
    """The kinds of channels whose platforms let us learn from what is said there."""
    return sorted({found.kind for found in desk.config.channels.values() if kinds.channel(found.kind).policy.train})


def _read(encoder: "Encoder", texts: Sequence[str], told: Told) -> "Matrix":
    import numpy as np

    read = []
    for at in range(0, len(texts), _BATCH):
        read.append(encoder.encode(texts[at : at + _BATCH]).pooled)
        told(min(at + _BATCH, len(texts)), len(texts))
    return np.concatenate(read)


def _about(found: "Refitted") -> dict[str, Any]:
    """What the manifest says of a version."""
    from dataclasses import asdict

    return {
        "heads": found.adopted,
        "corrections": dict(found.corrections),
        "figures": [asdict(figure) for figure in found.figures],
    }


@contextmanager
def _plainly() -> Iterator[None]:
    """A damaged model is nothing unexpected. Raises Refused."""
    from models.embedded.weights import Damaged

    try:
        yield
    except Damaged as error:
        raise Refused(str(error)) from error
