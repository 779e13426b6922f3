from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.extras import MAX_BYTES, Extra, extra_fields, extra_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), VALUES), st.sets(st.text(max_size=5)))
def test_what_is_kept_is_json_and_not_known(fields, known):
    extra = extra_of("coco", fields, known)
    kept = {} if extra is None else extra.fields
    assert not kept.keys() & known
    assert all(kept[key] is fields[key] for key in kept)
    json.dumps(dict(kept), allow_nan=False)
    for key in fields.keys() - known - kept.keys():
        with pytest.raises(ValueError, match="JSON"):
            json.dumps(fields[key], allow_nan=False)


def test_nothing_left_is_none():
    assert extra_of("coco", {}, ()) is None
    assert extra_of("coco", {"id": 1}, {"id"}) is None
    assert extra_of("coco", {"bad": math.nan}, ()) is None


def test_the_largest_goes_first():
    fields = {"large": "x" * MAX_BYTES, "small": 1, "smaller": ""}
    extra = extra_of("coco", fields, ())
    assert extra == Extra("coco", {"small": 1, "smaller": ""})


def test_what_is_nested_too_deeply_is_left_out():
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert extra_of("coco", {"deep": deep, "a": 1}, ()) == Extra("coco", {"a": 1})


def test_fields_are_for_their_format():
    extra = Extra("lvis", {"a": 1})
    assert extra_fields(extra, "coco", "lvis") == {"a": 1}
    assert extra_fields(extra, "coco") == {}
    assert extra_fields(None, "coco") == {}
