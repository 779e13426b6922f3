"""Chooses an engine: a list of those there are, and the options that most people leave alone."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.engines.base import (
    EngineCatalog,
    EngineFactory,
    EngineKind,
    EngineOptions,
    models_of,
    parameters_of,
)
from segrefine_gui.gui.dialogs.choice_list import ChoiceList
from segrefine_gui.gui.dialogs.fold_out import FoldOut
from segrefine_gui.gui.dialogs.form_dialog import name_for_readers
from segrefine_gui.gui.dialogs.paths import PathField
from segrefine_gui.gui.engines.fields import TEXT_INSET
from segrefine_gui.gui.engines.model_field import ModelField
from segrefine_gui.gui.engines.parameter_form import ParameterForm
from segrefine_gui.gui.engines.presets import Presets, setup_of
from segrefine_gui.gui.widgets.saved_names import SavedNames

AUTO = "auto"
_DEVICES = (AUTO, "cpu", "cuda")
_DEVICE = re.compile(r"auto|cpu|cuda(:\d{1,3})?")
_NEVER_CODE = frozenset({".onnx", ".safetensors"})
"""Weights files of these kinds hold numbers alone."""


class EngineChoice(QWidget):
    """The engines of one kind. Those that cannot run with the options as they stand say why.

    Args:
        engines: the engines there are.
        kind: which kind to choose from.
        weights_folder: where fetched weights are kept.
        presets: what the project keeps; None where no project is open.

    Attributes:
        threshold: the score below which a segmenter leaves out what it finds; to be placed by who
            uses it.
    """

    changed = Signal()

    def __init__(
        self,
        engines: EngineCatalog,
        kind: EngineKind,
        weights_folder: Path,
        presets: Presets | None = None,
    ) -> None:
        super().__init__()
        self._engines = engines
        self._kind = kind
        self._weights_folder = weights_folder
        self._presets = presets
        found = {
            "segmenter": engines.segmenters,
            "refiner": engines.refiners,
            "interactor": engines.interactors,
        }[kind]()
        self._factories = {factory.name: factory for factory in found}
        self._values: dict[str, dict[str, object]] = {}
        self._shown = ""
        self.list = ChoiceList()
        self.list.add(
            AUTO, self.tr("Automatic"), self.tr("The best one that can run on this machine.")
        )
        for factory in found:
            self.list.add(factory.name, factory.name, _as_sentence(factory.summary))
        self.saved = SavedNames(
            self.tr("Name of a preset"),
            self.tr("Keep this engine with its options in the project"),
            self.tr("Forget the preset of this name"),
            self.tr("Choose a preset, or name one to save"),
        )
        self.trust = QCheckBox(self.tr("I tr&ust these files: they may run code"))
        self.device = QComboBox()
        self.device.setEditable(True)
        self.device.addItems(_DEVICES)
        self.model = ModelField()
        self.model.setPlaceholderText(self.tr("The engine's own"))
        self.weights = PathField(
            self.tr("Weights (*.onnx *.safetensors *.pth *.pt *.pkl);;All files (*)"),
            placeholder=self.tr("The engine's own"),
        )
        self.threshold = QDoubleSpinBox(minimum=0.0, maximum=1.0, singleStep=0.05, value=0.5)
        self.threshold.lineEdit().setTextMargins(TEXT_INSET, 0, 0, 0)
        self.fold_out = FoldOut(self.tr("Device and &weights"), self._option_fields())
        self.form = ParameterForm()
        self.parameters = FoldOut(self.tr("&Parameters"), self.form)
        self._lay_out()
        self._connect()
        self._ask_engines()
        last = () if presets is None else presets.last()
        if last:
            self.show_setup(last[0])

    def name(self) -> str | None:
        """The engine chosen, or "auto"; None where none can run."""
        return self.list.chosen()

    def options(self) -> EngineOptions:
        """The options as they stand."""
        return replace(
            self._bare_options(),
            parameters=self.form.values(),
            trusted=not self.trust.isHidden() and self.trust.isChecked(),
        )

    def setup(self) -> EngineSetup:
        """The engine and its options, as a project keeps them."""
        return setup_of(self.name() or AUTO, self.options())

    def show_setup(self, setup: EngineSetup) -> None:
        """Show what a project kept; an engine that cannot run here is not chosen."""
        self.device.setCurrentText(setup.device)
        self.model.setText(setup.model)
        self.weights.set_path(Path(setup.weights) if setup.weights else None)
        self.threshold.setValue(setup.score_threshold)
        if setup.engine in (AUTO, *self._factories):
            self._values[setup.engine] = dict(setup.parameters)
            self.list.choose(setup.engine)
        if self.name() == setup.engine:
            self.form.set_values(setup.parameters)

    def problem(self) -> str:
        """What is wrong with the options, in one sentence; empty when nothing is."""
        if not _DEVICE.fullmatch(self.device.currentText().strip()):
            return self.tr("The device must be auto, cpu, cuda or cuda:N.")
        weights = self.weights.path()
        if weights is not None and not weights.is_file():
            return self.tr("There is no weights file {}.").format(weights)
        factory = self._factories.get(self.name() or "")
        if factory is not None and _needs_trust(factory, self.options()):
            return self.tr("These files may run code: say that you trust them, or use others.")
        return ""

    def _bare_options(self) -> EngineOptions:
        return EngineOptions(
            self._weights_folder,
            self.device.currentText().strip(),
            self.model.text().strip() or None,
            self.weights.path(),
            self.threshold.value(),
        )

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._preset_row())
        layout.addWidget(self.list)
        layout.addWidget(self.trust)
        layout.addWidget(self.fold_out)
        layout.addWidget(self.parameters)
        self.setFocusProxy(self.list)

    def _preset_row(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        label = QLabel(self.tr("Prese&t"))
        label.setBuddy(self.saved.name)
        layout.addWidget(label)
        layout.addWidget(self.saved, 1)
        row.setVisible(self._presets is not None)
        if self._presets is not None:
            self.saved.show_names(self._presets.all())
        return row

    def _connect(self) -> None:
        self.list.changed.connect(self._follow)
        self.device.currentTextChanged.connect(self._ask_engines)
        self.model.textChanged.connect(self._ask_engines)
        self.weights.changed.connect(self._ask_engines)
        self.trust.toggled.connect(self._ask_engines)
        self.form.changed.connect(self._count_changed)
        self.saved.chosen.connect(self._apply_preset)
        self.saved.saved.connect(self._keep_preset)
        self.saved.deleted.connect(self._forget_preset)

    def _option_fields(self) -> QWidget:
        fields = QWidget()
        grid = QGridLayout(fields)
        grid.setContentsMargins(22, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        rows: list[tuple[str, QWidget]] = [(self.tr("D&evice"), self.device)]
        if self._kind != "refiner":
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
        options = replace(self._bare_options(), trusted=self.trust.isChecked())
        asks_trust = options.weights is not None and options.weights.suffix not in _NEVER_CODE
        for factory in self._factories.values():
            status = factory.status(options)
            needs_trust = status.needs_trust
            asks_trust |= needs_trust
            # Where nothing but trust is missing, the engine can be chosen: the tick box asks.
            if needs_trust and not status.usable:
                status = factory.status(replace(options, trusted=True))
            self.list.set_problem(factory.name, status.problem)
        self.trust.setVisible(asks_trust)
        self.list.set_problem(AUTO, self._auto_problem(options))
        self._follow()

    def _auto_problem(self, options: EngineOptions) -> str:
        # Choosing a refiner may import torch, which this thread must not; one always runs.
        if self._kind == "refiner":
            return ""
        try:
            self._engines.choose(self._kind, AUTO, options)
        except EngineError:
            return self.tr("None of the engines that it chooses from can run yet.")
        return ""

    def _follow(self) -> None:
        """Offer the models and parameters of the engine that is chosen now."""
        name = self.name() or ""
        factory = self._factories.get(name)
        options = self._bare_options()
        self.model.set_names(() if factory is None else models_of(factory, options))
        if self._shown:
            self._values[self._shown] = dict(self.form.values())
        try:
            offered = () if factory is None else parameters_of(factory, options)
        except EngineError:  # of a model that is not there, as the list says
            offered = ()
        self._shown = name if offered else ""
        self.form.show_parameters(offered)
        self.form.set_values(self._values.get(name, {}))
        self.parameters.setVisible(bool(offered))
        self._count_changed()

    def _count_changed(self) -> None:
        count = len(self.form.values())
        words = self.tr("&Parameters")
        self.parameters.toggle.setText(f"{words} ({count} changed)" if count else words)
        self.changed.emit()

    def _apply_preset(self, name: str) -> None:
        setup = None if self._presets is None else self._presets.all().get(name)
        if setup is not None:
            self.show_setup(setup)

    def _keep_preset(self, name: str) -> None:
        if self._presets is not None:
            self._presets.keep(name, self.setup())
            self.saved.show_names(self._presets.all())

    def _forget_preset(self, name: str) -> None:
        if self._presets is not None:
            self._presets.forget(name)
            self.saved.show_names(self._presets.all())


def _needs_trust(factory: EngineFactory, options: EngineOptions) -> bool:
    """Whether the engine cannot run before the person says that they trust the files."""
    status = factory.status(options)
    return status.needs_trust and not options.trusted


def _as_sentence(summary: str) -> str:
    return summary[:1].upper() + summary[1:]
