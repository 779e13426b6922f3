"""Says what a job did, and lists what it left out and why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.gui.dialogs.form_dialog import MARGIN, SECTION_GAP, primary_button
from segrefine_gui.gui.labels import muted_label, title_label
from segrefine_gui.services.steps import Skipped

_MOST_WRAPPED_ROWS = 500
"""Up to here each row is as high as its sentence; measuring more would make the person wait."""

_EMPTY_WIDTH = 400


class ReportDialog(QDialog):
    """A summary, and a table of what was left out that can be copied as tab-separated text.

    Args:
        title: heading and window title.
        summary: what was done.
        skipped: what was left out.
        parent: the window it belongs to.
    """

    def __init__(
        self, title: str, summary: str, skipped: Sequence[Skipped], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._skipped = tuple(skipped)
        self.table = self._make_table()
        self.copy_button = QPushButton(self.tr("&Copy all"))
        self.copy_button.setAutoDefault(False)
        self.copy_button.clicked.connect(self.copy_all)
        self.close_button = primary_button(self.tr("Close"))
        self.close_button.clicked.connect(self.accept)
        heading = QVBoxLayout()
        heading.setSpacing(4)
        heading.addWidget(title_label(title))
        heading.addWidget(muted_label(summary))
        footer = QHBoxLayout()
        footer.addWidget(self.copy_button)
        footer.addStretch(1)
        footer.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN - 4, MARGIN, MARGIN - 4)
        layout.setSpacing(SECTION_GAP)
        layout.addLayout(heading)
        layout.addWidget(self.table, 1)
        layout.addLayout(footer)
        self.close_button.setFocus()
        if self._skipped:
            self.resize(720, 460)
        else:
            self.setMinimumWidth(_EMPTY_WIDTH)
            self.table.hide()
            self.copy_button.hide()

    def copy_all(self) -> None:
        """Put every row on the clipboard."""
        self._copy(self._skipped)

    def copy_selected(self) -> None:
        """Put the selected rows on the clipboard."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        self._copy([self._skipped[row] for row in rows])

    def _copy(self, skipped: Sequence[Skipped]) -> None:
        if skipped:
            lines = (f"{item.subject}\t{item.sentence}" for item in skipped)
            QGuiApplication.clipboard().setText("\n".join(lines))

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(_SkippedModel(self._skipped, (self.tr("Left out"), self.tr("Why")), table))
        table.setAccessibleName(self.tr("What was left out"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.resizeSection(0, 220)
        if len(self._skipped) <= _MOST_WRAPPED_ROWS:
            header.sectionResized.connect(table.resizeRowsToContents)
        QShortcut(
            QKeySequence(QKeySequence.StandardKey.Copy),
            table,
            self.copy_selected,
            context=Qt.ShortcutContext.WidgetShortcut,
        )
        return table


class _SkippedModel(QAbstractTableModel):
    """The rows of the table: subject and sentence."""

    def __init__(
        self, skipped: Sequence[Skipped], headings: tuple[str, str], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._skipped = skipped
        self._headings = headings

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """One row for each thing left out."""
        return 0 if parent.isValid() else len(self._skipped)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Subject and sentence."""
        return 0 if parent.isValid() else len(self._headings)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | int | None:
        """The text of a cell, as its tooltip too."""
        item = self._skipped[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return item.subject if index.column() == 0 else item.sentence
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> str | None:
        """The heading of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        return None
