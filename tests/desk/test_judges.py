"""Who judges: whoever the configuration names, else the next simpler one, and it is said why."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from desk.judges import open_judge
from models.embedded import weights
from models.embedded.heads import LABELS
from tests.models.tiny import tiny
from twoway.config import Model
from twoway.domain import Judgement
from twoway.ports import Encoder

TEXT = "Die Lampe ist kaputt, ich will mein Geld zurück!"


def judged(settings: Model) -> tuple[Judgement, str]:
    """What whoever judges says of a text, and why it is another one than was asked for."""
    opened = open_judge(settings)
    return opened.judge.judge([TEXT])[0], opened.problem


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The model that came with the desk, where it can be damaged."""
    folder = tmp_path / "embedded"
    folder.mkdir()
    for name in (*weights.SEALED, weights.MANIFEST):
        shutil.copy(weights.shipped() / name, folder)
    monkeypatch.setattr("models.embedded.judge.shipped", lambda: folder)
    return folder


def test_any_folder_judges_beside_the_model_that_came_with_the_desk(tmp_path: Path) -> None:
    ours, _ = judged(Model(name="embedded"))
    both, problem = judged(Model(name=str(tiny(tmp_path / "deutsch"))))
    assert problem == ""
    assert both.model.startswith("deutsch@")
    assert both.model.endswith(f" + {ours.model}")
    assert both.sentiment != ours.sentiment
    assert [getattr(both, head) for head in LABELS][1:] == [getattr(ours, head) for head in LABELS][1:]


def test_what_texts_are_about_is_ours_to_say(tmp_path: Path) -> None:
    ours = open_judge(Model(name="embedded")).judge
    both = open_judge(Model(name=str(tiny(tmp_path / "deutsch")))).judge
    assert isinstance(ours, Encoder)
    assert isinstance(both, Encoder)
    assert both.encoding == ours.encoding
    judged, rows = both.judge_and_encode([TEXT, ""])
    assert np.allclose(rows, ours.encode([TEXT, ""]), atol=1e-5)
    assert judged == both.judge([TEXT, ""])


def test_labels_and_costs_of_the_configuration_reach_it(tmp_path: Path) -> None:
    folder = tiny(tmp_path / "zwei", ("LABEL_0", "LABEL_1"), {"kaputt": (3.0, 0.0)})
    labels = {"LABEL_0": "complaint: yes", "LABEL_1": "complaint: no"}
    found, problem = judged(Model(name=str(folder), labels=labels))
    assert (found.complaint.flag, problem) == (True, "")
    careful, _ = judged(Model(name=str(folder), labels=labels, false_complaint=50))
    assert not careful.complaint.flag


def test_where_it_cannot_be_loaded_ours_judges_and_it_is_said(tmp_path: Path) -> None:
    ours, _ = judged(Model(name="embedded"))
    found, problem = judged(Model(name=str(tmp_path / "gone")))
    assert found == ours
    assert problem.startswith(f"{tmp_path / 'gone'} is neither a folder on this machine")
    assert problem.endswith(f"Until then {ours.model} judges.")


def test_wrong_labels_are_explained_and_ours_judges(tmp_path: Path) -> None:
    found, problem = judged(Model(name=str(tiny(tmp_path / "m", ("LABEL_0", "LABEL_1", "LABEL_2")))))
    assert found.model.startswith("embedded ")
    assert '[model.labels] what it means, such as "LABEL_0" = "negative"' in problem


@pytest.mark.parametrize("name", weights.SEALED)
def test_a_damaged_file_is_named_with_both_checksums_and_the_rules_take_over(copy: Path, name: str) -> None:
    expected = weights.digest(copy / name)
    whole = (copy / name).read_bytes()
    middle = len(whole) // 2
    (copy / name).write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    found, problem = judged(Model(name="embedded"))
    assert found.model.startswith("rules ")
    assert f"{copy / name} is damaged: expected SHA-256 {expected}, found {weights.digest(copy / name)}" in problem
    assert "The rules judge until the desk is installed again" in problem


def test_a_whole_copy_is_not_called_damaged(copy: Path) -> None:
    found, problem = judged(Model(name="embedded"))
    assert (found.model.startswith("embedded "), problem) == (True, "")


def test_a_missing_file_is_named(copy: Path) -> None:
    (copy / weights.HEADS).unlink()
    found, problem = judged(Model(name="embedded"))
    assert found.model.startswith("rules ")
    assert f"{copy / weights.HEADS}: No such file" in problem


def test_both_troubles_are_said(copy: Path, tmp_path: Path) -> None:
    (copy / weights.MANIFEST).write_text("{}")
    found, problem = judged(Model(name=str(tmp_path / "gone")))
    assert found.model.startswith("rules ")
    assert "is neither a folder" in problem
    assert "manifest.json: unreadable" in problem


def test_a_model_judges_beside_the_rules_where_ours_is_damaged(copy: Path, tmp_path: Path) -> None:
    (copy / weights.HEADS).unlink()
    found, problem = judged(Model(name=str(tiny(tmp_path / "deutsch"))))
    assert found.model.startswith("deutsch@")
    assert found.model.endswith(" + rules 1")
    assert "heads.npz" in problem
    assert not isinstance(open_judge(Model(name=str(tmp_path / "deutsch"))).judge, Encoder)


def test_a_model_of_ours_judges_from_any_folder(copy: Path) -> None:
    found, problem = judged(Model(name=str(copy)))
    assert (found.model, problem) == (judged(Model(name="embedded"))[0].model, "")


def test_where_such_a_folder_is_damaged_the_model_that_came_with_the_desk_judges(tmp_path: Path, copy: Path) -> None:
    damaged = shutil.copytree(copy, tmp_path / "mine")
    (damaged / weights.HEADS).write_bytes(b"broken")
    found, problem = judged(Model(name=str(damaged)))
    assert found.model == judged(Model(name="embedded"))[0].model
    assert f"{damaged / weights.HEADS} is damaged: expected SHA-256 " in problem
    assert problem.endswith(f"Until then {found.model} judges.")
