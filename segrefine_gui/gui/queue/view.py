"""The panel with the queue: what it shows, and the list that asks for crops of rows in sight."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from segrefine_gui.gui.labels import muted_label, section_label
from segrefine_gui.gui.queue.crop_cache import CropCache
from segrefine_gui.gui.queue.delegate import ROW_HEIGHT, QueueDelegate
from segrefine_gui.gui.queue.filter_bar import FilterBar
from segrefine_gui.gui.queue.model import QueueModel
from segrefine_gui.gui.queue.risk_filter import RiskFilter
from segrefine_gui.gui.queue.uniform_view import UniformView

_Index = QModelIndex | QPersistentModelIndex


class QueueView(UniformView):
    """The list of instances; clicks with Ctrl or Shift select several.

    Args:
        model: what it shows.
        crops: where its pictures come from.
        parent: the panel.
    """

    row_chosen = Signal(int)
    """The person wants to see the instance of this row."""

    def __init__(self, model: QueueModel, crops: CropCache, parent: QWidget | None = None) -> None:
        super().__init__(QSize(0, ROW_HEIGHT), parent)
        self._queue = model
        self._crops = crops
        self.setModel(model)
        self.setItemDelegate(QueueDelegate(crops.get, self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAccessibleName(self.tr("Queue of instances"))
        self.settled.connect(self._want_crops)
        crops.ready.connect(self._show_crop)
        self.clicked.connect(lambda index: self.row_chosen.emit(index.row()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A drag selects nothing here: every row on its way would be shown."""

    def sizeHint(self) -> QSize:
        """Wide enough for what a row says."""
        return QSize(300, 400)

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        """Keys of the list itself (Home, End, page keys) show what they lead to."""
        super().currentChanged(current, previous)
        # A press tells its row as a click, once what it selects is selected.
        if current.isValid() and self.hasFocus() and self._pressed_at is None:
            self.row_chosen.emit(current.row())

    def _want_crops(self) -> None:
        self._crops.want([self._queue.entry(row).instance_id for row in self.visible_rows()])

    def _show_crop(self, instance_id: int) -> None:
        for row in self.visible_rows():
            if self._queue.entry(row).instance_id == instance_id:
                self.update(self._queue.index(row))


class QueuePanel(QWidget):
    """The queue under what filters it; says so when nothing passes the filter."""

    def __init__(
        self, view: QueueView, bar: FilterBar, risks: RiskFilter, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.view = view
        self.bar = bar
        self.risks = risks
        self.clear_button = QPushButton(self.tr("Clear filter"))
        self.clear_button.clicked.connect(bar.clear)
        self._nothing = QWidget()
        words = QVBoxLayout(self._nothing)
        words.setContentsMargins(20, 36, 20, 20)
        words.setSpacing(8)
        title = section_label(self.tr("Nothing passes the filter"))
        sentence = muted_label(self.tr("No instance of this project is as you asked for."))
        for label in (title, sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            words.addWidget(label)
        words.addSpacing(6)
        words.addWidget(self.clear_button, 0, Qt.AlignmentFlag.AlignHCenter)
        words.addStretch(1)
        self._stack = QStackedWidget()
        self._stack.addWidget(view)
        self._stack.addWidget(self._nothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(risks)
        layout.addWidget(self._stack, 1)

    def show_counts(self, shown: int, total: int, left: int) -> None:
        """Say how many instances there are.

        Args:
            shown: that pass the filter.
            total: in the project.
            left: of those, how many are not decided.
        """
        self.bar.show_counts(shown, total, left)
        self._stack.setCurrentWidget(self._nothing if total and not shown else self.view)
