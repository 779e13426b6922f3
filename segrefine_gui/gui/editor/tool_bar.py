"""The bar of the editor: its tools, and the size of the brush."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from segrefine_gui.gui.action_table.editor_rows import TOOL_ROWS
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.editor.toolbox import FIRST_TOOL, WAND
from segrefine_gui.gui.editor.tools.base import LEAST_SIZE, MOST_SIZE, MOST_TOLERANCE
from segrefine_gui.gui.widgets.elided_label import ElidedLabel

HEIGHT = 42
ICON_SIDE = 20
SLIDER_WIDTH, SLIDER_STEPS = 100, 200

WIDE, NARROW = 961, 831
"""From the one up there is room for captions, below the other not even for sliders."""


class ToolBar(QWidget):
    """One button a tool, and what the tool in use can be set to.

    Nothing in it takes the focus, so keys go on meaning what they mean.

    Args:
        actions: the window's actions.
        parent: the editor.
    """

    size_moved = Signal(int)
    """The diameter of the brush that the person wants, in image pixels."""

    tolerance_moved = Signal(int)
    """The tolerance of the wand that the person wants, 0..255."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._diameter = LEAST_SIZE
        self._is_wand = False
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(self.tr("Tools"))
        self.buttons = {spec.id: _button(actions, spec.id) for spec in TOOL_ROWS}
        # Steps are shares of the size: as fine for a brush of 3 pixels as for one of 300.
        self.slider = _slider(SLIDER_STEPS, self.tr("Size of the brush"))
        self.slider.valueChanged.connect(lambda step: self.size_moved.emit(_size_of(step)))
        self.tolerance = _slider(MOST_TOLERANCE, self.tr("Tolerance of the wand"))
        self.tolerance.setToolTip(self.tr("How alike colours must be: most difference, 0 to 255"))
        self.tolerance.valueChanged.connect(self.tolerance_moved)
        self._value = QLabel()
        self._value.setFixedWidth(self._value.fontMetrics().horizontalAdvance("1000 px") + 2)
        self._caption = QLabel()
        self._caption.setProperty("role", "muted")
        self._actions = actions
        self._words = self.tr("Alt: the opposite · Shift: a straight line · Space: moves the image")
        self._hint = ElidedLabel()
        self._hint.setProperty("role", "muted")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 14, 4)
        layout.setSpacing(4)
        for button in self.buttons.values():
            layout.addWidget(button)
        layout.addWidget(_line())
        layout.addWidget(self._caption)
        layout.addSpacing(4)
        layout.addWidget(self.slider)
        layout.addWidget(self.tolerance)
        layout.addWidget(self._value)
        self._hint_line = _line()
        layout.addWidget(self._hint_line)
        layout.addWidget(self._hint, 1)
        self._gap = QWidget()  # takes the room of the hint where that is not shown
        layout.addWidget(self._gap, 1)
        for action_id in ("clean_up", "undo", "redo"):
            layout.addWidget(_button(actions, action_id))
        actions.keys_changed.connect(self._name_keys)
        self._name_keys()
        self.show_tool(FIRST_TOOL)

    def show_tool(self, action_id: str) -> None:
        """Offer what a tool can be set to."""
        is_wand = action_id == WAND
        self._is_wand = is_wand
        self._fit()
        self._caption.setText(self.tr("Tolerance") if is_wand else self.tr("Size"))
        self._show_value()

    def show_tolerance(self, tolerance: int) -> None:
        """Show the tolerance of the wand."""
        self.tolerance.blockSignals(True)
        self.tolerance.setValue(tolerance)
        self.tolerance.blockSignals(False)
        self._show_value()

    def show_size(self, diameter: int) -> None:
        """Show the size of the brush, in image pixels."""
        self.slider.blockSignals(True)
        self.slider.setValue(_step_of(diameter))
        self.slider.blockSignals(False)
        self._diameter = diameter
        self._show_value()

    def _show_value(self) -> None:
        size = self.tr("{} px").format(self._diameter)
        self._value.setText(str(self.tolerance.value()) if self._is_wand else size)

    def _fit(self) -> None:
        has_room = self.width() >= NARROW
        self.slider.setVisible(has_room and not self._is_wand)
        self.tolerance.setVisible(has_room and self._is_wand)
        self._caption.setVisible(self.width() >= WIDE)
        has_room = self._room_left() >= self._hint.fontMetrics().horizontalAdvance(self._words)
        for part in (self._hint, self._hint_line):
            part.setVisible(has_room)
        self._gap.setVisible(not has_room)

    def _room_left(self) -> int:
        """Width that the other things leave to the hint."""
        layout = self.layout()
        assert layout is not None
        margins = layout.contentsMargins()
        room = self.width() - margins.left() - margins.right() - layout.spacing()
        for item in map(layout.itemAt, range(layout.count())):
            widget = None if item is None else item.widget()
            if widget is self._hint_line:
                room -= widget.sizeHint().width() + layout.spacing()
            elif item is not None and widget not in (self._hint, self._gap):
                room -= item.sizeHint().width() + layout.spacing()
        return room

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give up what keys and tooltips do as well, rather than let things overlap."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Little: words that have no room are cut."""
        return QSize(0, HEIGHT)

    def _name_keys(self) -> None:
        smaller, larger = (
            self._actions.key_text(each) for each in ("brush_smaller", "brush_larger")
        )
        self.slider.setToolTip(
            self.tr("Diameter in image pixels ({}, {} or the wheel with Ctrl)").format(
                smaller, larger
            )
        )
        self._hint.show_text(self._words)


def _size_of(step: int) -> int:
    share: float = step / SLIDER_STEPS
    return round(LEAST_SIZE * math.pow(MOST_SIZE / LEAST_SIZE, share))


def _step_of(size: int) -> int:
    share = math.log(size / LEAST_SIZE) / math.log(MOST_SIZE / LEAST_SIZE)
    return round(SLIDER_STEPS * share)


def _button(actions: Actions, action_id: str) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(actions[action_id])
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    button.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    action = actions[action_id]
    action.changed.connect(lambda: button.setAccessibleName(action.iconText()))
    button.setAccessibleName(action.iconText())
    return button


def _slider(steps: int, name: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, steps)
    slider.setFixedWidth(SLIDER_WIDTH)
    slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    slider.setAccessibleName(name)
    return slider


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("role", "upright-line")
    return line
