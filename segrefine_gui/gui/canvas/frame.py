"""The finished pixels of a canvas, brought up to date by drawing only what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.view_transform import ViewTransform


class Layer(Protocol):
    """Something drawn in image coordinates; a layer that changes is replaced by a new one."""

    def device_box(self, view: ViewTransform) -> Box:
        """The device pixels it may touch, inside or outside the widget."""

    def draw(self, painter: QPainter, view: ViewTransform, window: Box) -> None:
        """Draw the part inside `window`, a box of device pixels inside the widget.

        The same pixels come out whatever windows a widget is drawn in. The painter works in
        device pixels.
        """


class Frame:
    """Layers drawn over a background, kept from one paint to the next.

    A pan moves the pixels there are and draws the strips that come into sight; a layer put in,
    taken out or replaced draws its own box. Only a zoom or a resize draws everything.
    """

    def __init__(self) -> None:
        self._view: ViewTransform | None = None
        self._layers: tuple[Layer, ...] = ()
        self._background = QColor()
        self._pixels = QImage()
        self._spare = QImage()

    def show(self, layers: Sequence[Layer], view: ViewTransform, background: QColor) -> QImage:
        """The layers, the last on top, as seen through `view`.

        Returns:
            Opaque image of view.width x view.height device pixels, valid until the next call.
        """
        shown = tuple(layers)
        stale = self._stale(shown, view, background)
        self._view, self._layers, self._background = view, shown, QColor(background)
        painter = QPainter(self._pixels)
        for window in stale:
            painter.fillRect(QRect(window.x0, window.y0, window.width, window.height), background)
            for layer in shown:
                layer.draw(painter, view, window)
        painter.end()
        return self._pixels

    def _stale(
        self, layers: tuple[Layer, ...], view: ViewTransform, background: QColor
    ) -> list[Box]:
        """What must be drawn again, as boxes without overlap, after reusing what can be."""
        before = self._view
        if before is None or (before.width, before.height) != (view.width, view.height):
            self._pixels = QImage(view.width, view.height, QImage.Format.Format_RGB32)
            self._spare = QImage(self._pixels.size(), QImage.Format.Format_RGB32)
            return [view.widget_box]
        if background != self._background or replace(before, left=view.left, top=view.top) != view:
            return [view.widget_box]
        if layers != self._layers:
            if before != view:
                return [view.widget_box]
            return self._boxes_of_changes(layers, view)
        return self._scroll(view.left - before.left, view.top - before.top, view.widget_box)

    def _boxes_of_changes(self, layers: tuple[Layer, ...], view: ViewTransform) -> list[Box]:
        changed = set(layers) ^ set(self._layers)
        if not changed:  # the same ones in another order
            return [view.widget_box]
        stale = Box(0, 0, 0, 0)
        for layer in changed:
            stale = stale.union(layer.device_box(view).intersection(view.widget_box))
        return [stale] if stale.area else []

    def _scroll(self, dx: int, dy: int, widget: Box) -> list[Box]:
        kept = widget.shifted(dx, dy).intersection(widget)
        if kept == widget or kept.area == 0:
            return [] if kept.area else [widget]
        painter = QPainter(self._spare)
        painter.drawImage(QPoint(dx, dy), self._pixels)
        painter.end()
        self._pixels, self._spare = self._spare, self._pixels
        strips = (
            Box(0, 0, widget.x1, kept.y0),
            Box(0, kept.y1, widget.x1, widget.y1),
            Box(0, kept.y0, kept.x0, kept.y1),
            Box(kept.x1, kept.y0, widget.x1, kept.y1),
        )
        return [strip for strip in strips if strip.area]
