import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from support.light_table import compared

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.changes import find_changes
from segrefine_gui.gui.canvas.change_pyramid import ChangePyramid
from segrefine_gui.gui.canvas.pyramid import MaskPyramid
from segrefine_gui.gui.canvas.sampling import sample_mask
from segrefine_gui.gui.canvas.view_transform import ViewTransform

masks = arrays.arrays(np.bool_, (23, 31), elements=st.booleans())


def two_blobs() -> ChangePyramid:
    """Number 1 is added and large, number 2 is removed and small."""
    coarse, refined = np.zeros((2, 400, 600), np.bool_)
    coarse[200:210, 500:506] = True
    refined[100:300, 50:350] = True
    return compared(coarse, refined).change_pyramid


@given(coarse=masks, refined=masks, speck_area=st.integers(1, 20))
def test_level_0_tells_the_change_and_whether_it_adds(coarse, refined, speck_area):
    region = Box(5, 7, 36, 30)
    changes = find_changes(coarse, refined, region, speck_area)

    codes = ChangePyramid.build(changes, refined).levels[0]

    np.testing.assert_array_equal(codes // 2, changes.labels)
    np.testing.assert_array_equal((codes % 2 == 1), coarse & ~refined)


@settings(max_examples=40)
@given(
    coarse=masks,
    refined=masks,
    scale=st.floats(1, 9),
    centre=st.tuples(st.floats(0, 40), st.floats(0, 40)),
)
def test_magnified_changes_have_the_edges_of_the_masks(coarse, refined, scale, centre):
    region = Box(5, 7, 36, 30)
    pyramid = ChangePyramid.build(find_changes(coarse, refined, region), refined)
    view = ViewTransform.centred(centre, scale, (90, 70))

    codes = pyramid.sample(view, view.widget_box)

    differs = sample_mask(MaskPyramid.build(coarse ^ refined, region), view, view.widget_box)
    np.testing.assert_array_equal(codes > 0, differs > 0)


@settings(max_examples=400)
@given(x=st.integers(0, 597), y=st.integers(0, 397), scale=st.floats(0.02, 0.99))
def test_the_smallest_change_is_in_sight_at_any_zoom(x, y, scale):
    coarse, refined = np.zeros((2, 400, 600), np.bool_)
    refined[y : y + 3, x : x + 3] = True
    pyramid = ChangePyramid.build(find_changes(coarse, refined, image_box(600, 400)), refined)
    view = ViewTransform.centred((300, 200), scale, (620, 420))

    rows, columns = pyramid.sample(view, view.widget_box).nonzero()

    assert rows.size
    seen_x, seen_y = (columns + 0.5 - view.left) / scale, (rows + 0.5 - view.top) / scale
    reach = 1.5 + 2 / scale
    assert abs(seen_x - (x + 1.5)).max() <= reach
    assert abs(seen_y - (y + 1.5)).max() <= reach


@settings(max_examples=40)
@given(scale=st.floats(0.05, 6), cut=st.tuples(st.integers(1, 118), st.integers(1, 88)))
def test_the_same_codes_come_out_whatever_windows_are_sampled(scale, cut):
    pyramid = two_blobs()
    view = ViewTransform.centred((301.3, 200.7), scale, (120, 90))
    whole = pyramid.sample(view, view.widget_box)

    x, y = cut
    left, right = Box(0, 0, x, 90), Box(x, 0, 120, 90)
    upper, lower = Box(0, 0, 120, y), Box(0, y, 120, 90)

    across = np.hstack([pyramid.sample(view, left), pyramid.sample(view, right)])
    np.testing.assert_array_equal(across, whole)
    down = np.vstack([pyramid.sample(view, upper), pyramid.sample(view, lower)])
    np.testing.assert_array_equal(down, whole)


@given(
    width=st.integers(1, 5),
    height=st.integers(1, 5),
    scale=st.floats(0.01, 3),
    centre=st.tuples(st.floats(0, 60), st.floats(0, 60)),
)
def test_a_tiny_region_can_be_sampled_from_far_away(width, height, scale, centre):
    region = Box(50, 40, 50 + width, 40 + height)
    refined = np.ones((height, width), np.bool_)
    pyramid = ChangePyramid.build(find_changes(~refined, refined, region), refined)
    view = ViewTransform.centred(centre, scale, (90, 70))

    codes = pyramid.sample(view, view.widget_box)

    assert set(np.unique(codes)) <= {0, 2}


def test_a_click_means_the_change_under_it_or_the_nearest_one():
    pyramid = two_blobs()
    view = ViewTransform.centred((300, 200), 0.5, (300, 200))

    def number_at(x: float, y: float) -> int | None:
        return pyramid.number_near(view, *view.to_widget(x, y))

    assert number_at(200, 200) == 1
    assert number_at(503, 205) == 2
    assert number_at(503, 214) == 2, "two pixels of the screen below it"
    assert number_at(430, 205) is None
    assert number_at(-40, 200) is None


def test_the_box_of_some_changes():
    pyramid = two_blobs()

    assert pyramid.box_of([1, 2]) == Box(50, 100, 506, 300)
    assert pyramid.box_of([2]) == Box(500, 200, 506, 210)
    assert pyramid.box_of([]).area == 0
    assert pyramid.box_of([3]).area == 0


def test_more_changes_than_16_bits_can_number():
    labels = np.zeros((2, 33_000), np.int32)
    labels[0] = np.arange(33_000)
    refined = np.ones(labels.shape, np.bool_)
    changes = find_changes(~refined, refined, image_box(33_000, 2))
    many = type(changes)(changes.region, labels, changes.changes * 33_000)

    pyramid = ChangePyramid.build(many, refined)

    np.testing.assert_array_equal(pyramid.levels[0] // 2, labels)
