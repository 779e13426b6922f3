"""One part refined again: what the engine sees, what comes back, and when it fails."""

from __future__ import annotations

import numpy as np
import pytest
from support.drawn_scenes import scene

from segrefine_gui.domain.blending import blend_in
from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.edit_history import EditedMask
from segrefine_gui.domain.errors import Cancelled, EngineError
from segrefine_gui.domain.metrics import iou
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.builtin.refiner import BuiltinFactory
from segrefine_gui.engines.classical.grabcut import GrabCutRefiner
from segrefine_gui.services.refine_here import LARGER_PADDING, refine_here

ROUGH = Box(560, 220, 700, 380)  # across the object's right outline


class Reddening:
    """Answers with the red channel: what it saw is what it says."""

    run = EngineRun("reddening", "1", {})

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []
        self.masks: list[np.ndarray] = []

    def refine(self, image, mask, cancel, progress=None):
        assert image.flags.c_contiguous
        assert mask.flags.c_contiguous
        self.shapes.append(image.shape)
        self.masks.append(mask)
        return image[..., 0].copy()


class Shrinking(Reddening):
    def refine(self, image, mask, cancel, progress=None):
        return image[:5, :5, 0].astype(float)


class Failing(Reddening):
    def refine(self, image, mask, cancel, progress=None):
        raise self.error


@pytest.fixture
def photo() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (600, 900, 3), np.uint8)


@pytest.mark.parametrize(
    "where", [Box(300, 200, 420, 290), Box(0, 0, 30, 30), Box(850, 590, 900, 600)]
)
def test_the_answer_is_that_of_the_part_with_surroundings(photo: np.ndarray, where: Box) -> None:
    refiner = Reddening()
    mask = photo[..., 1] > 128
    soft = refine_here(refiner, photo, mask, where, CancelToken())
    assert soft.region == where
    np.testing.assert_array_equal(soft.values, photo[where.slices][..., 0])
    assert min(refiner.shapes[0][:2]) >= 224
    assert refiner.masks[0].shape == refiner.shapes[0][:2]
    assert not np.shares_memory(refiner.masks[0], mask)


def test_a_larger_crop_shows_the_engine_more(photo: np.ndarray) -> None:
    refiner = Reddening()
    mask, where = photo[..., 1] > 128, Box(200, 150, 500, 400)
    for padding in (0.25, LARGER_PADDING):
        refine_here(refiner, photo, mask, where, CancelToken(), padding=padding)
    assert refiner.shapes[0][0] < refiner.shapes[1][0]


def test_the_part_is_clipped_to_the_image(photo: np.ndarray) -> None:
    mask = photo[..., 1] > 128
    soft = refine_here(Reddening(), photo, mask, Box(-50, 580, 40, 700), CancelToken())
    assert soft.region == Box(0, 580, 40, 600)
    with pytest.raises(EngineError, match="not on the image"):
        refine_here(Reddening(), photo, mask, Box(900, 0, 950, 50), CancelToken())


@pytest.mark.parametrize("engine", ["grabcut", "builtin"])
def test_a_rough_part_is_mended_and_the_rest_stays(engine: str, tmp_path) -> None:
    image, truth, coarse = scene(600, 900)
    refiner = (
        GrabCutRefiner() if engine == "grabcut" else BuiltinFactory().load(EngineOptions(tmp_path))
    )
    edited = EditedMask(coarse)
    soft = refine_here(refiner, image, edited.mask, ROUGH, CancelToken())
    region, blended = blend_in(edited.mask, soft)
    edited.begin("Refine here")
    edited.paint(region, np.ones_like(blended), blended)
    edited.commit()
    part = ROUGH.grown(-16, ROUGH).slices
    assert iou(edited.mask[part], truth[part]) > max(0.97, iou(coarse[part], truth[part]))
    outside = np.ones_like(truth)
    outside[ROUGH.slices] = False
    np.testing.assert_array_equal(edited.mask[outside], coarse[outside])
    edited.undo()
    np.testing.assert_array_equal(edited.mask, coarse)


def test_failures_are_one_sentence_and_cancelling_is_no_failure(photo: np.ndarray) -> None:
    refiner, mask = Failing(), photo[..., 1] > 128
    for error, expected, sentence in (
        (ZeroDivisionError("oh"), EngineError, "The refiner reddening failed on this part"),
        (EngineError("Out of memory."), EngineError, "Out of memory."),
        (Cancelled(), Cancelled, None),
    ):
        refiner.error = error
        with pytest.raises(expected, match=sentence):
            refine_here(refiner, photo, mask, Box(10, 10, 50, 50), CancelToken())

    with pytest.raises(EngineError, match="failed on this part"):
        refine_here(Shrinking(), photo, mask, Box(10, 10, 50, 50), CancelToken())
