"""`coco_instances_results.json`, as Detectron2's COCOEvaluator writes it (COCO's result format)."""

from __future__ import annotations

from pathlib import Path

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.base import ImageEntry, MaskFile
from segrefine_gui.formats.coco.entries import ImageId, Instances, Tables
from segrefine_gui.formats.coco.reader import read_tables
from segrefine_gui.formats.detectron2.pickles import refuse_pickle
from segrefine_gui.formats.reading.json_entries import read_entries
from segrefine_gui.formats.reading.json_file import looks_like
from segrefine_gui.formats.reading.problems import Problems

FILE_NAME = "coco_instances_results.json"


class Detectron2Reader:
    """Reads a list of image_id, category_id, score and RLE; each is known by its position.

    Without an `images_json` an image is known by its id only, or, where that is text, by name. A
    folder is one that has `coco_instances_results.json` in it or in its `inference`.
    """

    name = "detectron2"

    def recognises(self, path: Path) -> bool:
        """Whether the file is a JSON list of results with masks; an empty list is one, too."""
        file = _file(path)
        return looks_like(file, r"\[\s*\]\s*$") or looks_like(
            file, r"\[\s*\{", "image_id", "segmentation"
        )

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:
        """Read a results file.

        Args:
            path: the results.
            images_json: the COCO file of the dataset that was segmented, whose `images` and
                `categories` give names and sizes; its annotations are not looked at.

        Raises:
            FormatError: either file is not what it should be.
        """
        file = _file(path)
        refuse_pickle(file)
        problems = Problems()
        results = Instances("result", problems, with_ids=False)
        if read_entries(file, {}, results.add) != []:
            raise FormatError(f"“{file.name}” is not a list of Detectron2 results.")
        if images_json is None:
            masks = results.placed(_entry_of_id, {})
            images = list(dict.fromkeys(mask.image for mask in masks))
            return MaskFile(self.name, images, masks, problems.all())
        tables = Tables(problems)
        read_tables(images_json, tables)
        masks = results.placed(tables.image, tables.categories)
        return MaskFile(
            self.name,
            list(tables.images.values()),
            masks,
            problems.all(),
            list(tables.categories.values()),
        )


def _file(path: Path) -> Path:
    """The results file of a folder, or the path itself."""
    try:
        for file in (path / FILE_NAME, path / "inference" / FILE_NAME):
            if file.is_file():
                return file
    except (OSError, ValueError):
        pass
    return path


def _entry_of_id(image_id: ImageId) -> ImageEntry:
    if isinstance(image_id, int):
        return ImageEntry(source_id=image_id)
    return ImageEntry(name=image_id)
