"""Asks for the refiner."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QWidget

from segrefine_gui.engines.base import EngineCatalog, EngineOptions
from segrefine_gui.gui.dialogs.engine_options import EngineOptionsForm
from segrefine_gui.gui.dialogs.engine_picker import EnginePicker, EngineRow
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
        super().__init__("Refine", f"Pending instances: {pending}", "&Refine", parent)
        self.options = EngineOptionsForm(weights_folder, with_model=False)
        self.refiners = EnginePicker(
            [EngineRow("auto", self.tr("Automatic"), "", lambda: "")]
            + [
                EngineRow(
                    f.name,
                    f.name,
                    f.summary,
                    lambda f=f: f.status(self.options.options()).problem,
                )
                for f in engines.refiners()
            ]
        )
        self.add_section(self.tr("Refiner"), self.refiners)
        self.add_section("", self.options)
        self.options.changed.connect(self._ask_again)
        self.revalidate()

    def problem(self) -> str:
        """See `FormDialog.problem`."""
        return self.options.problem()

    def choice(self) -> RefineChoice:
        """What was chosen; for an accepted dialog."""
        return RefineChoice(self.refiners.chosen() or "auto", self.options.options())

    def _ask_again(self) -> None:
        self.refiners.show_statuses()
        self.revalidate()
