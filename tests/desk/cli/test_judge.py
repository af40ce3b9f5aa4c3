"""The judge over JSON Lines."""

import json

from tests.desk.cli.conftest import Shell


def judged(twoway: Shell, *lines: object, code: int = 0) -> list[dict[str, object]]:
    """What comes of those lines."""
    typed = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    return [json.loads(line) for line in twoway("judge", "-", code=code, typed=typed).splitlines()]


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


def test_bad_lines_are_named_and_the_others_judged(twoway: Shell) -> None:
    found = judged(
        twoway, {"text": "Hi"}, "{", "", "[1]", {"text": 5}, '{"text": "x", "n": NaN}', {"text": "Bye"}, code=1
    )
    assert [line["text"] for line in found] == ["Hi", "Bye"]
    assert [line.partition(":")[2].partition(":")[0] for line in twoway.err.splitlines()] == [
        f" line {number}" for number in (2, 4, 5, 6)
    ]


def test_odd_characters_come_back_as_they_were(twoway: Shell) -> None:
    written = '{"text": "half \\ud83d, nul \\u0000, \\u202e turned"}'
    [line] = judged(twoway, written)
    assert line["text"] == json.loads(written)["text"]


def test_bytes_that_are_no_text_are_a_bad_line(twoway: Shell) -> None:
    (twoway.folder / "lines").write_bytes(b'\xef\xbb\xbf{"text": "first"}\n{"text": "\xff"}\n')
    assert '"first"' in twoway("judge", "lines", code=1)
    assert "line 2: not UTF-8" in twoway.err


def test_a_file_that_is_not_there_is_used_wrongly(twoway: Shell) -> None:
    twoway("judge", "nowhere", code=2)


def test_nothing_is_left_behind(twoway: Shell) -> None:
    judged(twoway, {"text": "Hi"})
    assert list(twoway.folder.iterdir()) == []
