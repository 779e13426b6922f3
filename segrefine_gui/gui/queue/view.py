"""The panel with the queue: a heading, and the list that asks for thumbnails of rows in sight."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLabel, QListView, QVBoxLayout, QWidget

from segrefine_gui.gui.queue.delegate import QueueDelegate
from segrefine_gui.gui.queue.model import QueueModel
from segrefine_gui.gui.queue.thumbnails import Thumbnails

SETTLE_MS = 30
"""How long the list stands still before thumbnails are asked for."""


_Index = QModelIndex | QPersistentModelIndex


class QueueView(QListView):
    """The list of instances.

    Args:
        model: what it shows.
        thumbnails: where its pictures come from.
        parent: the panel.
    """

    row_chosen = Signal(int)
    """The person wants to see the instance of this row."""

    def __init__(
        self, model: QueueModel, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._queue = model
        self._thumbnails = thumbnails
        self.setModel(model)
        self.setItemDelegate(QueueDelegate(thumbnails.get, self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QListView { border: none; border-radius: 0; }")
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAccessibleName(self.tr("Queue of instances"))
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLE_MS)
        self._settled.timeout.connect(self._want_thumbnails)
        self.verticalScrollBar().valueChanged.connect(self._settle)
        model.modelReset.connect(self._settle)
        thumbnails.ready.connect(self._show_thumbnail)
        self.clicked.connect(lambda index: self.row_chosen.emit(index.row()))

    def show_row(self, row: int | None) -> None:
        """Mark the row of the instance shown, and bring it into sight with its neighbours."""
        if row is None:
            self.clearSelection()
            return
        index = self._queue.index(row)
        if index == self.currentIndex() and self.selectionModel().isSelected(index):
            return
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(index, flags)
        for neighbour in (row - 1, row + 1, row):
            self.scrollTo(self._queue.index(neighbour))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More rows may be in sight now."""
        super().resizeEvent(event)
        self._settle()

    def sizeHint(self) -> QSize:
        """Wide enough for what a row says."""
        return QSize(290, 400)

    def dataChanged(self, top: _Index, bottom: _Index, roles: Sequence[int] = ()) -> None:  # noqa: ARG002
        """Paint changed rows anew.

        Qt would lay out the whole list again, which takes a third of a second for 100,000 rows;
        but rows never change their size.
        """
        self.viewport().update(self.visualRect(top).united(self.visualRect(bottom)))

    def visible_rows(self) -> range:
        """The rows in sight, also in part."""
        count = self._queue.rowCount()
        height = self.sizeHintForRow(0)
        if count == 0 or height <= 0:
            return range(0)
        top = self.verticalScrollBar().value()
        return range(top // height, min(count, (top + self.viewport().height()) // height + 1))

    def _settle(self, *_: object) -> None:
        self._settled.start()

    def _want_thumbnails(self) -> None:
        self._thumbnails.want([self._queue.entry(row).instance_id for row in self.visible_rows()])

    def _show_thumbnail(self, instance_id: int) -> None:
        for row in self.visible_rows():
            if self._queue.entry(row).instance_id == instance_id:
                self.update(self._queue.index(row))

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        """Keys of the list itself (Home, End, page keys) show what they lead to."""
        super().currentChanged(current, previous)
        if current.isValid() and self.hasFocus():
            self.row_chosen.emit(current.row())


class QueuePanel(QWidget):
    """The queue under its heading."""

    def __init__(self, view: QueueView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self._title = QLabel(self.tr("Queue"))
        self._title.setProperty("role", "section")
        self._left = QLabel()
        self._left.setProperty("role", "muted")
        heading = QWidget()
        row = QVBoxLayout(heading)
        row.setContentsMargins(14, 12, 14, 8)
        row.setSpacing(2)
        row.addWidget(self._title)
        row.addWidget(self._left)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(heading)
        layout.addWidget(view, 1)

    def show_counts(self, total: int, left: int) -> None:
        """Say how many instances there are and how many are left to decide."""
        text = self.tr("{} instances · {} left") if total else self.tr("No instances yet")
        self._left.setText(text.format(total, left))
