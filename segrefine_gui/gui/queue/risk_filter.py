"""The histogram over the queue, and which side of its threshold the queue shows."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from segrefine_gui.gui.queue.risk_histogram import RiskHistogram
from segrefine_gui.services.arrange import RISK_STEPS, RiskCounts, Span, risk_below


class RiskFilter(QWidget):
    """Tells which risks the person wants to see; hidden while none is known.

    Dragging the handle shows what lies below it, or above where that is shown already. A button
    that is pressed again shows everything.
    """

    span_wanted = Signal(object)
    """The `Span` of risks that is wanted, None for all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: RiskCounts | None = None
        self._span: Span | None = None
        self._is_hidden = False
        self.histogram = RiskHistogram()
        self.below = _button(self.tr("Show only what is less risky"))
        self.above = _button(self.tr("Show only what is as risky or more"))
        sides = QHBoxLayout()
        sides.setSpacing(4)
        sides.addWidget(self.below)
        sides.addWidget(self.above)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 0, 10, 8)
        layout.setSpacing(2)
        layout.addWidget(self.histogram)
        layout.addLayout(sides)
        self.histogram.valueChanged.connect(self._follow_handle)
        wanted = self.span_wanted
        self.below.clicked.connect(lambda on: wanted.emit(self._below() if on else None))
        self.above.clicked.connect(lambda on: wanted.emit(self._above() if on else None))
        self.hide()

    def show_counts(self, counts: RiskCounts | None) -> None:
        """Show how many there are at each risk, whatever span of them is shown."""
        self._counts = counts
        if counts is not None:
            self.histogram.show_counts(counts)
            self.show_span(self._span)
        self._appear()

    def show_span(self, span: Span | None) -> None:
        """Show which risks the queue is filtered by."""
        self._span = span
        self.histogram.blockSignals(True)
        if span is not None and span[0] == 0.0:
            self.histogram.setValue(round(RISK_STEPS * span[1]))
        elif span is not None and span[1] == 1.0:
            self.histogram.setValue(round(RISK_STEPS * span[0]))
        self.histogram.blockSignals(False)
        self.histogram.show_span(span)
        self.below.setChecked(span == self._below())
        self.above.setChecked(span == self._above())
        self._name_sides()

    def set_hidden(self, hidden: bool) -> None:
        """Say nothing about risks, or again."""
        self._is_hidden = hidden
        self._appear()

    def _appear(self) -> None:
        has_risk = self._counts is not None and self._counts.total > 0
        self.setVisible(has_risk and not self._is_hidden)

    def _below(self) -> Span:
        return risk_below(self.histogram.threshold)

    def _above(self) -> Span:
        return self.histogram.threshold, 1.0

    def _follow_handle(self) -> None:
        self.span_wanted.emit(self._above() if self.above.isChecked() else self._below())

    def _name_sides(self) -> None:
        counts, limit = self._counts, f"{self.histogram.threshold:.2f}"
        if counts is None:
            return
        below = counts.below(self.histogram.value())
        for button, words, count in (
            (self.below, self.tr("{} below {}"), below),
            (self.above, self.tr("{} from {}"), counts.total - below),
        ):
            button.setText(words.format(f"{count:,}", limit))
            button.setAccessibleName(button.text())


def _button(tooltip: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("role", "side")
    button.setCheckable(True)
    button.setToolTip(tooltip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return button
