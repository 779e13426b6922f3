"""Asks for the refiner, or several, and for what they refine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QGridLayout, QVBoxLayout, QWidget

from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.engines.base import EngineCatalog, EngineOptions
from segrefine_gui.gui.dialogs.agreement_field import AgreementField
from segrefine_gui.gui.dialogs.engine_choice import AUTO, EngineChoice
from segrefine_gui.gui.dialogs.fold_out import FoldOut
from segrefine_gui.gui.dialogs.form_dialog import FormDialog
from segrefine_gui.gui.dialogs.refine_scope import ScopeField, Targets
from segrefine_gui.gui.engines.presets import Presets, of_engine
from segrefine_gui.gui.labels import muted_label

_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class RefineChoice:
    """How to refine, and what.

    Attributes:
        refiner: a registered name or "auto".
        options: its options.
        instance_ids: which instances; None for all that the refiner has not refined yet.
        only_missing: leave out those among them that it has refined already.
        also: names of other refiners that do the same afterwards, with their own defaults.
        agreement: what each refinement is held against, as `RefineRequest.agreement` takes it.
    """

    refiner: str
    options: EngineOptions
    instance_ids: Sequence[int] | None = None
    only_missing: bool = False
    also: tuple[str, ...] = ()
    agreement: tuple[str, ...] = ()


class RefineDialog(FormDialog):
    """Asks for refiners, and for what they refine.

    Args:
        engines: the engines there are.
        weights_folder: where fetched weights are kept.
        targets: what there is to refine.
        presets: what the project keeps; None where it keeps nothing.
        parent: the window it belongs to.
    """

    def __init__(
        self,
        engines: EngineCatalog,
        weights_folder: Path,
        targets: Targets,
        presets: Presets | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            self.tr("Refine masks"),
            self.tr("Coarse masks and decisions stay as they are."),
            self.tr("&Refine"),
            parent,
        )
        self.refiners = EngineChoice(engines, "refiner", weights_folder, presets)
        self.scope = ScopeField(targets)
        self.also = {factory.name: QCheckBox(factory.name) for factory in engines.refiners()}
        self._weights_folder = weights_folder
        self._engines = engines
        self.others = FoldOut(self.tr("Refine with &others, too"), self._others_field())
        self.add_section(self.tr("Re&fine"), self.scope)
        self.add_section(self.tr("Refiner"), self.refiners)
        self.agreement = AgreementField(engines)
        self.checks = FoldOut(self.tr("&Know the risk better"), self.agreement)
        self.add_section("", self.others)
        self.add_section("", self.checks)
        self._tick_last(() if presets is None else presets.last()[1:])
        self.refiners.changed.connect(self.revalidate)
        self.scope.changed.connect(self.revalidate)
        self.agreement.changed.connect(self.revalidate)
        for box in self.also.values():
            box.toggled.connect(self.revalidate)
        self.refiners.setFocus()
        self.revalidate()

    def show_refined(self, refined: Mapping[str, frozenset[int]]) -> None:
        """Take note of what each refiner has refined already: this may come later."""
        self.scope.show_refined(refined)

    def problem(self) -> str:
        """See `FormDialog.problem`."""
        bare = EngineOptions(self._weights_folder, self.refiners.options().device)
        return self.refiners.problem() or self.agreement.problem(bare)

    def revalidate(self) -> None:
        """See `FormDialog.revalidate`; say what is missing, and what else could run."""
        chosen = self.refiners.name()
        self.scope.show_refiner(chosen)
        options = self.refiners.options()
        for factory in self._engines.refiners():
            box = self.also[factory.name]
            bare = EngineOptions(self._weights_folder, options.device)
            problem = factory.status(bare).problem
            box.setEnabled(not problem and factory.name != chosen)
            box.setToolTip(problem)
        count = len(self._also())
        words = self.tr("Refine with &others, too")
        self.others.toggle.setText(f"{words} ({count})" if count else words)
        words = self.tr("&Know the risk better")
        count = len(self.agreement.words())
        self.checks.toggle.setText(f"{words} ({count})" if count else words)
        super().revalidate()

    def choice(self) -> RefineChoice:
        """What was chosen; for an accepted dialog."""
        return RefineChoice(
            self.refiners.name() or AUTO,
            self.refiners.options(),
            self.scope.instance_ids(),
            self.scope.only_missing(),
            self._also(),
            self.agreement.words(),
        )

    def setups(self) -> list[EngineSetup]:
        """The refiners chosen with their options, as a project keeps them, the main one first."""
        main = self.refiners.setup()
        return [main, *(of_engine(main, name) for name in self._also())]

    def _also(self) -> tuple[str, ...]:
        return tuple(name for name, box in self.also.items() if box.isChecked() and box.isEnabled())

    def _tick_last(self, others: Sequence[EngineSetup]) -> None:
        for setup in others:
            if setup.engine in self.also:
                self.also[setup.engine].setChecked(True)
                self.others.toggle.setChecked(True)

    def _others_field(self) -> QWidget:
        field = QWidget()
        layout = QVBoxLayout(field)
        layout.setContentsMargins(22, 0, 0, 0)
        layout.setSpacing(6)
        text = self.tr(
            "Each makes an alternative of its own, with its defaults; the review switches between "
            "them."
        )
        layout.addWidget(muted_label(text))
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        for number, box in enumerate(self.also.values()):
            grid.addWidget(box, *divmod(number, _COLUMNS))
        grid.setColumnStretch(_COLUMNS, 1)
        layout.addLayout(grid)
        return field
