"""The dialog in which a person chooses the keys of all commands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.gui.action_table import SPECS
from segrefine_gui.gui.action_table.spec import plain, translated
from segrefine_gui.gui.dialogs.form_dialog import MARGIN
from segrefine_gui.gui.keys.key_capture import KeyCapture
from segrefine_gui.gui.keys.key_table import KeyTable
from segrefine_gui.gui.keys.keymap import Keymap, may_have, opened_menu, shown_keys
from segrefine_gui.gui.keys.presets import PRESETS, Keys
from segrefine_gui.gui.keys.question_bar import QuestionBar
from segrefine_gui.gui.labels import muted_label, title_label

WIDTH, HEIGHT = 720, 640

_TO_TABLE = frozenset({Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter})


class KeyEditor(QDialog):
    """Changes a keymap; every change counts at once.

    Args:
        keymap: the keys to begin with.
        parent: the window it belongs to.
    """

    keymap_changed = Signal(object)
    """The new `Keymap`."""

    def __init__(self, keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        self.keymap = keymap
        self._adds = False
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Find a command or a key"))
        self.search.setAccessibleName(self.tr("Find a command or a key"))
        self.search.setClearButtonEnabled(True)
        self.preset = QComboBox()
        self.preset.addItems(list(PRESETS))
        self.table = KeyTable()
        self.change = self._button(self.tr("&Change"), lambda: self.begin_capture(adds=False))
        self.add = self._button(self.tr("&Add"), lambda: self.begin_capture(adds=True))
        self.remove = self._button(self.tr("Re&move"), self._remove)
        self.reset = self._button(self.tr("&Reset"), self._reset)
        self.reset_all = self._button(self.tr("Reset A&ll"), self._ask_reset_all)
        self.close_button = self._button(self.tr("Close"), self.accept)
        self.hint = muted_label("")
        self.capture = KeyCapture()
        self.question = QuestionBar()
        self._lay_out()

        self.search.textChanged.connect(self.table.show_only)
        self.preset.activated.connect(lambda _: self._choose_preset(self.preset.currentText()))
        self.table.selected.connect(self._show_selected)
        self.table.change_wanted.connect(lambda: self.begin_capture(adds=False))
        self.table.removal_wanted.connect(self._remove)
        self.capture.captured.connect(self._take_key)
        self.capture.left.connect(self._show_as_it_is)
        self._show_keymap()
        self.table.show_only("")

    def begin_capture(self, adds: bool) -> None:
        """Wait for a new key of the current command.

        Args:
            adds: whether the command keeps the keys that it has.
        """
        action_id = self.table.current_id()
        if not action_id:
            return
        self._adds = adds
        ask = self.tr("Press the new key for “{}”, or Esc to leave it as it is.")
        self._foot.setCurrentWidget(self.capture)
        self.capture.begin(ask.format(_name(action_id)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down and Enter go from the search to what it found; Esc first clears it, then leaves."""
        key = event.key()
        if key == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            self.search.setFocus()
        elif self.search.hasFocus() and key in _TO_TABLE:
            self.table.setFocus()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin with the search."""
        super().showEvent(event)
        self.search.setFocus()

    # What the person does

    def _take_key(self, key: str) -> None:
        action_id = self.table.current_id()
        if not may_have(action_id, key):
            self.table.setFocus()
            self._say(self._refusal(key))
            return
        before = self.keymap.keys(action_id) if self._adds else ()
        self._want(action_id, tuple(dict.fromkeys((*before, key))))

    def _refusal(self, key: str) -> str:
        menu = opened_menu(key)
        if menu:
            return self.tr("{} opens the menu “{}”.").format(shown_keys((key,)), menu)
        return self.tr("A key that is held is one key, without Ctrl, Alt or Shift.")

    def _remove(self) -> None:
        action_id = self.table.current_id()
        if action_id:
            self._want(action_id, ())

    def _reset(self) -> None:
        action_id = self.table.current_id()
        if action_id:
            self._want(action_id, self.keymap.default(action_id))

    def _ask_reset_all(self) -> None:
        count = len(self.keymap.overrides)
        all_of_them = self.tr("The keys of {} commands become those of the preset again.")
        one = self.tr("The keys of one command become those of the preset again.")
        self._ask(
            one if count == 1 else all_of_them.format(count),
            self.tr("Reset"),
            self.tr("Keep"),
            lambda: self._set(Keymap(self.keymap.preset)),
        )

    def _choose_preset(self, name: str) -> None:
        mine = self.keymap.overrides
        if not mine or name == self.keymap.preset:
            self._set(Keymap(name, mine))
            return
        self._ask(
            self.tr("You have changed keys yourself. Keep them in “{}”?").format(name),
            self.tr("Keep Mine"),
            self.tr("Only the Preset"),
            lambda: self._set(Keymap(name, mine)),
            lambda: self._set(Keymap(name)),
        )

    def _want(self, action_id: str, keys: Keys) -> None:
        """Give an action its keys, after asking where others have them."""
        new = self.keymap.with_keys(action_id, keys)
        owners = self.keymap.owners(keys, action_id)
        if not owners:
            self._set(new)
            return
        taken = [key for owner in owners for key in self.keymap.keys(owner) if key in keys]
        names = self.tr("” and “").join(_name(owner) for owner in owners)
        self._ask(
            self.tr("{} already means “{}”.").format(shown_keys(taken), names),
            self.tr("Take It Away"),
            self.tr("Leave It"),
            lambda: self._set(new),
        )

    # What is shown

    def _set(self, keymap: Keymap) -> None:
        changed = keymap != self.keymap
        self.keymap = keymap
        self._show_as_it_is()
        if changed:
            self.keymap_changed.emit(keymap)

    def _show_as_it_is(self) -> None:
        """Show the keymap, whatever was being asked, and go back to the table."""
        self._show_keymap()
        self.table.setFocus()

    def _show_keymap(self) -> None:
        self.preset.setCurrentText(self.keymap.preset)
        self.table.show_keymap(self.keymap)
        self.reset_all.setEnabled(bool(self.keymap.overrides))
        self._show_selected(self.table.current_id())

    def _show_selected(self, action_id: str) -> None:
        for button in (self.change, self.add):
            button.setEnabled(bool(action_id))
        self.remove.setEnabled(bool(action_id and self.keymap.keys(action_id)))
        self.reset.setEnabled(bool(action_id) and self.keymap.is_changed(action_id))
        self._say(translated(SPECS[action_id].tooltip) if action_id else "")

    def _say(self, sentence: str) -> None:
        self.hint.setText(sentence)
        self._foot.setCurrentWidget(self.hint)

    def _ask(
        self,
        sentence: str,
        yes: str,
        no: str,
        then: Callable[[], None],
        otherwise: Callable[[], None] | None = None,
    ) -> None:
        self._foot.setCurrentWidget(self.question)
        self.question.ask(sentence, yes, no, then, otherwise or self._show_as_it_is)

    def _button(self, text: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)  # Enter in the table is for the table
        button.clicked.connect(lambda _=False: act())
        return button

    def _lay_out(self) -> None:
        preset_label = QLabel(self.tr("&Preset"))
        preset_label.setBuddy(self.preset)
        self.preset.setAccessibleName(self.tr("Preset"))
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.search, 1)
        top.addSpacing(8)
        top.addWidget(preset_label)
        top.addWidget(self.preset)
        foot = QWidget()
        self._foot = QStackedLayout(foot)
        for widget in (self.hint, self.capture, self.question):
            self._foot.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.change, self.add, self.remove, self.reset):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.reset_all)
        buttons.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN - 4, MARGIN, MARGIN - 4)
        layout.setSpacing(12)
        layout.addWidget(title_label(self.tr("Keys")))
        layout.addLayout(top)
        layout.addWidget(self.table, 1)
        layout.addWidget(foot)
        layout.addLayout(buttons)
        self.resize(WIDTH, HEIGHT)


def _name(action_id: str) -> str:
    return plain(translated(SPECS[action_id].text))
