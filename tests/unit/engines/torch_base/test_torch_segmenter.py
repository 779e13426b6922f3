"""The outline of the segmenters on torch, around a network that thresholds its image."""

from __future__ import annotations

import weakref
from pathlib import Path

import numpy as np
import pytest

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.engines.base import BatchSegmenter, EngineOptions, Segmenter
from segrefine_gui.engines.torch_base.segmenter import Found, TorchSegmenter, head_masks
from segrefine_gui.engines.torch_base.segmenter_parameters import (
    SegmenterSettings,
    segmenter_parameters,
)

torch = pytest.importorskip("torch", reason="torch is not installed")


class Thresholds:
    """Finds one object of class 0 that is bright in red and one of class 1 that is so in green.

    Attributes:
        room: pixels of a batch above which memory runs out.
    """

    title = "The threshold"
    categories = {0: ("red", 10), 1: ("green", 20)}  # noqa: RUF012 - as the protocol has it

    def __init__(self) -> None:
        self.room = 10**9
        self.shapes: list[tuple[int, ...]] = []

    def infer(self, images):
        assert torch.is_inference_mode_enabled()
        batch = torch.from_numpy(np.stack(images))
        self.shapes.append(tuple(batch.shape))
        if batch[..., 0].numel() > self.room:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        if (batch[..., 2] == 255).any():
            raise ArithmeticError("blue")
        return batch[..., :2] > 128

    def objects(self, answer, height, width, wanted):
        for number, score in ((0, 0.75), (1, 0.5)):
            if wanted(number, score):
                yield Found(number, score, answer[..., number].numpy(), None)


def segmenter(network: Thresholds, device: str = "cpu", threshold: float = 0.0, **values: object):
    options = EngineOptions(Path(), score_threshold=threshold, parameters=values)
    chosen = SegmenterSettings.read(segmenter_parameters([]), options, "net", device)
    return TorchSegmenter(network, chosen, EngineRun("net", device=device))


def a_photo(height: int = 6, width: int = 8, blue: int = 0) -> np.ndarray:
    photo = np.zeros((height, width, 3), dtype=np.uint8)
    photo[1:3, 2:5, 0] = photo[4, :, 1] = 200
    photo[..., 2] = blue
    return photo


def test_it_is_a_segmenter_of_batches() -> None:
    one = segmenter(Thresholds(), batch=3)
    assert isinstance(one, Segmenter)
    assert isinstance(one, BatchSegmenter)
    found = one.segment(a_photo(), CancelToken())
    assert [(d.category, d.category_id, d.score) for d in found] == [
        ("red", 10, 0.75), ("green", 20, 0.5),
    ]  # fmt: skip
    assert np.array_equal(found[0].mask.decode(), a_photo()[..., 0] == 200)
    assert one.segment_many([], CancelToken()) == []


def test_only_images_of_one_size_share_a_batch() -> None:
    network = Thresholds()
    images = [a_photo(), a_photo(9, 5), a_photo(), a_photo(), a_photo(9, 5)]
    found = segmenter(network, batch=2).segment_many(images, CancelToken())
    assert network.shapes == [(2, 6, 8, 3), (1, 6, 8, 3), (2, 9, 5, 3)]
    sizes = [each[0].mask.decode().shape for each in found]
    assert sizes == [image.shape[:2] for image in images]


def test_scores_and_categories_are_kept_or_left_out() -> None:
    assert [d.category for d in segmenter(Thresholds(), threshold=0.6).segment(
        a_photo(), CancelToken())] == ["red"]  # fmt: skip
    assert [d.category for d in segmenter(Thresholds(), classes=["green"]).segment(
        a_photo(), CancelToken())] == ["green"]  # fmt: skip
    with pytest.raises(EngineError, match="no category 'blue'"):
        segmenter(Thresholds(), classes=["blue"])


def test_a_network_without_names_takes_any_and_numbers_its_classes() -> None:
    network = Thresholds()
    network.categories = {}
    found = segmenter(network, classes=["class 1", "anything"]).segment(a_photo(), CancelToken())
    assert [(d.category, d.category_id) for d in found] == [("class 1", 1)]


@pytest.mark.parametrize(
    ("device", "cure"), [("cpu", "smaller longest side"), ("cuda:0", "or the device cpu")]
)
def test_the_sentence_about_memory_fits_the_device(device: str, cure: str) -> None:
    network = Thresholds()
    network.room = 6 * 8
    one = segmenter(network, device, batch=2)
    small, large = one.segment_many([a_photo(), a_photo(20, 20)], CancelToken())
    assert len(small) == 2
    assert isinstance(large, EngineError)
    assert cure in large.sentence


def test_a_failure_costs_its_own_image_and_keeps_its_detail() -> None:
    one = segmenter(Thresholds(), batch=3)
    first, second, third = one.segment_many(
        [a_photo(), a_photo(blue=255), a_photo()], CancelToken()
    )
    assert len(first) == len(third) == 2
    assert second.sentence == "The threshold failed on this image."
    assert second.detail == "ArithmeticError: blue"
    with pytest.raises(EngineError, match="failed on this image"):
        one.segment(a_photo(blue=255), CancelToken())


def test_closing_lets_go_of_the_network() -> None:
    network = Thresholds()
    gone = weakref.ref(network)
    one = segmenter(network)
    del network
    assert gone() is not None
    one.close()
    assert gone() is None


def test_head_masks_of_tensors() -> None:
    boxes = torch.tensor([[0.5, 1.0, 4.25, 3.0], [2.0, 2.0, 2.0, 5.0]])
    first, empty = head_masks(boxes, torch.tensor([[[0.0, 0.5], [0.25, 1.0]]] * 2))
    assert first.box == (0.5, 1.0, 4.25, 3.0)
    assert first.values.tolist() == [[0, 128], [64, 255]]
    assert empty is None
