"""COCO instances JSON, read: polygons, run-length code, LVIS's variant."""

from __future__ import annotations

from pathlib import Path

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.base import MaskFile
from segrefine_gui.formats.coco.entries import read_instances, read_tables
from segrefine_gui.formats.reading.json_file import looks_like, read_json


class CocoReader:
    """Reads COCO instances files (https://cocodataset.org/#format-data); crowds like the rest."""

    name = "coco"

    def recognises(self, path: Path) -> bool:
        """Whether the file is a JSON object with images and annotations."""
        return looks_like(path, r"\{", "images", "annotations")

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:  # noqa: ARG002
        """Read a COCO file; it has images and categories of its own.

        Raises:
            FormatError: it is not JSON or has no lists of images and annotations.
        """
        document = read_json(path)
        annotations = document.get("annotations") if isinstance(document, dict) else None
        if not isinstance(annotations, list):
            raise FormatError(f"“{path.name}” is not a COCO file: it has no list of annotations.")
        tables = read_tables(document, path.name)
        masks, problems = read_instances(
            annotations, "annotation", tables.image, tables.categories, with_ids=True
        )
        images = list(tables.images.values())
        return MaskFile(self.name, images, masks, [*tables.problems, *problems])
