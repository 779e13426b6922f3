"""A risk as a short bar: told by its length, and by its colour besides."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from segrefine_gui.gui.colors import alarm, risk_color, scheme_of

LENGTH, THICKNESS = 34.0, 7.0
"""Of a meter among words, in widget pixels."""


def paint_meter(painter: QPainter, place: QRectF, risk: float, palette: QPalette) -> None:
    """Draw a meter that is full from even odds on; the painter smooths edges."""
    radius = place.height() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(scheme_of(palette).hover))
    painter.drawRoundedRect(place, radius, radius)
    painter.setBrush(risk_color(risk, palette))
    # A dot at least: no risk at all is seen as a meter at its beginning, not as an empty groove.
    length = max(place.height(), alarm(risk) * place.width())
    painter.drawRoundedRect(
        QRectF(place.left(), place.top(), length, place.height()), radius, radius
    )


class RiskMeter(QWidget):
    """A meter to stand before a number; hidden while no risk is known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._risk = 0.0
        self.setFixedSize(round(LENGTH), round(THICKNESS))
        self.hide()

    def show_risk(self, risk: float | None) -> None:
        """Show a risk of 0..1; None for none."""
        self._risk = risk or 0.0
        self.setVisible(risk is not None)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the meter."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_meter(painter, QRectF(self.rect()), self._risk, self.palette())
