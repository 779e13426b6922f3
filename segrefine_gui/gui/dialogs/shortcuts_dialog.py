"""Lists the keys."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.gui.dialogs.form_dialog import MARGIN, SECTION_GAP, primary_button
from segrefine_gui.gui.labels import keys_label, section_label, title_label

_COLUMNS = 3
_MOST_OF_SCREEN = 0.9
_BETWEEN_KEYS = re.compile(r"[,;]\s+")


class ShortcutsDialog(QDialog):
    """The keys of groups of actions, in columns.

    Args:
        groups: for each group, (what it does, its keys); more keys than one are told apart by
            ", " or "; ", as `QKeySequence.listToString` does.
        parent: the window it belongs to.
    """

    edit_requested = Signal()
    """The dialog has closed because the person wants other keys."""

    def __init__(
        self, groups: Mapping[str, Sequence[tuple[str, str]]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        content = QWidget()
        columns = QHBoxLayout(content)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(SECTION_GAP)
        for part in _balanced(groups):
            column = QVBoxLayout()
            column.setSpacing(SECTION_GAP)
            for name in part:
                column.addWidget(_group(name, groups[name]))
            column.addStretch(1)
            columns.addLayout(column, 1)
        close = primary_button(self.tr("Close"))
        close.clicked.connect(self.accept)
        edit = QPushButton(self.tr("Change keys…"))
        edit.setAutoDefault(False)
        edit.clicked.connect(self._leave_to_edit)
        footer = QHBoxLayout()
        footer.setSpacing(8)
        footer.addStretch(1)
        footer.addWidget(edit)
        footer.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN - 4, MARGIN, MARGIN - 4)
        layout.setSpacing(SECTION_GAP)
        layout.addWidget(title_label(self.tr("Keyboard shortcuts")))
        self._area = _scrolling(content)
        layout.addWidget(self._area, 1)
        layout.addLayout(footer)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin as high as the lists, if the screen has room for that."""
        super().showEvent(event)
        hidden = self._area.verticalScrollBar().maximum()
        most = round(_MOST_OF_SCREEN * self.screen().availableGeometry().height())
        self.resize(self.width(), max(self.height(), min(self.height() + hidden, most)))

    def _leave_to_edit(self) -> None:
        self.accept()
        self.edit_requested.emit()


def _scrolling(content: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidgetResizable(True)
    area.setWidget(content)
    bar = area.verticalScrollBar().sizeHint().width()
    area.setMinimumWidth(content.minimumSizeHint().width() + bar)
    area.setAccessibleName(content.tr("Keyboard shortcuts"))
    for part in (area, area.viewport(), content):
        part.setProperty("role", "plain")
    return area


def _group(name: str, lines: Sequence[tuple[str, str]]) -> QWidget:
    group = QWidget()
    layout = QVBoxLayout(group)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(6)
    layout.addWidget(section_label(name.replace("&", "&&")))
    card = QFrame()
    card.setProperty("role", "card")
    grid = QGridLayout(card)
    grid.setContentsMargins(14, 10, 14, 10)
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(7)
    grid.setColumnStretch(0, 1)
    for row, (text, keys) in enumerate(line for line in lines if line[1]):
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        grid.addWidget(label, row, 0)
        grid.addLayout(_caps(keys), row, 1)
    layout.addWidget(card)
    return group


def _caps(keys: str) -> QHBoxLayout:
    caps = QHBoxLayout()
    caps.setSpacing(4)
    caps.addStretch(1)
    for key in _BETWEEN_KEYS.split(keys):
        caps.addWidget(keys_label(key))
    return caps


def _balanced(groups: Mapping[str, Sequence[tuple[str, str]]]) -> list[list[str]]:
    """The groups in columns of about one length, their order kept."""
    heading = 3
    total = sum(len(lines) + heading for lines in groups.values())
    columns: list[list[str]] = [[] for _ in range(_COLUMNS)]
    before = 0
    for name, lines in groups.items():
        length = len(lines) + heading
        middle = before + length / 2
        columns[min(int(middle / total * _COLUMNS), _COLUMNS - 1)].append(name)
        before += length
    return columns
