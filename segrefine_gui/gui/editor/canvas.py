"""The canvas that is painted on."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.gui.canvas.mask_canvas import NOTCH_ANGLE, MaskCanvas
from segrefine_gui.gui.canvas.viewport import Viewport
from segrefine_gui.gui.editor.live_mask import NOWHERE
from segrefine_gui.gui.editor.tools.base import Held, Point, Tool
from segrefine_gui.gui.keys.focus_guard import TEXT_INPUTS


class EditorCanvas(MaskCanvas):
    """A canvas whose left button is a tool's; the middle one, or Space with the left, pans.

    The wheel zooms, and with Ctrl changes the size of the brush. While a tool is used, only what
    it touches is painted again.

    Args:
        viewport: the zoom and pan.
        parent: the editor.
    """

    size_turned = Signal(float)
    """Notches that the wheel was turned with Ctrl held; above 0 for larger."""

    def __init__(self, viewport: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(viewport, parent)
        self._tool: Tool | None = None
        self._pointer: Point | None = None
        self._is_used = False
        self._is_panning = False
        self._holds_space = False
        self._drawn = NOWHERE
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        viewport.changed.connect(self._forget_drawn)

    def set_tool(self, tool: Tool | None) -> None:
        """Give the left button to a tool, or to none."""
        self._tool = tool
        self._is_used = False
        self._show_cursor()
        self.update()

    def refresh_preview(self) -> None:
        """Paint the preview of the tool again: it is another one."""
        reach = NOWHERE if self._tool is None else self._tool.reach(self.view(), self._pointer)
        for box in (self._drawn, reach):
            if box.area:
                self.update(self._widget_rect(box))
        self._drawn = reach

    def sight(self) -> Box:
        """The part of the image that is in sight, in image pixels."""
        width, height = self.viewport.image_size
        left, top = self.view().to_image(0, 0)
        right, foot = self.view().to_image(self.width(), self.height())
        seen = Box(math.floor(left), math.floor(top), math.ceil(right), math.ceil(foot))
        return seen.intersection(image_box(width, height))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the preview of the tool over everything."""
        super().paintEvent(event)
        if self._tool is not None and self.picture is not None:
            self._tool.draw(QPainter(self), self.view(), self._pointer)

    def _widget_rect(self, box: Box) -> QRect:
        ratio = self.devicePixelRatioF()
        x, y = math.floor(box.x0 / ratio), math.floor(box.y0 / ratio)
        right, foot = math.ceil(box.x1 / ratio), math.ceil(box.y1 / ratio)
        return QRect(x, y, right - x, foot - y)

    def _forget_drawn(self) -> None:
        # The whole widget is painted anew when the view is another one.
        self._drawn = NOWHERE
        if self._tool is not None and self._pointer is not None:
            self._drawn = self._tool.reach(self.view(), self._pointer)

    # The pointer

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the size with Ctrl, zoom without."""
        notches = event.angleDelta().y() / NOTCH_ANGLE
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and notches:
            self.size_turned.emit(notches)
            event.accept()
            return
        super().wheelEvent(event)
        self._point_at(event.position())
        self.refresh_preview()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to use the tool, or to pan."""
        if self._is_for_tool(event) and not self._is_panning:
            self._use(event, is_double=False)
        elif not self._is_used:
            self._is_panning = True
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Tell the tool."""
        if self._is_for_tool(event) and not self._is_panning:
            self._use(event, is_double=True)
        else:
            self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Use the tool, pan, or follow the pointer."""
        if self._is_panning:
            super().mouseMoveEvent(event)
            self._point_at(event.position())
            return
        self._point_at(event.position())
        if self._tool is not None and self._pointer is not None and self.picture is not None:
            held = Held.of(event.modifiers())
            if self._is_used:
                self._tool.drag(self._pointer, held)
            else:
                self._tool.hover(self._pointer, held)
        self.refresh_preview()
        self._tell_hovered(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End to use the tool, or to pan."""
        if self._is_panning:
            super().mouseReleaseEvent(event)
            self._is_panning = False
        elif self._is_used and event.button() == Qt.MouseButton.LeftButton:
            self._is_used = False
            self._point_at(event.position())
            if self._tool is not None and self._pointer is not None:
                self._tool.release(self._pointer, Held.of(event.modifiers()))
        self._show_cursor()
        self.refresh_preview()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Take the focus, for Space to pan, unless somebody is typing."""
        super().enterEvent(event)
        if not isinstance(self.window().focusWidget(), TEXT_INPUTS):
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Give the left button back to the tool: who has the focus now hears of the key."""
        super().focusOutEvent(event)
        self._holds_space = False
        self._show_cursor()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer any more."""
        super().leaveEvent(event)
        self._pointer = None
        self.refresh_preview()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pan with the left button while Space is held."""
        if event.key() == Qt.Key.Key_Space:
            self._holds_space = True
            self._show_cursor()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Give the left button back to the tool."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._holds_space = False
            self._show_cursor()
        else:
            super().keyReleaseEvent(event)

    def _is_for_tool(self, event: QMouseEvent) -> bool:
        is_left = event.button() == Qt.MouseButton.LeftButton
        has_tool = self._tool is not None and self.picture is not None
        return is_left and has_tool and not self._holds_space

    def _use(self, event: QMouseEvent, *, is_double: bool) -> None:
        self._is_used = True
        self._point_at(event.position())
        assert self._tool is not None
        assert self._pointer is not None
        act = self._tool.double_click if is_double else self._tool.press
        act(self._pointer, Held.of(event.modifiers()))
        self.refresh_preview()

    def _point_at(self, position: QPointF) -> None:
        self._pointer = self.view().to_image(position.x(), position.y())

    def _show_cursor(self) -> None:
        if self._holds_space:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif self._tool is not None:
            self.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self.unsetCursor()
