"""The options of an engine that most people leave alone, folded away."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.gui.dialogs.paths import PathField

_DEVICES = ("auto", "cpu", "cuda")


class EngineOptionsForm(QWidget):
    """Device, model and weights.

    Args:
        weights_folder: where fetched weights are kept.
        with_model: whether the engines have models to choose from.
    """

    changed = Signal()

    def __init__(self, weights_folder: Path, with_model: bool) -> None:
        super().__init__()
        self._weights_folder = weights_folder
        self.toggle = QToolButton()
        self.toggle.setText(self.tr("More &options"))
        self.toggle.setCheckable(True)
        self.toggle.setAutoRaise(True)
        self.toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toggle.setArrowType(Qt.ArrowType.RightArrow)
        self.toggle.toggled.connect(self._unfold)
        self.device = QComboBox()
        self.device.setEditable(True)
        self.device.addItems(_DEVICES)
        self.model = QLineEdit()
        self.model.setPlaceholderText(self.tr("The engine's own"))
        self.weights = PathField(
            self.tr("Weights (*.pth *.pt *.pkl);;All files (*)"),
            placeholder=self.tr("The engine's own"),
        )
        self._fields = QWidget()
        form = QFormLayout(self._fields)
        form.setContentsMargins(20, 6, 0, 0)
        form.addRow(self.tr("&Device"), self.device)
        if with_model:
            form.addRow(self.tr("&Model"), self.model)
        form.addRow(self.tr("&Weights"), self.weights)
        self._fields.setVisible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.toggle)
        layout.addWidget(self._fields)
        self.device.currentTextChanged.connect(self.changed)
        self.model.textChanged.connect(self.changed)
        self.weights.changed.connect(self.changed)

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
        if not re.fullmatch(r"auto|cpu|cuda(:\d{1,3})?", self.device.currentText().strip()):
            return self.tr("The device must be auto, cpu, cuda or cuda:N.")
        weights = self.weights.path()
        if weights is not None and not weights.is_file():
            return self.tr("There is no weights file {}.").format(weights)
        return ""

    def _unfold(self, unfolded: bool) -> None:
        self.toggle.setArrowType(
            Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow
        )
        self._fields.setVisible(unfolded)
