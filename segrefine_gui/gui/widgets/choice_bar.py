"""The slim bar of changes: which one is looked at, which are taken, and where the mask is cut."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QBrush, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QToolButton,
    QWidget,
)

from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.canvas.difference import ADDED_COLOR, REMOVED_COLOR
from segrefine_gui.gui.canvas.lettering import Swatch
from segrefine_gui.gui.choice import ChoiceState
from segrefine_gui.gui.controllers.choice_controller import HIGHEST, LOWEST
from segrefine_gui.gui.widgets.elided_label import ElidedLabel
from segrefine_gui.gui.widgets.risk_meter import RiskMeter

HEIGHT = 38
SLIDER_WIDTH = 110
ICON_SIDE = 16

WIDE, NARROW = 1100, 900
"""From the one up there is room for everything, below the other for the most needed."""


class ChoiceBar(QWidget):
    """What can be chosen of a refinement; its buttons trigger actions, whose keys do the same.

    Nothing in it takes the focus, so keys go on meaning what they mean.

    Args:
        actions: the window's actions.
        parent: the review page.
    """

    threshold_moved = Signal(int)
    """The person wants the soft mask cut here, 1..255."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.words = ElidedLabel()
        self._swatch = ChangeSwatch()
        self._meter = RiskMeter()
        self.risk = QLabel()
        self.take = QCheckBox(self.tr("This"))
        self.take.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        toggle = actions["toggle_change"]
        self.take.clicked.connect(toggle.trigger)
        _name(self.take, toggle)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(LOWEST, HIGHEST)
        self.slider.setFixedWidth(SLIDER_WIDTH)
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.setAccessibleName(self.tr("Threshold"))
        self.slider.setToolTip(self.tr("Where the soft mask is cut: lower takes more"))
        self.slider.valueChanged.connect(self.threshold_moved)
        self._value = QLabel()
        self._value.setFixedWidth(self._value.fontMetrics().horizontalAdvance("255") + 2)
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._reset = _button(actions["reset_threshold"], icon_of=actions["undo"])
        self._reset.setSizePolicy(_keeping_its_place(self._reset.sizePolicy()))
        self._takes = {
            action_id: _button(actions[action_id], text)
            for action_id, text in (
                ("take_safe_changes", self.tr("Safe")),
                ("take_all_changes", self.tr("All")),
                ("take_no_changes", self.tr("None")),
                ("take_added", self.tr("Added")),
                ("take_removed", self.tr("Removed")),
                ("take_all_but_this", self.tr("All but this")),
            )
        }
        self._caption = QLabel(self.tr("Threshold"))
        self._caption.setProperty("role", "muted")
        self.setAccessibleName(self.tr("Changes"))
        self._lay_out(actions)
        self.show_state(None)

    def show_state(self, state: ChoiceState | None) -> None:
        """Show a choice; hides where there is nothing to choose from."""
        self.setVisible(state is not None)
        if state is None:
            return
        threshold, current = state.choice.threshold, state.current
        self.slider.blockSignals(True)
        self.slider.setValue(threshold)
        self.slider.blockSignals(False)
        self._value.setText(str(threshold))
        self._reset.setVisible(threshold != DEFAULT_THRESHOLD)
        self.words.show_text(self._words(state))
        self.words.setToolTip(self._words(state))
        change = None if current is None else state.changes[current - 1]
        self._swatch.show_kind(None if change is None else change.added)
        risk = None if current is None else state.risks.of(current)
        self._meter.show_risk(risk)
        self.risk.setVisible(risk is not None)
        self.risk.setText("" if risk is None else self.tr("risk {:.2f}").format(risk))
        self._takes["take_safe_changes"].setVisible(bool(state.risks.values))
        self.take.setVisible(bool(state.changes))
        self.take.setEnabled(current is not None)
        self.take.setChecked(current in state.kept)

    def minimumSizeHint(self) -> QSize:
        """Little: what has no room is given up."""
        return QSize(0, HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give up what keys and tooltips do as well, rather than the words on the change."""
        super().resizeEvent(event)
        is_wide = self.width() >= WIDE
        self._caption.setVisible(is_wide)
        self._takes["take_all_but_this"].setVisible(is_wide)
        for action_id in ("take_added", "take_removed"):
            self._takes[action_id].setVisible(self.width() >= NARROW)

    def _lay_out(self, actions: Actions) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 14, 4)
        layout.setSpacing(4)
        layout.addWidget(_button(actions["previous_change"], icon_of=actions["previous"]))
        layout.addWidget(_button(actions["next_change"], icon_of=actions["next"]))
        layout.addSpacing(4)
        layout.addWidget(self._swatch)
        layout.addWidget(self._meter)
        layout.addWidget(self.risk)
        layout.addSpacing(4)
        layout.addWidget(self.words, 1)
        take = QLabel(self.tr("Take"))
        take.setProperty("role", "muted")
        layout.addWidget(take)
        layout.addSpacing(4)
        layout.addWidget(self.take)
        for button in self._takes.values():
            layout.addWidget(button)
        layout.addWidget(_line())
        layout.addWidget(self._caption)
        layout.addSpacing(4)
        layout.addWidget(self.slider)
        layout.addWidget(self._value)
        layout.addWidget(self._reset)

    def _words(self, state: ChoiceState) -> str:
        count = len(state.changes)
        if not count:
            return self.tr("No changes: coarse and refined are alike")
        return self._place_words(state) + self._risk_words(state)

    def _place_words(self, state: ChoiceState) -> str:
        count = len(state.changes)
        if state.current is None:
            taken = len(state.kept)
            if count == 1:
                return self.tr("1 change")
            if taken == count:
                return self.tr("{} changes").format(count)
            return self.tr("{} of {} changes taken").format(taken, count)
        change = state.changes[state.current - 1]
        kind = self.tr("added {} px") if change.added else self.tr("removed {} px")
        area = QLocale().toString(change.area)
        place = self.tr("Change {} of {}").format(state.current, count)
        return f"{place} · {kind.format(area)}"

    def _risk_words(self, state: ChoiceState) -> str:
        if state.asked:
            return self.tr(" · {} to ask about").format(len(state.asked))
        risky = len(state.risks.risky)
        return self.tr(" · {} risky").format(risky) if risky and state.current is None else ""


class ChangeSwatch(QWidget):
    """The look that a change has in the difference view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_added: bool | None = None
        self.setFixedSize(24, 12)

    def show_kind(self, is_added: bool | None) -> None:
        """Show what is added, what is removed, or nothing."""
        self._is_added = is_added
        self.setVisible(is_added is not None)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the swatch."""
        color, swatch = (
            (ADDED_COLOR, Swatch.RISING) if self._is_added else (REMOVED_COLOR, Swatch.FALLING)
        )
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(color)
        painter.setBrush(QBrush(color, swatch.value))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)


def _button(action: QAction, text: str = "", icon_of: QAction | None = None) -> QToolButton:
    """A small button of an action, with a word of its own or the icon of another action."""
    button = QToolButton()
    button.setProperty("role", "slim")
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.setText(text)
    if icon_of is not None:
        button.setIcon(icon_of.icon())
        button.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
    button.clicked.connect(action.trigger)
    _name(button, action)
    button.setEnabled(action.isEnabled())
    action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
    return button


def _name(widget: QWidget, action: QAction) -> None:
    """Name a widget as its action, and keep its tooltip, in which the key is."""
    widget.setAccessibleName(action.iconText())
    widget.setToolTip(action.toolTip())
    action.changed.connect(lambda: widget.setToolTip(action.toolTip()))


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("role", "upright-line")
    return line


def _keeping_its_place(policy: QSizePolicy) -> QSizePolicy:
    policy.setRetainSizeWhenHidden(True)
    return policy
