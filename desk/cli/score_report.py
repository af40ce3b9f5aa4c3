"""What `twoway score` prints: one JSON document, or tables for people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from desk.cli.options import say, table
from models.scoring.averages import AVERAGES
from models.scoring.bootstrap import LEVEL, Difference, Estimate
from models.scoring.calibration import BINS
from models.scoring.labels import LABELS, Head
from models.scoring.scorecard import ALL, SURE, Part, Scorecard
from models.scoring.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Scored:
    """All that was measured, and how."""

    files: Sequence[str]
    sheet: Sheet
    heads: Mapping[Head, Scorecard]
    rounds: int
    seed: int


def as_json(scored: Scored) -> dict[str, Any]:
    """Everything, by judge and head; shares from 0 to 1."""
    sheet = scored.sheet
    return {
        "files": list(scored.files),
        "texts": sheet.texts,
        "unlabelled": sheet.unlabelled,
        "languages": sheet.languages,
        "not_scored": sheet.silent,
        "bootstrap": {"rounds": scored.rounds, "seed": scored.seed, "level": LEVEL},
        "judges": [
            {"model": name, "heads": {head: _judge(card.judges[i]) for head, card in scored.heads.items()}}
            for i, name in enumerate(sheet.judges)
        ],
        "differences": {
            head: {part: {name: asdict(gap) for name, gap in gaps.items()} for part, gaps in card.differences.items()}
            for head, card in scored.heads.items()
            if card.differences
        },
    }


def _judge(parts: Mapping[str, Part]) -> dict[str, Any]:
    plain = {name: _part(part) for name, part in parts.items()}
    whole, sure = plain.pop(ALL), plain.pop(SURE, None)
    return {"all": whole, "without_abstained": sure, "languages": plain}


def _part(part: Part) -> dict[str, Any]:
    confusion: dict[str, dict[str, int]] = {}
    for (truth, guess), n in part.confusion.items():
        confusion.setdefault(truth, {})[guess] = n
    return {
        "texts": part.texts,
        "abstained": part.abstained,
        **{name: asdict(estimate) for name, estimate in part.averages.items()},
        "classes": {label: asdict(one) for label, one in part.classes.items()},
        "confusion": confusion,
        "calibration": part.calibration and asdict(part.calibration),
    }


def show(scored: Scored) -> None:
    """Tables: the averages; then for each judge its labels with the confusion, and how far its confidence holds."""
    sheet = scored.sheet
    languages = ", ".join(f"{code} {n:,}" for code, n in sorted(sheet.languages.items()))
    say(f"{sheet.texts:,} labelled texts ({languages}), {sheet.unlabelled:,} without a label. Judged by: "
        f"{' | '.join(sheet.judges)}.")  # fmt: skip
    say(f"In brackets: {LEVEL:.0%} intervals, bootstrap, {scored.rounds:,} rounds, seed {scored.seed}. "
        f"ECE: expected calibration error, {BINS} bins of equal width.")  # fmt: skip
    for head, names in sheet.silent.items():
        say(f"{head}: not scored, {', '.join(names)} says nothing of it.")
    for head, card in scored.heads.items():
        say()
        say(f"{head}")
        titles = ("texts", "judge", "n", "accuracy", "macro-F1", "macro-recall", "ECE", "abstained")
        table(titles, list(_averages(sheet.judges, card)))
        for name, parts in zip(sheet.judges, card.judges, strict=True):
            say()
            say(f"{head}: {name}, label by label")
            _classes(head, parts[ALL])
            _reliability(parts[ALL])


def _averages(names: Sequence[str], card: Scorecard) -> Iterator[Sequence[object]]:
    for part in dict.fromkeys(part for parts in card.judges for part in sorted(parts, key=_order)):
        for name, parts in zip(names, card.judges, strict=True):
            if found := parts.get(part):
                ece = f"{found.calibration.error:.3f}" if found.calibration else "-"
                figures = (_estimate(found.averages[measure]) for measure in AVERAGES)
                yield part, name, found.texts, *figures, ece, f"{found.abstained:.1%}"
        if gaps := card.differences.get(part):
            yield part, "difference", "", *(_gap(gaps[measure]) for measure in AVERAGES), "", ""


def _order(part: str) -> tuple[bool, bool, str]:
    return part != ALL, part != SURE, part


def _estimate(one: Estimate) -> str:
    return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"


def _gap(one: Difference) -> str:
    return f"{one.value:+.3f} [{one.low:+.3f}, {one.high:+.3f}], above 0 in {one.better:.0%}"


def _classes(head: Head, part: Part) -> None:
    labels = [label for label in LABELS[head] if label in part.classes]
    rows = []
    for label in labels:
        one = part.classes[label]
        shares = (f"{share:.3f}" for share in (one.precision, one.recall, one.f1))
        rows.append((label, one.texts, *shares, *(part.confusion.get((label, guess), 0) for guess in labels)))
    table(("label", "n", "precision", "recall", "F1", *(f"said {label}" for label in labels)), rows)


def _reliability(part: Part) -> None:
    if part.calibration:
        say()
        table(
            ("confidence", "n", "said", "right"),
            [(f"{b.low:.1f} to {b.high:.1f}", b.texts, f"{b.confidence:.1%}", f"{b.right:.1%}")
             for b in part.calibration.bins],
        )  # fmt: skip
