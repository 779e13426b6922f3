"""A calm card at the foot of the canvases: something to know, perhaps something to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.gui.icons import IconLabel, icon

SHOWN_MS = 8000
"""How long a note without anything to do stays."""


SYMBOLS = ("done", "warning", "help")
SYMBOL_SIDE = 18

GAP = 14
WIDTH = 680

_STYLE = """
QFrame#card {
    background: palette(button); border: 1px solid palette(mid); border-radius: 10px;
}
"""


class Banner(QWidget):
    """One sentence, at most one button, and a way to put it away; hidden until something is said.

    It takes no focus, so keys go on meaning what they mean.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._symbols = {name: IconLabel(name, SYMBOL_SIDE) for name in SYMBOLS}
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button = QPushButton()
        self._button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._button.clicked.connect(self._act)
        self._close = QToolButton()
        self._close.setIcon(icon("cancel"))
        self._close.setAutoRaise(True)
        self._close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._close.setAccessibleName(self.tr("Put away"))
        self._close.setToolTip(self.tr("Put away"))
        self._close.clicked.connect(self.hide)
        self._action: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        # The card lies in a margin of this widget, so that it keeps off the edges of the canvases.
        around = QVBoxLayout(self)
        around.setContentsMargins(GAP, GAP, GAP, GAP)
        card = QFrame()
        card.setObjectName("card")
        card.setStyleSheet(_STYLE)
        around.addWidget(card)
        layout = QHBoxLayout(card)
        layout.setContentsMargins(14, 8, 8, 8)
        layout.setSpacing(10)
        for symbol in self._symbols.values():
            layout.addWidget(symbol)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._button)
        layout.addWidget(self._close)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    @property
    def button(self) -> QPushButton:
        """The button, hidden where there is nothing to do."""
        return self._button

    def say(
        self,
        text: str,
        symbol: str,
        button: str = "",
        action: Callable[[], None] | None = None,
        *,
        stays: bool = False,
    ) -> None:
        """Show a sentence.

        Args:
            text: the sentence.
            symbol: one of `SYMBOLS`, shown before it.
            button: text of the button; empty for none.
            action: what the button does.
            stays: whether it stays until it is put away, also when there is nothing to do.
        """
        self._text.setText(text)
        for name, label in self._symbols.items():
            label.setVisible(name == symbol)
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self._action = action
        self.setAccessibleName(text)
        if button or stays:
            self._timer.stop()
        else:
            self._timer.start()
        self.show()

    def sizeHint(self) -> QSize:
        """A comfortable width, and the height that its words need there."""
        return QSize(WIDTH, self.heightForWidth(WIDTH))

    def _act(self) -> None:
        if self._action is not None:
            self._action()
