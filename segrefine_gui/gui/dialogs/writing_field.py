"""Asks how to write masks where a format leaves a choice."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QGridLayout, QLabel, QWidget

from segrefine_gui.domain.mattes import MOST_FEATHER
from segrefine_gui.formats.base import Format, OverlapOrder, PngKind, WriterOptions

_PNG = "png"


class WritingField(QWidget):
    """The choices that concern a format; the others are hidden.

    Args:
        options: to begin with.
    """

    changed = Signal()

    def __init__(self, options: WriterOptions) -> None:
        super().__init__()
        self._format: Format | None = None
        self.polygons = QCheckBox(self.tr("Write pol&ygons"))
        self.polygons.setChecked(options.polygons)
        self.tolerance = _spin(options.tolerance, 50.0, self.tr(" pixels"))
        self.tolerance.setToolTip(
            self.tr("How far a polygon may stray from the outline of its mask; 0 is exact.")
        )
        self.overlap = _choice(
            {
                OverlapOrder.SMALLEST: self.tr("The smallest"),
                OverlapOrder.FIRST: self.tr("The first in its image"),
                OverlapOrder.LAST: self.tr("The last in its image"),
                OverlapOrder.SCORE: self.tr("The one of the highest score"),
            },
            options.overlap,
        )
        self.png = _choice(
            {
                PngKind.BINARY: self.tr("The mask: black and white"),
                PngKind.CUT_OUT: self.tr("The cut-out photo"),
                PngKind.MATTE: self.tr("A matte with a soft edge"),
            },
            options.png,
        )
        self.feather = _spin(options.feather or 0.0, MOST_FEATHER, self.tr(" pixels"))
        self.feather.setDecimals(0)
        self.feather.setSingleStep(1.0)
        self.feather.setToolTip(
            self.tr("Width of the soft edge of masks that have none of their own.")
        )
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(22, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self.polygons, 0, 0, 1, 2)
        self._labels = {
            field: self._add(row, text, field)
            for row, (text, field) in enumerate(
                (
                    (self.tr("Tolerance of &polygons"), self.tolerance),
                    (self.tr("S&hared pixels go to"), self.overlap),
                    (self.tr("A P&NG holds"), self.png),
                    (self.tr("F&eather"), self.feather),
                ),
                1,
            )
        }
        self.polygons.toggled.connect(self._tell)
        self.tolerance.valueChanged.connect(self._tell)
        self.overlap.currentIndexChanged.connect(self._tell)
        self.png.currentIndexChanged.connect(self._tell)
        self.feather.valueChanged.connect(self._tell)

    def show_format(self, chosen: Format) -> bool:
        """Show what concerns a format; says whether anything does."""
        self._format = chosen
        has_both = chosen.has_polygons and not chosen.only_polygons
        overlaps = chosen.writer is None or chosen.writer(WriterOptions()).overlaps
        self.polygons.setVisible(has_both)
        self._show(self.tolerance, chosen.has_polygons)
        self._show(self.overlap, not overlaps)
        self._show(self.png, chosen.name == _PNG)
        self._show(self.feather, chosen.name == _PNG)
        self._enable()
        return chosen.has_polygons or not overlaps or chosen.name == _PNG

    def options(self) -> WriterOptions:
        """What was chosen; what does not concern the format has its default."""
        usual, is_shown = WriterOptions(), self._is_shown
        return WriterOptions(
            is_shown(self.polygons) and self.polygons.isChecked(),
            self.tolerance.value() if is_shown(self.tolerance) else usual.tolerance,
            OverlapOrder(self.overlap.currentData()) if is_shown(self.overlap) else usual.overlap,
            PngKind(self.png.currentData()) if is_shown(self.png) else usual.png,
            self.feather.value() if is_shown(self.feather) else usual.feather,
        )

    def _add(self, row: int, text: str, field: QWidget) -> QLabel:
        label = QLabel(text)
        label.setBuddy(field)
        field.setAccessibleName(text.replace("&", ""))
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(field, row, 1)
        return label

    def _show(self, field: QWidget, shown: bool) -> None:
        field.setVisible(shown)
        self._labels[field].setVisible(shown)

    @staticmethod
    def _is_shown(field: QWidget) -> bool:
        """Whether it concerns the format, also while all is folded away."""
        return not field.isHidden() and field.isEnabled()

    def _enable(self) -> None:
        exact = self._format is not None and not self._format.only_polygons
        self.tolerance.setEnabled(self.polygons.isChecked() or not exact)
        self._labels[self.tolerance].setEnabled(self.tolerance.isEnabled())
        is_soft = PngKind(self.png.currentData()) is not PngKind.BINARY
        self.feather.setEnabled(is_soft)
        self._labels[self.feather].setEnabled(is_soft)

    def _tell(self) -> None:
        self._enable()
        self.changed.emit()


def _spin(value: float, most: float, suffix: str) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setRange(0.0, most)
    spin.setDecimals(1)
    spin.setSingleStep(0.5)
    spin.setSuffix(suffix)
    spin.setValue(value)
    return spin


def _choice(words: dict[OverlapOrder, str] | dict[PngKind, str], chosen: object) -> QComboBox:
    box = QComboBox()
    for value, text in words.items():
        box.addItem(text, value)
    box.setCurrentIndex(box.findData(chosen))
    return box
