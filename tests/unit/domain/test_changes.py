from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.changes import ChangeMap, find_changes

Mask = npt.NDArray[np.bool_]
SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=24)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Mask, Mask]:
    shape = draw(SHAPES)
    masks = hnp.arrays(np.bool_, shape)
    return draw(masks), draw(masks)


def changes_of(coarse: Mask, refined: Mask, speck_area: int = 1) -> ChangeMap:
    height, width = coarse.shape
    return find_changes(coarse, refined, Box(10, 20, 10 + width, 20 + height), speck_area)


def drawn(text: str) -> tuple[Mask, Mask]:
    """`#` in both, `+` added, `-` removed."""
    rows = np.array([list(row) for row in text.split()])
    return np.isin(rows, ["#", "-"]), np.isin(rows, ["#", "+"])


def test_each_connected_difference_is_one_change_the_largest_first() -> None:
    found = changes_of(*drawn("##++. ##++. #--.+ .....".replace(" ", "\n")))
    assert [(c.added, c.area, c.box) for c in found.changes] == [
        (True, 5, Box(12, 20, 15, 23)),
        (False, 2, Box(11, 22, 13, 23)),
    ]


def test_a_click_finds_the_change_below_it() -> None:
    found = changes_of(*drawn("#+. ...".replace(" ", "\n")))
    assert found.at(11, 20) is found.changes[0]
    assert found.at(10, 20) is None
    assert found.at(500, 20) is None


def test_specks_go_with_the_nearest_change() -> None:
    found = changes_of(*drawn("+++....--- +++.+..---".replace(" ", "\n")), speck_area=3)
    assert len(found.changes) == 2
    assert found.changes[0].area == 7
    assert found.changes[0].added
    assert found.changes[0].box == Box(10, 20, 15, 22)


def test_where_all_are_specks_the_largest_takes_them_along() -> None:
    found = changes_of(*drawn("++.-"), speck_area=50)
    assert [change.area for change in found.changes] == [3]


def test_equal_masks_have_no_changes() -> None:
    mask = np.eye(5, dtype=bool)
    found = changes_of(mask, mask)
    assert list(found.changes) == []
    np.testing.assert_array_equal(found.compose(mask, mask, ()), mask)


@given(pairs(), st.integers(1, 30))
def test_all_changes_make_the_refined_mask_and_none_the_coarse(
    pair: tuple[Mask, Mask], speck_area: int
) -> None:
    coarse, refined = pair
    found = changes_of(coarse, refined, speck_area)
    numbers = [change.number for change in found.changes]
    np.testing.assert_array_equal(found.compose(coarse, refined, numbers), refined)
    np.testing.assert_array_equal(found.compose(coarse, refined, ()), coarse)
    assert sum(change.area for change in found.changes) == np.count_nonzero(coarse != refined)
    assert [c.area for c in found.changes] == sorted((c.area for c in found.changes), reverse=True)


@given(pairs(), st.integers(1, 30), st.data())
def test_any_choice_equals_the_pixelwise_reference(
    pair: tuple[Mask, Mask], speck_area: int, data: st.DataObject
) -> None:
    coarse, refined = pair
    found = changes_of(coarse, refined, speck_area)
    numbers = [change.number for change in found.changes]
    kept = data.draw(st.sets(st.sampled_from(numbers))) if numbers else set()
    expected = coarse.copy()
    for number in kept:
        box = found.changes[number - 1].box.shifted(-10, -20)
        inside = np.zeros_like(coarse)
        inside[box.slices] = found.pixels(number)
        expected[inside] = refined[inside]
    np.testing.assert_array_equal(found.compose(coarse, refined, kept), expected)
    for number in numbers:
        box = found.changes[number - 1].box
        np.testing.assert_array_equal(
            found.compose(coarse, refined, kept, box),
            expected[box.shifted(-10, -20).slices],
        )


@given(pairs())
def test_specks_below_the_area_are_never_shown(pair: tuple[Mask, Mask]) -> None:
    coarse, refined = pair
    found = changes_of(coarse, refined, 6)
    if len(found.changes) > 1:
        assert min(change.area for change in found.changes) >= 6


def test_a_change_number_that_is_not_there_is_refused() -> None:
    coarse, refined = drawn("+#")
    with pytest.raises(IndexError):
        changes_of(coarse, refined).compose(coarse, refined, [2])


def test_what_counts_as_a_speck_follows_the_object() -> None:
    small, large = np.zeros((40, 40), dtype=bool), np.zeros((400, 400), dtype=bool)
    small[10:30, 10:30] = True
    large[10:390, 10:390] = True
    for coarse, changes in ((small, 2), (large, 1)):
        refined = coarse.copy()
        refined[12:15, 12:18] = False  # 18 px
        refined[20:30, 20:30] = False  # 100 px
        region = Box(0, 0, coarse.shape[1], coarse.shape[0])
        assert len(find_changes(coarse, refined, region).changes) == changes
