"""Folders of PNG files, one for each instance: its mask, its matte, or the instance cut out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.errors import FormatError, ImageError, MaskError
from segrefine_gui.domain.masks import Rle, encode_mask
from segrefine_gui.domain.mattes import Matte, matte
from segrefine_gui.formats.base import (
    Added,
    ExportHead,
    ExportImage,
    ExportRecord,
    Format,
    ImageEntry,
    MaskEntry,
    MaskFile,
    MaskSink,
    PngKind,
    Problem,
    WriterOptions,
)
from segrefine_gui.formats.reading.mask_pixels import (
    LEAST_MATTE,
    MATTE_NOTE,
    Kind,
    mask_images,
    read_mask_image,
    refuse_pictures,
    sample_kinds,
)
from segrefine_gui.formats.reading.segmentations import require_size
from segrefine_gui.formats.writing.mask_images import encoded_png, noted_png
from segrefine_gui.formats.writing.safe_names import safe_name

CATEGORY = "object"
"""Name of the class of masks whose file names give none."""

_Photo = npt.NDArray[np.uint8]
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

    Of transparency with several levels, as cut-outs have, and of mattes that `PngWriter` wrote,
    the upper half belongs to it.

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
    """Writes `photo/12_cat.png` for instance 12 of `photo.jpg`, as large as the photo.

    What a file holds is told by `PngKind`; whatever it is, `PngReader` gets the mask back. With a
    split the folders `train` and `val` lie above the images'.

    Args:
        options: what a file holds.
    """

    name = "png"
    overlaps = True
    incremental = True

    def __init__(self, options: WriterOptions) -> None:
        self._options = options

    def open(self, folder: Path, head: ExportHead) -> PngSink:
        """Begin an export; see `MaskWriter.open`."""
        return PngSink(folder, head, self._options)


class PngSink(MaskSink):
    """One export as PNG masks; see `MaskSink`."""

    def __init__(self, folder: Path, head: ExportHead, options: WriterOptions) -> None:
        self._folder = folder
        self._head = head
        self._options = options

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:
        """Write the masks of an image; none of cut-outs from a photo that cannot be read."""
        rgb = None
        if records and self._options.png is PngKind.CUT_OUT:
            try:
                rgb = self._photo(image)
            except ImageError as error:
                return Added(problems=[Problem(image.image.name, error.sentence)])
        files: list[PurePosixPath] = []
        used: Counter[int] = Counter()
        for record in records:
            instance = record.instance
            used[instance.source_id] += 1
            count = used[instance.source_id]
            again = f"~{count}" if count > 1 else ""
            category = safe_name(instance.category.name, _CATEGORY_BYTES)
            name = f"{instance.source_id}{again}_{category}.png"
            file = PurePosixPath(image.split) / image.stem / name
            (self._folder / file).parent.mkdir(parents=True, exist_ok=True)
            (self._folder / file).write_bytes(self._png(record, rgb))
            files.append(file)
        return Added(files, len(files))

    def _photo(self, image: ExportImage) -> _Photo:
        rgb = self._head.read_rgb(image.image)
        height, width = rgb.shape[:2]
        if (height, width) != (image.image.height, image.image.width):
            raise ImageError(
                f"The photo has {width}x{height} pixels now, and its masks were made for "
                f"{image.image.width}x{image.image.height}."
            )
        return rgb

    def _png(self, record: ExportRecord, rgb: _Photo | None) -> bytes:
        assert record.mask is not None
        if self._options.png is PngKind.BINARY:
            return encoded_png(record.mask.decode().view(np.uint8) * np.uint8(255))
        alpha = matte_of(record, self._options.feather or 0.0)
        if rgb is None:
            return noted_png(alpha, MATTE_NOTE)
        shown = (alpha > 0)[..., None]
        return noted_png(np.dstack((rgb * shown, alpha)), MATTE_NOTE)


def matte_of(record: ExportRecord, feather: float) -> Matte:
    """How much of each pixel a mask covers.

    Where the mask was cut from a soft mask and is what this says at one half, the soft mask's
    values; everywhere else the mask with an edge of its own.

    Args:
        record: an instance with a mask.
        feather: width of that edge to either side of the outline, in pixels; 0 for a hard one.

    Returns:
        uint8 (h, w), at least 128 exactly where the mask is.
    """
    assert record.mask is not None
    mask = record.mask.decode()
    values = matte(mask, feather)
    if record.soft is not None:
        there = record.soft.region.slices
        agrees = (record.soft.values >= LEAST_MATTE) == mask[there]
        values[there] = np.where(agrees, record.soft.values, values[there])
    return values


def _parse(relative: Path, position: int) -> tuple[int, ImageEntry, str]:
    match = _INSTANCE.fullmatch(relative.stem)
    if match and len(relative.parts) > 1:
        image = ImageEntry(name=relative.parent.as_posix())
        return int(match["id"]), image, match["category"] or CATEGORY
    return position, ImageEntry(name=relative.with_suffix("").as_posix()), CATEGORY


FORMAT = Format(
    "png",
    "PNG masks",
    "A folder for each image with a PNG for each instance: its mask, its matte, or it cut out.",
    PngReader(),
    PngWriter,
)
