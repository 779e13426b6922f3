"""Tells the person what went wrong, in one sentence."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def show_error(parent: QWidget | None, sentence: str, detail: str = "") -> QMessageBox:
    """Show an error without stopping the event loop."""
    box = QMessageBox(QMessageBox.Icon.Warning, "SegRefine", sentence, parent=parent)
    box.setDetailedText(detail)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return box
