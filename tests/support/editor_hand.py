"""A hand that uses the tools of the editor on a real canvas."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.edit_history import EditedMask
from segrefine_gui.domain.prompts import Mark
from segrefine_gui.gui.canvas.pyramid import ImagePyramid
from segrefine_gui.gui.choice import Chosen
from segrefine_gui.gui.editor.background import ToolBackground
from segrefine_gui.gui.editor.canvas import EditorCanvas
from segrefine_gui.gui.editor.live_mask import LiveMask
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.editor.start import EditStart, Source, StartRequest
from segrefine_gui.gui.editor.toolbox import Workbench, make_tool
from segrefine_gui.gui.editor.tools.base import BrushSize, Tolerance, Tool
from segrefine_gui.gui.scene import Scene
from segrefine_gui.gui.workers.pool import ReadingPool

Point = tuple[float, float]

NONE, ALT, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


def make_start(
    mask: np.ndarray,
    coarse: np.ndarray,
    refined: np.ndarray | None,
    photo: np.ndarray | None = None,
    instance_id: int = 1,
) -> EditStart:
    """An edit of a mask, over a photo or a grey image."""
    height, width = mask.shape
    whole = image_box(width, height)
    grey = np.full((height, width, 3), 128, np.uint8)
    image = ImagePyramid.build(grey if photo is None else photo)
    scene = Scene(instance_id, image, "", None, None, "", whole)
    return EditStart(
        StartRequest(scene, Chosen()),
        image,
        Source(mask, whole),
        Source(coarse, whole),
        None if refined is None else Source(refined, whole),
        EditedMask(mask),
        LiveMask(mask),
        whole,
    )


class Desk:
    """Notes what the tool Prompt says."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[Mark], list[Box]]] = []
        self.has_answer = True
        self.is_open = False

    def begin(self, session: EditSession, sight: Callable[[], Box]) -> None:
        self.is_open = True

    def ask(self, marks: Sequence[Mark], boxes: Sequence[Box]) -> None:
        self.asked.append((list(marks), list(boxes)))

    def lay(self) -> bool:
        return self.has_answer

    def end(self) -> None:
        self.is_open = False


class Hand:
    """Uses a tool on the canvas with real events, and knows exactly which points that means."""

    def __init__(self, canvas: EditorCanvas, session: EditSession, pool: ReadingPool) -> None:
        self.canvas = canvas
        self.session = session
        self.size = BrushSize(20)
        self.tolerance = Tolerance()
        self.told: list[str] = []
        self.dragged: list[Box] = []
        self.inside: np.ndarray | None = None
        self.desk = Desk()
        self._background = ToolBackground(pool, canvas.refresh_preview, self.told.append)
        self.tool: Tool | None = None

    def ask(self, box: Box, inside: Callable[[], np.ndarray] | None) -> None:
        """Note what a refiner is asked to look at again."""
        self.dragged.append(box)
        self.inside = None if inside is None else inside()

    @property
    def bounds(self) -> Box:
        return self.session.bounds

    def take(self, action_id: str) -> None:
        self.tool = make_tool(
            action_id,
            Workbench(
                self.session,
                self.size,
                self.tolerance,
                self.canvas.sight,
                self._background,
                self.ask,
                lambda: False,
                lambda: False,
                self.desk,
            ),
        )
        self.canvas.set_tool(self.tool)

    def place(self, point: Point) -> QPoint:
        x, y = self.canvas.view().to_widget(*point)
        return QPoint(round(x), round(y))

    def meant(self, point: Point) -> Point:
        """The point of the image that the canvas is told when the pointer is at one."""
        place = self.place(point)
        return self.canvas.view().to_image(place.x(), place.y())

    def stroke(self, *points: Point, held: Qt.KeyboardModifier = NONE) -> None:
        """Press at the first, drag through the others, let go at the last."""
        left = Qt.MouseButton.LeftButton
        QTest.mouseMove(self.canvas, self.place(points[0]))
        QTest.mousePress(self.canvas, left, held, self.place(points[0]))
        for point in points[1:]:
            QTest.mouseMove(self.canvas, self.place(point))
        QTest.mouseRelease(self.canvas, left, held, self.place(points[-1]))

    def click(self, point: Point, held: Qt.KeyboardModifier = NONE) -> None:
        self.stroke(point, held=held)

    def double_click(self, point: Point) -> None:
        left = Qt.MouseButton.LeftButton
        QTest.mouseDClick(self.canvas, left, NONE, self.place(point))
        QTest.mouseRelease(self.canvas, left, NONE, self.place(point))
