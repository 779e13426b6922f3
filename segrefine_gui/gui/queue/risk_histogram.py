"""How the risks of the queue are distributed, with a threshold to drag."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QAbstractSlider, QToolTip, QWidget

from segrefine_gui.gui.colors import risk_color, scheme_of
from segrefine_gui.services.arrange import RISK_STEPS, RiskCounts, Span

TOPS = {20: 1, 50: 2, RISK_STEPS: 4}
"""Where the axis may end, in steps of risk, and how many steps a bar then takes in: the lowest end
that lies above all risks is taken, and bars are wide enough to be seen in a narrow panel."""

BARS_HEIGHT, GRIP = 44, 7.0
"""Height of the highest bar, and half the width of the grip under it, in widget pixels."""

INSET = 12.0
"""What is left free at both ends, for the grip."""

LEAST_HEIGHT = 2.0
"""Of a bar: a single entry is seen beside thousands."""

DECIDED_ALPHA, HIDDEN_ALPHA = 0.4, 0.3
"""Opacity of what is decided, and of what the filter hides."""

_NOTHING = np.zeros(RISK_STEPS, dtype=np.intp)


class RiskHistogram(QAbstractSlider):
    """Bars of how many entries have which risk; its value is the threshold, in `RISK_STEPS`.

    What is decided lies lighter on what is pending. Heights follow the root of the counts, so
    that the few risky ones are seen beside many safe ones.
    """

    left = Signal()
    """The person goes back to the instances."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts = RiskCounts(_NOTHING, _NOTHING)
        self._span: Span | None = None
        self._bar_steps = TOPS[RISK_STEPS]
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setRange(0, RISK_STEPS)
        self.setPageStep(RISK_STEPS // 10)
        self.setValue(RISK_STEPS // 2)
        self.setFixedHeight(self.sizeHint().height())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setAccessibleName(self.tr("Risk threshold"))
        self.setAccessibleDescription(self.tr("Splits the queue into less and more risky ones"))
        self.valueChanged.connect(lambda _: self.update())

    @property
    def threshold(self) -> float:
        """Where the handle is, 0..1."""
        return self.value() / RISK_STEPS

    def show_counts(self, counts: RiskCounts) -> None:
        """Show how many there are at each risk, on an axis that ends above the highest."""
        self._counts = counts
        used = np.flatnonzero(counts.pending + counts.decided)
        end = int(used[-1]) + 1 if used.size else RISK_STEPS
        top = next(top for top in TOPS if top >= end)
        if top != self.maximum():
            self._bar_steps = TOPS[top]
            self.blockSignals(True)  # a handle that moves with the axis filters nothing
            self.setMaximum(top)
            if self._span is None:
                self.setValue(top // 2)
            self.blockSignals(False)
        self.update()

    def show_span(self, span: Span | None) -> None:
        """Fade what the filter hides; None where it hides no risk."""
        self._span = span
        self.update()

    def x_of(self, risk: float) -> float:
        """Where a risk lies, in widget pixels."""
        return INSET + risk * RISK_STEPS / self.maximum() * (self.width() - 2 * INSET)

    def sizeHint(self) -> QSize:
        """As wide as a row of the queue, with room for the grip and its number."""
        number = QFontMetrics(self._number_font()).height()
        return QSize(240, round(BARS_HEIGHT + 2 * GRIP + number + 4))

    def minimumSizeHint(self) -> QSize:
        """Little."""
        return QSize(80, self.sizeHint().height())

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle to where the button is pressed."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._drag_to(event.position().x())
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the handle."""
        if self.isSliderDown():
            self._drag_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the handle go."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the handle as on any slider; Escape and Enter go back to the instances."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Say in a tooltip what a bar stands for."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._words_at(event.pos().x()), self)
            return True
        return super().event(event)

    def _drag_to(self, x: float) -> None:
        self.setValue(round(self._steps_at(x)))

    def _words_at(self, x: float) -> str:
        pending, decided = self._bars()
        bar = min(int(self._steps_at(x)) // self._bar_steps, len(pending) - 1)
        return self.tr("Risk {:.2f} to {:.2f}: {} pending, {} decided").format(
            self._risk_of(bar), self._risk_of(bar + 1), f"{pending[bar]:,}", f"{decided[bar]:,}"
        )

    def _steps_at(self, x: float) -> float:
        """The risk at a place, in steps."""
        share = (x - INSET) / max(1.0, self.width() - 2 * INSET)
        return self.maximum() * min(max(share, 0.0), 1.0)

    def _risk_of(self, bar: float) -> float:
        """The risk at which a bar begins."""
        return bar * self._bar_steps / RISK_STEPS

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the bars, the line under them, and the handle with its number."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = QFontMetrics(self._number_font()).height() + 2.0
        ground = top + BARS_HEIGHT
        self._paint_bars(painter, ground)
        painter.setPen(QPen(QColor(scheme_of(self.palette()).border), 1))
        painter.drawLine(QPointF(INSET, ground), QPointF(self.width() - INSET, ground))
        self._paint_ends(painter, ground)
        self._paint_handle(painter, top, ground)

    def _paint_bars(self, painter: QPainter, ground: float) -> None:
        pending, decided = self._bars()
        most = max(1, int((pending + decided).max()))
        painter.setPen(Qt.PenStyle.NoPen)
        for bar, (left, done) in enumerate(zip(pending.tolist(), decided.tolist(), strict=True)):
            count = left + done
            if not count:
                continue
            middle = self._risk_of(bar + 0.5)
            x0, x1 = self.x_of(self._risk_of(bar)) + 0.5, self.x_of(self._risk_of(bar + 1)) - 0.5
            height = max(LEAST_HEIGHT, BARS_HEIGHT * (count / most) ** 0.5)
            lower = height * left / count
            color = risk_color(middle, self.palette())
            alpha = 1.0 if self._shows(middle) else HIDDEN_ALPHA
            for bottom, tall, share in (
                (ground, lower, alpha),
                (ground - lower, height - lower, alpha * DECIDED_ALPHA),
            ):
                color.setAlphaF(share)
                painter.setBrush(color)
                painter.drawRect(QRectF(x0, bottom - tall, x1 - x0, tall))

    def _paint_ends(self, painter: QPainter, ground: float) -> None:
        """Say where the axis begins and ends."""
        painter.setFont(self._number_font())
        painter.setPen(QColor(scheme_of(self.palette()).faint))
        place = QRectF(0, ground + 1, self.width(), self.height() - ground - 1)
        top = Qt.AlignmentFlag.AlignTop
        painter.drawText(place, top | Qt.AlignmentFlag.AlignLeft, "0")
        text = f"{self.maximum() / RISK_STEPS:g}"
        painter.drawText(place, top | Qt.AlignmentFlag.AlignRight, text)

    def _paint_handle(self, painter: QPainter, top: float, ground: float) -> None:
        scheme, x = scheme_of(self.palette()), self.x_of(self.threshold)
        ink = QColor(scheme.text if self._span is not None else scheme.muted)
        painter.setPen(QPen(ink, 1.5))
        painter.drawLine(QPointF(x, top), QPointF(x, ground))
        tip = QPointF(x, ground + 1)
        corners = [tip, tip + QPointF(GRIP, GRIP), tip + QPointF(GRIP, 1.8 * GRIP)]
        corners += [tip + QPointF(-GRIP, 1.8 * GRIP), tip + QPointF(-GRIP, GRIP)]
        edge = QColor(scheme.link if self.hasFocus() else scheme.text)
        painter.setPen(QPen(edge, 2.0 if self.hasFocus() else 1.0))
        painter.setBrush(QColor(scheme.surface))
        painter.drawPolygon(QPolygonF(corners))
        painter.setFont(self._number_font())
        painter.setPen(ink)
        text = f"{self.threshold:.2f}"
        width = painter.fontMetrics().horizontalAdvance(text) + 2.0
        left = min(max(x - width / 2, 0.0), self.width() - width)
        painter.drawText(QRectF(left, 0, width, top), Qt.AlignmentFlag.AlignCenter, text)

    def _shows(self, risk: float) -> bool:
        return self._span is None or self._span[0] <= risk <= self._span[1]

    def _bars(self) -> tuple[np.ndarray, np.ndarray]:
        pending, decided = (
            counts[: self.maximum()].reshape(-1, self._bar_steps).sum(axis=1)
            for counts in (self._counts.pending, self._counts.decided)
        )
        return pending, decided

    def _number_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.88)
        return font
