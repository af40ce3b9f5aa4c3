"""What is kept of a listing is what was written, to the byte."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twoway.raw import entries, member

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.lists(VALUES), st.sampled_from([None, 2]))
def test_every_entry_comes_with_the_bytes_it_was_written_with(values: list[object], indent: int | None) -> None:
    body = json.dumps(values, indent=indent).encode()
    found = list(entries(body))
    assert [value for value, _ in found] == values
    assert all(json.loads(raw) == value and raw in body for value, raw in found)


def test_spaces_and_escapes_stay_as_they_are() -> None:
    assert [raw for _, raw in entries(b' [ {"a" : 1} ,\n"\\u00fc" ] ')] == [b'{"a" : 1}', b'"\\u00fc"']


def test_a_member_comes_with_its_bytes() -> None:
    assert member(b'{"id": "1", "status" : { "id" :"2"} }', "status") == b'{ "id" :"2"}'


@pytest.mark.parametrize(("body", "error"), [(b"[]", ValueError), (b"nonsense", ValueError), (b'{"a":1}', KeyError)])
def test_a_member_that_is_not_there_is_said(body: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        member(body, "status")
