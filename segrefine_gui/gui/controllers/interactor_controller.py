"""Which interactor answers prompts: asked for in a dialog, and kept in the project."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.controllers.project_controller import ProjectController
from segrefine_gui.gui.dialogs.interactor_dialog import InteractorDialog
from segrefine_gui.gui.engines.presets import options_of
from segrefine_gui.gui.prompts import Prompts

AUTO = "auto"


class InteractorController(QObject):
    """The person's choice of an interactor.

    Args:
        project: the open project.
        prompts: asks the person.
        actions: the window's actions.
        weights_folder: where fetched weights are kept.
        parent: the window.
    """

    chosen = Signal()
    """The person has chosen another one, or other options."""

    def __init__(
        self,
        project: ProjectController,
        prompts: Prompts,
        actions: Actions,
        weights_folder: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._project = project
        self._prompts = prompts
        self._weights_folder = weights_folder
        actions.connect_action("choose_interactor", self.ask)

    def ask(self) -> None:
        """Ask for an interactor."""
        presets = self._project.presets("interactor")
        if presets is None:
            return

        def take(dialog: InteractorDialog) -> None:
            presets.remember([dialog.setup()])
            self.chosen.emit()

        self._prompts.ask_interactor(presets, take)

    def usual(self) -> tuple[str, EngineOptions]:
        """The interactor that was chosen last, with its options; the best before any was."""
        presets = self._project.presets("interactor")
        last = [] if presets is None else list(presets.last())
        setup = last[0] if last else EngineSetup(AUTO)
        return setup.engine, options_of(setup, self._weights_folder)
