"""The judge over JSON Lines."""

import gzip
import json
from collections.abc import Iterator

import pytest

from desk.cli.jsonlines import LONGEST, Mistakes, objects
from tests.desk.cli.conftest import Shell
from tests.models.tiny import tiny

Found = list[dict[str, object]]


def judged(twoway: Shell, *lines: object, options: tuple[str, ...] = (), code: int = 0) -> Found:
    """What comes of those lines."""
    typed = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    return [json.loads(line) for line in twoway("judge", "-", *options, code=code, typed=typed).splitlines()]


def named(twoway: Shell) -> list[str]:
    """The numbers of the lines that standard error complains about."""
    return [line.split()[2].rstrip(":") for line in twoway.err.splitlines() if line.startswith("twoway: line ")]


def test_each_line_gets_its_judgement_in_order(twoway: Shell) -> None:
    texts = [f"Nummer {number}: Wo bleibt mein Paket?" for number in range(150)]
    found = judged(twoway, *({"text": text, "id": number} for number, text in enumerate(texts)))
    assert [(line["text"], line["id"]) for line in found] == list(zip(texts, range(150), strict=True))


def test_a_judgement_has_the_form_that_scripts_rely_on(twoway: Shell) -> None:
    [line] = judged(twoway, {"text": "Zum dritten Mal kaputt, ich will sofort mein Geld zurück!"})
    judgement = line["judgement"]
    assert isinstance(judgement, dict)
    assert judgement["language"] == "de"
    assert set(judgement["sentiment"]) == {"label", "negative", "neutral", "positive"}
    assert set(judgement["urgency"]) == {"label", "calm", "soon", "now"}
    for head in ("complaint", "wants_answer", "noise"):
        assert set(judgement[head]) == {"flag", "probability"}
    assert judgement["complaint"]["flag"] is True
    assert judgement["abstained"] is False
    assert judgement["model"]


@pytest.mark.parametrize(
    "text",
    ["", " \n\t", "a" * 100_000, "kaputt! " * 12_500, "😡" * 1_000, "🙂", "\x00", "\ud800", "\udc00\ud83d", "ᚠᛇᚻ", "?"],
    ids=lambda text: ascii(text[:6]),
)
def test_any_text_gets_a_judgement(twoway: Shell, text: str) -> None:
    [line] = judged(twoway, {"text": text})
    assert line["text"] == text
    assert line["judgement"]


@pytest.mark.parametrize("lang", ["en", "xx", "", None, 5, ["de"], "\ud800"], ids=ascii)
def test_what_a_line_says_of_its_language_is_kept_and_not_believed(twoway: Shell, lang: object) -> None:
    [line] = judged(twoway, {"text": "Mein Paket ist immer noch nicht angekommen!", "lang": lang})
    judgement = line["judgement"]
    assert isinstance(judgement, dict)
    assert (line["lang"], judgement["language"]) == (lang, "de")


def test_an_older_judgement_is_replaced(twoway: Shell) -> None:
    [line] = judged(twoway, {"text": "Danke!", "judgement": "old"})
    assert isinstance(line["judgement"], dict)


BAD = ["{", "[1]", '{"text": 5}', '{"text": "x", "n": NaN}', '{"text": "x", "n": 1e999}', "[" * 100_000, "null"]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad[:24])
def test_a_bad_line_is_named_and_ends_it_after_the_lines_before(twoway: Shell, bad: str) -> None:
    found = judged(twoway, {"text": "Hi"}, "", bad, {"text": "Bye"}, code=1)
    assert [line["text"] for line in found] == ["Hi"]
    assert named(twoway) == ["3"]
    assert "--keep-going" in twoway.err


def test_bad_lines_are_left_out_and_counted_where_that_is_wanted(twoway: Shell) -> None:
    found = judged(twoway, {"text": "Hi"}, *BAD, {"text": "Bye"}, options=("--keep-going",), code=1)
    assert [line["text"] for line in found] == ["Hi", "Bye"]
    assert named(twoway) == [str(number) for number in range(2, 2 + len(BAD))]
    assert twoway.err.endswith(f"bad lines left out: {len(BAD)}\n")


def test_keeping_on_without_a_bad_line_is_no_problem(twoway: Shell) -> None:
    judged(twoway, {"text": "Hi"}, options=("--keep-going",))
    assert twoway.err == ""


def test_odd_characters_come_back_as_they_were(twoway: Shell) -> None:
    written = '{"text": "half \\ud83d, nul \\u0000, \\u202e turned"}'
    [line] = judged(twoway, written)
    assert line["text"] == json.loads(written)["text"]


