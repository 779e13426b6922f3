"""How photos and masks are shown: brightness, contrast, gamma, opacity of masks."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QWidget,
)

from segrefine_gui.gui.canvas.adjustment import Adjustment
from segrefine_gui.gui.compare.stage import DEFAULT_OPACITY

SLIDER_WIDTH = 220
PERCENT_WIDTH = 52


class DisplayPanel(QDialog):
    """Sliders in a small window beside the work; the data of images and masks stay as they are."""

    adjusted = Signal(object)
    """The `Adjustment` from now on."""

    opacity_changed = Signal(float)
    """The opacity of fills from now on, 0..1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self.setWindowTitle(self.tr("Display"))
        self.brightness = _Percent(-100, 100, 0)
        self.contrast = _Percent(-100, 200, 0)
        self.gamma = _Percent(20, 500, 100)
        self.opacity = _Percent(0, 100, round(100 * DEFAULT_OPACITY))
        form = QFormLayout(self)
        form.setContentsMargins(16, 14, 16, 14)
        form.setSpacing(10)
        for text, row in (
            (self.tr("&Brightness"), self.brightness),
            (self.tr("&Contrast"), self.contrast),
            (self.tr("&Gamma"), self.gamma),
        ):
            form.addRow(text, row)
            row.slider.setAccessibleName(text.replace("&", ""))
            row.slider.valueChanged.connect(self._tell_adjustment)
        form.addRow(self.tr("&Opacity of masks"), self.opacity)
        self.opacity.slider.setAccessibleName(self.tr("Opacity of masks"))
        self.opacity.slider.valueChanged.connect(
            lambda value: self.opacity_changed.emit(value / 100)
        )
        self.reset_button = QPushButton(self.tr("&Reset"))
        self.reset_button.setAutoDefault(False)
        self.reset_button.clicked.connect(self.reset)
        form.addRow(self.reset_button)

    def reset(self) -> None:
        """Show everything as it is."""
        for row in (self.brightness, self.contrast, self.gamma, self.opacity):
            row.reset()

    def show_opacity(self, opacity: float) -> None:
        """Follow an opacity that was set elsewhere, 0..1."""
        self.opacity.slider.setValue(round(100 * opacity))

    def _tell_adjustment(self) -> None:
        values = (row.slider.value() / 100 for row in (self.brightness, self.contrast, self.gamma))
        self.adjusted.emit(Adjustment(*values))


class _Percent(QWidget):
    """A slider with its value in percent."""

    def __init__(self, least: int, most: int, usual: int) -> None:
        super().__init__()
        self._usual = usual
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(least, most)
        self.slider.setValue(usual)
        self.slider.setPageStep(10)
        self.slider.setMinimumWidth(SLIDER_WIDTH)
        self.setFocusProxy(self.slider)
        value = QLabel()
        value.setMinimumWidth(PERCENT_WIDTH)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.slider.valueChanged.connect(lambda percent: value.setText(f"{percent} %"))
        self.slider.valueChanged.emit(usual)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.slider, 1)
        row.addWidget(value)

    def reset(self) -> None:
        """Go back to the usual value."""
        self.slider.setValue(self._usual)
