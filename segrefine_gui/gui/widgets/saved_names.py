"""Things that a person keeps under names."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget


class SavedNames(QWidget):
    """A field for a name, which lists those there are, with buttons to save and to delete.

    Args:
        name: what the name is of, for screen readers.
        save: what saving does, for the tooltip.
        delete: what deleting does, likewise.
        placeholder: shown while the field is empty.
    """

    chosen = Signal(str)
    """What was kept under this name shall be applied."""

    saved = Signal(str)
    """What is applied shall be kept under this name."""

    deleted = Signal(str)
    """What was kept under this name shall be forgotten."""

    def __init__(self, name: str, save: str, delete: str, placeholder: str = "") -> None:
        super().__init__()
        self.name = QComboBox()
        self.name.setEditable(True)
        self.name.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.name.setAccessibleName(name)
        field = self.name.lineEdit()
        assert field is not None
        field.setPlaceholderText(placeholder or self.tr("Name"))
        self.save = QPushButton(self.tr("Save"))
        self.save.setToolTip(save)
        self.delete = QPushButton(self.tr("Delete"))
        self.delete.setToolTip(delete)
        for button in (self.save, self.delete):
            button.setAutoDefault(False)
        self.setFocusProxy(self.name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.name, 1)
        row.addWidget(self.save)
        row.addWidget(self.delete)
        self.name.textActivated.connect(self.chosen)
        self.name.editTextChanged.connect(self._follow)
        self.save.clicked.connect(lambda: self.saved.emit(self._typed()))
        self.delete.clicked.connect(lambda: self.deleted.emit(self._typed()))
        self._follow()

    def show_names(self, names: Iterable[str]) -> None:
        """List the names there are; what is typed stays."""
        typed = self.name.currentText()
        self.name.blockSignals(True)
        self.name.clear()
        self.name.addItems(sorted(names, key=str.casefold))
        self.name.setCurrentIndex(-1)
        self.name.setEditText(typed)
        self.name.blockSignals(False)
        self._follow()

    def _typed(self) -> str:
        return self.name.currentText().strip()

    def _follow(self, *_: object) -> None:
        self.save.setEnabled(bool(self._typed()))
        self.delete.setEnabled(self.name.findText(self._typed()) >= 0)
