"""Asks for images, and for the segmenter that makes their coarse masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QPushButton, QWidget

from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.engines.base import EngineCatalog, EngineOptions
from segrefine_gui.gui.dialogs.engine_choice import AUTO, EngineChoice
from segrefine_gui.gui.dialogs.form_dialog import SECTION_GAP, FormDialog, labelled
from segrefine_gui.gui.dialogs.paths import PathList
from segrefine_gui.gui.engines.presets import Presets
from segrefine_gui.gui.labels import muted_label


@dataclass(frozen=True, slots=True)
class SegmentChoice:
    """What to segment, and how.

    Attributes:
        images: image files and folders.
        segmenter: a registered name or "auto".
        options: for the segmenter; its device serves the refiner too.
        refiner: the refiner that runs afterwards, "auto", or None for none.
        setup: the segmenter and its options, as a project keeps them; None where that is not
            wanted.
    """

    images: tuple[Path, ...]
    segmenter: str
    options: EngineOptions
    refiner: str | None
    setup: EngineSetup | None = None


class SegmentDialog(FormDialog):
    """Asks for images and a segmenter.

    Args:
        engines: the engines there are.
        weights_folder: where fetched weights are kept.
        images: image files and folders to begin with.
        presets: what the open project keeps; None where none is open.
        parent: the window it belongs to.
    """

    import_masks_requested = Signal()
    """The person has masks already; the dialog has been closed."""

    def __init__(
        self,
        engines: EngineCatalog,
        weights_folder: Path,
        images: Sequence[Path] = (),
        presets: Presets | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            self.tr("Open images"),
            self.tr("A segmenter finds the instances and makes their coarse masks."),
            self.tr("&Segment"),
            parent,
        )
        self.images = PathList(images)
        self.segmenters = EngineChoice(engines, "segmenter", weights_folder, presets)
        self.import_instead = QPushButton(self.tr("Import &masks instead…"))
        self.import_instead.setAutoDefault(False)
        self.import_instead.clicked.connect(self._import_instead)
        self.threshold = self.segmenters.threshold
        self.refiner = QComboBox()
        self._list_refiners(engines)
        self.add_section(self.tr("&Images"), self.images, stretch=1)
        self.add_section(self.tr("Segmenter"), self.segmenters)
        self.import_section = self.add_section("", self._way_out())
        self.add_section("", self._details())
        self.images.changed.connect(self.revalidate)
        self.segmenters.changed.connect(self.revalidate)
        self.revalidate()

    def missing(self) -> str:
        """See `FormDialog.missing`."""
        if self.segmenters.name() is None:
            return self.tr("No segmenter can run here yet.")
        return "" if self.images.paths() else self.tr("Add images, or a folder of images.")

    def problem(self) -> str:
        """See `FormDialog.problem`."""
        return self.images.problem() or self.segmenters.problem()

    def revalidate(self) -> None:
        """See `FormDialog.revalidate`; where no segmenter can run, show another way in."""
        self.import_section.setVisible(self.segmenters.name() is None)
        super().revalidate()

    def choice(self) -> SegmentChoice:
        """What was chosen; for an accepted dialog."""
        return SegmentChoice(
            self.images.paths(),
            self.segmenters.name() or AUTO,
            self.segmenters.options(),
            self.refiner.currentData(),
            self.segmenters.setup(),
        )

    def _list_refiners(self, engines: EngineCatalog) -> None:
        options = self.segmenters.options()
        self.refiner.addItem(self.tr("The best refiner here"), AUTO)
        for factory in engines.refiners():
            if factory.status(options).usable:
                self.refiner.addItem(factory.name, factory.name)
        self.refiner.addItem(self.tr("Do not refine yet"), None)

    def _details(self) -> QWidget:
        details = QWidget()
        layout = QHBoxLayout(details)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SECTION_GAP)
        layout.addWidget(labelled(self.tr("&Leave out scores below"), self.threshold), 1)
        layout.addWidget(labelled(self.tr("Then refi&ne with"), self.refiner), 1)
        return details

    def _way_out(self) -> QWidget:
        note = QFrame()
        note.setProperty("role", "card")
        layout = QHBoxLayout(note)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(14)
        text = self.tr(
            "Set up one of the segmenters as its line says, or begin with coarse masks that you "
            "have already."
        )
        layout.addWidget(muted_label(text), 1)
        layout.addWidget(self.import_instead)
        return note

    def _import_instead(self) -> None:
        self.reject()
        self.import_masks_requested.emit()
