"""`coco_instances_results.json`, as Detectron2's COCOEvaluator writes it (COCO's result format)."""

from __future__ import annotations

from pathlib import Path

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.base import Format, ImageEntry, MaskFile
from segrefine_gui.formats.coco.entries import ImageId, read_instances, read_tables
from segrefine_gui.formats.reading.json_file import looks_like, read_json


class Detectron2Reader:
    """Reads a list of image_id, category_id, score and RLE; each is known by its position.

    Without an `images_json` an image is known by its id only, or, where that is text, by name.
    """

    name = "detectron2"

    def recognises(self, path: Path) -> bool:
        """Whether the file is a JSON list of results with masks; an empty list is one, too."""
        return looks_like(path, r"\[\s*\]\s*$") or looks_like(
            path, r"\[\s*\{", "image_id", "segmentation"
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
        results = read_json(path)
        if not isinstance(results, list):
            raise FormatError(f"“{path.name}” is not a list of Detectron2 results.")
        if images_json is not None:
            tables = read_tables(read_json(images_json), images_json.name)
            masks, problems = read_instances(
                results, "result", tables.image, tables.categories, with_ids=False
            )
            images = list(tables.images.values())
            return MaskFile(self.name, images, masks, [*tables.problems, *problems])
        masks, problems = read_instances(results, "result", _entry_of_id, {}, with_ids=False)
        return MaskFile(self.name, list(dict.fromkeys(m.image for m in masks)), masks, problems)


def _entry_of_id(image_id: ImageId) -> ImageEntry:
    if isinstance(image_id, int):
        return ImageEntry(source_id=image_id)
    return ImageEntry(name=image_id)


FORMAT = Format(
    "detectron2",
    "Detectron2 results",
    "coco_instances_results.json, as Detectron2's evaluation writes it.",
    Detectron2Reader(),
)
