"""A scroll area that is as high as its content, until the screen ends."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

_ROOM_AROUND = 280
"""Height left to heading, buttons, title bar and desktop panels, in pixels."""


class GrowingArea(QScrollArea):
    """Holds widgets below each other; its window grows with them, and scrolls on small screens.

    Attributes:
        column: the layout to put them in.
    """

    def __init__(self) -> None:
        super().__init__()
        content = WrappingContent()
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setWidget(content)
        for part in (self, self.viewport(), content):
            part.setProperty("role", "plain")
        content.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the content when it asks for another height."""
        if event.type() is QEvent.Type.LayoutRequest and self.isVisible():
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the content, whose height depends on the width."""
        super().resizeEvent(event)
        if self.isVisible():
            self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin as high as the content."""
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        most = self.screen().availableGeometry().height() - _ROOM_AROUND
        wraps = self.column.hasHeightForWidth()
        needed = (
            self.column.totalHeightForWidth(self.width())
            if wraps
            else self.column.totalSizeHint().height()
        )
        self.setMinimumSize(self.column.totalMinimumSize().width(), min(needed, most))


class WrappingContent(QWidget):
    """What scrolls; it has the height that its sentences need at its width, and no other.

    A layout's minimum size is as if every sentence were wrapped most narrowly, and a scroll area
    would show its bars for that.
    """

    def minimumSizeHint(self) -> QSize:
        """Its least width."""
        return QSize(super().minimumSizeHint().width(), 0)
