"""Chooses an engine: a list of those there are, and the options that most people leave alone."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.engines.base import EngineCatalog, EngineKind, EngineOptions
from segrefine_gui.gui.dialogs.choice_list import ChoiceList
from segrefine_gui.gui.dialogs.fold_out import FoldOut
from segrefine_gui.gui.dialogs.form_dialog import name_for_readers
from segrefine_gui.gui.dialogs.paths import PathField

AUTO = "auto"
_DEVICES = (AUTO, "cpu", "cuda")
_DEVICE = re.compile(r"auto|cpu|cuda(:\d{1,3})?")


class EngineChoice(QWidget):
    """The engines of one kind. Those that cannot run with the options as they stand say why.

    Args:
        engines: the engines there are.
        kind: which kind to choose from.
        weights_folder: where fetched weights are kept.
    """

    changed = Signal()

    def __init__(self, engines: EngineCatalog, kind: EngineKind, weights_folder: Path) -> None:
        super().__init__()
        self._engines = engines
        self._kind = kind
        self._weights_folder = weights_folder
        self._factories = engines.segmenters() if kind == "segmenter" else engines.refiners()
        self.list = ChoiceList()
        self.list.add(
            AUTO, self.tr("Automatic"), self.tr("The best one that can run on this machine.")
        )
        for factory in self._factories:
            self.list.add(factory.name, factory.name, _as_sentence(factory.summary))
        self.device = QComboBox()
        self.device.setEditable(True)
        self.device.addItems(_DEVICES)
        self.model = QLineEdit()
        self.model.setPlaceholderText(self.tr("The engine's own"))
        self.weights = PathField(
            self.tr("Weights (*.onnx *.pth *.pt *.pkl);;All files (*)"),
            placeholder=self.tr("The engine's own"),
        )
        self.fold_out = FoldOut(self.tr("Device and &weights"), self._option_fields())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.list)
        layout.addWidget(self.fold_out)
        self.setFocusProxy(self.list)
        self.list.changed.connect(self.changed)
        self.device.currentTextChanged.connect(self._ask_engines)
        self.model.textChanged.connect(self._ask_engines)
        self.weights.changed.connect(self._ask_engines)
        self._ask_engines()

    def name(self) -> str | None:
        """The engine chosen, or "auto"; None where none can run."""
        return self.list.chosen()

    def options(self, score_threshold: float = 0.5) -> EngineOptions:
        """The options as they stand.

        Args:
            score_threshold: 0..1, see `EngineOptions`.
        """
        return EngineOptions(
            self._weights_folder,
            self.device.currentText().strip(),
            self.model.text().strip() or None,
            self.weights.path(),
            score_threshold,
        )

    def problem(self) -> str:
        """What is wrong with the options, in one sentence; empty when nothing is."""
        if not _DEVICE.fullmatch(self.device.currentText().strip()):
            return self.tr("The device must be auto, cpu, cuda or cuda:N.")
        weights = self.weights.path()
        if weights is not None and not weights.is_file():
            return self.tr("There is no weights file {}.").format(weights)
        return ""

    def _option_fields(self) -> QWidget:
        fields = QWidget()
        grid = QGridLayout(fields)
        grid.setContentsMargins(22, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        rows: list[tuple[str, QWidget]] = [(self.tr("D&evice"), self.device)]
        if self._kind == "segmenter":
            rows.append((self.tr("M&odel"), self.model))
        rows.append((self.tr("Wei&ghts file"), self.weights))
        for row, (text, field) in enumerate(rows):
            label = QLabel(text)
            label.setBuddy(field.focusProxy() or field)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
            name_for_readers(field, text)
        return fields

    def _ask_engines(self) -> None:
        options = self.options()
        for factory in self._factories:
            self.list.set_problem(factory.name, factory.status(options).problem)
        self.list.set_problem(AUTO, self._auto_problem(options))
        self.changed.emit()

    def _auto_problem(self, options: EngineOptions) -> str:
        # Choosing a refiner may import torch, which this thread must not; one always runs.
        if self._kind == "refiner":
            return ""
        try:
            self._engines.choose(self._kind, AUTO, options)
        except EngineError:
            return self.tr("None of the engines that it chooses from can run yet.")
        return ""


def _as_sentence(summary: str) -> str:
    return summary[:1].upper() + summary[1:]
