"""Asks which interactor answers prompts."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.engines.base import EngineCatalog
from segrefine_gui.gui.dialogs.engine_choice import EngineChoice
from segrefine_gui.gui.dialogs.form_dialog import FormDialog
from segrefine_gui.gui.engines.presets import Presets


class InteractorDialog(FormDialog):
    """Asks for an interactor with its options.

    Args:
        engines: the engines there are.
        weights_folder: where fetched weights are kept.
        presets: what the open project keeps; None where none is open.
        parent: the window it belongs to.
    """

    def __init__(
        self,
        engines: EngineCatalog,
        weights_folder: Path,
        presets: Presets | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            self.tr("Interactor for prompts"),
            self.tr("An interactor finds the object that you point at with the tool Prompt."),
            self.tr("&Choose"),
            parent,
        )
        self.interactors = EngineChoice(engines, "interactor", weights_folder, presets)
        self.add_section(self.tr("Interactor"), self.interactors)
        self.interactors.changed.connect(self.revalidate)
        self.revalidate()

    def missing(self) -> str:
        """See `FormDialog.missing`."""
        has_one = self.interactors.name() is not None
        return "" if has_one else self.tr("No interactor can run here yet.")

    def problem(self) -> str:
        """See `FormDialog.problem`."""
        return self.interactors.problem()

    def setup(self) -> EngineSetup:
        """What was chosen; for an accepted dialog."""
        return self.interactors.setup()
