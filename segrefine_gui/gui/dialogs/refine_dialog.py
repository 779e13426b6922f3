"""Asks for the refiner."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QWidget

from segrefine_gui.engines.base import EngineCatalog, EngineOptions
from segrefine_gui.gui.dialogs.engine_choice import AUTO, EngineChoice
from segrefine_gui.gui.dialogs.form_dialog import FormDialog


@dataclass(frozen=True, slots=True)
class RefineChoice:
    """How to refine: a registered name or "auto", and its options."""

    refiner: str
    options: EngineOptions


class RefineDialog(FormDialog):
    """Asks for a refiner.

    Args:
        engines: the engines there are.
        weights_folder: where fetched weights are kept.
        pending: number of pending instances.
        parent: the window it belongs to.
    """

    def __init__(
        self,
        engines: EngineCatalog,
        weights_folder: Path,
        pending: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            self.tr("Refine masks"),
            self.tr(
                "Refines every instance that this refiner has not refined yet. Coarse masks and "
                "decisions stay as they are. Pending instances: {:,}."
            ).format(pending),
            self.tr("&Refine"),
            parent,
        )
        self.refiners = EngineChoice(engines, "refiner", weights_folder)
        self.add_section(self.tr("Refiner"), self.refiners)
        self.refiners.changed.connect(self.revalidate)
        self.revalidate()

    def problem(self) -> str:
        """See `FormDialog.problem`."""
        return self.refiners.problem()

    def choice(self) -> RefineChoice:
        """What was chosen; for an accepted dialog."""
        return RefineChoice(self.refiners.name() or AUTO, self.refiners.options())
