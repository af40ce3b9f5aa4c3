"""What a channel may ask of an approval."""

from datetime import timedelta
from pathlib import Path

import pytest

from twoway.config import load
from twoway.errors import ConfigError

BEGIN = '[desk]\nbrand = "Kaffee Nord"\n[channels.log]\nkind = "log"\n'


def write(folder: Path, lines: str = "") -> Path:
    """A configuration with these lines for its channel."""
    file = folder / "twoway.toml"
    file.write_text(BEGIN + lines)
    return file


def test_one_person_may_do_it_all_by_default(tmp_path: Path) -> None:
    common = load(write(tmp_path)).channels["log"].common
    assert (common.four_eyes, common.second_eyes_on_edits) == (False, False)
    assert common.approval_expires == timedelta(days=1)


def test_an_approval_lasts_longer_than_it_can_be_undone(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load(write(tmp_path, 'undo_seconds = 60\napproval_expires = "1m"\n'))
    assert error.value.mistakes == [
        "channels.log: approval_expires must be longer than undo_seconds; else no answer ever goes out"
    ]
