import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from support.light_table import compared

from segrefine_gui.domain.boxes import image_box
from segrefine_gui.gui.canvas.sampling import sample_mask
from segrefine_gui.gui.canvas.view_transform import ViewTransform

SHAPE = (40, 52)
blobs = arrays.arrays(np.bool_, (5, 7), elements=st.booleans()).map(
    lambda coarse: np.kron(coarse, np.ones((8, 8), np.bool_))[: SHAPE[0], : SHAPE[1]]
)


@settings(max_examples=60)
@given(coarse=blobs, refined=blobs, data=st.data())
def test_it_is_the_coarse_mask_with_the_changes_that_are_taken(coarse, refined, data):
    comparison = compared(coarse, refined)
    kept = frozenset(data.draw(st.sets(st.sampled_from([0, *sorted(comparison.all_numbers)]))))
    final = comparison.final(kept - {0})
    view = ViewTransform.centred((26, 20), 1, (52, 40))

    seen = sample_mask(final, view, view.widget_box) > 0

    composed = comparison.changes.compose(coarse, refined, kept - {0})
    np.testing.assert_array_equal(seen, composed)


@settings(max_examples=60)
@given(coarse=blobs, refined=blobs, data=st.data(), scale=st.floats(0.2, 4))
def test_another_choice_differs_only_in_the_box_it_tells(coarse, refined, data, scale):
    comparison = compared(coarse, refined)
    numbers = st.sets(st.sampled_from([0, *sorted(comparison.all_numbers)]))
    before, after = (comparison.final(frozenset(data.draw(numbers)) - {0}) for _ in range(2))
    view = ViewTransform.centred((26, 20), scale, (60, 50))

    box = after.differs_in(before)

    old, new = (sample_mask(mask, view, view.widget_box) for mask in (before, after))
    rows, columns = np.nonzero(old != new)
    if rows.size:
        x, y = (columns + 0.5 - view.left) / scale, (rows + 0.5 - view.top) / scale
        reach = 0 if scale >= 1 else 2 / scale
        assert box.x0 - reach <= x.min() <= x.max() <= box.x1 + reach
        assert box.y0 - reach <= y.min() <= y.max() <= box.y1 + reach


def test_all_changes_make_the_refined_mask_and_none_the_coarse_one():
    coarse, refined = np.zeros((2, 40, 52), np.bool_)
    coarse[5:20, 5:20] = True
    refined[10:30, 10:40] = True
    comparison = compared(coarse, refined)
    box = image_box(52, 40)

    everything = comparison.final(comparison.all_numbers).crop(0, box)
    np.testing.assert_array_equal(everything > 0, refined)
    np.testing.assert_array_equal(comparison.final(frozenset()).crop(0, box) > 0, coarse)
