"""A table of things with a sentence on each, to be copied and saved as tab-separated text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QFileDialog, QTableView, QWidget

from segrefine_gui.gui.widgets.plain_text import as_tooltip
from segrefine_gui.services.steps import Skipped

_MOST_WRAPPED_ROWS = 500
"""Up to here each row is as high as its sentence; measuring more would make the person wait."""

_SUBJECT_WIDTH = 220


class ReportTable(QTableView):
    """Rows of a subject and a sentence.

    Args:
        headings: of the two columns.
        rows: to begin with.
        subject_width: of the first column, in pixels.
    """

    failed = Signal(str)
    """It could not be saved, in one sentence."""

    def __init__(
        self,
        headings: tuple[str, str],
        rows: Sequence[Skipped] = (),
        subject_width: int = _SUBJECT_WIDTH,
    ) -> None:
        super().__init__()
        self._headings = headings
        self._rows: tuple[Skipped, ...] = ()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.sectionResized.connect(self._wrap)
        self.show_rows(rows)
        header.resizeSection(0, subject_width)
        QShortcut(
            QKeySequence(QKeySequence.StandardKey.Copy),
            self,
            self.copy_selected,
            context=Qt.ShortcutContext.WidgetShortcut,
        )

    def show_rows(self, rows: Sequence[Skipped]) -> None:
        """Show other rows."""
        width = self.columnWidth(0)
        before = self.model()
        self._rows = tuple(rows)
        self.setModel(_Model(self._rows, self._headings, self))
        if before is not None:
            before.deleteLater()
            self.horizontalHeader().resizeSection(0, width)
        self._wrap()

    def text(self) -> str:
        """Every row, as tab-separated text."""
        return _tabbed(self._rows)

    def copy_all(self) -> None:
        """Put every row on the clipboard."""
        self._copy(self._rows)

    def copy_selected(self) -> None:
        """Put the selected rows on the clipboard."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        self._copy([self._rows[row] for row in rows])

    def save_all(self, heading: str, suggestion: str) -> None:
        """Ask where to save every row, and do it.

        Args:
            heading: what is saved, said above the rows.
            suggestion: a name for the file.
        """
        dialog = QFileDialog(self, self.tr("Save the list"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Text files (*.txt *.tsv)"))
        dialog.setDefaultSuffix("txt")
        dialog.selectFile(suggestion)
        dialog.fileSelected.connect(lambda name: self._save(Path(name), heading))
        dialog.open()

    def _save(self, path: Path, heading: str) -> None:
        text = "\n".join(filter(None, (heading, self.text()))) + "\n"
        try:
            # Names from disk may hold bytes that are no text: they become question marks.
            path.write_text(text, encoding="utf-8", errors="replace")
        except OSError as error:
            self.failed.emit(self.tr("{} cannot be written: {}.").format(path, error.strerror))

    def _copy(self, rows: Sequence[Skipped]) -> None:
        if rows:
            QGuiApplication.clipboard().setText(_tabbed(rows))

    def _wrap(self) -> None:
        if len(self._rows) <= _MOST_WRAPPED_ROWS:
            self.resizeRowsToContents()


class _Model(QAbstractTableModel):
    """The rows of the table: subject and sentence."""

    def __init__(self, rows: Sequence[Skipped], headings: tuple[str, str], parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = rows
        self._headings = headings

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """One row for each thing."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Subject and sentence."""
        return 0 if parent.isValid() else len(self._headings)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | int | None:
        """The text of a cell, as its tooltip too."""
        item = self._rows[index.row()]
        text = item.subject if index.column() == 0 else item.sentence
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_tooltip(text)
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


def _tabbed(rows: Sequence[Skipped]) -> str:
    return "\n".join(f"{item.subject}\t{item.sentence}" for item in rows)
