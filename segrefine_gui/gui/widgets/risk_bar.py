"""The slim bar that says how risky the instance shown is, and why."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.widgets.plain_text import as_tooltip
from segrefine_gui.gui.widgets.risk_meter import RiskMeter

HEIGHT = 34

PADDING = 20
"""What a button is wider than its words."""

LEAST_WORDS = 60
"""Least width of a reason, in widget pixels."""


class RiskBar(QWidget):
    """Shows a risk with its reasons; a reason that is clicked is to be looked at.

    Nothing in it takes the focus, so keys go on meaning what they mean.

    Args:
        actions: the window's actions, whose key the tooltips name.
        parent: the review page.
    """

    reason_chosen = Signal(int)
    """The person wants to see the reason of this index."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self.setFixedHeight(HEIGHT)
        self._meter = RiskMeter()
        self.words = QLabel()
        self.words.setProperty("role", "section")
        self.calm = QLabel(self.tr("Nothing speaks for harm"))
        self.calm.setProperty("role", "muted")
        self._reasons: list[ReasonButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 4, 14, 0)
        self._row.setSpacing(6)
        self._row.addWidget(self._meter)
        self._row.addWidget(self.words)
        self._row.addSpacing(8)
        self._row.addWidget(self.calm)
        self._row.addStretch(1)
        self.show_assessment(None)

    @property
    def reasons(self) -> list[ReasonButton]:
        """The buttons of the reasons, the weightiest first."""
        return self._reasons

    def show_assessment(self, assessment: Assessment | None) -> None:
        """Show a risk with its reasons; hides where there is none."""
        self.setVisible(assessment is not None)
        for button in self._reasons:
            button.hide()
            button.deleteLater()
        self._reasons = []
        if assessment is None:
            return
        self._meter.show_risk(assessment.risk)
        self.words.setText(self.tr("Risk {:.2f}").format(assessment.risk))
        self.setAccessibleName(self.words.text())
        self.calm.setVisible(not assessment.reasons)
        key = self._actions.key_text("next_reason")
        for index, reason in enumerate(assessment.reasons):
            button = ReasonButton(reason.sentence, key)
            button.clicked.connect(lambda _=False, index=index: self.reason_chosen.emit(index))
            self._reasons.append(button)
            self._row.insertWidget(self._row.count() - 1, button)

    def show_current(self, index: int | None) -> None:
        """Mark the reason that is looked at, None for none."""
        for number, button in enumerate(self._reasons):
            button.setChecked(number == index)

    def minimumSizeHint(self) -> QSize:
        """Little: words that have no room are cut, and their tooltips have them."""
        return QSize(0, HEIGHT)


class ReasonButton(QToolButton):
    """A sentence to be clicked; it loses its end where there is no room.

    Args:
        sentence: what speaks for harm.
        key: that leads from reason to reason; may be empty.
    """

    def __init__(self, sentence: str, key: str) -> None:
        super().__init__()
        self._sentence = sentence
        self.setProperty("role", "side")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(sentence)
        where = self.tr("{}: show where").format(sentence)
        self.setToolTip(as_tooltip(f"{where} ({key})" if key else where))
        self._fit()

    def sizeHint(self) -> QSize:
        """What the sentence needs."""
        words = QFontMetrics(self.font()).horizontalAdvance(self._sentence)
        return QSize(words + PADDING, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """What the beginning of it needs."""
        return QSize(min(LEAST_WORDS, self.sizeHint().width()), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = max(0, self.width() - PADDING + 2)
        elide = Qt.TextElideMode.ElideRight
        self.setText(QFontMetrics(self.font()).elidedText(self._sentence, elide, room))