def test_bytes_that_are_no_text_are_a_bad_line(twoway: Shell) -> None:
    (twoway.folder / "lines").write_bytes(b'\xef\xbb\xbf{"text": "first"}\n{"text": "\xff"}\n')
    assert '"first"' in twoway("judge", "lines", code=1)
    assert "line 2: not UTF-8" in twoway.err


def test_a_line_may_come_gzipped(twoway: Shell) -> None:
    (twoway.folder / "lines.gz").write_bytes(gzip.compress(b'{"text": "first"}\n'))
    assert '"first"' in twoway("judge", "lines.gz")


def test_a_damaged_gzip_file_is_said_to_be_one(twoway: Shell) -> None:
    lines = b"".join(b'{"text": "line %d"}\n' % number for number in range(1_000))
    (twoway.folder / "lines.gz").write_bytes(gzip.compress(lines)[:-400])
    twoway("judge", "lines.gz", "--keep-going", code=1)
    assert "the gzip file is damaged" in twoway.err


def test_a_file_that_is_not_there_is_used_wrongly(twoway: Shell) -> None:
    twoway("judge", "nowhere", code=2)


def test_nothing_is_left_behind(twoway: Shell) -> None:
    judged(twoway, {"text": "Hi"})
    assert list(twoway.folder.iterdir()) == []


class Endless:
    """A stream that never ends and counts what was read of it."""

    def __init__(self, line: bytes) -> None:
        self.line, self.read = line, 0

    def readline(self, limit: int) -> bytes:
        self.read += 1
        return self.line[:limit]


def lines_of(stream: Endless, mistakes: Mistakes) -> Iterator[tuple[int, dict[str, object]]]:
    return objects(stream, mistakes)  # type: ignore[arg-type]


def test_no_more_is_read_than_is_asked_for() -> None:
    stream = Endless(b'{"text": "again"}\n')
    lines = lines_of(stream, Mistakes(go_on=False))
    assert [next(lines)[0] for _ in range(3)] == [1, 2, 3]
    assert stream.read == 3


def test_with_a_batch_of_one_each_line_is_answered_before_the_next_is_read(twoway: Shell) -> None:
    found = judged(twoway, {"text": "Hi"}, "{", code=1, options=("--batch", "1"))
    assert [line["text"] for line in found] == ["Hi"]


def test_a_line_too_long_to_hold_is_a_bad_line_and_the_next_is_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("long") / "lines"
    path.write_bytes(b'{"text": "' + b"a" * (2 * LONGEST) + b'"}\n{"text": "short"}\n')
    mistakes = Mistakes(go_on=True)
    with path.open("rb") as file:
        assert list(objects(file, mistakes)) == [(2, {"text": "short"})]
    assert mistakes.count == 1


def test_a_folder_with_a_model_may_judge(twoway: Shell) -> None:
    tiny(twoway.folder / "deutsch")
    [line] = judged(twoway, {"text": "Die Lampe ist kaputt."}, options=("--model", "./deutsch"))
    assert line["judgement"]["model"].startswith("deutsch@")  # type: ignore[index]
    assert twoway.err == ""


def test_a_model_that_cannot_be_loaded_is_said_and_ours_judges(twoway: Shell) -> None:
    (twoway.folder / "leer").mkdir()
    [line] = judged(twoway, {"text": "Die Lampe ist kaputt."}, options=("--model", "leer"))
    assert "deutsch" not in line["judgement"]["model"]  # type: ignore[index]
    assert "leer has no weights" in twoway.err


def test_labels_are_those_of_the_configured_model(twoway: Shell) -> None:
    tiny(twoway.folder / "deutsch", ("LABEL_0", "LABEL_1"), {"kaputt": (3.0, 0.0)})
    tiny(twoway.folder / "anderes")
    labels = 'labels = { LABEL_0 = "complaint: yes", LABEL_1 = "complaint: no" }'
    (twoway.folder / "twoway.toml").write_text(f'[desk]\nbrand = "X"\n[model]\nname = "./deutsch"\n{labels}\n')
    [line] = judged(twoway, {"text": "kaputt"}, options=("--config", "twoway.toml"))
    assert line["judgement"]["complaint"]["flag"]  # type: ignore[index]
    judged(twoway, {"text": "kaputt"}, options=("--config", "twoway.toml", "--model", "./anderes"))
    assert twoway.err == ""
