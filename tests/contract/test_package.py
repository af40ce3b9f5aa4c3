"""A channel of a package of its own works in the configuration like any other; a broken one is told as a mistake."""

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from desk.wiring import open_desk
from tests.fakes.pinboard import BRAND, TOKEN, fake_pinboard
from twoway import channels as kinds
from twoway.config import load
from twoway.errors import ConfigError

CONFIG = """
[desk]
brand = "Kaffee Nord"
allow_private = ["127.0.0.1"]
[model]
name = "rules"
[channels.board]
kind = "pinboard"
url = "{url}"
token = "env:PINBOARD_TOKEN"
handle = "{handle}"
"""


def written(folder: Path, url: str = "https://pins.example") -> Path:
    file = folder / "twoway.toml"
    file.write_text(CONFIG.format(url=url, handle=BRAND))
    return file


@pytest.mark.usefixtures("pinboard_package")
def test_its_kind_is_configured_and_logged_in_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINBOARD_TOKEN", TOKEN)
    with fake_pinboard(tmp_path) as platform:
        desk = open_desk(load(written(tmp_path, platform.url)))
        desk.check("board")
        desk.close()
    assert [entry["path"] for entry in platform.faults.log()] == ["/api/me"]


@pytest.mark.usefixtures("pinboard_package")
def test_its_settings_are_checked_like_all_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PINBOARD_TOKEN", raising=False)
    with pytest.raises(
        ConfigError, match=r"channels\.board\.token: the environment variable PINBOARD_TOKEN is not set"
    ):
        load(written(tmp_path))


@pytest.mark.parametrize(
    ("path", "said"),
    [("nowhere_at_all:CHANNEL", "No module named"), ("twoway.clock:CHANNEL", "CHANNEL"), ("twoway.clock:now", "is no")],
)
def test_a_broken_package_is_a_mistake_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, said: str
) -> None:
    def points(**group: Any) -> list[EntryPoint]:
        return [EntryPoint("pinboard", path, kinds.GROUP)]

    monkeypatch.setattr(kinds, "entry_points", points)
    for cached in (kinds.paths, kinds.channel):
        cached.cache_clear()
    with pytest.raises(ConfigError, match=f"channels.board.kind: the channel kind 'pinboard' cannot be loaded.*{said}"):
        load(written(tmp_path))
    for cached in (kinds.paths, kinds.channel):
        cached.cache_clear()
