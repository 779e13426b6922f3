"""What a project remembers of an export."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.records import Decision, MaskChoice
from segrefine_gui.formats.base import OverlapOrder, PngKind, WriterOptions
from segrefine_gui.services.export import ExportOptions
from segrefine_gui.services.export_json import options_from_json, options_to_json

SHARES = st.floats(0, 1)
OPTIONS = st.builds(
    ExportOptions,
    st.sampled_from(MaskChoice),
    st.frozensets(st.sampled_from(Decision)),
    st.none() | SHARES,
    st.dictionaries(st.text(max_size=9), st.text(max_size=9)),
    st.integers(0, 10**9),
    st.booleans(),
    SHARES,
    st.builds(
        WriterOptions,
        st.booleans(),
        st.floats(0, 50),
        st.sampled_from(OverlapOrder),
        st.sampled_from(PngKind),
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(OPTIONS)
def test_options_come_back_but_for_the_feather_which_the_project_keeps_itself(
    options: ExportOptions,
) -> None:
    assert options_from_json(json.loads(json.dumps(options_to_json(options)))) == options


@given(st.dictionaries(st.sampled_from(list(options_to_json(ExportOptions()))), JSON))
def test_nothing_damaged_comes_back(values: dict[str, object]) -> None:
    options = options_from_json(values)
    assert options_from_json(options_to_json(options)) == options


def test_what_is_missing_keeps_its_default() -> None:
    assert options_from_json({}) == ExportOptions()
    assert options_from_json({"min_area": -1, "val_share": float("nan")}) == ExportOptions()
