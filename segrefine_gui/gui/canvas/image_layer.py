"""The image itself, as the lowest layer of a canvas."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.adjustment import AS_IT_IS, Adjustment
from segrefine_gui.gui.canvas.pyramid import ImagePyramid
from segrefine_gui.gui.canvas.sampling import sample_image
from segrefine_gui.gui.canvas.view_transform import ViewTransform


@dataclass(frozen=True)
class ImageLayer:
    """Draws an image smoothly when it is small on the screen, as square pixels when it is large.

    Attributes:
        image: the image.
        adjustment: how its values are shown; the image itself stays as it is.
    """

    image: ImagePyramid
    adjustment: Adjustment = AS_IT_IS

    def device_box(self, view: ViewTransform) -> Box:
        """The device pixels of the whole image."""
        return view.device_box(self.image.region)

    def draw(self, painter: QPainter, view: ViewTransform, window: Box) -> None:
        """Draw what of the image lies in `window`."""
        part = self.device_box(view).intersection(window)
        if part.area == 0:
            return
        pixels = self.adjustment.apply(sample_image(self.image, view, part))
        # The QImage only refers to the array, which lives until the end of this call.
        wrapped = QImage(
            pixels.data, part.width, part.height, 4 * part.width, QImage.Format.Format_RGB32
        )
        painter.drawImage(QPoint(part.x0, part.y0), wrapped)
