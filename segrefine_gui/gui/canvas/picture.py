"""What a canvas shows, as a value, and the painting of it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QPainter

from segrefine_gui.gui.canvas.adjustment import AS_IT_IS, Adjustment
from segrefine_gui.gui.canvas.frame import Frame, Layer
from segrefine_gui.gui.canvas.image_layer import ImageLayer
from segrefine_gui.gui.canvas.pyramid import ImagePyramid
from segrefine_gui.gui.canvas.view_transform import ViewTransform


@dataclass(frozen=True)
class Swipe:
    """The first showing left of a line, the second one right of it.

    Attributes:
        position: of the line, as a share of the widget's width, 0..1.
    """

    position: float


@dataclass(frozen=True)
class Fade:
    """The second showing over the first.

    Attributes:
        opacity: of the second, 0..1: 0 shows the first alone, 1 the second.
    """

    opacity: float


Blend = Swipe | Fade


@dataclass(frozen=True)
class Picture:
    """An image with layers over it, or two showings of it that are blended.

    Attributes:
        image: the image.
        adjustment: how its values are shown.
        layers: over the first showing, the last on top.
        others: over the second showing.
        blend: how both make one; None shows the first alone.
    """

    image: ImagePyramid
    adjustment: Adjustment = AS_IT_IS
    layers: tuple[Layer, ...] = ()
    others: tuple[Layer, ...] = ()
    blend: Blend | None = None


class Easel:
    """Paints pictures, keeping the finished pixels of both showings.

    So blending them anew, as a swipe and a blink do, draws nothing again.
    """

    def __init__(self) -> None:
        self._first = Frame()
        self._second = Frame()

    def paint(
        self, painter: QPainter, picture: Picture, view: ViewTransform, background: QColor
    ) -> None:
        """Paint a picture over the whole widget.

        Args:
            painter: on the widget, in widget pixels.
            picture: what to paint.
            view: where its image lies.
            background: where there is no image.
        """
        painter.save()
        # Frames are made of device pixels: undo the ratio, so that each lands on its own.
        painter.scale(1 / view.device_pixel_ratio, 1 / view.device_pixel_ratio)
        blend = picture.blend
        photo = ImageLayer(picture.image, picture.adjustment)

        def draw(frame: Frame, layers: tuple[Layer, ...], columns: slice) -> None:
            shown = frame.show([photo, *layers], view, background)
            x, width = columns.start, columns.stop - columns.start
            part = shown.part.adjusted(x, 0, 0, 0)
            part.setWidth(width)
            painter.drawImage(QPoint(x, 0), shown.image, part)

        everything = slice(0, view.width)
        if isinstance(blend, Swipe):
            line = round(blend.position * view.width)
            draw(self._first, picture.layers, slice(0, line))
            draw(self._second, picture.others, slice(line, view.width))
        else:
            opacity = 0.0 if blend is None else blend.opacity
            if opacity < 1:
                draw(self._first, picture.layers, everything)
            if opacity > 0:
                painter.setOpacity(opacity)
                draw(self._second, picture.others, everything)
        painter.restore()
