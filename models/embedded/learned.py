"""What an embedded model has learnt beside its encoder: the heads, how sure they may be, and their version."""

import json
from dataclasses import dataclass
from pathlib import Path

from models.embedded.calibration import Calibration
from models.embedded.heads import Heads
from models.embedded.weights import CALIBRATION, ENCODER, HEADS, MANIFEST, Weights, manifest

LEARNED = (HEADS, CALIBRATION)


@dataclass(frozen=True, slots=True)
class Learned:
    """Everything that may change while the encoder stays."""

    version: str
    encoder: str
    """The SHA-256 of the encoder whose vectors these heads read; those of another say nothing to them."""
    heads: Heads
    calibration: Calibration


def released(weights: Weights) -> Learned:
    """What a model came with."""
    return _read(weights.folder, weights.version, str(weights.json(MANIFEST)["sha256"][ENCODER]))


def learned(folder: Path) -> Learned:
    """What a folder holds that was written by ``models.learning``. Raises Damaged."""
    found = manifest(folder, LEARNED, "encoder")
    return _read(folder, found["version"], found["encoder"])


def _read(folder: Path, version: str, encoder: str) -> Learned:
    calibration = Calibration.of(json.loads((folder / CALIBRATION).read_bytes()))
    return Learned(version, encoder, Heads.load(folder / HEADS), calibration)
