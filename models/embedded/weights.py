"""The files of a model and the checksums that they must have."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

ENCODER = "encoder.onnx"
TOKENIZER = "tokenizer.json"
HEADS = "heads.npz"
CALIBRATION = "calibration.json"
MANIFEST = "manifest.json"
SEALED = (ENCODER, TOKENIZER, HEADS, CALIBRATION)


class Damaged(Exception):
    """A file of the model is missing or is not what was released; says which, expected and found."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A folder with a whole model, every file checked."""

    folder: Path
    version: str

    def file(self, name: str) -> Path:
        """One of the files."""
        return self.folder / name

    def json(self, name: str) -> Any:
        """What one of the JSON files says."""
        return json.loads(self.file(name).read_bytes())


def shipped() -> Path:
    """The folder that came with the desk."""
    return Path(str(files("models.embedded")))


def checked(folder: Path) -> Weights:
    """The model in that folder. Raises Damaged."""
    return Weights(folder, manifest(folder, SEALED)["version"])


def manifest(folder: Path, names: Iterable[str], key: str = "version") -> Mapping[str, str]:
    """The version and ``key`` of the folder's manifest, once these files of it are checked. Raises Damaged."""
    try:
        written = json.loads((folder / MANIFEST).read_bytes())
        found, sums = {name: str(written[name]) for name in ("version", key)}, dict(written["sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Damaged(f"{folder / MANIFEST}: unreadable ({error})") from error
    for name in names:
        check(folder / name, str(sums.get(name)))
    return found


def seal(folder: Path, version: str) -> None:
    """Write the manifest of what lies in that folder."""
    sums = {name: digest(folder / name) for name in SEALED}
    text = json.dumps({"version": version, "sha256": sums}, indent=2)
    (folder / MANIFEST).write_text(text + "\n", "utf-8")


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(path: Path, expected: str) -> None:
    """Raises Damaged where the file is not the one of that SHA-256."""
    try:
        found = digest(path)
    except OSError as error:
        raise Damaged(f"{path}: {error.strerror or error}; expected SHA-256 {expected}") from error
    if found != expected:
        raise Damaged(f"{path} is damaged: expected SHA-256 {expected}, found {found}")
