"""Code of others is exactly what was published, and nothing else lies beside it."""

import hashlib
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FOLDERS = (HERE.parents[2] / "desk/web/static/vendor", HERE / "vendor")


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_is_as_it_was_published(folder: Path) -> None:
    listed = re.findall(r"^SHA-256 (\w{64})  (\S+)$", (folder / "README.txt").read_text("utf-8"), re.MULTILINE)
    found = {
        (hashlib.sha256(file.read_bytes()).hexdigest(), file.name)
        for file in folder.iterdir()
        if file.name != "README.txt"
    }
    assert found == set(listed)
    assert any(name.endswith("LICENSE.txt") for _, name in listed)
