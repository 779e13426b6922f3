"""Tells the person what went wrong, in one sentence."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.gui.dialogs.fold_out import FoldOut
from segrefine_gui.gui.dialogs.form_dialog import MARGIN, SECTION_GAP, primary_button
from segrefine_gui.gui.icons import IconLabel
from segrefine_gui.gui.labels import selectable, wrapping

_WIDTH = 480


class ErrorDialog(QDialog):
    """A sentence, and below it, folded away, what a library said.

    Args:
        sentence: for the person.
        detail: for those who look into it; may be empty.
        parent: the window it belongs to.
    """

    def __init__(self, sentence: str, detail: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("SegRefine"))
        self._text = f"{sentence}\n\n{detail}" if detail else sentence
        self.sentence = selectable(wrapping(QLabel(sentence)))
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setMinimumWidth(_WIDTH - 2 * MARGIN - 48)
        self.detail = QPlainTextEdit(detail)
        self.detail.setReadOnly(True)
        self.detail.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.detail.setAccessibleName(self.tr("Details"))
        self.detail.setMinimumHeight(140)
        self.fold_out = FoldOut(self.tr("&Details"), self.detail)
        self.fold_out.setVisible(bool(detail))
        self.copy_button = QPushButton(self.tr("&Copy"))
        self.copy_button.setAutoDefault(False)
        self.copy_button.clicked.connect(self.copy)
        self.close_button = primary_button(self.tr("Close"))
        self.close_button.clicked.connect(self.accept)
        message = QHBoxLayout()
        message.setSpacing(16)
        message.addWidget(IconLabel("warning", 32), 0, Qt.AlignmentFlag.AlignTop)
        message.addWidget(self.sentence, 1)
        footer = QHBoxLayout()
        footer.setSpacing(8)
        footer.addStretch(1)
        footer.addWidget(self.copy_button)
        footer.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN - 4)
        layout.setSpacing(SECTION_GAP)
        layout.addLayout(message)
        layout.addWidget(self.fold_out, 1)
        layout.addLayout(footer)
        self.close_button.setFocus()
        self.resize(_WIDTH, 0)

    def copy(self) -> None:
        """Put the sentence and the details on the clipboard."""
        QGuiApplication.clipboard().setText(self._text)


def show_error(parent: QWidget | None, sentence: str, detail: str = "") -> ErrorDialog:
    """Show an error over its window; returns at once, and nothing waits for the person.

    Args:
        parent: the window it is about, None for none.
        sentence: for the person.
        detail: what a library said, folded away.
    """
    dialog = ErrorDialog(sentence, detail, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog
