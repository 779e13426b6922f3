"""The contact sheet with its heading, which takes the place of the compare view."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.gui.contact_sheet.view import LARGEST, SIDE, SMALLEST, SheetView

TOOL_ICON = 20


class SheetPage(QWidget):
    """The grid under how large it is; `foot` says what is selected and can be done with it.

    Args:
        view: the grid.
        toggle: the action that leads here and back.
        actions: what can be done with what is selected.
        tools: those of them that are shown by their icons above the grid.
        buttons: those of them, and others, that are shown below the grid.
        parent: the review page.
    """

    opened = Signal(int)
    """The person wants to compare the instance of this row."""

    def __init__(
        self,
        view: SheetView,
        toggle: QAction,
        actions: Iterable[QAction],
        tools: Iterable[QAction],
        buttons: Iterable[QWidget],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.view = view
        title = QLabel(self.tr("Contact sheet"))
        title.setProperty("role", "title")
        hint = QLabel(self.tr("Coarse on the left, refined on the right"))
        hint.setProperty("role", "muted")
        self.selected = QLabel()
        self.selected.setProperty("role", "title")
        self.size_slider = QSlider(Qt.Orientation.Horizontal)
        self.size_slider.setRange(SMALLEST, LARGEST)
        self.size_slider.setValue(SIDE)
        self.size_slider.setFixedWidth(140)
        self.size_slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.size_slider.setToolTip(self.tr("Size of the crops"))
        self.size_slider.setAccessibleName(self.tr("Size of the crops"))
        self.back = QPushButton(self.tr("Compare"))
        self.back.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.back.clicked.connect(lambda: self.opened.emit(view.currentIndex().row()))
        heading = QHBoxLayout()
        heading.setContentsMargins(14, 8, 14, 8)
        heading.setSpacing(12)
        heading.addWidget(title)
        heading.addWidget(hint, 1)
        for action in tools:
            tool = QToolButton()
            tool.setDefaultAction(action)
            tool.setIconSize(QSize(TOOL_ICON, TOOL_ICON))
            tool.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            tool.setAccessibleName(action.iconText())
            heading.addWidget(tool)
        heading.addWidget(self.size_slider)
        heading.addWidget(self.back)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(heading)
        layout.addWidget(view, 1)
        self.foot = QWidget()
        foot = QHBoxLayout(self.foot)
        foot.setContentsMargins(14, 10, 14, 10)
        foot.setSpacing(8)
        foot.addWidget(self.selected, 1)
        for button in buttons:
            foot.addWidget(button)
        for action in actions:
            self.addAction(action)
        self._toggle = toggle
        toggle.changed.connect(self._follow_key)
        self._follow_key()
        self.size_slider.valueChanged.connect(view.set_side)
        view.opened.connect(self.opened)
        view.selected.connect(self.show_selected)
        self.show_selected(0)
        self.hide()

    def show_selected(self, count: int) -> None:
        """Say how many are selected."""
        self.selected.setText(self.tr("{} selected").format(f"{count:,}"))

    def _follow_key(self) -> None:
        key = self._toggle.shortcut().toString()
        sentence = self.tr("Compare this instance, also by a double click")
        self.back.setToolTip(f"{sentence} ({key})" if key else sentence)
