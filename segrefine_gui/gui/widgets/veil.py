"""Dims what lies under it and says that something is on its way."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

DIM = QColor(20, 22, 26, 150)
PILL = QColor(0, 0, 0, 170)
INK = QColor(255, 255, 255, 230)


class Veil(QWidget):
    """Covers its parent while shown; clicks and wheels go through to what is under it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text = self.tr("Loading…")
        self.setAccessibleName(self._text)
        parent.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        """Stay as large as the parent."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._covered.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim, with a word in the middle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), DIM)
        metrics = self.fontMetrics()
        pill = QRectF(0, 0, metrics.horizontalAdvance(self._text) + 32.0, metrics.height() + 14.0)
        pill.moveCenter(QRectF(self.rect()).center())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(PILL)
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
        painter.setPen(INK)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, self._text)
