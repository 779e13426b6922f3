"""The table of the key editor: actions by menu, their keys, and the preset's keys."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from segrefine_gui.gui.action_table import ACTIONS
from segrefine_gui.gui.action_table.spec import MENUS, ActionSpec, plain, translated
from segrefine_gui.gui.keys.keymap import Keymap, shown_keys

_ID = Qt.ItemDataRole.UserRole
_ACTION, _KEYS, _DEFAULT = range(3)

_NO_KEYS = "—"
_PADDING = 28
"""What a column is wider than its longest text."""


class KeyTable(QTreeWidget):
    """Shows a keymap; says what the person wants and changes nothing itself."""

    selected = Signal(str)
    """Id of the action that is current now; empty for none."""

    change_wanted = Signal()
    """Enter, or a double click: another key for the current action."""

    removal_wanted = Signal()
    """Delete or Backspace: no key for it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Commands and their keys"))
        self.setHeaderLabels([self.tr("Command"), self.tr("Keys"), self.tr("Default")])
        self.setProperty("role", "keys")
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setIndentation(14)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        header = self.header()
        header.setSectionsMovable(False)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(_ACTION, QHeaderView.ResizeMode.Stretch)
        for column in (_KEYS, _DEFAULT):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        self.ensurePolished()  # rows take their height from the style sheet
        self._items: dict[str, QTreeWidgetItem] = {}
        self._groups = [(self._make_group(menu), menu) for menu in MENUS]
        self.expandAll()
        self.currentItemChanged.connect(lambda *_: self.selected.emit(self.current_id()))
        self.itemDoubleClicked.connect(lambda *_: self.change_wanted.emit())

    def show_keymap(self, keymap: Keymap) -> None:
        """Show the keys; those that the person changed are bold."""
        for action_id, item in self._items.items():
            item.setText(_KEYS, shown_keys(keymap.keys(action_id)) or _NO_KEYS)
            item.setText(_DEFAULT, shown_keys(keymap.default(action_id)))
            font = QFont(self.font())
            font.setBold(keymap.is_changed(action_id))
            item.setFont(_KEYS, font)
        bold = QFont(self.font())
        bold.setBold(True)
        for column in (_KEYS, _DEFAULT):
            widths = map(QFontMetrics(bold).horizontalAdvance, self._texts(column))
            self.header().resizeSection(column, max(widths) + _PADDING)

    def show_only(self, words: str) -> None:
        """Show the rows in which every word is found: a name, a key, what it does, or its menu."""
        wanted = words.casefold().split()
        for group, menu in self._groups:
            rows = [self._items[spec.id] for spec in ACTIONS if spec.menu == menu]
            for item in rows:
                columns = [item.text(column) for column in range(self.columnCount())]
                text = " ".join([group.text(_ACTION), *columns, item.toolTip(_ACTION)]).casefold()
                item.setHidden(not all(word in text for word in wanted))
            group.setHidden(all(item.isHidden() for item in rows))
        self._keep_current_in_sight()

    def current_id(self) -> str:
        """Id of the current action; empty for none."""
        item = self.currentItem()
        return "" if item is None or item.isHidden() else str(item.data(_ACTION, _ID) or "")

    def go_to(self, action_id: str) -> None:
        """Make an action the current one."""
        self.setCurrentItem(self._items[action_id])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Change by Enter, remove by Delete."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.change_wanted.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removal_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _make_group(self, menu: str) -> QTreeWidgetItem:
        group = QTreeWidgetItem(self, [plain(translated(menu))])
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        font = group.font(_ACTION)
        font.setBold(True)
        group.setFont(_ACTION, font)
        group.setFirstColumnSpanned(True)
        for spec in (spec for spec in ACTIONS if spec.menu == menu):
            self._add_row(group, spec)
        return group

    def _add_row(self, group: QTreeWidgetItem, spec: ActionSpec) -> None:
        item = QTreeWidgetItem(group, [plain(translated(spec.text))])
        item.setData(_ACTION, _ID, spec.id)
        item.setToolTip(_ACTION, translated(spec.tooltip))
        self._items[spec.id] = item

    def _texts(self, column: int) -> list[str]:
        return [item.text(column) for item in (self.headerItem(), *self._items.values())]

    def _keep_current_in_sight(self) -> None:
        shown = [item for item in self._items.values() if not item.isHidden()]
        if shown and not self.current_id():
            self.setCurrentItem(shown[0])
        if shown:
            self.scrollToItem(self.currentItem() or shown[0])
        self.selected.emit(self.current_id())
