"""The big buttons under the canvases, and what the instance above them is."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.colors import decision_ink, scheme_of
from segrefine_gui.gui.icons import IconLabel
from segrefine_gui.gui.labels import keys_label
from segrefine_gui.gui.queue.model import decision_name
from segrefine_gui.gui.widgets.bar_words import BarWords
from segrefine_gui.gui.widgets.plain_text import as_tooltip
from segrefine_gui.services.looks import Shown

BUTTON_HEIGHT = 44

_RETURN = QKeySequence(Qt.Key.Key_Return)


class KeyButton(QPushButton):
    """A large button of an action, with its key beside its text.

    It never takes the focus: its key works wherever the focus is.

    Args:
        action: what it does; the button follows its words, its key and whether it can be used.
        icon_name: name of the icon before its text, shown while the action has one.
        parent: the bar.
    """

    def __init__(self, action: QAction, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action = action
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedHeight(BUTTON_HEIGHT)
        self._key = keys_label("")
        self._symbol = IconLabel(icon_name, self.fontMetrics().height() + 3)
        self._words = QLabel()
        layout = self._row = QHBoxLayout(self)
        layout.setContentsMargins(14, 0, 12, 0)
        layout.setSpacing(8)
        layout.addStretch(1)
        for label in (self._symbol, self._words, self._key):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(label, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addStretch(1)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def sizeHint(self) -> QSize:
        """What its labels need."""
        return QSize(self._row.sizeHint().width(), BUTTON_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """The same: no text is cut."""
        return self.sizeHint()

    def _follow(self) -> None:
        action = self._action
        key = _cap(action.shortcut())
        self.setEnabled(action.isEnabled())
        self.setToolTip(action.toolTip())
        self.setAccessibleName(f"{action.iconText()}, {key}" if key else action.iconText())
        self._symbol.setVisible(not action.icon().isNull())
        self._words.setText(action.iconText())
        self._key.setText(key)
        self._key.setVisible(bool(key))
        self.updateGeometry()


def _cap(key: QKeySequence) -> str:
    """A key as it is printed on a keyboard."""
    return "⏎" if key == _RETURN else key.toString(QKeySequence.SequenceFormat.NativeText)


class DecisionBar(QWidget):
    """What the current instance is, what was decided, and the ways to decide.

    Args:
        buttons: one for each decision, using the refined mask first, and undo.
        parent: the review page.
    """

    def __init__(self, buttons: list[KeyButton], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Shown | None = None
        words = BarWords(Qt.TextFormat.RichText)
        self.title, self.details = words.title, words.details
        self._buttons = buttons
        layout = self._row = QHBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.setSpacing(8)
        layout.addLayout(words, 1)
        for button in buttons:
            layout.addWidget(button)

    def show_instance(self, shown: Shown | None) -> None:
        """Describe an instance."""
        self._shown = shown
        if shown is None:
            self.title.clear()
            self.details.show_text("")
            self.details.setToolTip("")
            return
        entry = shown.entry
        state = decision_name(entry.decision)
        ink = decision_ink(entry.decision, self.palette()).name()
        if entry.decision is Decision.PENDING:
            ink = scheme_of(self.palette()).muted
        name = escape(entry.category)
        self.title.setText(
            f'{name} #{entry.source_id} &nbsp;<span style="color:{ink}">{state}</span>'
        )
        self.details.show_text(self._details(shown))
        self.details.setToolTip(as_tooltip(shown.note))

    def set_blind(self, blind: bool) -> None:
        """Have the button of the left mask left of that of the right one, or as always."""
        first = self._buttons[1] if blind else self._buttons[0]
        self._row.insertWidget(1, first)

    def changeEvent(self, event: QEvent) -> None:
        """Words have the ink of the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.show_instance(self._shown)

    def _details(self, shown: Shown) -> str:
        parts = []
        if shown.entry.score is not None:
            parts.append(self.tr("score {:.2f}").format(shown.entry.score))
        refinement = shown.refinement
        if refinement is None:
            parts.append(self.tr("not refined"))
        else:
            run = refinement.run
            parts.append(self.tr("{} in {:.1f} s").format(run.engine, run.seconds))
        if shown.note:
            # First: it is what another person wanted to be read.
            parts.insert(0, self.tr("“{}”").format(" ".join(shown.note.split())))
        return " · ".join(parts)
