"""Asks which coarse masks to import, and for which images; shows what that would add."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QWidget

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.formats.base import Format
from segrefine_gui.gui.dialogs.fold_out import FoldOut
from segrefine_gui.gui.dialogs.form_dialog import SECTION_GAP, FormDialog, labelled
from segrefine_gui.gui.dialogs.import_findings import ImportFindings
from segrefine_gui.gui.dialogs.match_field import MatchField
from segrefine_gui.gui.dialogs.paths import PathField, PathList
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.gui.workers.rehearsal import Rehearsal
from segrefine_gui.services.import_preview import ImportPreview
from segrefine_gui.services.match_rules import MatchBy
from segrefine_gui.services.steps import OnStep

WIDTH = 1020

DELAY_MS = 300
"""How long a person pauses before what they typed is looked at."""


@dataclass(frozen=True, slots=True)
class ImportChoice:
    """What to import.

    Attributes:
        images: image files and folders that the masks may belong to.
        masks: a mask file, or a folder of mask images.
        images_json: a COCO file that names images and categories for masks that do not.
        refine: whether to refine the masks afterwards.
        masks_format: name of their format; empty to tell it from their content.
        match: how to find the image of a mask; see `match_rules.parse_match_rule`.
    """

    images: tuple[Path, ...]
    masks: Path
    images_json: Path | None
    refine: bool = True
    masks_format: str = ""
    match: str = MatchBy.AUTO.value


Look = Callable[[ImportChoice, CancelToken, OnStep], ImportPreview]
"""Tells what an import would do; called in a thread."""


class ImportDialog(FormDialog):
    """Asks for masks and images.

    Args:
        formats: the formats that can be read.
        look: tells what an import would do.
        pool: where it is asked.
        images: image files and folders to begin with.
        masks: a mask file or folder to begin with.
        parent: the window it belongs to.
    """

    def __init__(
        self,
        formats: Sequence[Format],
        look: Look,
        pool: ReadingPool,
        images: Sequence[Path] = (),
        masks: Path | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            self.tr("Import masks"),
            self.tr(
                "Bring in coarse masks that you have already, in any of {} formats; nothing is "
                "added before you press Import."
            ).format(len(formats)),
            self.tr("&Import"),
            parent,
        )
        self._look = look
        self._titles = {each.name: each.title for each in formats}
        self._failure = ""
        self._trial = Rehearsal(pool, DELAY_MS, self)
        self.masks = PathField("", folders=True, placeholder=self.tr("A file, or a folder"))
        self.masks.set_path(masks)
        self.format = QComboBox()
        self.format.addItem(self.tr("Recognise by the content"), "")
        for each in formats:
            self.format.addItem(each.title, each.name)
        self.match = MatchField()
        self.images = PathList(images)
        self.images_json = PathField(
            self.tr("JSON files (*.json);;All files (*)"), placeholder=self.tr("Optional")
        )
        self.refine = QCheckBox(self.tr("&Refine the masks after the import"))
        self.refine.setChecked(True)
        self.findings = ImportFindings()
        self._add_sections()
        self._connect()
        self.revalidate()

    def missing(self) -> str:
        """See `FormDialog.missing`."""
        if self.masks.path() is None:
            return self.tr("Choose the file or folder with the coarse masks.")
        if not self.images.paths():
            return self.tr("Add the images that the masks belong to.")
        return ""

    def problem(self) -> str:
        """See `FormDialog.problem`."""
        masks, images_json = self.masks.path(), self.images_json.path()
        if masks is not None and not masks.exists():
            return self.tr("There is no file or folder {}.").format(masks)
        if images_json is not None and not images_json.is_file():
            return self.tr("There is no file {}.").format(images_json)
        return self.images.problem() or self.match.problem() or self._failure

    def choice(self) -> ImportChoice:
        """What was chosen."""
        return ImportChoice(
            self.images.paths(),
            self.masks.path() or Path(),
            self.images_json.path(),
            self.refine.isChecked(),
            self.format.currentData(),
            self.match.rule(),
        )

    def done(self, result: int) -> None:
        """Close the form, and look at nothing any more."""
        self._trial.stop()
        super().done(result)

    def _add_sections(self) -> None:
        how = QWidget()
        row = QHBoxLayout(how)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SECTION_GAP)
        for name, field in (
            (self.tr("F&ormat"), self.format),
            (self.tr("Find ima&ges"), self.match),
        ):
            row.addWidget(labelled(name, field), 1, Qt.AlignmentFlag.AlignTop)
        names = FoldOut(self.tr("&Names from a COCO file"), self.images_json)
        self.images_json.edit.setAccessibleName(
            self.tr("COCO file that names images and categories")
        )
        self.images_json.setToolTip(
            self.tr("For masks without names of their own, such as Detectron2’s results.")
        )
        self.add_section(self.tr("Coarse &masks"), self.masks)
        self.add_section("", how)
        self.add_section(self.tr("Im&ages that they belong to"), self.images, stretch=1)
        self.add_section("", names)
        self.add_section("", self.refine)
        self.add_side(self.findings, WIDTH)

    def _connect(self) -> None:
        for field in (self.masks, self.images, self.images_json, self.match):
            field.changed.connect(self._change)
        self.format.currentIndexChanged.connect(self._change)
        self._trial.began.connect(self.findings.show_running)
        self._trial.progressed.connect(self.findings.show_step)
        self._trial.done.connect(self._show_found)
        self._trial.failed.connect(self._show_failure)
        self._change()

    def _change(self) -> None:
        """Look again, unless nothing is there to look at."""
        self._failure = ""
        self.format.setItemText(0, self.tr("Recognise by the content"))
        self.revalidate()
        masks = self.masks.path()
        if self.problem() or self.missing() or masks is None:
            self._trial.stop()
            self.findings.clear(self.tr("Choose masks and images to see what an import would add."))
            return
        if self.masks.is_being_typed and masks.is_dir():  # perhaps of half the files on the disk
            self._trial.stop()
            self.findings.clear(self.tr("Leave the field to see what an import would add."))
            return
        choice, look = self.choice(), self._look
        self.findings.show_running()
        self._trial.want(lambda cancel, on_step: look(choice, cancel, on_step))

    def _show_found(self, found: ImportPreview) -> None:
        title = self._titles.get(found.format, found.format)
        self.format.setItemText(0, self.tr("{} (recognised)").format(title))
        self.findings.show_found(found)

    def _show_failure(self, sentence: str) -> None:
        self._failure = sentence
        self.findings.clear(self.tr("These masks cannot be imported as they are."))
        self.revalidate()
