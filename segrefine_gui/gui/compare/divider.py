"""The line that divides a swipe, to be dragged."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

WIDTH = 30
"""Of the strip that can be grabbed, in widget pixels; most of it is transparent."""

LINE_COLOR, SHADOW_COLOR = QColor(255, 255, 255, 235), QColor(0, 0, 0, 130)
GRIP_COLOR, ARROW_COLOR = QColor(255, 255, 255, 240), QColor(20, 22, 26)
GRIP_RADIUS = 13.0


class Divider(QWidget):
    """A vertical line over another widget with a grip in its middle.

    Args:
        over: the widget that is divided.
    """

    dragged = Signal(float)
    """Where the person wants it, as a share of the width, 0..1."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._position = 0.5
        self._grabbed_at: float | None = None
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setAccessibleName(self.tr("Divider of the swipe"))
        self.setToolTip(self.tr("Drag to compare"))
        over.installEventFilter(self)
        self._place()
        self.hide()

    def set_position(self, position: float) -> None:
        """Put the line at a share of the width, 0..1."""
        self._position = position
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        """Stay at the same share of the width."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the line and its grip."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(WIDTH / 2, self.height() / 2)
        for color, width in ((SHADOW_COLOR, 4.0), (LINE_COLOR, 2.0)):
            painter.setPen(QPen(color, width))
            painter.drawLine(QPointF(middle.x(), 0), QPointF(middle.x(), self.height()))
        painter.setPen(QPen(SHADOW_COLOR, 1.5))
        painter.setBrush(GRIP_COLOR)
        painter.drawEllipse(middle, GRIP_RADIUS, GRIP_RADIUS)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ARROW_COLOR)
        for side in (-1, 1):
            tip = middle + QPointF(side * 8.5, 0)
            base = QPointF(side * 3.0, 0)
            painter.drawPolygon(
                QPolygonF([tip, middle + base + QPointF(0, -4.5), middle + base + QPointF(0, 4.5)])
            )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the line where it was touched."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed_at = event.position().x()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the line."""
        if self._grabbed_at is not None and self._over.width():
            x = self.mapToParent(event.position()).x() - self._grabbed_at + WIDTH / 2
            self.dragged.emit(min(max(x / self._over.width(), 0.0), 1.0))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the line go."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed_at = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Put the line back into the middle."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.dragged.emit(0.5)

    def _place(self) -> None:
        line = self._over.width() * self._position
        self.setGeometry(round(line - WIDTH / 2), 0, WIDTH, self._over.height())
