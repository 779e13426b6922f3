import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from support.refined_project import make_refined_project

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.gui.compare.comparison import Comparison
from segrefine_gui.gui.compare.neighbours import decode_neighbours
from segrefine_gui.gui.controllers import scene_controller
from segrefine_gui.gui.controllers.scene_controller import SceneController
from segrefine_gui.gui.scene import build_scene
from segrefine_gui.gui.workers.image_cache import ImageCache
from segrefine_gui.services.review import Review
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project

REGION = Box(6, 4, 26, 20)
blobs = arrays.arrays(np.bool_, (6, 8), elements=st.booleans()).map(
    lambda coarse: np.kron(coarse, np.ones((4, 4), np.bool_))
)


@settings(max_examples=60)
@given(
    coarse=blobs,
    values=arrays.arrays(np.uint8, (16, 20)),
    threshold=st.integers(1, 255),
    other=st.integers(1, 255),
)
def test_it_holds_both_masks_wherever_they_reach(coarse, values, threshold, other):
    built = Comparison.build(encode_mask(coarse), SoftMask(REGION, values), threshold)
    for comparison, cut in ((built, threshold), (built.recut(other), other)):
        refined = np.zeros(coarse.shape, np.bool_)
        refined[REGION.slices] = values >= cut
        inside = comparison.region.slices

        np.testing.assert_array_equal(comparison.coarse_mask, coarse[inside])
        np.testing.assert_array_equal(comparison.refined_mask, refined[inside])
        assert comparison.coarse_mask.sum() == coarse.sum(), "none of it is cut off"
        np.testing.assert_array_equal(comparison.changes.labels > 0, (coarse ^ refined)[inside])
        assert comparison.refined_box.area == tight_area(refined)
        assert comparison.threshold == cut


def tight_area(mask: np.ndarray) -> int:
    rows, columns = mask.nonzero()
    return int(np.ptp(rows) + 1) * int(np.ptp(columns) + 1) if rows.size else 0


def test_the_nearest_neighbours_are_decoded_and_empty_ones_left_out():
    masks = []
    for x in (80, 10, 40):
        mask = np.zeros((50, 100), np.bool_)
        mask[5:9, x : x + 3] = True
        masks.append(encode_mask(mask))
    masks.append(encode_mask(np.zeros((50, 100), np.bool_)))

    found = decode_neighbours(masks, Box(0, 0, 8, 8), most=2)

    assert [mask.region for mask in found] == [Box(10, 5, 13, 9), Box(40, 5, 43, 9)]
    assert all(mask.inside.all() for mask in found)
    assert len(decode_neighbours(masks, Box(0, 0, 8, 8))) == 3


@pytest.fixture
def review(tmp_path):
    coarse = np.zeros((60, 80), np.bool_)
    coarse[10:40, 10:40] = True
    soft = np.full((60, 80), 20, np.uint8)
    soft[10:40, 10:50] = 250
    store = Project.open(make_refined_project(tmp_path, [(coarse, soft)] * 4))
    yield Review(store, "me")
    store.close()


def test_a_scene_holds_what_the_views_need(review: Review):
    scene = build_scene(review.shown_at(0), ImageCache(image_io))

    assert scene.refiner == "by-hand"
    assert scene.box == Box(10, 10, 50, 40)
    assert [change.area for change in scene.comparison.changes.changes] == [300]
    assert scene.nbytes == scene.comparison.nbytes > 60 * 80 * 4
    assert scene.image.width == 80


def test_huge_masks_are_forgotten_sooner(review: Review, pool, qtbot, monkeypatch):
    monkeypatch.setattr(scene_controller, "KEPT_BYTES", 1)
    scenes = SceneController(pool, ImageCache(image_io))
    waited: list[bool] = []
    scenes.waiting.connect(lambda: waited.append(True))
    for index in (0, 1, 2):
        with qtbot.waitSignal(scenes.ready):
            scenes.show(review.shown_at(index))
    waited.clear()

    scenes.show(review.shown_at(1))
    assert not waited, "the newest two stay"
    with qtbot.waitSignal(scenes.ready):
        scenes.show(review.shown_at(0))
    assert waited
