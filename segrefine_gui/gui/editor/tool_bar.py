"""The bar of the editor: its tools, and the size of the brush."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from segrefine_gui.gui.action_table.editor_rows import TOOL_ROWS
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.editor.tools.base import LEAST_SIZE, MOST_SIZE
from segrefine_gui.gui.widgets.elided_label import ElidedLabel

HEIGHT = 42
ICON_SIDE = 20
SLIDER_WIDTH, SLIDER_STEPS = 130, 200


class ToolBar(QWidget):
    """One button a tool, and what the tool in use can be set to.

    Nothing in it takes the focus, so keys go on meaning what they mean.

    Args:
        actions: the window's actions.
        parent: the editor.
    """

    size_moved = Signal(int)
    """The diameter of the brush that the person wants, in image pixels."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(self.tr("Tools"))
        self.buttons = {spec.id: _button(actions, spec.id) for spec in TOOL_ROWS}
        self.slider = QSlider(Qt.Orientation.Horizontal)
        # Steps are shares of the size: as fine for a brush of 3 pixels as for one of 300.
        self.slider.setRange(0, SLIDER_STEPS)
        self.slider.setFixedWidth(SLIDER_WIDTH)
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.setAccessibleName(self.tr("Size of the brush"))
        self.slider.valueChanged.connect(lambda step: self.size_moved.emit(_size_of(step)))
        self._size = QLabel()
        self._size.setFixedWidth(self._size.fontMetrics().horizontalAdvance("1000 px") + 2)
        caption = QLabel(self.tr("Size"))
        caption.setProperty("role", "muted")
        self._actions = actions
        self._hint = ElidedLabel()
        self._hint.setProperty("role", "muted")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 14, 4)
        layout.setSpacing(4)
        for button in self.buttons.values():
            layout.addWidget(button)
        layout.addWidget(_line())
        layout.addWidget(caption)
        layout.addSpacing(4)
        layout.addWidget(self.slider)
        layout.addWidget(self._size)
        layout.addWidget(_line())
        layout.addWidget(self._hint, 1)
        for action_id in ("clean_up", "undo", "redo"):
            layout.addWidget(_button(actions, action_id))
        actions.keys_changed.connect(self._name_keys)
        self._name_keys()

    def show_size(self, diameter: int) -> None:
        """Show the size of the brush, in image pixels."""
        self.slider.blockSignals(True)
        self.slider.setValue(_step_of(diameter))
        self.slider.blockSignals(False)
        self._size.setText(self.tr("{} px").format(diameter))

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
        hint = self.tr("Alt does the opposite · Shift goes straight · Space or middle button pans")
        self._hint.show_text(hint)
        self._hint.setToolTip(hint)


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
    button.setAccessibleName(actions[action_id].iconText())
    return button


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("role", "upright-line")
    return line
