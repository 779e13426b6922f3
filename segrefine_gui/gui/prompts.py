"""Asks the person: the window's dialogs, each with what happens once it is answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QWidget

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.formats.base import ExportReport
from segrefine_gui.gui.dialogs.error_dialog import show_error
from segrefine_gui.gui.dialogs.export_choice import ExportChoice, ExportTrials
from segrefine_gui.gui.dialogs.export_dialog import Counts, ExportDialog
from segrefine_gui.gui.dialogs.import_dialog import ImportChoice, ImportDialog
from segrefine_gui.gui.dialogs.interactor_dialog import InteractorDialog
from segrefine_gui.gui.dialogs.refine_dialog import RefineDialog
from segrefine_gui.gui.dialogs.refine_scope import Targets
from segrefine_gui.gui.dialogs.report_dialog import ReportDialog
from segrefine_gui.gui.dialogs.segment_dialog import SegmentChoice, SegmentDialog
from segrefine_gui.gui.engines.presets import Presets
from segrefine_gui.gui.widgets.note_editor import NoteEditor
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.services.export_loss import SampledLoss
from segrefine_gui.services.import_preview import ImportPreview
from segrefine_gui.services.jobs import (
    ExportRequest,
    ImportRequest,
    run_export,
    run_import_preview,
    run_loss,
)
from segrefine_gui.services.steps import OnStep, Skipped
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage.project import PROJECT_SUFFIX

PREVIEWED_IMAGES = 200
"""Most images whose masks are made to see, before an import, whether they are whole."""


SAMPLED_INSTANCES = 100
"""About how many instances are tried out, before an export, for what the format makes of them."""


class Prompts(QObject):
    """Opens dialogs over the window; none of them blocks, so jobs go on and are shown meanwhile.

    Args:
        window: what they lie over.
        tools: the engines and formats there are.
        pool: tries out what dialogs ask for, so that they can show what would come of it.
        weights_folder: where fetched weights are kept.
    """

    def __init__(
        self,
        window: QWidget,
        tools: Tools,
        pool: ReadingPool,
        weights_folder: Path,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._tools = tools
        self._engines = tools.engines
        self._pool = pool
        self._weights_folder = weights_folder

    def ask_import(
        self,
        images: Sequence[Path],
        masks: Path | None,
        project: Path | None,
        then: Callable[[ImportChoice], None],
    ) -> None:
        """Ask which masks to import; `project` is the one that they would be added to."""
        tools = self._tools

        def look(choice: ImportChoice, cancel: CancelToken, on_step: OnStep) -> ImportPreview:
            request = import_request(project or Path(), choice)
            return run_import_preview(tools, request, cancel, on_step, PREVIEWED_IMAGES)

        formats = tools.formats.readable()
        dialog = ImportDialog(formats, look, self._pool, images, masks, self._window)
        self._open(dialog, lambda: then(dialog.choice()))

    def ask_segment(
        self,
        images: Sequence[Path],
        then: Callable[[SegmentChoice], None],
        import_instead: Callable[[Sequence[Path]], None],
        presets: Presets | None = None,
    ) -> None:
        """Ask which images to segment, and how; or lead to importing masks of them."""
        dialog = SegmentDialog(self._engines, self._weights_folder, images, presets, self._window)
        dialog.import_masks_requested.connect(lambda: import_instead(dialog.images.paths()))
        self._open(dialog, lambda: then(dialog.choice()))

    def ask_refine(
        self, targets: Targets, presets: Presets, then: Callable[[RefineDialog], None]
    ) -> RefineDialog:
        """Ask how to refine, and what; the dialog may be told meanwhile what is refined already."""
        window = self._window
        dialog = RefineDialog(self._engines, self._weights_folder, targets, presets, window)
        self._open(dialog, lambda: then(dialog))
        return dialog

    def ask_interactor(self, presets: Presets, then: Callable[[InteractorDialog], None]) -> None:
        """Ask which interactor answers prompts."""
        dialog = InteractorDialog(self._engines, self._weights_folder, presets, self._window)
        self._open(dialog, lambda: then(dialog))

    def ask_export(
        self,
        project: Path,
        counts: Counts,
        drafted: int,
        begin: ExportChoice,
        then: Callable[[ExportChoice], None],
    ) -> None:
        """Ask what to export of a project, and where to."""
        tools = self._tools

        def sample(choice: ExportChoice, cancel: CancelToken, on_step: OnStep) -> SampledLoss:
            request = export_request(project, choice)
            return run_loss(tools, request, SAMPLED_INSTANCES, cancel, on_step)

        def dry_run(choice: ExportChoice, cancel: CancelToken, on_step: OnStep) -> ExportReport:
            request = export_request(project, choice, dry_run=True)
            return run_export(tools, request, cancel, on_step)

        formats, trials = tools.formats.writable(), ExportTrials(sample, dry_run)
        dialog = ExportDialog(formats, counts, drafted, trials, self._pool, begin, self._window)
        self._open(dialog, lambda: then(dialog.choice()))

    def ask_project_to_open(self, then: Callable[[Path], None]) -> None:
        """Ask for a project that exists."""
        dialog = self._project_dialog(self.tr("Open project"), self.tr("Open"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._open(dialog, lambda: then(Path(dialog.selectedFiles()[0])))

    def ask_project_to_make(self, suggestion: Path, then: Callable[[Path], None]) -> None:
        """Ask where a new project goes; one that exists is added to, never replaced."""
        dialog = self._project_dialog(self.tr("Save the new project as"), self.tr("Create"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setDefaultSuffix(PROJECT_SUFFIX.removeprefix("."))
        dialog.setDirectory(str(suggestion.parent))
        dialog.selectFile(suggestion.name)
        self._open(dialog, lambda: then(Path(dialog.selectedFiles()[0])))

    def ask_note(self, subject: str, text: str, then: Callable[[str], None]) -> None:
        """Ask for the note on something.

        Args:
            subject: what it is on.
            text: the note until now.
            then: called with the note from now on.
        """
        dialog = NoteEditor(subject, text, self._window)
        self._open(dialog, lambda: then(dialog.text))

    def ask_change_risk_limit(self, limit: float, then: Callable[[float], None]) -> None:
        """Ask above which risk a change is not taken unseen.

        Args:
            limit: until now, 0..1.
            then: called with the limit from now on.
        """
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle(self.tr("Safe changes"))
        dialog.setLabelText(self.tr("A change is safe up to this risk:"))
        dialog.setInputMode(QInputDialog.InputMode.DoubleInput)
        dialog.setDoubleRange(0.0, 1.0)
        dialog.setDoubleDecimals(2)
        dialog.setDoubleStep(0.05)
        dialog.setDoubleValue(limit)
        self._open(dialog, lambda: then(dialog.doubleValue()))

    def show_report(self, title: str, summary: str, skipped: Sequence[Skipped]) -> None:
        """Show what a job left out and why."""
        self._open(ReportDialog(title, summary, skipped, self._window))

    def show_error(self, sentence: str, detail: str) -> None:
        """Show what went wrong, with its detail."""
        show_error(self._window, sentence, detail)

    def _project_dialog(self, title: str, accept: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setNameFilter(self.tr("SegRefine projects (*{})").format(PROJECT_SUFFIX))
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, accept)
        return dialog

    def _open(self, dialog: QDialog, accepted: Callable[[], None] | None = None) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if accepted is not None:
            dialog.accepted.connect(accepted)
        dialog.open()


def import_request(project: Path, choice: ImportChoice) -> ImportRequest:
    """The import that a person chose."""
    return ImportRequest(
        project,
        choice.images,
        choice.masks,
        choice.images_json,
        choice.masks_format,
        choice.match,
    )


def export_request(project: Path, choice: ExportChoice, dry_run: bool = False) -> ExportRequest:
    """The export that a person chose."""
    return ExportRequest(project, choice.format, choice.folder, choice.options, dry_run)
