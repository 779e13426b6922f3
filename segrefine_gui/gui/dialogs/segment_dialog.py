"""Asks for images, and for the segmenter that makes their coarse masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QPushButton, QWidget

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.engines.base import EngineCatalog, EngineOptions
from segrefine_gui.gui.dialogs.engine_options import EngineOptionsForm
from segrefine_gui.gui.dialogs.engine_picker import EnginePicker, EngineRow
from segrefine_gui.gui.dialogs.form_dialog import FormDialog
from segrefine_gui.gui.dialogs.paths import PathList, missing_path


@dataclass(frozen=True, slots=True)
class SegmentChoice:
    """What to segment, and how.

    Attributes:
        images: image files and folders.
        segmenter: a registered name or "auto".
        options: for the segmenter; its device serves the refiner too.
        refiner: the refiner that runs afterwards, "auto", or None for none.
    """

    images: tuple[Path, ...]
    segmenter: str
    options: EngineOptions
    refiner: str | None


class SegmentDialog(FormDialog):
    """Asks for images and a segmenter.

    Args:
        engines: the engines there are.
        weights_folder: where fetched weights are kept.
        images: image files and folders to begin with.
        parent: the window it belongs to.
    """

    import_masks_requested = Signal()
    """The person has masks already; the dialog has been closed."""

    def __init__(
        self,
        engines: EngineCatalog,
        weights_folder: Path,
        images: Sequence[Path] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Open images", "", "&Segment", parent)
        self._engines = engines
        self.images = PathList(images)
        self.threshold = QDoubleSpinBox(minimum=0.0, maximum=1.0, singleStep=0.05, value=0.5)
        self.options = EngineOptionsForm(weights_folder, with_model=True)
        self.segmenters = EnginePicker(
            [EngineRow("auto", self.tr("Automatic"), "", self._auto_problem)]
            + [
                EngineRow(
                    f.name, f.name, f.summary, lambda f=f: f.status(self._options()).problem
                )
                for f in engines.segmenters()
            ]
        )
        self.refiner = QComboBox()
        self.refiner.addItem(self.tr("Automatic"), "auto")
        for factory in engines.refiners():
            if factory.status(self._options()).usable:
                self.refiner.addItem(factory.name, factory.name)
        self.refiner.addItem(self.tr("None"), None)
        self.import_button = QPushButton(self.tr("Import &masks instead…"))
        self.import_button.clicked.connect(self._import_instead)
        self.add_section(self.tr("&Images"), self.images, stretch=1)
        self.add_section(self.tr("Segmenter"), self.segmenters)
        self.add_section("", self.import_button)
        self.add_section(self.tr("Leave out &detections with a score below"), self.threshold)
        self.add_section(self.tr("Then &refine with"), self.refiner)
        self.add_section("", self.options)
        self.images.changed.connect(self.revalidate)
        self.segmenters.changed.connect(self.revalidate)
        self.options.changed.connect(self._ask_again)
        self.revalidate()

    def problem(self) -> str:
        """See `FormDialog.problem`."""
        if self.segmenters.chosen() is None:
            return self.tr("No segmenter can run here: import masks that you have instead.")
        if not self.images.paths():
            return self.tr("Add images, or a folder of images.")
        missing = missing_path(self.images.paths())
        if missing is not None:
            return self.tr("There is no file or folder {}.").format(missing)
        return self.options.problem()

    def choice(self) -> SegmentChoice:
        """What was chosen; for an accepted dialog."""
        return SegmentChoice(
            self.images.paths(),
            self.segmenters.chosen() or "auto",
            self._options(),
            self.refiner.currentData(),
        )

    def _options(self) -> EngineOptions:
        return self.options.options(self.threshold.value())

    def _auto_problem(self) -> str:
        try:
            self._engines.choose("segmenter", "auto", self._options())
        except EngineError as error:
            return error.sentence
        return ""

    def _ask_again(self) -> None:
        self.segmenters.show_statuses()
        self.revalidate()

    def _import_instead(self) -> None:
        self.reject()
        self.import_masks_requested.emit()
