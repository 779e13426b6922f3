"""Asks which instances to export by what was decided about them, and which of their masks."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from segrefine_gui.domain.records import Decision, MaskChoice
from segrefine_gui.gui.dialogs.form_dialog import name_for_readers

SHOWN = (Decision.REFINED, Decision.COARSE, Decision.EDITED, Decision.PENDING)
"""The decisions that can be exported; what was dropped never is."""


class InstancesField(QWidget):
    """A tick for each decision, with how many instances have it, above a list of masks.

    Args:
        counts: instances by decision.
        decisions: ticked to begin with.
        masks: chosen to begin with.
    """

    changed = Signal()

    def __init__(
        self,
        counts: Mapping[Decision, int],
        decisions: frozenset[Decision],
        masks: MaskChoice,
    ) -> None:
        super().__init__()
        words = {
            Decision.REFINED: self.tr("Refined"),
            Decision.COARSE: self.tr("Coarse"),
            Decision.EDITED: self.tr("Edited"),
            Decision.PENDING: self.tr("Pending"),
        }
        self.boxes = {each: QCheckBox() for each in SHOWN}
        ticks = QHBoxLayout()
        ticks.setSpacing(18)
        for decision, box in self.boxes.items():
            box.setText(f"{words[decision]}  {counts.get(decision, 0):,}")
            box.setChecked(decision in decisions)
            box.toggled.connect(self.changed)
            ticks.addWidget(box)
        ticks.addStretch(1)
        self.masks = QComboBox()
        for choice, text in {
            MaskChoice.FINAL: self.tr("Their final masks, as decided"),
            MaskChoice.REFINED: self.tr("Their refined masks"),
            MaskChoice.COARSE: self.tr("Their coarse masks"),
        }.items():
            self.masks.addItem(text, choice)
        self.masks.setCurrentIndex(self.masks.findData(masks))
        self.masks.currentIndexChanged.connect(self.changed)
        name_for_readers(self.masks, self.tr("Masks"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(ticks)
        layout.addWidget(self.masks)
        self.setFocusProxy(self.boxes[Decision.REFINED])

    def decisions(self) -> frozenset[Decision]:
        """The decisions that are ticked."""
        return frozenset(each for each, box in self.boxes.items() if box.isChecked())

    def chosen_masks(self) -> MaskChoice:
        """Which mask of each instance."""
        return MaskChoice(self.masks.currentData())
