"""How long a person waits: for the next instance, for a huge project, for a filter.

Run with `pytest benchmarks/test_review_speed.py`; offscreen, so drawing is the CPU's.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt

import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sqlalchemy import create_engine, insert

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import EngineRun, Refinement
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.engines.registry import EngineRegistry
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.gui.main_window import MainWindow
from segrefine_gui.gui.preferences import Preferences
from segrefine_gui.gui.queue.view import QueueView
from segrefine_gui.gui.theme import apply_theme
from segrefine_gui.services.arrange import Arrangement, SortBy
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage import image_io, schema
from segrefine_gui.storage.base import NewImage, NewInstance
from segrefine_gui.storage.project import Project

WIDTH, HEIGHT = 4000, 3000
IMAGES, PER_IMAGE = 6, 3
MANY, MANY_IMAGES = 100_000, 2_000

OpenWindow = Callable[[Path], MainWindow]


@pytest.fixture
def open_window(qtbot: Any, qapp: QApplication, tmp_path: Path) -> OpenWindow:
    """Opens a project in the real window, 1920 x 1080, and waits for nothing."""
    apply_theme(qapp, "light")
    tools = Tools(
        Project.open,
        Project.open_or_create,
        image_io,
        EngineRegistry([]),
        FormatRegistry(),
    )

    def open_window(project: Path) -> MainWindow:
        preferences = Preferences(tmp_path / "settings.json")
        window = MainWindow(tools, preferences, tmp_path, tmp_path)
        qtbot.addWidget(window)
        window.resize(1920, 1080)
        window.show()
        window.open_path(project)
        return window

    return open_window


def test_next_instance(benchmark: Any, tmp_path: Path, open_window: OpenWindow) -> None:
    """From the decision key until the next instance is painted, what comes next being ready."""
    photos = _write_photos(tmp_path)
    project = _make_project(tmp_path / "photos.segrefine", photos)
    window = open_window(project)
    _wait(lambda: window.review.is_seen)
    canvases = (window.page.compare.left, window.page.compare.right)
    painted: set[QObject] = set()
    watch = _PaintWatch(painted)
    for canvas in canvases:
        canvas.installEventFilter(watch)
    same_image: list[float] = []
    next_image: list[float] = []

    def settle() -> None:
        """Let the person look: what may come next is read meanwhile."""
        QTest.qWait(200)
        _wait(lambda: not window._scenes._reading)
        QTest.qWait(100)

    def press() -> None:
        row = window.review.current
        assert row is not None
        painted.clear()
        began = time.perf_counter()
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_X)
        _wait(lambda: window.review.is_seen and window.review.current != row, pause=0)
        _wait(lambda: len(painted) == len(canvases), pause=0)
        took = time.perf_counter() - began
        (same_image if (row + 1) % PER_IMAGE else next_image).append(took)

    rounds = IMAGES * PER_IMAGE - 2
    benchmark.pedantic(press, setup=settle, rounds=rounds, iterations=1)
    decoding = statistics.median(_seconds(lambda: cv2.imread(str(photos[0]))) for _ in range(5))
    median = statistics.median(same_image + next_image)
    benchmark.extra_info.update(
        ratio=median / decoding,
        same_image_ms=1000 * statistics.median(same_image),
        next_image_ms=1000 * statistics.median(next_image),
        opencv_decode_ms=1000 * decoding,
    )
    window.close()


class _PaintWatch(QObject):
    """Notes which widgets the event loop paints."""

    def __init__(self, painted: set[QObject]) -> None:
        super().__init__()
        self._painted = painted

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._painted.add(watched)
        return False


def test_open_100k(benchmark: Any, tmp_path: Path, open_window: OpenWindow) -> None:
    """From the wish to open a project of 100,000 instances until the first one is painted."""
    project = _make_huge_project(tmp_path / "huge.segrefine", tmp_path)
    opened: list[MainWindow] = []

    def open_it() -> None:
        window = open_window(project)
        _wait(lambda: window.review.is_seen, pause=0)
        window.repaint()
        opened.append(window)

    def close_others() -> None:
        for window in opened:
            window.close()

    benchmark.pedantic(open_it, setup=close_others, rounds=3)
    window = opened[-1]
    assert len(window.review.entries) == MANY
    memory = _resident_mb()
    queue = window.findChild(QueueView)
    QTest.qWait(500)

    def arranged(arrangement: Arrangement) -> float:
        took = []
        for _ in range(5):
            window.review.arrange(Arrangement())
            QTest.qWait(200)
            began = time.perf_counter()
            window.review.arrange(arrangement)
            queue.repaint()
            took.append(time.perf_counter() - began)
        return 1000 * statistics.median(took)

    benchmark.extra_info.update(
        memory_mb=memory,
        filter_ms=arranged(Arrangement(risk=(0.1, 0.9))),
        filter_text_ms=arranged(Arrangement(text="cat")),
        sort_by_risk_ms=arranged(Arrangement(sort=SortBy.RISK, descending=True)),
    )
    window.close()


def _wait(condition: Callable[[], bool], pause: int = 5, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        QTest.qWait(pause) if pause else QApplication.processEvents()


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _write_photos(folder: Path) -> list[Path]:
    """JPEGs of twelve megapixels with the detail of photos."""
    rng = np.random.default_rng(3)
    paths = []
    for number in range(IMAGES):
        rough = rng.integers(0, 256, (HEIGHT // 20, WIDTH // 20, 3), dtype=np.uint8)
        photo = cv2.resize(rough, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC).astype(np.int16)
        photo += rng.integers(-6, 7, photo.shape, dtype=np.int16)
        path = folder / f"photo{number}.jpg"
        pixels = np.clip(photo, 0, 255).astype(np.uint8)
        assert cv2.imwrite(str(path), pixels, [cv2.IMWRITE_JPEG_QUALITY, 92])
        paths.append(path)
    return paths


def _make_project(path: Path, photos: list[Path]) -> Path:
    """Three large instances in each photo, all refined."""
    with Project.create(path) as project:
        images = project.add_images(NewImage(p, p.name, WIDTH, HEIGHT) for p in photos)
        for image in images:
            new = []
            for number in range(PER_IMAGE):
                mask = np.zeros((HEIGHT, WIDTH), np.uint8)
                cv2.circle(mask, (900 + 1000 * number, 1500), 450, 1, -1)
                new.append(NewInstance(number, "disk", 1, encode_mask(mask.astype(bool)), 0.9))
            project.add_instances(image.id, "made", new)
        for number, entry in enumerate(project.queue()):
            x = 900 + 1000 * (number % PER_IMAGE)
            region = Box(x - 600, 900, x + 600, 2100)
            soft = np.zeros((region.height, region.width), np.uint8)
            cv2.circle(soft, (600, 600), 470, 255, -1)
            soft = cv2.GaussianBlur(soft, (0, 0), 6)
            project.add_refinement(
                Refinement(0, entry.instance_id, SoftMask(region, soft), EngineRun("made"))
            )
    return path


def _make_huge_project(path: Path, folder: Path) -> Path:
    """100,000 small refined instances in 2,000 images, of which the first one is there."""
    photo = folder / "image000000.png"
    assert cv2.imwrite(str(photo), np.full((480, 640, 3), 90, np.uint8))
    mask = np.zeros((480, 640), np.uint8)
    cv2.circle(mask, (320, 240), 80, 1, -1)
    coarse = encode_mask(mask.astype(bool))
    soft = SoftMask(Box(200, 120, 440, 360), mask[120:360, 200:440] * 255).to_png()
    with Project.create(path) as project:
        names = [f"image{number:06}.png" for number in range(MANY_IMAGES)]
        project.add_images(NewImage(folder / name, name, 640, 480) for name in names)
        first = [NewInstance(n, ("cat", "dog")[n], n, coarse, 0.5) for n in range(2)]
        project.add_instances(1, "made", first)
        categories = [category.id for category in project.categories()]
    now = datetime.now(timezone.utc)
    per_image = MANY // MANY_IMAGES
    instances = [
        {
            "id": number + 1,
            "image_id": number // per_image + 1,
            "category_id": categories[number % 2],
            "origin": "made",
            "source_id": number,
            "score": number % 997 / 997,
            "area": 1000 + number % 5000,
            "coarse_counts": coarse.counts,
        }
        for number in range(2, MANY)
    ]
    refinements = [
        {
            "instance_id": number + 1,
            "engine": "made",
            "version": "1",
            "parameters": {},
            "weights_hash": "",
            "device": "cpu",
            "seconds": 0.1,
            "x0": 200,
            "y0": 120,
            "x1": 440,
            "y1": 360,
            "soft_png": soft,
            "risk": number * 7919 % MANY / MANY,
            "created_at": now,
        }
        for number in range(MANY)
    ]
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(insert(schema.instances), instances)
        connection.execute(insert(schema.refinements), refinements)
    engine.dispose()
    return path


def _resident_mb() -> float:
    """Memory that this process holds now, in megabytes; its peak where that is not told."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
