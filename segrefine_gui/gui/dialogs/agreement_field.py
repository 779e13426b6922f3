"""Asks which other runs each refinement is held against, so that its risk is better known."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from segrefine_gui.engines.base import EngineCatalog, EngineOptions
from segrefine_gui.gui.dialogs.form_dialog import name_for_readers
from segrefine_gui.gui.labels import muted_label
from segrefine_gui.services.reruns import FLIPPED, LARGER


class AgreementField(QWidget):
    """Two runs by the same refiner, and one by another.

    Args:
        engines: the engines there are.
    """

    changed = Signal()

    def __init__(self, engines: EngineCatalog) -> None:
        super().__init__()
        self._engines = engines
        self.flipped = QCheckBox(self.tr("Itself on the &mirror image"))
        self.larger = QCheckBox(self.tr("Itself on a &larger crop"))
        self.other = QComboBox()
        self.other.addItem(self.tr("None"), None)
        for factory in engines.refiners():
            self.other.addItem(factory.name, factory.name)
        label = QLabel(self.tr("Another refi&ner"))
        label.setBuddy(self.other)
        name_for_readers(self.other, label.text())
        text = self.tr(
            "Each takes the time of a run and stores nothing but what it says of the risk. "
            "Another refiner says most."
        )
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label)
        row.addWidget(self.other)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(muted_label(text))
        layout.addWidget(self.flipped)
        layout.addWidget(self.larger)
        layout.addLayout(row)
        self.flipped.toggled.connect(self.changed)
        self.larger.toggled.connect(self.changed)
        self.other.currentIndexChanged.connect(self.changed)

    def words(self) -> tuple[str, ...]:
        """What was chosen, as `RefineRequest.agreement` takes it."""
        chosen = [(FLIPPED, self.flipped.isChecked()), (LARGER, self.larger.isChecked())]
        words = [word for word, wanted in chosen if wanted]
        other = self.other.currentData()
        return (*words, other) if other is not None else tuple(words)

    def problem(self, options: EngineOptions) -> str:
        """Why the other refiner cannot run, in one sentence; empty where it can."""
        other = self.other.currentData()
        for factory in self._engines.refiners():
            if factory.name == other:
                return factory.status(options).problem
        return ""
