"""The query in the configuration: what it takes, and how its mistakes are told."""

from pathlib import Path

import pytest

from twoway.config import Query, load
from twoway.errors import ConfigError

BEGIN = '[desk]\nbrand = "Kaffee Nord"\n[query]\n'


def written(folder: Path, lines: str) -> Path:
    """A configuration with these lines in its query."""
    file = folder / "twoway.toml"
    file.write_text(BEGIN + lines, "utf-8")
    return file


def test_without_a_query_nothing_is_asked(tmp_path: Path) -> None:
    assert load(written(tmp_path, "")).query == Query()


def test_words_phrases_hashtags_and_signs_are_taken(tmp_path: Path) -> None:
    lines = 'any = ["Kaffee Nord", "#kaffeenord", "C++", "☕"]\nlanguages = ["de"]\nignore_sites = ["kaffee.example"]\n'
    assert load(written(tmp_path, lines)).query.any == ("Kaffee Nord", "#kaffeenord", "C++", "☕")


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ('any = ["#"]', 'query.any[1]: must be a word, a phrase, or a hashtag such as "#kaffeenord"'),
        ('none = ["ok", " "]', "query.none[2]: is empty"),
        ('all = "kaffee"', "query.all: must be a list, written in [ ]"),
        ('languages = ["German"]', "query.languages[1]: is not written as it should be"),
        ('ignore_sites = ["https://x.example"]', "query.ignore_sites[1]: must be the name or the address of a host"),
        ('ignore_author = ["x"]', "query.ignore_author: there is no such key; did you mean 'ignore_authors'?"),
    ],
)
def test_a_mistake_says_where_and_what(tmp_path: Path, line: str, mistake: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(written(tmp_path, line))
    [said] = error.value.mistakes
    assert said.startswith(mistake)
