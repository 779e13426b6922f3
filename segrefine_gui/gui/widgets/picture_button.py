"""A button that shows a picture of what it stands for, beside its name and key."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from segrefine_gui.gui.labels import keys_label
from segrefine_gui.gui.widgets.elided_label import ElidedLabel

LEAST_WIDTH, MOST_WIDTH = 120, 300

ROOM = 10
"""Height around the picture, in widget pixels."""


class PictureButton(QPushButton):
    """One of several to pick from; the one that is picked is checked.

    It takes no focus, so keys go on meaning what they mean.

    Args:
        side: of the picture, in widget pixels.
    """

    def __init__(self, side: int) -> None:
        super().__init__()
        self._side = side
        self.setProperty("role", "alternative")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setMaximumWidth(MOST_WIDTH)
        self.picture = QLabel()
        self.picture.setFixedSize(side, side)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.name = ElidedLabel()
        self.key = keys_label("")
        self.head = QHBoxLayout()
        """The line of the name, to which signs can be added before the key."""
        self.head.setSpacing(6)
        self.head.addWidget(self.name, 1)
        self.head.addWidget(self.key)
        self.lines = QVBoxLayout()
        """The lines beside the picture, to which others can be added."""
        self.lines.setSpacing(2)
        self.lines.addLayout(self.head)
        words = QVBoxLayout()
        words.addStretch(1)
        words.addLayout(self.lines)
        words.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(5, 3, 8, 3)
        layout.setSpacing(9)
        layout.addWidget(self.picture)
        layout.addLayout(words, 1)
        self.let_clicks_through()

    @property
    def picture_pixels(self) -> int:
        """The side of the picture in device pixels."""
        return round(self._side * self.devicePixelRatioF())

    def show_picture(self, picture: QPixmap) -> None:
        """Show a picture, of any size."""
        fit = picture.scaled(
            self.picture_pixels,
            self.picture_pixels,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        fit.setDevicePixelRatio(self.devicePixelRatioF())
        self.picture.setPixmap(fit)

    def show_key(self, key: str) -> None:
        """Name the key that does the same; empty for none."""
        self.key.setText(key)
        self.key.setVisible(bool(key))

    def let_clicks_through(self) -> None:
        """Let everything in it be part of the button; again after something was added."""
        for label in self.findChildren(QWidget):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        """Its usual width."""
        return QSize(MOST_WIDTH, self._side + ROOM)

    def minimumSizeHint(self) -> QSize:
        """What its picture and the beginning of its name need."""
        return QSize(LEAST_WIDTH, self._side + ROOM)
