"""The soft mask cut elsewhere, at once or in the pool."""

import threading

import numpy as np
import pytest
from support.light_table import GREY, scene_of, shown

from segrefine_gui.domain.boxes import image_box
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.gui.compare.comparison import Comparison
from segrefine_gui.gui.compare.recutter import AT_ONCE_AREA
from segrefine_gui.gui.compare.view import CompareView
from segrefine_gui.gui.scene import Scene

SMALL, LARGE = (180, 120), (400, 300)


def ramp(size: tuple[int, int], instance_id: int = 1) -> Scene:
    """The refiner is surer and surer from left to right; the coarse mask is the left half."""
    width, height = size
    values = np.tile(np.linspace(0, 255, width).astype(np.uint8), (height, 1))
    coarse = np.zeros((height, width), np.bool_)
    coarse[:, : width // 2] = True
    soft = SoftMask(image_box(width, height), values)
    return scene_of(Comparison.build(encode_mask(coarse), soft, 128), width, height, instance_id)


def edge_of(view: CompareView) -> float:
    """Image column at which the refined mask begins on the right canvas."""
    row = shown(view.right)[view.right.height() - 20]
    columns = (row != GREY).any(axis=-1).nonzero()[0]
    inside = [x for x, _ in (view.right.view().to_image(column, 0) for column in columns)]
    width = view.viewport.image_size[0]
    return min(x for x in inside if 0 <= x < width)


@pytest.fixture
def told(view: CompareView) -> list[Scene]:
    told: list[Scene] = []
    view.recut.connect(told.append)
    return told


def test_a_small_region_is_cut_at_once(view: CompareView, told: list[Scene]):
    assert SMALL[0] * SMALL[1] <= AT_ONCE_AREA
    view.show_scene(ramp(SMALL))
    view.set_choice({1}, 1)

    view.set_threshold(200)

    assert told == [view.scene]
    assert told[0].comparison.threshold == 200
    assert edge_of(view) == pytest.approx(180 * 200 / 255, abs=2)
    np.testing.assert_array_equal(told[0].comparison.refined_mask, told[0].comparison.soft.cut(200))
    assert "changes" not in view.right.accessibleName(), "all changes are taken again"


def test_a_large_region_is_cut_in_the_pool(view: CompareView, told: list[Scene], qtbot):
    assert LARGE[0] * LARGE[1] > AT_ONCE_AREA
    view.show_scene(ramp(LARGE))
    before = edge_of(view)

    with qtbot.waitSignal(view.recut, timeout=3000):
        view.set_threshold(60)
        assert not told
        assert edge_of(view) == before, "what was shown stays until then"

    assert edge_of(view) == pytest.approx(400 * 60 / 255, abs=4)


def test_a_slider_is_followed_to_where_it_comes_to_rest(view, told, qtbot):
    view.show_scene(ramp(LARGE))

    for threshold in range(20, 240, 5):
        view.set_threshold(threshold)
    qtbot.waitUntil(lambda: bool(told) and told[-1].comparison.threshold == 235, timeout=3000)

    thresholds = [scene.comparison.threshold for scene in told]
    assert thresholds == sorted(thresholds)
    assert len(thresholds) < 10, "what was overtaken is not cut"


def test_an_answer_for_an_instance_that_is_gone_is_dropped(view, told, pool, qtbot):
    view.show_scene(ramp(LARGE))
    gate, seen = threading.Event(), []
    for worker in range(3):  # keep every thread of the pool busy until the instance is gone
        pool.request(("block", worker), gate.wait, seen.append, seen.append)
    view.set_threshold(200)

    other = ramp(SMALL, instance_id=2)
    view.show_scene(other)
    gate.set()
    qtbot.waitUntil(lambda: len(seen) == 3, timeout=3000)
    with qtbot.waitSignal(view.recut, timeout=3000):  # the pool is through with the first
        view.show_scene(ramp(LARGE, instance_id=3))
        view.set_threshold(90)

    assert [scene.instance_id for scene in told] == [3]
    assert told[0].comparison.threshold == 90


def test_an_instance_that_is_not_refined_has_no_threshold(view, told):
    scene = ramp(SMALL)
    view.show_scene(Scene(4, scene.image, "", scene.coarse, None, "", scene.box))

    view.set_threshold(200)

    assert told == []
