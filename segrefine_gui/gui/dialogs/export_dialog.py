"""Asks for format, folder, and which masks to export."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.domain.records import Decision, MaskChoice
from segrefine_gui.formats.base import Format
from segrefine_gui.gui.dialogs.choice_list import ChoiceList
from segrefine_gui.gui.dialogs.form_dialog import SECTION_GAP, FormDialog, labelled
from segrefine_gui.gui.dialogs.paths import PathField
from segrefine_gui.gui.labels import muted_label, section_label
from segrefine_gui.services.export import Include

_COCO = "coco"
_TABLE = "csv"


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What to export, and where to.

    Attributes:
        format: name of the format.
        folder: where to write.
        masks: which mask of each instance.
        include: which instances.
        polygons: whether COCO is to hold polygons.
    """

    format: str
    folder: Path
    masks: MaskChoice
    include: Include
    polygons: bool


class ExportDialog(FormDialog):
    """Asks what to export.

    Args:
        formats: the formats that can be written.
        folder: the folder to begin with.
        counts: number of instances per decision.
        drafted: number of instances with an edit that was begun and not applied.
        parent: the window it belongs to.
    """

    def __init__(
        self,
        formats: Sequence[Format],
        folder: Path,
        counts: Mapping[Decision, int],
        drafted: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            self.tr("Export"),
            self.tr(
                "Files are written beside their place first: an export that fails changes nothing."
            ),
            self.tr("&Export"),
            parent,
        )
        self._counts, self._drafted = counts, drafted
        self.polygons = QCheckBox(self.tr("Write &polygons for masks that they can hold exactly"))
        self.format = self._format_list(formats)
        self.folder = PathField(folders=True)
        self.folder.set_path(folder)
        self.masks = QComboBox()
        self.masks.addItem(self.tr("Final masks, as decided"), MaskChoice.FINAL)
        self.masks.addItem(self.tr("Refined masks"), MaskChoice.REFINED)
        self.masks.addItem(self.tr("Coarse masks"), MaskChoice.COARSE)
        self.include = QComboBox()
        self.include.addItem(self.tr("Accepted: refined or coarse"), Include.ACCEPTED)
        self.include.addItem(self.tr("All that were not dropped"), Include.ALL)
        self.summary = section_label("")
        self.left_out = muted_label("")
        self.add_section(self.tr("Format"), self.format)
        self.add_section(self.tr("F&older"), self.folder)
        self._which = self._which_masks()
        self.add_section("", self._which)
        self.add_section("", self._summary_card())
        self.format.changed.connect(self.revalidate)
        self.folder.changed.connect(self.revalidate)
        self.masks.currentIndexChanged.connect(self.revalidate)
        self.include.currentIndexChanged.connect(self.revalidate)
        self.format.setFocus()
        self.revalidate()

    def missing(self) -> str:
        """See `FormDialog.missing`."""
        if self.folder.path() is None:
            return self.tr("Choose the folder to write into.")
        if self._written():
            return ""
        if self._include() is Include.ACCEPTED and self._counts.get(Decision.PENDING):
            return self.tr("Nothing is accepted yet: decide first, or export all.")
        return self.tr("There is no instance to write.")

    def problem(self) -> str:
        """See `FormDialog.problem`."""
        folder = self.folder.path()
        if folder is None:
            return ""
        if not folder.is_absolute():
            return self.tr("Give the whole path of the folder.")
        place = next(path for path in (folder, *folder.parents) if path.exists())
        if not place.is_dir():
            return self.tr("{} is a file: choose a folder.").format(place)
        if not os.access(place, os.W_OK):
            return self.tr("You may not write into {}: choose another folder.").format(place)
        return ""

    def revalidate(self) -> None:
        """See `FormDialog.revalidate`; say what will be written too."""
        is_table = self.format.chosen() == _TABLE
        self._which.setEnabled(not is_table)
        self.polygons.setEnabled(self.format.chosen() == _COCO)
        self.summary.setText(self._what_is_written())
        self.left_out.setText(self._what_is_left_out())
        super().revalidate()

    def choice(self) -> ExportChoice:
        """What was chosen; for an accepted dialog."""
        return ExportChoice(
            self.format.chosen() or "",
            self.folder.path() or Path(),
            MaskChoice(self.masks.currentData()),
            self._include(),
            self.polygons.isEnabled() and self.polygons.isChecked(),
        )

    def _format_list(self, formats: Sequence[Format]) -> ChoiceList:
        formats_list = ChoiceList()
        for each in formats:
            more = self.polygons if each.name == _COCO else None
            formats_list.add(each.name, each.title, each.summary, more)
        return formats_list

    def _which_masks(self) -> QWidget:
        fields = QWidget()
        layout = QHBoxLayout(fields)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SECTION_GAP)
        layout.addWidget(labelled(self.tr("&Masks"), self.masks), 1)
        layout.addWidget(labelled(self.tr("&Instances"), self.include), 1)
        return fields

    def _summary_card(self) -> QWidget:
        card = QFrame()
        card.setProperty("role", "card")
        layout = QVBoxLayout(card)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.setSpacing(2)
        layout.addWidget(self.summary)
        layout.addWidget(self.left_out)
        return card

    def _include(self) -> Include:
        return Include(self.include.currentData())

    def _includes(self, decision: Decision) -> bool:
        if self.format.chosen() == _TABLE:
            return True
        if self._include() is Include.ALL:
            return decision is not Decision.DROPPED
        return decision.is_accepted

    def _written(self) -> int:
        return sum(count for decision, count in self._counts.items() if self._includes(decision))

    def _what_is_written(self) -> str:
        parts = self._listed([decision for decision in Decision if self._includes(decision)])
        return self.tr("Instances to write: {:,}").format(self._written()) + (
            f" ({parts})" if parts else ""
        )

    def _what_is_left_out(self) -> str:
        if self.format.chosen() == _TABLE:
            return self.tr("The table lists every instance, also those that were dropped.")
        parts = self._listed([decision for decision in Decision if not self._includes(decision)])
        sentences = [self.tr("Left out: {}.").format(parts)] if parts else []
        if MaskChoice(self.masks.currentData()) is MaskChoice.REFINED:
            sentences.append(self.tr("Instances without a refinement are left out."))
        if self._drafted == 1:
            sentences.append(self.tr("1 edit is a draft and will not be in the files."))
        elif self._drafted:
            words = self.tr("{:,} edits are drafts and will not be in the files.")
            sentences.append(words.format(self._drafted))
        return " ".join(sentences) or self.tr("Nothing is left out.")

    def _listed(self, decisions: Sequence[Decision]) -> str:
        words = {
            Decision.REFINED: self.tr("{:,} refined"),
            Decision.COARSE: self.tr("{:,} coarse"),
            Decision.EDITED: self.tr("{:,} edited"),
            Decision.PENDING: self.tr("{:,} pending"),
            Decision.DROPPED: self.tr("{:,} dropped"),
        }
        counts = {decision: self._counts.get(decision, 0) for decision in words}
        return ", ".join(
            words[decision].format(count)
            for decision, count in counts.items()
            if decision in decisions and count
        )
