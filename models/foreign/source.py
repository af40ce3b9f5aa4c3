"""Where a model lies: a folder, or what Hugging Face's hub has under a name, kept on this machine once it was fetched.

The hub is contacted only for a name that it does not yet have here, and never where HF_HUB_OFFLINE is set.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.foreign.unusable import Unusable
from models.foreign.weights import SMALL, Choice, chosen
from twoway.text import one_line

_HUB = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*(@[\w./-]+)?")
"""``owner/name``, and the revision that is meant, behind an @."""
_PATIENCE = 10.0
"""Seconds for the hub's first answer; nobody judges until then."""


@dataclass(frozen=True, slots=True)
class Source:
    """A model on this machine."""

    name: str
    """With its version, as judgements show it."""
    folder: Path
    weights: Choice

    @property
    def file(self) -> Path:
        """The weights."""
        return self.folder / self.weights.file


def may_be_a_model(wanted: str) -> bool:
    """Is that a folder, or could the hub have something under that name?"""
    return Path(wanted).expanduser().is_dir() or bool(_HUB.fullmatch(wanted))


def find(wanted: str) -> Source:
    """The model of that name, fetched if it has to be. Raises Unusable."""
    folder = Path(wanted).expanduser()
    if folder.is_dir():
        weights = chosen(wanted, _files(folder))
        return Source(f"{folder.resolve().name}@{_checksum(folder / weights.file)}", folder, weights)
    if not _HUB.fullmatch(wanted):
        raise Unusable(f"{wanted} is neither a folder on this machine nor a name as Hugging Face has them (owner/name)")
    repo, _, revision = wanted.partition("@")
    return _kept(repo, revision) or _fetched(repo, revision)


def _kept(repo: str, revision: str) -> Source | None:
    """What was fetched before, whole. Contacts nobody."""
    try:
        found = _source(repo, _snapshot(repo, revision, SMALL, local_files_only=True))
        _snapshot(repo, revision, found.weights.patterns, local_files_only=True)
    except (OSError, ValueError, Unusable):
        return None
    return found


def _fetched(repo: str, revision: str) -> Source:
    """From the hub: only what is needed, and of the weights only those that will be read."""
    from huggingface_hub import HfApi

    found = _asked(repo, lambda: HfApi().model_info(repo, revision=revision or None, timeout=_PATIENCE))
    patterns = [*SMALL, *chosen(repo, [file.rfilename for file in found.siblings or ()]).patterns]
    return _source(repo, _asked(repo, lambda: _snapshot(repo, revision, patterns)))


def _snapshot(repo: str, revision: str, patterns: Sequence[str], local_files_only: bool = False) -> Path:
    from huggingface_hub import snapshot_download

    how: Any = {"allow_patterns": list(patterns), "local_files_only": local_files_only}
    return Path(snapshot_download(repo, revision=revision or None, **how))


def _source(repo: str, folder: Path) -> Source:
    """A snapshot; its folder is named after the commit."""
    return Source(f"{repo}@{folder.name[:7]}", folder, chosen(repo, _files(folder)))


def _asked(repo: str, question: Callable[[], Any]) -> Any:
    """The hub's answer. Raises Unusable."""
    from huggingface_hub.errors import GatedRepoError, OfflineModeIsEnabled, RepositoryNotFoundError

    try:
        return question()
    except OfflineModeIsEnabled:
        why = "it was never fetched, and HF_HUB_OFFLINE is set"
    except GatedRepoError:
        why = "Hugging Face gives it only to those who accepted its terms; do, and set HF_TOKEN"
    except RepositoryNotFoundError:
        why = "Hugging Face has no such model, or only for those who may see it (HF_TOKEN)"
    except Exception as error:  # whatever a network can do; the desk works on without it
        why = f"Hugging Face cannot be reached ({type(error).__name__}: {one_line(str(error), 200)})"
    raise Unusable(f"{repo} could not be fetched: {why}. A folder with the model needs no network")


def _files(folder: Path) -> list[str]:
    found = (path for pattern in ("*", "onnx/*") for path in folder.glob(pattern))
    return [path.relative_to(folder).as_posix() for path in found if path.is_file()]


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:7]
