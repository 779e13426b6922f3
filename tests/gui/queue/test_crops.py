"""Thumbnails: what they show, and that only rows in sight are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.errors import ImageError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import Decision
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.gui.canvas.overlay import COARSE_COLOR, EDITED_COLOR, REFINED_COLOR
from segrefine_gui.gui.queue.crop_cache import CropCache
from segrefine_gui.gui.queue.crops import CropSource, draw_both, draw_pair
from segrefine_gui.gui.queue.model import QueueModel
from segrefine_gui.gui.queue.view import QueueView
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.storage import image_io
from segrefine_gui.storage.base import QueueEntry

SIDE = 112


def cache_of(
    pool: ReadingPool,
    source: Callable[[int], CropSource | None],
    max_bytes: int = 1 << 24,
) -> CropCache:
    return CropCache(pool, image_io, source, draw_both, SIDE, max_bytes)


@pytest.fixture
def pool(qapp: QApplication) -> Iterator[ReadingPool]:
    pool = ReadingPool()
    yield pool
    assert pool.shutdown(5000)


def pixels(image: QImage) -> npt.NDArray[np.uint8]:
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def source_of(mask: npt.NDArray[np.bool_]) -> CropSource:
    return CropSource(Path("photo.png"), encode_mask(mask))


def reader_of(
    image: npt.NDArray[np.uint8], scale: float = 1.0
) -> Callable[[Path], tuple[npt.NDArray[np.uint8], float]]:
    return lambda path: (image, scale)


def test_it_shows_the_object_in_the_middle_with_its_outline():
    image = np.zeros((300, 400, 3), np.uint8)
    image[100:150, 200:250] = (10, 200, 30)
    mask = image[:, :, 1] > 0

    shown = pixels(draw_both(source_of(mask), reader_of(image), SIDE))

    assert shown.shape == (SIDE, SIDE, 3)
    assert tuple(shown[SIDE // 2, SIDE // 2]) == (10, 200, 30)
    assert tuple(shown[2, 2]) == (0, 0, 0)
    orange = (COARSE_COLOR.red(), COARSE_COLOR.green(), COARSE_COLOR.blue())
    row = shown[SIDE // 2].astype(int)
    left = int(np.flatnonzero((abs(row - orange) < 40).all(axis=1))[0])
    assert left == pytest.approx(0.15 / 1.3 * SIDE, abs=3)


@pytest.mark.parametrize("draw", [draw_both, draw_pair])
def test_an_edit_is_drawn_in_place_of_the_refined_mask(draw: Callable[..., QImage]):
    image = np.full((300, 400, 3), 90, np.uint8)
    coarse, refined, edited = np.zeros((3, 300, 400), np.bool_)
    coarse[100:150, 150:200] = True
    refined[100:150, 150:220] = True
    edited[100:200, 150:250] = True
    soft = SoftMask(image_box(400, 300), refined * np.uint8(255))
    refinement = CropSource(Path("photo.png"), encode_mask(coarse), soft)
    source = replace(refinement, edited=encode_mask(edited))

    def has(source: CropSource, color: QColor) -> bool:
        shown = pixels(draw(source, reader_of(image), SIDE)).astype(int)
        return bool((abs(shown - color.getRgb()[:3]) < 20).all(axis=-1).any())

    assert source.box() == Box(150, 100, 250, 200)
    assert has(source, EDITED_COLOR)
    assert not has(source, REFINED_COLOR)
    assert has(refinement, REFINED_COLOR)
    assert not has(refinement, EDITED_COLOR)
    unrefined = replace(source, soft=None)
    assert pixels(draw(unrefined, reader_of(image), SIDE)).tobytes() == (
        pixels(draw(source, reader_of(image), SIDE)).tobytes()
    )


def test_a_reduced_image_gives_the_same_place():
    image = np.zeros((1200, 1600, 3), np.uint8)
    cv2.circle(image, (1200, 400), 200, (250, 240, 230), -1)
    source = source_of(image[:, :, 0] > 0)
    half = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)

    whole = pixels(draw_both(source, reader_of(image), SIDE)).astype(int)
    reduced = pixels(draw_both(source, reader_of(half, 0.5), SIDE)).astype(int)

    assert np.mean(abs(whole - reduced)) < 4


@settings(max_examples=60)
@given(
    size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    corner=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    share=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    scale=st.sampled_from([1.0, 0.5, 0.11]),
)
def test_any_mask_anywhere_gives_a_thumbnail(
    size: tuple[int, int],
    corner: tuple[float, float],
    share: tuple[float, float],
    scale: float,
):
    height, width = size
    y, x = (int(c * (s - 1)) for c, s in zip(corner, size, strict=True))
    mask = np.zeros(size, bool)
    mask[y : y + 1 + int(share[0] * height), x : x + 1 + int(share[1] * width)] = True
    reduced = np.zeros((max(1, round(height * scale)), max(1, round(width * scale)), 3), np.uint8)

    shown = draw_both(source_of(mask), reader_of(reduced, scale), SIDE)

    assert max(shown.width(), shown.height()) == SIDE
    assert min(shown.width(), shown.height()) >= 1


def test_an_image_of_another_shape_is_refused():
    mask = np.ones((50, 50), bool)

    with pytest.raises(ImageError, match="another size"):
        draw_both(source_of(mask), reader_of(np.zeros((50, 60, 3), np.uint8)), SIDE)


def entry(number: int) -> QueueEntry:
    return QueueEntry(number, 1, number, "disk", 0.5, Decision.PENDING, "", None, 900)


def test_only_rows_in_sight_are_made_in_a_queue_of_a_hundred_thousand(
    pool: ReadingPool, qtbot: QtBot, image_folder: Path, coarse_mask: npt.NDArray[np.bool_]
):
    asked: list[int] = []
    coarse = encode_mask(coarse_mask)

    def source(instance_id: int) -> CropSource:
        asked.append(instance_id)
        return CropSource(image_folder / "one.png", coarse)

    thumbnails = cache_of(pool, source)
    model = QueueModel()
    view = QueueView(model, thumbnails)
    qtbot.addWidget(view)
    view.resize(300, 600)
    view.show()
    model.set_entries([entry(number) for number in range(100_000)], lambda _: "one.png")
    qtbot.waitUntil(lambda: thumbnails.get(0) is not None)

    view.show_row(99_999)
    qtbot.waitUntil(lambda: thumbnails.get(99_999) is not None)

    assert view.visible_rows().stop == 100_000
    assert len(asked) == len(set(asked)) < 25
    assert thumbnails.get(50_000) is None


def test_an_image_that_cannot_be_read_is_not_tried_for_ever(
    pool: ReadingPool, qtbot: QtBot, tmp_path: Path, coarse_mask: npt.NDArray[np.bool_]
):
    asked: list[int] = []

    def source(instance_id: int) -> CropSource:
        asked.append(instance_id)
        return CropSource(tmp_path / "missing.png", encode_mask(coarse_mask))

    thumbnails = cache_of(pool, source)
    with qtbot.waitSignal(thumbnails.ready):
        thumbnails.want([3])
    thumbnails.want([3])

    assert asked == [3]
    assert thumbnails.get(3) is None


def test_memory_is_bounded(
    pool: ReadingPool,
    qtbot: QtBot,
    image_folder: Path,
    coarse_mask: npt.NDArray[np.bool_],
):
    source = CropSource(image_folder / "one.png", encode_mask(coarse_mask))
    thumbnails = cache_of(pool, lambda _: source, 5 * 4 * SIDE * SIDE)

    for first in (0, 5, 10):
        wanted = range(first, first + 5)
        thumbnails.want(wanted)
        qtbot.waitUntil(lambda wanted=wanted: all(thumbnails.get(n) is not None for n in wanted))

    assert [number for number in range(15) if thumbnails.get(number) is not None] == [
        10, 11, 12, 13, 14,
    ]  # fmt: skip


class CountingModel(QueueModel):
    """Counts how often it is asked for its length, which a layout does for every row."""

    asked = 0

    def rowCount(self, *parent: object) -> int:
        self.asked += 1
        return super().rowCount(*parent)


def test_a_changed_row_does_not_lay_out_a_hundred_thousand(pool: ReadingPool, qtbot: QtBot):
    model = CountingModel()
    view = QueueView(model, cache_of(pool, lambda _: None))
    qtbot.addWidget(view)
    view.show()
    entries = [entry(number) for number in range(100_000)]
    model.set_entries(entries, lambda _: "")
    view.show_row(10)
    QApplication.processEvents()
    before, model.asked = view.grab().toImage(), 0

    entries[10] = replace(entries[10], decision=Decision.DROPPED)
    model.row_changed(10)
    view.show_row(11)
    QApplication.processEvents()

    assert model.asked < 1000
    assert view.grab().toImage() != before
