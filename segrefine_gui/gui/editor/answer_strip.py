"""The strip of alternatives for a part that was refined again, to be picked by number."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QLocale, QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from segrefine_gui.gui.action_table.editor_rows import PICK_ROWS
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.widgets.elided_label import ElidedLabel
from segrefine_gui.gui.widgets.picture_button import PictureButton

PICTURE = 72
"""Side of a picture, in widget pixels."""

HEIGHT = PICTURE + 18


class AnswerStrip(QWidget):
    """One button an alternative, with a picture once it is computed; hidden where there is none.

    Nothing in it takes the focus, so keys go on meaning what they mean.

    Args:
        actions: the window's actions, which the buttons trigger.
        parent: the editor.
    """

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._picked: int | None = None
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(self.tr("Alternatives"))
        self._words = QLabel()
        self._words.setProperty("role", "muted")
        words = self.tr("Refining…"), self.tr("Refined by")
        metrics = self._words.fontMetrics()
        # Of one width, so that no picture moves when the last one is there.
        self._words.setFixedWidth(max(metrics.horizontalAdvance(each) for each in words) + 4)
        self._waiting_words, self._done_words = words
        self.buttons: list[PictureButton] = []
        self._details: list[ElidedLabel] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 4, 14, 4)
        layout.setSpacing(8)
        layout.addWidget(self._words)
        for spec in PICK_ROWS:
            button = PictureButton(PICTURE)
            button.setAccessibleName(actions[spec.id].iconText())
            details = ElidedLabel()
            details.setProperty("role", "muted")
            button.lines.addWidget(details)
            button.lines.addWidget(button.key, 0, Qt.AlignmentFlag.AlignLeft)  # below the name
            button.let_clicks_through()
            self._details.append(details)
            button.clicked.connect(self._keep_checked)
            button.clicked.connect(actions[spec.id].trigger)
            layout.addWidget(button, 1000)
            self.buttons.append(button)
        layout.addStretch(1)
        self.hide()

    @property
    def picture_side(self) -> int:
        """The side of a picture in device pixels."""
        return self.buttons[0].picture_pixels

    def show_ways(
        self, names: Sequence[str], ready: Collection[int], failed: Collection[int] = ()
    ) -> None:
        """Show what can be picked.

        Args:
            names: of all ways, at most as many as there are actions; empty to hide.
            ready: numbers of those that are computed, counted from 0.
            failed: numbers of those that will never be.
        """
        self.setVisible(bool(names))
        is_waiting = len(ready) + len(failed) < len(names)
        self._words.setText(self._waiting_words if is_waiting else self._done_words)
        for number, (spec, button) in enumerate(zip(PICK_ROWS, self.buttons, strict=True)):
            button.setVisible(number < len(names))
            button.setEnabled(number in ready)
            self._actions[spec.id].setEnabled(number in ready)
            if number not in ready:
                button.picture.clear()
                self._details[number].show_text(self.tr("failed") if number in failed else "")
            if number < len(names):
                button.name.show_text(names[number])
                button.show_key(self._actions.key_text(spec.id))
                button.setAccessibleName(names[number])
                button.setToolTip(self._actions[spec.id].toolTip())
        if not names:
            self.show_picked(None)

    def show_picture(self, number: int, picture: QImage, changed: int) -> None:
        """Show what an alternative makes of the part.

        Args:
            number: of it, counted from 0.
            picture: of the part with it.
            changed: how many pixels of the mask it changes.
        """
        self.buttons[number].show_picture(QPixmap.fromImage(picture))
        words = self.tr("changes {} px").format(QLocale().toString(changed))
        self._details[number].show_text(words if changed else self.tr("changes nothing"))

    def show_picked(self, number: int | None) -> None:
        """Show which alternative is in the mask; None for none of them."""
        self._picked = number
        self._keep_checked()

    def minimumSizeHint(self) -> QSize:
        """Little: words that have no room are cut, and their tooltips have them."""
        return QSize(0, HEIGHT)

    def _keep_checked(self) -> None:
        """Check what is picked, whatever was clicked."""
        for number, button in enumerate(self.buttons):
            button.setChecked(number == self._picked)
