"""The wand: a click adds what looks like the pixel under it, with Alt it removes that."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QPainter

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.wand import wand
from segrefine_gui.gui.canvas.pyramid import Pixels
from segrefine_gui.gui.canvas.view_transform import ViewTransform
from segrefine_gui.gui.editor.live_mask import NOWHERE
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.editor.tools.base import Background, Held, Point, Tolerance, translate


class Wand:
    """Looks in the part of the image that is in sight; with Shift also at what is not joined.

    Args:
        session: what to paint on.
        image: uint8 (h, w, 3) RGB.
        tolerance: how alike pixels must be.
        sight: tells which part of the image is in sight.
        background: where it is computed.
    """

    def __init__(
        self,
        session: EditSession,
        image: Pixels,
        tolerance: Tolerance,
        sight: Callable[[], Box],
        background: Background,
    ) -> None:
        self._session = session
        self._image = image
        self._tolerance = tolerance
        self._sight = sight
        self._background = background

    def press(self, point: Point, held: Held) -> None:
        """Look for what is like this pixel; the step is made when that is found."""
        x, y = math.floor(point[0]), math.floor(point[1])
        work = partial(
            wand,
            self._image,
            x,
            y,
            self._tolerance.value,
            self._sight(),
            contiguous=not held.shift,
        )
        self._background.run(work, partial(self._fill, not held.alt))

    def drag(self, point: Point, held: Held) -> None:
        """A click is all."""

    def release(self, point: Point, held: Held) -> None:
        """A click is all."""

    def hover(self, point: Point, held: Held) -> None:
        """A click is all."""

    def double_click(self, point: Point, held: Held) -> None:
        """A second click."""
        self.press(point, held)

    def finish(self) -> bool:
        """Nothing is under way that a person could complete."""
        return False

    def take_back(self) -> bool:
        """Forget what is being looked for."""
        return self._background.withdraw()

    def put_away(self) -> None:
        """Forget what is being looked for."""
        self._background.withdraw()

    def reach(self, view: ViewTransform, pointer: Point | None) -> Box:  # noqa: ARG002
        """Nothing is drawn."""
        return NOWHERE

    def draw(self, painter: QPainter, view: ViewTransform, pointer: Point | None) -> None:
        """Nothing is drawn."""

    def _fill(self, adds: bool, found: tuple[Box, BoolMask]) -> None:
        box, inside = found
        if box.area and not self._session.is_stroking:
            name = translate("editor", "Wand") if adds else translate("editor", "Wand (Remove)")
            self._session.fill(name, box, inside, adds)
