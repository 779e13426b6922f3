"""Folders of binary PNG masks, one file for each instance."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import cv2
import numpy as np

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import ExportError, FormatError, MaskError
from segrefine_gui.domain.masks import Rle, encode_mask
from segrefine_gui.domain.records import Image
from segrefine_gui.formats.atomic import staged_folder
from segrefine_gui.formats.base import ExportReport, ExportSet, ImageEntry, MaskEntry, MaskFile
from segrefine_gui.formats.mask_pixels import (
    Kind,
    mask_images,
    read_mask_image,
    refuse_pictures,
    sample_kinds,
)
from segrefine_gui.formats.safe_names import safe_name, safe_path
from segrefine_gui.formats.segmentations import require_size

CATEGORY = "object"
"""Name of the class of masks whose file names give none."""

_SUFFIXES = (".png",)
_CATEGORY_BYTES = 120
# What the writer makes: source id, a count where two instances share it, category.
_INSTANCE = re.compile(r"(?P<id>-?(?:0|[1-9]\d{0,17}))(?:~\d+)?(?:_(?P<category>.+))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PngSegmentation:
    """A mask in a PNG file that the person named the folder of; read when it is needed."""

    path: Path

    def rasterise(self, height: int, width: int) -> Rle:
        """The mask on an image of (height, width) pixels; see `Segmentation.rasterise`."""
        try:
            values, kind = read_mask_image(self.path)
        except FormatError as error:
            raise MaskError(error.sentence, error.detail) from error
        if kind is not Kind.MASK:
            raise MaskError(f"“{self.path.name}” has more than two values: it is no single mask.")
        require_size((values.shape[0], values.shape[1]), height, width)
        return encode_mask(values != 0)


class PngReader:
    """Reads a folder of PNG masks in which anything but 0 belongs to the instance.

    Which image a mask belongs to is told by its path: in `photo/12_cat.png` (as `PngWriter`
    writes, also without the category or with a folder `photo.jpg`) the folder is the image, 12
    the `source_id` and `cat` the category. Any other file, such as `photo.png` or `photo_2.png`, is
    named by its path without the ending, and the import finds the longest image name that this
    begins with; its `source_id` is its position in the sorted folder. Numbers with leading zeros
    are names of photos, not ids.
    """

    name = "png"

    def recognises(self, path: Path) -> bool:
        """Whether the files looked at hold binary masks and no label maps."""
        try:
            kinds = sample_kinds(mask_images(path, _SUFFIXES)).values()
        except (FormatError, OSError, ValueError):
            return False
        return Kind.MASK in kinds and Kind.LABELS not in kinds

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:  # noqa: ARG002
        """Read a folder; only some files are opened now, each of the others when it is needed.

        Raises:
            FormatError: it is no folder, has no PNG files or mixes masks with pictures.
        """
        files = mask_images(path, _SUFFIXES)
        if not files:
            raise FormatError(f"The folder “{path.name}” has no PNG files.")
        refuse_pictures(path, sample_kinds(files))
        named = [_parse(file.relative_to(path), position) for position, file in enumerate(files)]
        category_ids = {
            category: number
            for number, category in enumerate(sorted({category for _, _, category in named}), 1)
        }
        masks = [
            MaskEntry(source_id, image, PngSegmentation(file), category, category_ids[category])
            for file, (source_id, image, category) in zip(files, named, strict=True)
        ]
        return MaskFile(self.name, list(dict.fromkeys(mask.image for mask in masks)), masks)


class PngWriter:
    """Writes `<image stem>/<source id>_<category>.png`, 8-bit, 0 and 255, as large as the image.

    The folder is named like the image, with its folders and without its ending; where two images
    would meet (`a.jpg`, `a.png`) it keeps the ending. What a disk does not take becomes an
    underscore, and nothing leads out of the export.
    """

    name = "png"

    def write(
        self,
        export: ExportSet,
        folder: Path,
        cancel: CancelToken,
        on_written: Callable[[int], None],
    ) -> ExportReport:
        """Write the masks; see `MaskWriter.write`."""
        folders = _folders(export.images)
        files: list[PurePosixPath] = []
        used: Counter[tuple[int, int]] = Counter()
        with staged_folder(folder) as staging:
            for done, record in enumerate(export.records, start=1):
                cancel.raise_if_cancelled()
                if record.mask is not None:
                    instance = record.instance
                    used[record.image.id, instance.source_id] += 1
                    count = used[record.image.id, instance.source_id]
                    again = f"~{count}" if count > 1 else ""
                    category = safe_name(instance.category.name, _CATEGORY_BYTES)
                    name = f"{instance.source_id}{again}_{category}.png"
                    file = folders[record.image.id] / name
                    (staging / file).parent.mkdir(parents=True, exist_ok=True)
                    (staging / file).write_bytes(_png(record.mask))
                    files.append(file)
                on_written(done)
        return ExportReport([folder / file for file in files], len(files))


def _parse(relative: Path, position: int) -> tuple[int, ImageEntry, str]:
    match = _INSTANCE.fullmatch(relative.stem)
    if match and len(relative.parts) > 1:
        image = ImageEntry(name=relative.parent.as_posix())
        return int(match["id"]), image, match["category"] or CATEGORY
    return position, ImageEntry(name=relative.with_suffix("").as_posix()), CATEGORY


def _folders(images: Sequence[Image]) -> dict[int, PurePosixPath]:
    """A folder for each image, different even on disks that ignore case."""
    stems = Counter(_key(safe_path(image.name).with_suffix("")) for image in images)
    folders: dict[int, PurePosixPath] = {}
    taken: set[str] = set()
    for image in images:
        whole = safe_path(image.name)
        stem = whole.with_suffix("")
        wanted = folder = stem if stems[_key(stem)] == 1 else whole
        number = 1
        while _key(folder) in taken:
            number += 1
            folder = wanted.with_name(f"{wanted.name[:200]}~{number}")
        taken.add(_key(folder))
        folders[image.id] = folder
    return folders


def _key(folder: PurePosixPath) -> str:
    return unicodedata.normalize("NFC", str(folder)).casefold()


def _png(mask: Rle) -> bytes:
    pixels = mask.decode().view(np.uint8) * np.uint8(255)
    done, buffer = cv2.imencode(".png", pixels)
    if not done:
        raise ExportError("A mask could not be written as PNG; nothing was changed.")
    return bytes(buffer.tobytes())
