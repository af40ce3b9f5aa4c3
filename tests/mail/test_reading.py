"""Every payload of `tests/payloads/mail` becomes what its JSON file says."""

import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twoway.mail.body import LONGEST
from twoway.mail.quoting import fold
from twoway.mail.reading import Mail, Unreadable, read
from twoway.text import storable

PAYLOADS = Path(__file__).parents[1] / "payloads" / "mail"
RECEIVED = datetime(2026, 11, 22, 12, tzinfo=UTC)


def plain(mail: Mail, name: str) -> Any:
    """A field of the mail as JSON would hold it."""
    value = getattr(mail, name)
    if name in ("to", "cc", "reply_to"):
        return [address.mail for address in value]
    if name == "attachments":
        return [[entry.name, entry.media_type, entry.size] for entry in value]
    if name == "written":
        return value.isoformat()
    return json.loads(json.dumps(asdict(value))) if name in ("sender", "bounce") and value else _listed(value)


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("name", sorted(path.stem for path in PAYLOADS.glob("*.eml")))
def test_a_payload_becomes_what_is_written_beside_it(name: str) -> None:
    mail = read((PAYLOADS / f"{name}.eml").read_bytes(), RECEIVED)
    expected = json.loads((PAYLOADS / f"{name}.json").read_text())
    found = {field: plain(mail, field) for field in expected}
    if expected.get("bounce") and "reason" not in expected["bounce"]:
        assert "550 Unknown user" in found["bounce"].pop("reason")

    assert found == expected


def test_every_payload_is_used() -> None:
    stems = [{path.stem for path in PAYLOADS.glob(f"*.{ending}")} for ending in ("eml", "json")]

    assert stems[0] == stems[1]
    assert len(stems[0]) > 40


def mail(body: bytes, kind: bytes = b"text/plain; charset=utf-8") -> bytes:
    """A mail with that body."""
    return b"From: a@b.test\r\nContent-Type: " + kind + b"\r\n\r\n" + body


@pytest.mark.parametrize("raw", [b"", b"\0\xff", b"Hallo\r\n", b"From: (((((((\r\n\r\nx", b"From: nobody\r\n\r\nx"])
def test_what_names_no_sender_is_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read(raw, RECEIVED)


def test_a_hundred_thousand_characters_are_kept() -> None:
    text = ("ä" * 99 + "\n") * 1000

    assert read(mail(text.encode()), RECEIVED).text == text.strip()


def test_what_is_longer_ends_visibly() -> None:
    text = read(mail(b"x" * (LONGEST + 1)), RECEIVED).text

    assert len(text) == LONGEST
    assert text.endswith("…")


HOSTILE = {
    "elements in elements": mail(b"<div>" * 150_000 + b"x", b"text/html"),
    "quotes in quotes": mail(b"<blockquote>" * 40_000 + b"x", b"text/html"),
    "links": mail(b'<a href="https://x.test/">y</a>' * 15_000, b"text/html"),
    "open brackets": mail(b"<" * 400_000, b"text/html"),
    "comments": mail(b"<!--" * 100_000, b"text/html"),
    "attributions": mail(b"Am 1.1.2026 10:10 a@b schrieb x\n" * 3000),
    "quoted lines": mail(b"> x\ny\n" * 15_000),
    "one long line": mail(b"Am 1 schrieb " * 7000 + b":"),
    "header blocks": mail(b"Von: a\nAn: b\n" * 7000),
    "parts in parts": b"From: a@b.test\r\n" + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 3000,
    "many parts": mail(b"--b\r\n\r\nx\r\n" * 20_000, b"multipart/mixed; boundary=b"),
    "recipients": b"From: a@b.test\r\nTo: " + b"a@b.test, " * 50_000 + b"\r\n\r\nx",
    "comments in an address": b"From: a@b.test\r\nTo: " + b"(" * 50_000 + b"\r\n\r\nx",
    "encoded words": b"From: a@b.test\r\nSubject: " + b"=?utf-8?B?w5xi?= " * 20_000 + b"\r\n\r\nx",
    "references": b"From: a@b.test\r\nReferences: " + b"<a@b> " * 50_000 + b"\r\n\r\nx",
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_costs_little(name: str) -> None:
    began = time.monotonic()
    read(HOSTILE[name], RECEIVED)

    assert time.monotonic() - began < 5


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.binary(max_size=60), st.binary(max_size=60))
def test_no_bytes_are_an_exception(body: bytes, kind: bytes, subject: bytes) -> None:
    raw = b"From: a@b.test\r\nContent-Type: " + kind + b"\r\nSubject: " + subject + b"\r\n\r\n" + body
    found = read(raw, RECEIVED)

    assert found.text == storable(found.text)
    assert found.subject == storable(found.subject)


LINES = st.sampled_from(
    ["Hallo", "> alt", "", "-- ", "Am 1.1.2026 um 10:00 schrieb a@b:", "Von: a", "An: b", "Betreff: c"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=12))
def test_folding_loses_no_line(lines: list[str]) -> None:
    folded = fold("\n".join(lines))
    kept = f"{folded.text}\n{folded.quoted}".split("\n")

    assert {line.strip() for line in lines} <= {line.strip() for line in kept} | {""}
