"""How fast the light table draws on huge images: `pytest benchmarks/test_light_table.py`.

The screen is offscreen: Qt's raster engine draws everything, as it does for widgets on a desktop.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt

import time
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication, QGraphicsScene, QGraphicsView

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.gui.canvas.pyramid import ImagePyramid
from segrefine_gui.gui.compare.comparison import Comparison
from segrefine_gui.gui.compare.modes import ViewMode
from segrefine_gui.gui.compare.view import CompareView
from segrefine_gui.gui.scene import Scene
from segrefine_gui.gui.workers.pool import ReadingPool

IMAGE_SIZE = (7680, 4320)
WIDGET_SIZE = (1920, 1080)
REGION = Box(400, 200, 7300, 4100)
STEP = QPoint(7, 5)
AIM_SECONDS = 0.016


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    """Something with detail at every scale, RGB."""
    random = np.random.default_rng(8)
    width, height = IMAGE_SIZE
    photo = np.zeros((height, width, 3), np.float32)
    for side in (8, 60, 400, 1600):
        noise = random.random((side * 9 // 16 + 1, side, 3), dtype=np.float32)
        photo += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC) / 4
    return (photo.clip(0, 1) * 255).astype(np.uint8)


@pytest.fixture(scope="module")
def scene(photo: np.ndarray) -> Scene:
    """An object that takes half of the image, its outline rough, refined along all of it."""
    random = np.random.default_rng(9)
    y, x = np.mgrid[-1 : 1 : REGION.height * 1j, -1 : 1 : REGION.width * 1j].astype(np.float32)
    inside = np.float32(0.85) - np.hypot(x, y)
    rough = [
        cv2.resize(random.standard_normal((side, side), np.float32), inside.shape[::-1])
        for side in (30, 90)
    ]
    coarse = np.zeros(IMAGE_SIZE[::-1], np.bool_)
    coarse[REGION.slices] = inside + 0.02 * rough[0] > 0
    soft = ((inside + 0.02 * rough[1]) * 2000 + 128).clip(0, 255).astype(np.uint8)
    comparison = Comparison.build(encode_mask(coarse), SoftMask(REGION, soft), 128)
    assert comparison.change_pyramid.count > 50
    image = ImagePyramid.build(photo)
    return Scene(1, image, "", comparison.coarse, comparison, "engine", image_box(*IMAGE_SIZE))


@pytest.fixture
def view(qtbot, scene: Scene) -> Iterator[CompareView]:
    """The scene in difference view."""
    pool = ReadingPool()
    made = CompareView(pool)
    qtbot.addWidget(made)
    made.resize(*WIDGET_SIZE)
    made.set_mode(ViewMode.DIFFERENCE)
    made.show_scene(scene)
    made.show()
    QApplication.processEvents()
    yield made
    pool.shutdown(1000)


@pytest.mark.parametrize("zoom", ["fit", "100%"])
def test_pan_frame_8k(benchmark, qtbot, view: CompareView, photo: np.ndarray, zoom: str):
    """One step of a pan, as against a QGraphicsView that shows the bare image."""
    if zoom == "fit":
        view.fit_image()
    else:
        view.actual_size()
    plain = plain_view(qtbot, photo, view.viewport.scale)
    back_and_forth = steps()

    def pan() -> None:
        step = next(back_and_forth)
        view.viewport.pan_by(step.x(), step.y())
        QApplication.processEvents()

    def pan_plain() -> None:
        step = next(back_and_forth)
        plain.translate(step.x() / view.viewport.scale, step.y() / view.viewport.scale)
        QApplication.processEvents()

    def scroll_plain() -> None:
        step = next(back_and_forth)
        for bar, move in (
            (plain.horizontalScrollBar(), step.x()),
            (plain.verticalScrollBar(), step.y()),
        ):
            bar.setValue(bar.value() - move)
        QApplication.processEvents()

    pan()
    scrolled = median_seconds(scroll_plain)
    baseline = median_seconds(pan_plain)
    benchmark(pan)

    report(benchmark, baseline)
    # At fit a plain view has nothing to scroll; given room it moves what is on the screen.
    benchmark.extra_info["scroll_ms"] = round(1000 * scrolled, 2)


def test_toggle_change_8k(benchmark, view: CompareView, scene: Scene):
    """One change taken or left out, with the whole image in sight, as against drawing it all."""
    assert scene.comparison is not None
    everything = scene.comparison.all_numbers
    choices = [everything, everything - {5}]
    view.fit_image()
    QApplication.processEvents()

    def toggle() -> None:
        choices.reverse()
        view.set_choice(choices[0], 5)
        QApplication.processEvents()

    def zoom() -> None:
        view.viewport.zoom_by(1.01)
        QApplication.processEvents()

    toggle()
    baseline = median_seconds(zoom)
    view.fit_image()
    toggle()
    benchmark(toggle)

    report(benchmark, baseline)


def plain_view(qtbot, photo: np.ndarray, scale: float) -> QGraphicsView:
    """What Qt offers: the image as one pixmap, scaled smoothly."""
    height, width = photo.shape[:2]
    image = QImage(photo.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    graphics = QGraphicsScene()
    item = graphics.addPixmap(QPixmap.fromImage(image))
    item.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
    view = QGraphicsView(graphics)
    graphics.setParent(view)
    qtbot.addWidget(view)
    view.resize(*WIDGET_SIZE)
    view.scale(scale, scale)
    # Room to pan in at fit too.
    view.setSceneRect(-width, -height, 3 * width, 3 * height)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.show()
    view.centerOn(item)
    view.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
    QApplication.processEvents()
    return view


def steps() -> Iterator[QPoint]:
    """Ten steps to one side and ten back, on and on."""
    while True:
        yield from [STEP] * 10
        yield from [-STEP] * 10


def median_seconds(act: Callable[[], None], rounds: int = 15) -> float:
    """How long something takes."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return float(np.median(taken))


def report(benchmark, baseline: float) -> None:
    """Store the quotient with the figures."""
    if benchmark.stats is None:  # --benchmark-disable
        return
    median = benchmark.stats.stats.median
    benchmark.extra_info["baseline_ms"] = round(1000 * baseline, 2)
    benchmark.extra_info["ratio"] = round(median / baseline, 4)
    benchmark.extra_info["within_aim"] = median <= AIM_SECONDS
