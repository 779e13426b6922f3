"""Refining from the window: asked for in a dialog, or again with what was chosen last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.controllers.job_controller import JobController
from segrefine_gui.gui.controllers.project_controller import ProjectController
from segrefine_gui.gui.controllers.review_controller import ReviewController
from segrefine_gui.gui.dialogs.refine_dialog import RefineChoice, RefineDialog
from segrefine_gui.gui.dialogs.refine_scope import RefineScope, Targets
from segrefine_gui.gui.engines.presets import options_of
from segrefine_gui.gui.prompts import Prompts
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.services.bulk import OpenProject
from segrefine_gui.services.jobs import RefineRequest

AUTO = "auto"


class RefineController(QObject):
    """Starts the jobs that refine.

    Args:
        project: the open project.
        review: its review, which says what the queue shows.
        jobs: runs what takes long.
        prompts: asks the person.
        pool: where it is counted what each refiner has refined.
        open_project: opens the project for a thread of the pool.
        actions: the window's actions.
        weights_folder: where fetched weights are kept.
        parent: the window.
    """

    told = Signal(str)
    """A sentence for the person, in passing."""

    def __init__(
        self,
        project: ProjectController,
        review: ReviewController,
        jobs: JobController,
        prompts: Prompts,
        pool: ReadingPool,
        open_project: OpenProject,
        actions: Actions,
        weights_folder: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._project = project
        self._review = review
        self._jobs = jobs
        self._prompts = prompts
        self._pool = pool
        self._open_project = open_project
        self._weights_folder = weights_folder
        actions.connect_action("refine", self.ask)
        actions.connect_action("refine_again", self.again)

    def ask(self) -> None:
        """Ask for refiners and for what they refine, and begin."""
        path, presets = self._project.path, self._project.presets("refiner")
        if path is None or presets is None:
            return

        def chosen(dialog: RefineDialog) -> None:
            presets.remember(dialog.setups())
            self._start(path, dialog.choice())

        dialog = self._prompts.ask_refine(self._targets(), presets, chosen)
        dialog.finished.connect(lambda _: self._pool.withdraw(self))
        self._count_refined(path, dialog)

    def again(self) -> None:
        """Refine the current instance with what was chosen last, and show what comes of it."""
        review = self._review
        if review.current is None:
            return
        instance_id = review.entries[review.current].instance_id
        review.await_refinement(instance_id)
        names = self.refine((instance_id,))
        self.told.emit(self.tr("Refining this instance again: {}.").format(names))

    def refine(self, instance_ids: Sequence[int]) -> str:
        """Refine instances with what was chosen last, after the jobs that run already.

        Returns:
            The names of the refiners, to be told.
        """
        path, presets = self._project.path, self._project.presets("refiner")
        if path is None or presets is None or not instance_ids:
            return ""
        setups = presets.last() or [EngineSetup(AUTO)]
        for setup in setups:
            options = options_of(setup, self._weights_folder)
            self._jobs.start(RefineRequest(path, setup.engine, options, tuple(instance_ids)))
        return ", ".join(setup.engine for setup in setups)

    def usual(self) -> tuple[str, EngineOptions]:
        """The refiner that was chosen last, with its options; the best one before any was."""
        presets = self._project.presets("refiner")
        last = [] if presets is None else list(presets.last())
        setup = last[0] if last else EngineSetup(AUTO)
        return setup.engine, options_of(setup, self._weights_folder)

    def _start(self, path: Path, choice: RefineChoice) -> None:
        """Begin one job for each refiner; none depends on another."""
        ids, missing, agreement = choice.instance_ids, choice.only_missing, choice.agreement
        bare = EngineOptions(self._weights_folder, choice.options.device)
        engines = [(choice.refiner, choice.options), *((name, bare) for name in choice.also)]
        for name, options in engines:
            self._jobs.start(RefineRequest(path, name, options, ids, missing, agreement))

    def _targets(self) -> Targets:
        review = self._review
        everything, shown = review.everything, review.entries
        ids: dict[RefineScope, Sequence[int]] = {
            RefineScope.ALL: [entry.instance_id for entry in everything],
            RefineScope.SHOWN: [entry.instance_id for entry in shown],
        }
        image = ""
        if review.current is not None:
            here = shown[review.current]
            image = review.image(here.image_id).name
            ids[RefineScope.IMAGE] = [
                e.instance_id for e in everything if e.image_id == here.image_id
            ]
            ids[RefineScope.INSTANCE] = [here.instance_id]
        return Targets(ids, image, len(shown) < len(everything))

    def _count_refined(self, path: Path, dialog: RefineDialog) -> None:
        opening = self._open_project

        def work() -> Mapping[str, frozenset[int]]:
            with closing(opening(path)) as store:
                return store.refined()

        # Without the count the dialog says less, and serves as well.
        self._pool.request(self, work, dialog.show_refined, lambda _: None)
