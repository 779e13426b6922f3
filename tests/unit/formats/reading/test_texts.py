from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.formats.reading.texts import (
    category_ids,
    clean_name,
    clean_text,
    is_id,
    is_share,
    side_of,
    source_ids,
)

ANYTHING = st.one_of(
    st.none(), st.booleans(), st.floats(), st.text(), st.integers(-9, 9), st.integers()
)


@given(st.text())
def test_texts_can_be_stored(text):
    clean_text(text + "\ud800").encode()
    name = clean_name(text + "\ud800\0\n", "object")
    assert 0 < len(name) <= 300
    assert "\n" not in name
    assert "\0" not in name


def test_names_that_are_none():
    assert clean_name(" \n ", "object") == "object"
    assert clean_name("\0", "object") == "object"
    assert clean_name(7, "object") == "object"
    assert clean_name(" a  cat\n", "object") == "a cat"


@given(st.lists(ANYTHING))
def test_source_ids_differ_and_are_those_wanted_where_they_can_be(wanted):
    ids = source_ids(wanted)
    assert len(ids) == len(set(ids)) == len(wanted)
    assert all(is_id(number) for number in ids)
    first_of = {value: at for at, value in reversed(list(enumerate(wanted))) if is_id(value)}
    for value, at in first_of.items():
        assert ids[at] == value


def test_source_ids_are_positions_where_nothing_is_wanted():
    assert source_ids([None] * 4) == [0, 1, 2, 3]
    assert source_ids([None, 1, 1, None]) == [0, 1, 2, 3]


def test_numbers_are_told_from_what_looks_like_them():
    assert not is_id(True)
    assert not is_id(2**63)
    assert is_share(0)
    assert is_share(1.0)
    assert not is_share(float("nan"))
    assert not is_share(True)
    assert [side_of(value) for value in (5, 0, -1, True, 2.0, "5", 2**64)] == [5] + [None] * 6


def test_categories_are_numbered_by_name():
    assert category_ids(["dog", "cat", "dog"]) == {"cat": 1, "dog": 2}
