"""What the status bar says: where the review is, what is decided, and what is looked at."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from segrefine_gui.domain.records import Decision, EngineRun
from segrefine_gui.gui.canvas.pyramid import ImagePyramid
from segrefine_gui.gui.colors import decision_ink
from segrefine_gui.gui.widgets.elided_label import ElidedLabel
from segrefine_gui.gui.widgets.plain_text import as_tooltip

HEIGHT = 38

GAP = 14
"""Between what is said and what is said next."""


def fill_status_bar(bar: QStatusBar, first: QWidget, others: Iterable[QWidget]) -> None:
    """Put one thing, which has the room to spare, on the left and others on the right."""
    bar.setSizeGripEnabled(False)
    bar.setContentsMargins(12, 0, 12, 0)
    bar.setFixedHeight(HEIGHT)  # the canvases keep their size when a job comes and goes
    bar.addWidget(first, 1)
    for widget in others:
        bar.addPermanentWidget(widget)


class PlaceLabel(ElidedLabel):
    """Position and image name; a long name loses its middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.TextElideMode.ElideMiddle, parent)

    def show_place(self, row: int | None, total: int, image_name: str) -> None:
        """Say where the review is; no row, no words."""
        self.show_text("" if row is None else f"{row + 1} / {total}   {image_name}")
        self.setToolTip(as_tooltip(image_name))


class PixelLabel(QLabel):
    """The pixel under the cursor: where it is, and its colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setContentsMargins(0, 0, GAP, 0)
        # Digits that change do not push each other about.
        widest = self.fontMetrics().horizontalAdvance("8888, 8888   888 888 888")
        self.setMinimumWidth(widest + GAP)
        self.setToolTip(self.tr("Pixel under the cursor: column, row, and red, green and blue"))

    def show_pixel(self, image: ImagePyramid | None, point: QPointF | None) -> None:
        """Say which pixel it is; nothing outside of the image.

        Args:
            image: the image, None for none.
            point: in image pixels, None for none.
        """
        if image is None or point is None:
            self.clear()
            return
        column, row = math.floor(point.x()), math.floor(point.y())
        if not (0 <= column < image.width and 0 <= row < image.height):
            self.clear()
            return
        red, green, blue = image.levels[0][row, column].tolist()
        self.setText(f"{column}, {row}   {red} {green} {blue}")


class EngineLabel(QLabel):
    """The engine that refined what is shown, and what it ran on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setContentsMargins(0, 0, GAP, 0)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._is_quiet = False

    def set_quiet(self, quiet: bool) -> None:
        """Say nothing for as long as there is no room, or speak again."""
        self._is_quiet = quiet
        self.setVisible(bool(self.text()) and not quiet)

    def show_run(self, run: EngineRun | None) -> None:
        """Say the engine and its device; nothing where nothing is refined."""
        self.setVisible(run is not None and not self._is_quiet)
        if run is None:
            self.clear()
            return
        self.setText(f"{run.engine} · {run.device}")
        self.setToolTip(as_tooltip(self.tr("Refined by {} on {}").format(run.engine, run.device)))


class PaceLabel(QLabel):
    """How fast the person decides."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setContentsMargins(0, 0, GAP, 0)
        self.setToolTip(self.tr("Masks per minute, over the latest decisions"))
        self.hide()

    def show_pace(self, pace: float) -> None:
        """Say the decisions a minute; nothing at 0."""
        self.setVisible(pace > 0)
        self.setText(self.tr("{} / min").format(f"{pace:.0f}" if pace >= 10 else f"{pace:.1f}"))


class CountsLabel(QLabel):
    """How many instances have each decision, and how many are left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setContentsMargins(0, 0, GAP, 0)
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
            Decision.EDITED: self.tr("edited"),
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
