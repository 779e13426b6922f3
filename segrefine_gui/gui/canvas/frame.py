"""The finished pixels of a canvas, brought up to date by drawing only what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.view_transform import ViewTransform

NOTHING = Box(0, 0, 0, 0)

MARGIN = 192
"""Device pixels kept free on each side of a widget's pixels. Pans move within it; only when it is
used up are the pixels that there are moved back into the middle."""


class Layer(Protocol):
    """Something drawn in image coordinates.

    A layer never changes: another takes its place. Two that draw the same are equal.
    """

    def device_box(self, view: ViewTransform) -> Box:
        """The device pixels it may touch, inside or outside the widget."""

    def draw(self, painter: QPainter, view: ViewTransform, window: Box) -> None:
        """Draw the part inside `window`, a box of device pixels inside the widget.

        The same pixels come out whatever windows a widget is drawn in. The painter works in
        device pixels.
        """


@runtime_checkable
class Successor(Protocol):
    """A layer that knows how little it differs from the one whose place it takes."""

    def changed_since(self, before: Layer, view: ViewTransform) -> Box | None:
        """The device pixels it may draw differently; None when all of both may differ."""


@dataclass(frozen=True)
class Finished:
    """Finished pixels of a widget: a part of an image.

    Attributes:
        image: opaque; the frame goes on drawing into it.
        part: the widget's pixels in it.
    """

    image: QImage
    part: QRect


class Frame:
    """Layers drawn over a background, kept from one paint to the next.

    A pan moves the pixels there are and draws the strips that come into sight; a layer put in,
    taken out or replaced draws its own box, or the part that changed. Only a zoom or a resize
    draws everything.
    """

    def __init__(self) -> None:
        self._view: ViewTransform | None = None
        self._layers: tuple[Layer, ...] = ()
        self._background = QColor()
        self._pixels = QImage()
        self._corner = QPoint()
        """Where in `_pixels` the widget's top left corner is."""

    def show(self, layers: Sequence[Layer], view: ViewTransform, background: QColor) -> Finished:
        """The layers, the last on top, as seen through `view`.

        Returns:
            view.width x view.height device pixels, valid until the next call.
        """
        shown = tuple(layers)
        stale = self._stale(shown, view, background)
        self._view, self._layers, self._background = view, shown, QColor(background)
        painter = QPainter(self._pixels)
        painter.translate(self._corner)
        for window in stale:
            painter.fillRect(QRect(window.x0, window.y0, window.width, window.height), background)
            for layer in shown:
                layer.draw(painter, view, window)
        painter.end()
        return Finished(self._pixels, QRect(self._corner, QSize(view.width, view.height)))

    def _stale(
        self, layers: tuple[Layer, ...], view: ViewTransform, background: QColor
    ) -> list[Box]:
        """What must be drawn again, as boxes without overlap, after reusing what can be."""
        before = self._view
        if before is None or (before.width, before.height) != (view.width, view.height):
            size = QSize(view.width + 2 * MARGIN, view.height + 2 * MARGIN)
            self._pixels = QImage(size, QImage.Format.Format_RGB32)
            self._corner = QPoint(MARGIN, MARGIN)
            return [view.widget_box]
        if background != self._background or replace(before, left=view.left, top=view.top) != view:
            return [view.widget_box]
        if layers != self._layers:
            if before != view:
                return [view.widget_box]
            return self._boxes_of_changes(layers, view)
        return self._scroll(view.left - before.left, view.top - before.top, view.widget_box)

    def _boxes_of_changes(self, layers: tuple[Layer, ...], view: ViewTransform) -> list[Box]:
        kept = [layer for layer in self._layers if layer in layers]
        if kept != [layer for layer in layers if layer in self._layers]:  # in another order
            return [view.widget_box]
        gone = [layer for layer in self._layers if layer not in layers]
        come = [layer for layer in layers if layer not in self._layers]
        if len(gone) == len(come):
            boxes = [_changed_box(old, new, view) for old, new in zip(gone, come, strict=True)]
        else:
            boxes = [layer.device_box(view) for layer in (*gone, *come)]
        stale = NOTHING
        for box in boxes:
            stale = stale.union(box.intersection(view.widget_box))
        return [stale] if stale.area else []

    def _scroll(self, dx: int, dy: int, widget: Box) -> list[Box]:
        kept = widget.shifted(dx, dy).intersection(widget)
        if kept == widget or kept.area == 0:
            return [] if kept.area else [widget]
        self._corner -= QPoint(dx, dy)
        room = QRect(0, 0, 2 * MARGIN + 1, 2 * MARGIN + 1)
        if not room.contains(self._corner):
            moved = QPoint(MARGIN, MARGIN) - self._corner
            self._pixels = self._pixels.copy(self._pixels.rect().translated(-moved))
            self._corner = QPoint(MARGIN, MARGIN)
        strips = (
            Box(0, 0, widget.x1, kept.y0),
            Box(0, kept.y1, widget.x1, widget.y1),
            Box(0, kept.y0, kept.x0, kept.y1),
            Box(kept.x1, kept.y0, widget.x1, kept.y1),
        )
        return [strip for strip in strips if strip.area]


def _changed_box(old: Layer, new: Layer, view: ViewTransform) -> Box:
    changed = new.changed_since(old, view) if isinstance(new, Successor) else None
    return old.device_box(view).union(new.device_box(view)) if changed is None else changed
