"""How often harm came about, against the risk that was estimated."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from segrefine_gui.domain.risk_metrics import ReliabilityBin
from segrefine_gui.gui.colors import scheme_of

SIDE = 220
DOT, BIGGEST_DOT = 3.0, 9.0
"""Radius of the dot of a bin with next to nothing, and with everything, in widget pixels."""

TICKS = (0.0, 0.5, 1.0)


class ReliabilityPlot(QWidget):
    """Dots of which each stands for decisions about equally risky refinements.

    Those on the diagonal turned out as risky as they were said to be; the larger a dot, the more
    decisions it stands for.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bins: Sequence[ReliabilityBin] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_bins(self, bins: Sequence[ReliabilityBin]) -> None:
        """Show a reliability curve, the least risky bin first."""
        self._bins = bins
        words = [
            self.tr("risk {:.2f}: {:.2f} of {}").format(each.risk, each.harm, each.count)
            for each in bins
        ]
        self.setAccessibleDescription("; ".join(words))
        self.setToolTip("\n".join(words))
        self.update()

    def sizeHint(self) -> QSize:
        """A square, with room for the words on its axes."""
        room = self.fontMetrics().height() + 6
        return QSize(SIDE + 3 * room, SIDE + 2 * room)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the axes, the diagonal and the dots."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scheme, room = scheme_of(self.palette()), QFontMetrics(self.font()).height() + 6.0
        plot = QRectF(3 * room - 8, 8, SIDE - 8.0, SIDE - 8.0)
        painter.setPen(QPen(QColor(scheme.border), 1))
        painter.setBrush(QColor(scheme.field))
        painter.drawRect(plot)
        painter.setPen(QPen(QColor(scheme.muted), 1, Qt.PenStyle.DashLine))
        painter.drawLine(plot.bottomLeft(), plot.topRight())
        self._paint_words(painter, plot, room)
        self._paint_dots(painter, plot)

    def _paint_words(self, painter: QPainter, plot: QRectF, room: float) -> None:
        painter.setPen(QColor(scheme_of(self.palette()).muted))
        centre = Qt.AlignmentFlag.AlignCenter
        for tick in TICKS:
            at, text = _point(plot, tick, tick), f"{tick:.1f}"
            painter.drawText(QRectF(at.x() - room, plot.bottom() + 2, 2 * room, room), centre, text)
            place = QRectF(plot.left() - room - 12, at.y() - room / 2, room + 8, room)
            painter.drawText(
                place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text
            )
        below = QRectF(plot.left(), plot.bottom() + room, plot.width(), room)
        painter.drawText(below, centre, self.tr("risk"))
        painter.save()
        painter.translate(room / 2, plot.center().y())
        painter.rotate(-90)
        beside = QRectF(-plot.height() / 2, -room / 2, plot.height(), room)
        painter.drawText(beside, centre, self.tr("share not taken whole"))
        painter.restore()

    def _paint_dots(self, painter: QPainter, plot: QRectF) -> None:
        ink = QColor(scheme_of(self.palette()).link)
        points = [_point(plot, each.risk, each.harm) for each in self._bins]
        painter.setPen(QPen(ink, 1.5))
        painter.drawPolyline(points)
        painter.setBrush(ink)
        total = max(1, sum(each.count for each in self._bins))
        for point, each in zip(points, self._bins, strict=True):
            radius = DOT + (BIGGEST_DOT - DOT) * (each.count / total) ** 0.5
            painter.drawEllipse(point, radius, radius)


def _point(plot: QRectF, risk: float, harm: float) -> QPointF:
    return QPointF(plot.left() + risk * plot.width(), plot.bottom() - harm * plot.height())
