"""Every version is kept, one of them judges, and one can go back."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.embedded.heads import Heads
from models.embedded.learned import Learned
from models.learning.versions import Versions
from tests.models.learning import ignorant
from twoway.errors import Refused

MORE = {"heads": ["complaint"], "corrections": {"complaint": 30}, "figures": []}


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    return Versions.beside(tmp_path / "twoway.db")


def taught(by: float, parent: str = "1.0.0") -> Learned:
    """Something else than what was released."""
    heads = ignorant().heads
    weights = {head: weight + np.float32(by) for head, weight in heads.weights.items()}
    return Learned(parent, ignorant().encoder, Heads(weights, heads.biases), ignorant().calibration)


def weight(found: Learned) -> float:
    return float(found.heads.weights["complaint"][0, 0])


def test_without_a_folder_the_released_model_judges_and_none_is_made(versions: Versions) -> None:
    assert versions.present(ignorant()).version == "1.0.0"
    assert not versions.folder.exists()
    assert versions.every() == []


def test_what_was_added_judges(versions: Versions) -> None:
    assert versions.add(taught(1), "1.0.0", MORE) == "1.0.0+1"
    found = Versions(versions.folder).present(ignorant())
    assert (found.version, weight(found)) == ("1.0.0+1", 1.0)
    assert versions.folder.name == "twoway.db.models"


def test_a_desk_at_work_takes_a_new_version_without_being_told(versions: Versions) -> None:
    running = Versions(versions.folder)
    assert weight(running.present(ignorant())) == 0.0
    versions.add(taught(1), "1.0.0", MORE)
    assert weight(running.present(ignorant())) == 1.0
    versions.go_back("1.0.0")
    assert weight(running.present(ignorant())) == 0.0


def test_going_back_goes_to_what_judged_before_and_keeps_everything(versions: Versions) -> None:
    versions.add(taught(1), "1.0.0", MORE)
    versions.add(taught(2, "1.0.0+1"), "1.0.0", MORE)
    assert versions.go_back("1.0.0") == "1.0.0+1"
    assert weight(versions.present(ignorant())) == 1.0
    assert versions.go_back("1.0.0") == "1.0.0"
    assert [version.name for version in versions.every()] == ["1.0.0+1", "1.0.0+2"]
    with pytest.raises(Refused, match="nothing to go back to"):
        versions.go_back("1.0.0")


def test_a_number_is_never_given_twice(versions: Versions) -> None:
    versions.add(taught(1), "1.0.0", MORE)
    versions.go_back("1.0.0")
    assert versions.add(taught(2), "1.0.0", MORE) == "1.0.0+2"


def test_the_manifest_says_where_a_version_comes_from(versions: Versions) -> None:
    versions.add(taught(1), "1.0.0", MORE)
    said = json.loads((versions.folder / "1.0.0+1" / "manifest.json").read_bytes())
    assert said["parent"] == "1.0.0"
    assert said["made_at"].endswith("Z")
    assert said["corrections"] == {"complaint": 30}
    [version] = versions.every()
    assert version.current


def test_a_damaged_version_is_named_and_the_released_model_judges(versions: Versions) -> None:
    versions.add(taught(1), "1.0.0", MORE)
    file = versions.folder / "1.0.0+1" / "heads.npz"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    reading = Versions(versions.folder)
    assert weight(reading.present(ignorant())) == 0.0
    assert "heads.npz is damaged: expected SHA-256" in reading.problem


def test_a_version_for_another_encoder_does_not_judge(versions: Versions) -> None:
    versions.add(taught(1), "1.0.0", MORE)
    newer = ignorant("1.1.0", encoder="f" * 64)
    reading = Versions(versions.folder)
    assert reading.present(newer).version == "1.1.0"
    assert "learnt for another release" in reading.problem


@pytest.mark.parametrize("named", ["../elsewhere", "nothing", "/etc"])
def test_a_name_that_names_no_version_does_no_harm(versions: Versions, named: str) -> None:
    versions.add(taught(1), "1.0.0", MORE)
    (versions.folder / "current").write_text(named)
    reading = Versions(versions.folder)
    assert reading.present(ignorant()).version == "1.0.0"
    assert reading.problem
