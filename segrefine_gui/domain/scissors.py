"""Smart scissors: an outline that clings to the image's edges between two clicks.

Mortensen and Barrett: Intelligent Scissors for Image Composition, SIGGRAPH 1995, in OpenCV's
implementation (`IntelligentScissorsMB`). Ways from a click are found once, for a window around it;
the way to any pixel of the window then costs next to nothing, and can follow the mouse.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.brushes import Point

DEFAULT_REACH = 320
"""Pixels that the window reaches from the click to each side: about 0.1 s of work."""

_CANNY = 32, 100
"""Thresholds of the edges to cling to, as in OpenCV's own example of the tool."""

_GRADIENT_LIMIT = 200
"""Gradients above it are all alike, so that one strong edge does not draw the way to it."""


class Scissors:
    """The ways from one click to all pixels of a window around it.

    Making it takes about 0.1 s: in a worker. `way_to` takes well below a millisecond.

    Args:
        image: uint8 (h, w, 3) RGB, of the whole image.
        start: the click, in image pixels; moved into the image where it is outside.
        reach: pixels that the window reaches from the click to each side.

    Attributes:
        window: the part of the image in which ways are found.
        start: the click's pixel, its centre in image pixels.
    """

    def __init__(
        self, image: npt.NDArray[np.uint8], start: Point, reach: int = DEFAULT_REACH
    ) -> None:
        whole = image_box(image.shape[1], image.shape[0])
        x, y = _pixel(start, whole)
        self.start: Point = (x + 0.5, y + 0.5)
        self.window = Box(x, y, x + 1, y + 1).grown(max(0, reach), whole)
        self._tool = cv2.segmentation.IntelligentScissorsMB()
        self._tool.setEdgeFeatureCannyParameters(*_CANNY)
        self._tool.setGradientMagnitudeMaxLimit(_GRADIENT_LIMIT)
        self._tool.applyImage(np.ascontiguousarray(image[self.window.slices]))
        self._tool.buildMap((x - self.window.x0, y - self.window.y0))

    def way_to(self, end: Point) -> list[Point]:
        """The way from the click to a point.

        Args:
            end: in image pixels. Where it is outside of the window, the way clings to edges up to
                the window's pixel nearest to it, and is straight from there.

        Returns:
            Centres of pixels from the click's to the end's, each beside the one before it but for
            a straight last piece; at least one.
        """
        # Checked here, for OpenCV reads beyond the map where a coordinate is negative.
        x, y = _pixel(end, self.window)
        found = self._tool.getContour((x - self.window.x0, y - self.window.y0)).reshape(-1, 2)
        centres = found + np.array([self.window.x0, self.window.y0]) + 0.5
        way: list[Point] = [(float(px), float(py)) for px, py in centres]
        last = math.floor(end[0]) + 0.5, math.floor(end[1]) + 0.5
        if last != way[-1]:
            way.append(last)
        return way


def _pixel(point: Point, within: Box) -> tuple[int, int]:
    """The pixel of a box that is nearest to a point."""
    return (
        min(max(math.floor(point[0]), within.x0), within.x1 - 1),
        min(max(math.floor(point[1]), within.y0), within.y1 - 1),
    )
