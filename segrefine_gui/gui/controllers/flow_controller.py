"""The ways through the app: from what a person wants, over what is asked, to the jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.formats.base import FormatCatalog
from segrefine_gui.gui.controllers.job_controller import JobController
from segrefine_gui.gui.controllers.project_controller import ProjectController
from segrefine_gui.gui.controllers.review_controller import ReviewController
from segrefine_gui.gui.dialogs.export_choice import (
    ExportChoice,
    choice_from_json,
    choice_to_json,
    with_feather,
)
from segrefine_gui.gui.dialogs.import_dialog import ImportChoice
from segrefine_gui.gui.dialogs.segment_dialog import SegmentChoice
from segrefine_gui.gui.drops import Drop, dropped_project, sort_drop
from segrefine_gui.gui.prompts import Prompts, export_request, import_request
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.services.jobs import (
    AssessRequest,
    RefineRequest,
    SegmentRequest,
)
from segrefine_gui.storage.locations import demo_folder
from segrefine_gui.storage.project import PROJECT_SUFFIX

AUTO = "auto"
"""The name that stands for the best engine that can run here."""


class FlowController(QObject):
    """Opens images, masks and projects, and exports.

    Args:
        project: the open project.
        review: its review.
        jobs: runs what takes long.
        prompts: asks the person.
        formats: the formats of masks.
        pool: finds out what was dropped.
        weights_folder: where fetched weights are kept.
        samples: folder with the bundled `coarse.json` and `images`.
        parent: the window.
    """

    failed = Signal(str, str)
    """One sentence for the person, and its detail."""

    def __init__(
        self,
        project: ProjectController,
        review: ReviewController,
        jobs: JobController,
        prompts: Prompts,
        formats: FormatCatalog,
        pool: ReadingPool,
        weights_folder: Path,
        samples: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._project = project
        self._review = review
        self._jobs = jobs
        self._prompts = prompts
        self._formats = formats
        self._pool = pool
        self._weights_folder = weights_folder
        self._samples = samples

    def open_project(self) -> None:
        """Ask for a project and open it."""
        self._prompts.ask_project_to_open(self.open_path)

    def open_path(self, path: Path) -> None:
        """Open a project, leaving the one that is open and its jobs."""
        if path.absolute() == self._project.path:
            return
        if self._project.open(path):
            self._jobs.abandon()

    def open_samples(self) -> None:
        """Review the bundled samples, refined; a second time goes on with the first."""
        images, masks = self._samples / "images", self._samples / "coarse.json"
        choice = ImportChoice((images,), masks, None)
        self._import_into(demo_folder() / f"samples{PROJECT_SUFFIX}", choice)

    def open_images(self, images: Sequence[Path] = ()) -> None:
        """Make a project of photos: a segmenter finds their objects, a refiner refines them."""

        def chosen(choice: SegmentChoice) -> None:
            self._prompts.ask_project_to_make(
                _beside(choice.images), lambda path: self._segment_into(path, choice)
            )

        presets = self._project.presets("segmenter")
        self._prompts.ask_segment(images, chosen, self.import_masks, presets)

    def import_masks(self, images: Sequence[Path] = (), masks: Path | None = None) -> None:
        """Add coarse masks to the open project, or to a new one where none is open."""

        def chosen(choice: ImportChoice) -> None:
            def then(path: Path) -> None:
                self._import_into(path, choice)

            if self._project.path is not None:
                then(self._project.path)
            else:
                self._prompts.ask_project_to_make(_beside(choice.images), then)

        self._prompts.ask_import(images, masks, self._project.path, chosen)

    def assess(self) -> None:
        """Estimate the risks that are missing: those of refinements of an older version."""
        path = self._project.path
        if path is not None:
            self._jobs.start(AssessRequest(path))

    def export(self) -> None:
        """Ask what to export and write it."""
        path = self._project.path
        if path is None:
            return

        def chosen(choice: ExportChoice) -> None:
            self._project.remember_export(choice_to_json(choice))
            feather = choice.options.writing.feather
            if feather is not None:
                self._review.keep_feather(round(feather))
            self._jobs.start(export_request(path, choice))

        counts = Counter((each.category, each.decision) for each in self._review.everything)
        folder = path.with_name(f"{path.stem}-masks")
        last = choice_from_json(self._project.last_export(), folder)
        begin = with_feather(last, self._review.feather())
        self._prompts.ask_export(path, counts, self._review.drafted(), begin, chosen)

    def take_drop(self, paths: Sequence[Path]) -> None:
        """Find out what was dropped on the window, and open it."""
        formats, project = self._formats, dropped_project(paths)
        if project is not None:
            self.open_path(project)
            return

        def look() -> Drop:
            drop = sort_drop(paths, lambda path: _holds_masks(formats, path))
            if drop.unknown is not None:
                formats.recognise(drop.unknown)  # says why it is not
            return drop

        self._pool.request("drop", look, self._open_drop, lambda why: self.failed.emit(why, ""))

    def _open_drop(self, drop: Drop) -> None:
        if drop.masks is not None:
            self.import_masks(drop.images, drop.masks)
        elif drop.images:
            self.open_images(drop.images)

    def _segment_into(self, path: Path, choice: SegmentChoice) -> None:
        if not self._use(path):
            return
        presets = self._project.presets("segmenter")
        if presets is not None and choice.setup is not None:
            presets.remember([choice.setup])
        segment = SegmentRequest(path, choice.images, choice.segmenter, choice.options)
        if choice.refiner is None:
            self._jobs.start(segment)
            return
        options = EngineOptions(self._weights_folder, device=choice.options.device)
        self._jobs.start(segment, RefineRequest(path, choice.refiner, options))

    def _import_into(self, path: Path, choice: ImportChoice) -> None:
        if not self._use(path):
            return
        requested = import_request(path, choice)
        if choice.refine:
            options = EngineOptions(self._weights_folder)
            self._jobs.start(requested, RefineRequest(path, AUTO, options))
        else:
            self._jobs.start(requested)

    def _use(self, path: Path) -> bool:
        """Make `path` the open project; says whether it is."""
        if path.absolute() == self._project.path:
            return True
        if not self._project.open_or_make(path):
            return False
        self._jobs.abandon()
        return True


def _holds_masks(formats: FormatCatalog, path: Path) -> bool:
    try:
        formats.recognise(path)
    except FormatError:
        return False
    return True


def _beside(images: Sequence[Path]) -> Path:
    """Where a project of these images goes: beside their folder, with its name."""
    first = images[0].absolute()
    folder = first if first.is_dir() else first.parent
    return folder.with_name(f"{folder.name or 'project'}{PROJECT_SUFFIX}")
