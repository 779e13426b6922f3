"""The left and right ends of the status bar: where the review is, and what is decided."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.colors import decision_ink
from segrefine_gui.gui.widgets.plain_text import as_tooltip


class PlaceLabel(QLabel):
    """Position and image name; a long name loses its middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_place(self, row: int | None, total: int, image_name: str) -> None:
        """Say where the review is; no row, no words."""
        self._whole = "" if row is None else f"{row + 1} / {total}   {image_name}"
        self.setToolTip(as_tooltip(image_name))
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        metrics = QFontMetrics(self.font())
        middle = Qt.TextElideMode.ElideMiddle
        self.setText(metrics.elidedText(self._whole, middle, self.width()))


class CountsLabel(QLabel):
    """How many instances have each decision, and how many are left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setContentsMargins(0, 0, 12, 0)
        self._counts: Mapping[Decision, int] = {}

    def show_counts(self, counts: Mapping[Decision, int]) -> None:
        """Say the counts; nothing where there are no instances."""
        self._counts = counts
        if not sum(counts.values()):
            self.clear()
            return
        words = {
            Decision.REFINED: self.tr("refined"),
            Decision.COARSE: self.tr("coarse"),
            Decision.DROPPED: self.tr("dropped"),
            Decision.PENDING: self.tr("left"),
        }
        self.setText(
            " &nbsp; ".join(
                f'<span style="color:{decision_ink(decision, self.palette()).name()}">●</span>'
                f" {counts[decision]} {word}"
                for decision, word in words.items()
            )
        )

    def changeEvent(self, event: QEvent) -> None:
        """Dots have the ink of the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.show_counts(self._counts)
