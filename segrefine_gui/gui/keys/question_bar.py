"""One sentence that asks, with two answers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from segrefine_gui.gui.icons import IconLabel
from segrefine_gui.gui.labels import problem_label


class QuestionBar(QFrame):
    """Asks inside a dialog instead of over it; Enter says yes, Esc says no."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "warning")
        self._then: Callable[[], None] = _nothing
        self._otherwise: Callable[[], None] = _nothing
        self.sentence = problem_label()
        self.yes = QPushButton()
        self.no = QPushButton()
        self.yes.clicked.connect(lambda: self._answer(True))
        self.no.clicked.connect(lambda: self._answer(False))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(IconLabel("warning", 18))
        layout.addWidget(self.sentence, 1)
        for button in (self.no, self.yes):
            button.setAutoDefault(False)
            layout.addWidget(button)
        self.hide()

    def ask(
        self,
        sentence: str,
        yes: str,
        no: str,
        then: Callable[[], None],
        otherwise: Callable[[], None],
    ) -> None:
        """Ask, and give the first answer the focus.

        Args:
            sentence: what it is about.
            yes: the answer that goes on.
            no: the other.
            then: called after yes.
            otherwise: called after no.
        """
        self._then, self._otherwise = then, otherwise
        self.sentence.setText(sentence)
        self.yes.setText(yes)
        self.no.setText(no)
        self.show()
        self.yes.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Answer by Enter, for the button with the focus, and by Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self._answer(False)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._answer(self.yes.hasFocus())
        else:
            super().keyPressEvent(event)

    def _answer(self, yes: bool) -> None:
        self.hide()
        (self._then if yes else self._otherwise)()


def _nothing() -> None:
    """No answer is waited for."""
