"""Asks for format, folder, and which masks to export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QWidget

from segrefine_gui.domain.records import Decision, MaskChoice
from segrefine_gui.gui.dialogs.form_dialog import FormDialog
from segrefine_gui.gui.dialogs.paths import PathField
from segrefine_gui.services.export import Include


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What to export, and where to."""

    format: str
    folder: Path
    masks: MaskChoice
    include: Include
    polygons: bool


class ExportDialog(FormDialog):
    """Asks what to export.

    Args:
        formats: names of the formats that can be written.
        folder: the folder to begin with.
        counts: number of instances per decision.
        parent: the window it belongs to.
    """

    def __init__(
        self,
        formats: Sequence[str],
        folder: Path,
        counts: Mapping[Decision, int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Export masks", "", "&Export", parent)
        self._counts = counts
        self.format = QComboBox()
        for name in formats:
            self.format.addItem(name, name)
        self.folder = PathField(folders=True)
        self.folder.set_path(folder)
        self.masks = QComboBox()
        for masks in MaskChoice:
            self.masks.addItem(masks.value, masks)
        self.include = QComboBox()
        for include in Include:
            self.include.addItem(include.value, include)
        self.polygons = QCheckBox(self.tr("&Polygons"))
        self.summary = QLabel()
        self.add_section(self.tr("&Format"), self.format)
        self.add_section(self.tr("F&older"), self.folder)
        self.add_section(self.tr("&Masks"), self.masks)
        self.add_section(self.tr("&Instances"), self.include)
        self.add_section("", self.polygons)
        self.add_section("", self.summary)
        self.folder.changed.connect(self.revalidate)
        self.include.currentIndexChanged.connect(self.revalidate)
        self.revalidate()

    def problem(self) -> str:
        """See `FormDialog.problem`."""
        self.summary.setText(self.tr("Instances to write: {}").format(self._written()))
        if self.folder.path() is None:
            return self.tr("Choose a folder.")
        if not self._written():
            return self.tr("Nothing has been accepted yet.")
        return ""

    def choice(self) -> ExportChoice:
        """What was chosen; for an accepted dialog."""
        return ExportChoice(
            self.format.currentData(),
            self.folder.path() or Path(),
            MaskChoice(self.masks.currentData()),
            Include(self.include.currentData()),
            self.polygons.isChecked(),
        )

    def _written(self) -> int:
        everything = Include(self.include.currentData()) is Include.ALL
        return sum(
            count
            for decision, count in self._counts.items()
            if decision.is_accepted or (everything and decision is not Decision.DROPPED)
        )
