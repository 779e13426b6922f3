"""The brush that tells GrabCut what is surely the object, or with Alt surely not."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtGui import QColor

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.engines.classical.strokes import Strokes, from_strokes, strokes_region
from segrefine_gui.gui.canvas.pyramid import Pixels
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.editor.tools.base import Background, BrushSize, translate
from segrefine_gui.gui.editor.tools.stroke import Stroke, StrokeTool

SURE_COLOR, NEVER_COLOR = QColor(86, 180, 233, 150), QColor(213, 94, 0, 150)
"""Sky blue and vermillion of Okabe and Ito's palette: surely the object, surely not."""


class SureBrush(StrokeTool):
    """A stroke, and near it the mask follows the colours and edges of the image.

    It is computed when the button comes up, away from the thread of the window; what is far from
    the stroke stays as it is.

    Args:
        session: what is edited.
        size: of the brush.
        image: uint8 (h, w, 3) RGB.
        background: where it is computed.
    """

    def __init__(
        self, session: EditSession, size: BrushSize, image: Pixels, background: Background
    ) -> None:
        super().__init__(size, session.bounds)
        self._session = session
        self._image = image
        self._background = background

    def _act(self, stroke: Stroke) -> None:
        session = self._session
        box = session.extent.union(stroke.box)
        region = strokes_region(box, session.bounds.width, session.bounds.height)
        work = partial(
            _computed,
            self._image[region.slices],
            session.mask[region.slices].copy(),
            region,
            stroke,
            not self._held.alt,
        )
        number = session.version.number
        self._background.run(work, partial(self._fill, region, number), self._points.clear)

    def _forget(self) -> bool:
        return self._background.withdraw()

    def _color(self) -> QColor:
        return NEVER_COLOR if self._held.alt else SURE_COLOR

    def _fill(self, region: Box, number: int, mask: BoolMask) -> None:
        self._points = []
        session = self._session
        # What was painted or undone meanwhile is not in what was computed.
        if session.is_stroking or session.version.number != number:
            return
        name = (
            translate("editor", "GrabCut Stroke (Remove)")
            if self._held.alt
            else translate("editor", "GrabCut Stroke")
        )
        session.fill(name, region, np.ones_like(mask), mask)


def _computed(
    image: Pixels, mask: BoolMask, region: Box, stroke: Stroke, is_sure: bool
) -> BoolMask:
    """The mask of a region that agrees with a stroke; for a worker."""
    covered, nothing = stroke.covered(region), np.zeros_like(mask)
    if not covered.any():
        return mask  # it only passed by a corner of the image
    strokes = Strokes(covered, nothing) if is_sure else Strokes(nothing, covered)
    soft = from_strokes(image, mask, strokes, CancelToken())
    agreed: BoolMask = soft >= DEFAULT_THRESHOLD
    return agreed
