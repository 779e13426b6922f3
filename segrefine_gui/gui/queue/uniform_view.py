"""A list or grid whose cells all have one size, so that a hundred thousand cost no layout.

QListView visits every row of its model whenever that is reset, which takes a third of a second
for 100,000 rows; here the place of a cell is computed from its number.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyle,
    QStyleOptionRubberBand,
    QStyleOptionViewItem,
    QWidget,
)

SETTLE_MS = 30
"""How long the view stands still before pictures of what is in sight are asked for."""

_Index = QModelIndex | QPersistentModelIndex
_Move = QAbstractItemView.CursorAction


class UniformView(QAbstractItemView):
    """Shows the rows of a list model as cells of one size, in reading order.

    Args:
        cell: size of a cell in pixels; a width of 0 makes a list, one cell as wide as the view.
        parent: the widget around it.
    """

    settled = Signal()
    """Other cells are in sight than before, and the view stands still."""

    def __init__(self, cell: QSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cell = cell
        self._anchor: int | None = None
        self._pressed_at: QPoint | None = None
        self._band = QRect()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("UniformView { border: none; border-radius: 0; }")
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self.settled)
        self.verticalScrollBar().valueChanged.connect(self._settle)

    # Cells

    def set_cell(self, cell: QSize) -> None:
        """Show cells of another size, the current one staying in sight."""
        self._cell = cell
        self.updateGeometries()
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())
        self.viewport().update()
        self._settle()

    def columns(self) -> int:
        """Cells beside each other."""
        return max(1, self.viewport().width() // self._cell.width()) if self._cell.width() else 1

    def count(self) -> int:
        """Cells there are."""
        model = self.model()
        return 0 if model is None else model.rowCount()

    def visible_rows(self) -> range:
        """The model's rows in sight, also in part."""
        return self._rows_between(0, self.viewport().height() - 1)

    def selected_rows(self) -> list[int]:
        """The rows that are selected, in order; the current one where none is."""
        rows: set[int] = set()
        for block in self.selectionModel().selection().toList():
            rows.update(range(block.top(), block.bottom() + 1))
        current = self.currentIndex()
        return sorted(rows) if rows or not current.isValid() else [current.row()]

    def show_row(self, row: int | None) -> None:
        """Make a row the current and only selected one, and bring it into sight.

        After the model was reset it stays where its forerunner was on the screen.
        """
        anchor, self._anchor = self._anchor, None
        if row is None:
            self.clearSelection()
            return
        index = self.model().index(row, 0)
        selection = self.selectionModel()
        if index != self.currentIndex() or not selection.isSelected(index):
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
            selection.setCurrentIndex(index, flags)
        if anchor is not None:
            self.verticalScrollBar().setValue(self._top_of(row) - anchor)
        self.scrollTo(index)

    def _width(self) -> int:
        return self._cell.width() or self.viewport().width()

    def _left(self) -> int:
        """Where the first column begins: columns are in the middle."""
        return max(0, self.viewport().width() - self.columns() * self._width()) // 2

    def _top_of(self, row: int) -> int:
        return row // self.columns() * self._cell.height()

    def _rows_between(self, top: int, bottom: int) -> range:
        """Rows of cells that touch these heights of the viewport."""
        offset, height, columns = self.verticalOffset(), self._cell.height(), self.columns()
        first = max(0, (top + offset) // height) * columns
        last = ((bottom + offset) // height + 1) * columns
        return range(min(first, self.count()), max(0, min(last, self.count())))

    # What Qt asks of a view

    def visualRect(self, index: _Index) -> QRect:
        """The place of a cell in the viewport."""
        line, column = divmod(index.row(), self.columns())
        height, width = self._cell.height(), self._width()
        top = line * height - self.verticalOffset()
        return QRect(self._left() + column * width, top, width, height)

    def indexAt(self, point: QPoint) -> QModelIndex:
        """The cell at a point of the viewport, or of the content above or below it."""
        line = (point.y() + self.verticalOffset()) // self._cell.height()
        column = (point.x() - self._left()) // max(1, self._width())
        row = line * self.columns() + column
        if line < 0 or not 0 <= column < self.columns() or row >= self.count():
            return QModelIndex()
        return self.model().index(row, 0)

    def scrollTo(
        self,
        index: _Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,  # noqa: ARG002
    ) -> None:
        """Bring a cell into sight, with half of the next one where there is room."""
        place, height = self.visualRect(index), self.viewport().height()
        room = min(self._cell.height() // 2, max(0, height - self._cell.height()) // 2)
        bar = self.verticalScrollBar()
        if place.top() < room:
            bar.setValue(bar.value() + place.top() - room)
        elif place.bottom() > height - room:
            bar.setValue(bar.value() + place.bottom() - height + room)

    def horizontalOffset(self) -> int:
        """Nothing lies beside the viewport."""
        return 0

    def verticalOffset(self) -> int:
        """Height of what lies above the viewport, in pixels."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: _Index) -> bool:  # noqa: ARG002
        """No cell is hidden."""
        return False

    def moveCursor(self, action: _Move, modifiers: Qt.KeyboardModifier) -> QModelIndex:  # noqa: ARG002
        """Where a key leads; left and right go on over the ends of lines."""
        if not self.count():
            return QModelIndex()
        columns, row = self.columns(), max(0, self.currentIndex().row())
        page = max(1, self.viewport().height() // self._cell.height()) * columns
        last = self.count() - 1
        steps = {
            _Move.MoveLeft: -1,
            _Move.MovePrevious: -1,
            _Move.MoveRight: 1,
            _Move.MoveNext: 1,
            _Move.MoveUp: -columns,
            _Move.MoveDown: columns,
            _Move.MovePageUp: -page,
            _Move.MovePageDown: page,
            _Move.MoveHome: -row,
            _Move.MoveEnd: last - row,
        }
        return self.model().index(min(max(row + steps[action], 0), last), 0)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select what a rubber band touches, or all from one cell to another."""
        selection = QItemSelection()
        if self.state() is QAbstractItemView.State.DragSelectingState:
            band = rect.normalized()
            left, width = self._left(), self._width()
            first = max(0, (band.left() - left) // width)
            last = min(self.columns() - 1, (band.right() - left) // width)
            if first <= last:
                rows = self._rows_between(band.top(), band.bottom())
                for line in range(rows.start, rows.stop, self.columns()):
                    self._add(selection, line + first, min(line + last, rows.stop - 1))
        else:
            one, other = self.indexAt(rect.topLeft()), self.indexAt(rect.bottomRight())
            if one.isValid() and other.isValid():
                self._add(selection, *sorted((one.row(), other.row())))
        self.selectionModel().select(selection, command)

    def _add(self, selection: QItemSelection, first: int, last: int) -> None:
        if first <= last:
            model = self.model()
            selection.select(model.index(first, 0), model.index(last, 0))

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """The selected cells in sight."""
        region = QRegion()
        visible = self.visible_rows()
        for block in selection.toList():
            for row in range(
                max(block.top(), visible.start), min(block.bottom() + 1, visible.stop)
            ):
                region += self.visualRect(self.model().index(row, 0))
        return region

    def updateGeometries(self) -> None:
        """Let the scroll bar span all cells."""
        lines = -(-self.count() // self.columns())
        height, bar = self.viewport().height(), self.verticalScrollBar()
        bar.setSingleStep(max(1, self._cell.height() // 3))
        bar.setPageStep(height)
        bar.setRange(0, max(0, lines * self._cell.height() - height))
        super().updateGeometries()

    def reset(self) -> None:
        """Show a model that became another, and remember where the current cell was."""
        super().reset()
        self._settle()
        self.viewport().update()

    def setModel(self, model: object) -> None:
        """Show a model."""
        super().setModel(model)  # type: ignore[arg-type]
        self.model().modelAboutToBeReset.connect(self._drop_anchor)

    def _drop_anchor(self) -> None:
        index = self.currentIndex()
        place = self.visualRect(index) if index.isValid() else QRect()
        self._anchor = place.top() if self.viewport().rect().intersects(place) else None

    def dataChanged(self, top: _Index, bottom: _Index, roles: Sequence[int] = ()) -> None:  # noqa: ARG002
        """Paint changed cells anew; cells never change their size."""
        visible = self.visible_rows()
        if top.row() < visible.stop and bottom.row() >= visible.start:
            one_line = self.visualRect(top).united(self.visualRect(bottom))
            self.viewport().update(
                QRect(0, one_line.top(), self.viewport().width(), one_line.height())
            )

    def keyboardSearch(self, search: str) -> None:
        """Letters are keys of actions here; Qt would search every row for them."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other cells may be in sight now."""
        super().resizeEvent(event)
        self.updateGeometries()
        self._settle()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells in sight, and the rubber band."""
        painter = QPainter(self.viewport())
        selection, current = self.selectionModel(), self.currentIndex()
        under = self.indexAt(self.viewport().mapFromGlobal(self.cursor().pos()))
        hovers = self.viewport().underMouse()
        for row in self._rows_between(event.rect().top(), event.rect().bottom()):
            index = self.model().index(row, 0)
            option = QStyleOptionViewItem()
            self.initViewItemOption(option)
            option.rect = self.visualRect(index)
            for flag, is_so in (
                (QStyle.StateFlag.State_Selected, selection.isSelected(index)),
                (QStyle.StateFlag.State_HasFocus, index == current and self.hasFocus()),
                (QStyle.StateFlag.State_MouseOver, hovers and index == under),
            ):
                option.state = option.state | flag if is_so else option.state & ~flag
            self.itemDelegate().paint(painter, option, index)
        if not self._band.isEmpty():
            band = QStyleOptionRubberBand()
            band.initFrom(self)
            band.rect = self._band.translated(0, -self.verticalOffset())
            self.style().drawControl(QStyle.ControlElement.CE_RubberBand, band, painter, self)
        painter.end()

    def viewportEvent(self, event: QEvent) -> bool:
        """The cell under the pointer is marked."""
        if event.type() in (QEvent.Type.HoverMove, QEvent.Type.HoverLeave, QEvent.Type.Leave):
            self.viewport().update()
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press beside or on a cell may begin a rubber band."""
        self._pressed_at = event.position().toPoint() + QPoint(0, self.verticalOffset())
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the rubber band from where the press was to here."""
        if self.selectionMode() is QAbstractItemView.SelectionMode.SingleSelection:
            return
        super().mouseMoveEvent(event)
        is_dragging = self.state() is QAbstractItemView.State.DragSelectingState
        if is_dragging and self._pressed_at is not None:
            here = event.position().toPoint() + QPoint(0, self.verticalOffset())
            self._band = QRect(self._pressed_at, here).normalized()
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The rubber band ends."""
        super().mouseReleaseEvent(event)
        self._pressed_at = None
        if not self._band.isEmpty():
            self._band = QRect()
            self.viewport().update()

    def _settle(self, *_: object) -> None:
        self._timer.start()
