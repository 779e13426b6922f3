"""Detectron2's dataset dicts, saved as JSON: `json.dump(DatasetCatalog.get(name), file)`.

See "Standard Dataset Dicts" of its tutorial on custom datasets.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.base import CategoryEntry, ImageEntry, MaskFile
from segrefine_gui.formats.coco.entries import (
    ImageId,
    Instances,
    Tables,
    as_object,
    clean_name,
    image_id_of,
    required,
    side,
)
from segrefine_gui.formats.coco.reader import read_tables
from segrefine_gui.formats.detectron2.pickles import is_pickle, refuse_pickle
from segrefine_gui.formats.reading.json_entries import read_entries
from segrefine_gui.formats.reading.json_file import looks_like
from segrefine_gui.formats.reading.problems import Problems


class Detectron2DatasetReader:
    """Reads a list of images with file_name, height, width, image_id and annotations.

    A pickle of it is known by its bytes and refused. An instance is known by its position.
    Categories are numbers from 0; with an `images_json` number i is the category with the i-th
    lowest id, as Detectron2 numbers those of COCO files.
    """

    name = "detectron2-dataset"

    def recognises(self, path: Path) -> bool:
        """Whether the file is a JSON list of images with annotations, or a pickle."""
        return is_pickle(path) or looks_like(
            path, r"\[\s*\{", "file_name", "annotations", "category_id"
        )

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:
        """Read a list of dataset dicts.

        Args:
            path: the file.
            images_json: the COCO file of the dataset, for the names of its categories.

        Raises:
            FormatError: either file is not what it should be, or it is a pickle.
        """
        refuse_pickle(path)
        problems = Problems()
        images: dict[ImageId, ImageEntry] = {}
        instances = Instances("annotation", problems, with_ids=False)
        positions = itertools.count()

        def add(item: object) -> None:
            position = next(positions)
            subject = f"image at position {position}"
            try:
                fields = as_object(item)
                image = _image(fields)
                annotations = required(fields, "annotations")
                if not isinstance(annotations, list):
                    raise FormatError("Its annotations are not a list.")
            except FormatError as error:
                problems.add(subject, error.sentence)
                return
            images[position] = image
            for annotation in annotations:
                instances.add(annotation, {"image_id": position})

        if read_entries(path, {}, add) != []:
            raise FormatError(f"“{path.name}” is not a list of Detectron2 dataset dicts.")
        categories: Mapping[int, CategoryEntry] = {}
        if images_json is not None:
            tables = Tables(problems)
            read_tables(images_json, tables)
            ordered = sorted(tables.categories.items())
            categories = {number: each for number, (_, each) in enumerate(ordered)}
        masks = instances.placed(images.__getitem__, categories)
        return MaskFile(self.name, list(images.values()), masks, problems.all())


def _image(fields: Mapping[str, object]) -> ImageEntry:
    name = clean_name(fields.get("file_name"))
    key = image_id_of(fields, "image_id") if fields.get("image_id") is not None else None
    if name is None and key is None:
        raise FormatError("It has neither a file_name nor an image_id.")
    return ImageEntry(
        name=name if name is not None or isinstance(key, int) else key,
        source_id=key if isinstance(key, int) else None,
        width=side(fields, "width"),
        height=side(fields, "height"),
    )
