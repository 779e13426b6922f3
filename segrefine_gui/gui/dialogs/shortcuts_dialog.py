"""Lists the keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QDialog, QFormLayout, QLabel, QVBoxLayout, QWidget

from segrefine_gui.gui.dialogs.form_dialog import title_label


class ShortcutsDialog(QDialog):
    """The keys of each group of actions: (text, keys)."""

    def __init__(
        self, groups: Mapping[str, Sequence[tuple[str, str]]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        layout = QVBoxLayout(self)
        for group, lines in groups.items():
            layout.addWidget(title_label(group))
            form = QFormLayout()
            for text, keys in lines:
                form.addRow(text, QLabel(keys))
            layout.addLayout(form)
