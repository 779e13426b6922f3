"""The grid of instances before and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QItemSelection, QModelIndex, QPersistentModelIndex, QSize, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QWidget

from segrefine_gui.gui.contact_sheet.delegate import SheetDelegate
from segrefine_gui.gui.contact_sheet.spot_check import Finding
from segrefine_gui.gui.queue.crop_cache import CropCache
from segrefine_gui.gui.queue.model import QueueModel
from segrefine_gui.gui.queue.uniform_view import UniformView

SIDE = 112
"""Of a crop at first, in pixels."""

SMALLEST, LARGEST = 64, 256

REST_MS = 150
"""How long the current cell stays the same before it is told."""

_Index = QModelIndex | QPersistentModelIndex


class SheetView(UniformView):
    """Cells of which several can be selected, by keys, clicks and a rubber band.

    Args:
        model: the instances.
        crops: where both crops of each come from.
        finding: what a spot check found an instance to be, None where it was not looked at.
        parent: the widget around it.
    """

    opened = Signal(int)
    """The person wants a good look at the instance of this row."""

    selected = Signal(int)
    """So many are selected now."""

    rested = Signal(int)
    """This row has been the current one for a while."""

    def __init__(
        self,
        model: QueueModel,
        crops: CropCache,
        finding: Callable[[int], Finding | None] = lambda _: None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(QSize(1, 1), parent)
        self._queue = model
        self._crops = crops
        self.setModel(model)
        self.setItemDelegate(SheetDelegate(crops.get, finding, self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAccessibleName(self.tr("Contact sheet"))
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.tell_current)
        self.settled.connect(self._want_crops)
        crops.ready.connect(self._show_crop)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))
        self.set_side(SIDE)

    def set_side(self, side: int) -> None:
        """Show crops with sides of so many pixels."""
        self._crops.set_side(round(side * self.devicePixelRatioF()))
        self.set_cell(SheetDelegate.cell(side, self.font()))

    def selected_ids(self) -> Sequence[int]:
        """The instances of `selected_rows`."""
        return [self._queue.entry(row).instance_id for row in self.selected_rows()]

    def move(self, rows: int) -> None:  # type: ignore[override]
        """Go on by so many cells, ending the selection."""
        if self.count():
            row = min(max(0, self.currentIndex().row() + rows), self.count() - 1)
            self.show_row(row)

    def go_past_selection(self) -> None:
        """Go to the cell after the last selected one."""
        rows = self.selected_rows()
        if rows:
            self.show_row(min(rows[-1] + 1, self.count() - 1))

    def tell_current(self) -> None:
        """Tell the current row without waiting for it to rest."""
        self._rest.stop()
        if self.currentIndex().isValid():
            self.rested.emit(self.currentIndex().row())

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        """The rest of the window follows once the person stays at a cell."""
        super().currentChanged(current, previous)
        if current.isValid() and self.isVisible():
            self._rest.start()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell how many are selected."""
        super().selectionChanged(selected, deselected)
        blocks = self.selectionModel().selection().toList()
        self.selected.emit(sum(block.bottom() - block.top() + 1 for block in blocks))

    def _want_crops(self) -> None:
        rows = self.visible_rows() if self.isVisible() else range(0)
        self._crops.want([self._queue.entry(row).instance_id for row in rows])

    def _show_crop(self, instance_id: int) -> None:
        for row in self.visible_rows():
            if self._queue.entry(row).instance_id == instance_id:
                self.update(self._queue.index(row))
