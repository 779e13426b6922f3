"""A small dialog for the note on an instance."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.gui.dialogs.form_dialog import MARGIN, primary_button
from segrefine_gui.gui.labels import muted_label, title_label

_WIDTH, _HEIGHT = 440, 240


class NoteEditor(QDialog):
    """A few lines of text; Enter keeps them, Shift+Enter begins a new line, Esc changes nothing.

    Args:
        subject: what the note is on.
        text: the note until now.
        parent: the window.
    """

    def __init__(self, subject: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Note"))
        self.field = _NoteField(text)
        self.field.setAccessibleName(self.tr("Note on {}").format(subject))
        self.field.setPlaceholderText(self.tr("What should be known about it"))
        self.field.moveCursor(QTextCursor.MoveOperation.End)
        self.keep_button = primary_button(self.tr("Keep"))
        self.keep_button.clicked.connect(self.accept)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self.field.ended.connect(self.accept)
        footer = QHBoxLayout()
        footer.setSpacing(8)
        footer.addWidget(muted_label(self.tr("Shift+Enter begins a new line.")), 1)
        footer.addWidget(cancel)
        footer.addWidget(self.keep_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN - 4, MARGIN, MARGIN - 4)
        layout.setSpacing(12)
        layout.addWidget(title_label(self.tr("Note on {}").format(subject), 1.15))
        layout.addWidget(self.field, 1)
        layout.addLayout(footer)
        self.field.setFocus()
        self.resize(_WIDTH, _HEIGHT)

    @property
    def text(self) -> str:
        """The note as it is written, without blanks around it."""
        return self.field.toPlainText().strip()


class _NoteField(QPlainTextEdit):
    """A text field in which Enter ends the writing."""

    ended = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep the note on Enter."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.ended.emit()
        else:
            super().keyPressEvent(event)
