"""Asks which coarse masks to import, and for which images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QWidget

from segrefine_gui.gui.dialogs.form_dialog import FormDialog
from segrefine_gui.gui.dialogs.paths import PathField, PathList


@dataclass(frozen=True, slots=True)
class ImportChoice:
    """What to import.

    Attributes:
        images: image files and folders that the masks may belong to.
        masks: a mask file, or a folder of mask images.
        images_json: a COCO file that names images and categories for masks that do not.
        refine: whether to refine the masks afterwards.
    """

    images: tuple[Path, ...]
    masks: Path
    images_json: Path | None
    refine: bool = True


class ImportDialog(FormDialog):
    """Asks for masks and images.

    Args:
        images: image files and folders to begin with.
        masks: a mask file or folder to begin with.
        parent: the window it belongs to.
    """

    def __init__(
        self,
        images: Sequence[Path] = (),
        masks: Path | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            self.tr("Import masks"),
            self.tr(
                "Bring in coarse masks that you have already: a COCO file, Detectron2’s results, "
                "or a folder of mask images."
            ),
            self.tr("&Import"),
            parent,
        )
        json_filter = self.tr("JSON files (*.json);;All files (*)")
        self.masks = PathField(
            json_filter, folders=True, placeholder=self.tr("A JSON file, or a folder")
        )
        self.masks.set_path(masks)
        self.images = PathList(images)
        self.images_json = PathField(json_filter, placeholder=self.tr("Optional"))
        self.refine = QCheckBox(self.tr("&Refine the masks after the import"))
        self.refine.setChecked(True)
        self.add_section(self.tr("Coarse &masks"), self.masks)
        self.add_section(self.tr("Im&ages that they belong to"), self.images, stretch=1)
        self.add_section(
            self.tr("&COCO file that names images and categories"),
            self.images_json,
            self.tr("For masks without names of their own, such as Detectron2’s results."),
        )
        self.add_section("", self.refine)
        for field in (self.masks, self.images, self.images_json):
            field.changed.connect(self.revalidate)
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
        return self.images.problem()

    def choice(self) -> ImportChoice:
        """What was chosen; for an accepted dialog."""
        return ImportChoice(
            self.images.paths(),
            self.masks.path() or Path(),
            self.images_json.path(),
            self.refine.isChecked(),
        )
