"""Two numbers that say from where to where something passes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QWidget

from segrefine_gui.services.arrange import Span

HIGHEST = 1e9
"""Stands for no upper end where there is no natural one."""


class SpanField(QWidget):
    """A span from a least to a greatest value; the whole range counts as no span.

    Args:
        name: what the numbers are of, for screen readers.
        top: the greatest value there can be; None where there is no such.
        decimals: digits behind the point.
        step: of the arrows.
    """

    changed = Signal()

    def __init__(self, name: str, top: float | None, decimals: int, step: float) -> None:
        super().__init__()
        self._top = HIGHEST if top is None else top
        self.low, self.high = QDoubleSpinBox(), QDoubleSpinBox()
        ends = {self.low: self.tr("{} from"), self.high: self.tr("{} to")}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for box, end in ends.items():
            box.setDecimals(decimals)
            box.setSingleStep(step)
            box.setRange(0, self._top)
            box.setAccessibleName(end.format(name))
            box.setMinimumWidth(84)
            box.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            row.addWidget(box, 1)
        if top is None:
            # Nobody reads a billion as "any": zero, which means nothing here, stands for it.
            self.high.setSpecialValueText(self.tr("any"))
        row.insertWidget(1, QLabel("–"))
        self.set_span(None)
        self.low.valueChanged.connect(self.changed)
        self.high.valueChanged.connect(self.changed)

    def span(self) -> Span | None:
        """The span, None where everything passes."""
        high = self.high.value()
        if self._top == HIGHEST and high == 0:
            high = HIGHEST
        whole = self.low.value() == 0 and high == self._top
        return None if whole else (self.low.value(), high)

    def set_span(self, span: Span | None) -> None:
        """Show a span without telling of a change."""
        low, high = span or (0.0, self._top)
        for box, value in ((self.low, low), (self.high, 0.0 if high == HIGHEST else high)):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
