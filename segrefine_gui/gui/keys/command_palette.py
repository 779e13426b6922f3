"""The command palette: a field over the window in which any command is found by its name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.keys.command_delegate import CommandDelegate
from segrefine_gui.gui.keys.command_list import COMMAND, Command, CommandList

WIDTH, TOP = 640, 64
ROWS = 11
"""Most rows that are shown at once."""

_STEPS = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -ROWS,
    Qt.Key.Key_PageDown: ROWS,
}


class CommandPalette(QFrame):
    """Lists commands for what is typed; closes before the chosen one is told.

    It lies in the window rather than over it: a window of its own would get the first letters
    only once the desktop has made it the active one, and they would be shortcuts until then.

    Args:
        actions: the window's actions.
        recent: ids of the commands used last, newest first.
        parent: the window.
    """

    chosen = Signal(str)
    """Id of the action to run."""

    def __init__(self, actions: Actions, recent: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._focused_before = parent.focusWidget()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(self.tr("Commands"))
        self.setProperty("role", "palette")
        self.setAutoFillBackground(True)
        self.field = _Field()
        self.field.setPlaceholderText(self.tr("Type a command"))
        self.field.setAccessibleName(self.tr("Type a command"))
        self.field.textChanged.connect(self._filter)
        self.field.left.connect(self.close)
        self.list = QListView()
        self.list.setProperty("role", "palette-list")
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(CommandDelegate(self.list))
        self._commands = CommandList(actions, recent, self)
        self.list.setModel(self._commands)
        self.list.clicked.connect(self._run)
        self.list.selectionModel().currentChanged.connect(self._say_current)
        self.nothing = QLabel(self.tr("No command has these letters."))
        self.nothing.setProperty("role", "muted")
        self.nothing.setContentsMargins(8, 4, 8, 8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        layout.addWidget(self.nothing)
        self.ensurePolished()  # rows have the height of the style sheet's font
        self.setFixedWidth(min(WIDTH, parent.width()))
        self.move((parent.width() - self.width()) // 2, TOP)
        self._filter("")

    def open(self) -> None:
        """Come up and take the focus."""
        self.show()
        self.raise_()
        self.field.setFocus()

    @property
    def current(self) -> Command | None:
        """The command that Enter would run."""
        command = self.list.currentIndex().data(COMMAND)
        return command if isinstance(command, Command) else None

    def rows(self) -> list[Command]:
        """What is listed."""
        count = self._commands.rowCount()
        return [self._commands.index(row).data(COMMAND) for row in range(count)]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by Up and Down while typing, run by Enter, leave by Esc."""
        key = event.key()
        if key in _STEPS:
            self._move(_STEPS[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run()
        elif key == Qt.Key.Key_Escape:
            self._leave()

    def _filter(self, typed: str) -> None:
        self._commands.show(typed)
        count = self._commands.rowCount()
        self.list.setVisible(count > 0)
        self.nothing.setVisible(count == 0)
        if count:
            self.list.setFixedHeight(min(count, ROWS) * self.list.sizeHintForRow(0))
            self.list.setCurrentIndex(self._commands.index(0))
            self.list.scrollToTop()
        self._say_current(self.list.currentIndex())
        self.adjustSize()

    def _move(self, step: int) -> None:
        count = self._commands.rowCount()
        if not count:
            return
        row = self.list.currentIndex().row() + step
        # One step past an end comes in at the other, a page stops there.
        row = row % count if abs(step) == 1 else min(max(row, 0), count - 1)
        self.list.setCurrentIndex(self._commands.index(row))

    def _say_current(self, index: QModelIndex) -> None:
        """Let a screen reader, which follows the focus, know of the row that Enter would run."""
        said = index.data(Qt.ItemDataRole.AccessibleTextRole)
        self.field.setAccessibleDescription(said or self.nothing.text())

    def _run(self) -> None:
        command = self.current
        if command is not None and not command.when:
            self._leave()
            self.chosen.emit(command.id)

    def _leave(self) -> None:
        """Close, and give the focus back."""
        if self._focused_before is not None:
            self._focused_before.setFocus()  # which closes it
        self.close()


class _Field(QLineEdit):
    """A field that takes every key, those of shortcuts and Tab too."""

    left = Signal()
    """The focus is elsewhere."""

    def event(self, event: QEvent) -> bool:
        """Leave no key to shortcuts, and keep the focus."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: ARG002 - Qt's signature
        """There is nowhere to go by Tab."""
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Say so."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:  # its own context menu
            self.left.emit()
