"""Controls that only one mode needs, in a dark pill over the canvas."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

from segrefine_gui.gui.canvas.lettering import CAPTION_INSET, PILL_COLOR

STEPS = 100
SLIDER_WIDTH = 160

WIDE_FROM = 680
"""Width of a canvas from which captions and a pill have room beside each other."""

# Canvases are dark in both themes, and so is what lies on them.
_STYLE = """
QLabel { color: rgba(255, 255, 255, 235); }
QSlider::groove:horizontal {
    height: 4px; border-radius: 2px; background: rgba(255, 255, 255, 90);
}
QSlider::handle:horizontal {
    width: 16px; height: 16px; margin: -6px 0; border-radius: 8px; background: white;
}
QPushButton {
    color: rgba(255, 255, 255, 235); background: transparent;
    border: 1px solid rgba(255, 255, 255, 90); border-radius: 10px;
    padding: 0 10px; min-height: 20px;
}
QPushButton:hover { border-color: white; }
QPushButton:checked { background: rgba(255, 255, 255, 235); color: #14171C; }
"""


class _Pill(QWidget):
    """A dark pill in the top right corner of a canvas, below the captions where it is narrow."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self.setStyleSheet(_STYLE)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(14, 4, 14, 4)
        self.row.setSpacing(10)
        over.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        """Stay in the corner."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.place()
        return False

    def place(self) -> None:
        """Take the size of the words and go to the corner."""
        self.adjustSize()
        inset = round(CAPTION_INSET)
        has_room = self._over.width() >= WIDE_FROM
        self.move(
            self._over.width() - self.width() - inset,
            inset if has_room else 2 * inset + self.height(),
        )

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the pill."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(PILL_COLOR))
        painter.drawRoundedRect(self.rect(), self.height() / 2, self.height() / 2)


class OnionBar(_Pill):
    """A slider from one mask to the other."""

    moved = Signal(float)
    """The opacity of the right one that the person wants, 0..1."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._first, self._second = QLabel(), QLabel()
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(0, STEPS)
        self._slider.setFixedWidth(SLIDER_WIDTH)
        self._slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._slider.setAccessibleName(self.tr("Blend of the masks"))
        self._slider.valueChanged.connect(lambda value: self.moved.emit(value / STEPS))
        for widget in (self._first, self._slider, self._second):
            self.row.addWidget(widget)

    @property
    def slider(self) -> QSlider:
        """The slider."""
        return self._slider

    def set_names(self, first: str, second: str) -> None:
        """Name the ends."""
        self._first.setText(first)
        self._second.setText(second)
        self.place()

    def set_value(self, opacity: float) -> None:
        """Put the slider somewhere, without a signal."""
        self._slider.blockSignals(True)
        self._slider.setValue(round(opacity * STEPS))
        self._slider.blockSignals(False)


class BlinkBar(_Pill):
    """A switch for blinking by itself, and a word on the key that blinks while it is held."""

    toggled = Signal(bool)
    """The person switched blinking by itself on or off."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._button = QPushButton(self.tr("Automatic"))
        self._button.setCheckable(True)
        self._button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._button.setToolTip(self.tr("Blink twice a second"))
        self._button.toggled.connect(self.toggled)
        self._hint = QLabel()
        self._hint.hide()
        self.row.addWidget(self._hint)
        self.row.addWidget(self._button)

    @property
    def button(self) -> QPushButton:
        """The switch."""
        return self._button

    def set_key(self, key: str) -> None:
        """Name the key that blinks while it is held; empty for none."""
        self._hint.setText(self.tr("Hold {} to blink").format(key))
        self._hint.setVisible(bool(key))
        self.place()
