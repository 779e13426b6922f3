"""A wide button: an icon, a title, a line below it, and its keys."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from segrefine_gui.gui.icons import IconLabel
from segrefine_gui.gui.labels import keys_label, section_label


class WayButton(QPushButton):
    """A way to begin.

    Args:
        icon_name: see `icons.icon`.
        title: what it does.
        text: a line below; shortened where there is no room, a quiet one in its middle.
        quiet: whether it shows its frame only under the pointer.
    """

    def __init__(self, icon_name: str, title: str, text: str, quiet: bool = False) -> None:
        super().__init__()
        self.setProperty("role", "row" if quiet else "card")
        self.setAutoDefault(True)  # Enter presses it, as Space does
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(section_label(title.replace("&", "&&")))
        elide = Qt.TextElideMode.ElideMiddle if quiet else Qt.TextElideMode.ElideRight
        words.addWidget(_ElidedLabel(text, elide))
        layout = QHBoxLayout(self)
        inset = 8 if quiet else 14
        layout.setContentsMargins(inset, 7 if quiet else 11, inset, 7 if quiet else 11)
        layout.setSpacing(12)
        layout.addWidget(IconLabel(icon_name, 20 if quiet else 24))
        layout.addLayout(words, 1)
        self._keys = keys_label("")
        self._keys.hide()
        layout.addWidget(self._keys)
        for label in self.findChildren(QWidget):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_keys(self, keys: str) -> None:
        """Show its keys at the right; empty for none."""
        self._keys.setText(keys)
        self._keys.setVisible(bool(keys))

    def sizeHint(self) -> QSize:
        """What the words need."""
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """What the words need at least."""
        layout = self.layout()
        return layout.minimumSize() if layout is not None else super().minimumSizeHint()


class _ElidedLabel(QLabel):
    """A muted line that is shortened where there is no room."""

    def __init__(self, text: str, elide: Qt.TextElideMode) -> None:
        super().__init__(text)
        self._elide = elide
        self.setProperty("role", "muted")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw as much of the line as there is room for."""
        line = self.fontMetrics().elidedText(self.text(), self._elide, self.width())
        self.style().drawItemText(
            QPainter(self),
            self.rect(),
            int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft),
            self.palette(),
            self.isEnabled(),
            line,
            self.foregroundRole(),
        )
