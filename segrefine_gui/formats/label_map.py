"""Folders of label maps: one image file for each photo, a value for each instance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from segrefine_gui.domain.errors import FormatError, MaskError
from segrefine_gui.domain.masks import Rle, rle_from_runs
from segrefine_gui.formats.base import Format, ImageEntry, MaskEntry, MaskFile, Problem
from segrefine_gui.formats.reading.mask_pixels import (
    Kind,
    Values,
    mask_images,
    read_mask_image,
    refuse_pictures,
    sample_kinds,
)
from segrefine_gui.formats.reading.segmentations import require_size

CATEGORY = "object"
"""Name of the class of all instances: label maps have none."""

_SUFFIXES = (".png", ".tif", ".tiff")


@dataclass(frozen=True, slots=True)
class LabelSegmentation:
    """The pixels of one label."""

    rle: Rle

    def rasterise(self, height: int, width: int) -> Rle:
        """The mask on an image of (height, width) pixels; see `Segmentation.rasterise`."""
        require_size((self.rle.height, self.rle.width), height, width)
        return self.rle


class LabelMapReader:
    """Reads PNG and TIFF label maps of one channel; `source_id` is the label's value.

    A folder is one of label maps, not of binary masks, when any of the files looked at (up to
    16) has several values besides 0 or 16 bits. Values must come in flat regions: grey photos and
    soft masks are refused. Palette images are read by index, without VOC's void index 255. The
    image is named by the file's path in the folder without its ending.
    """

    name = "label-map"

    def recognises(self, path: Path) -> bool:
        """Whether a file looked at is a label map."""
        try:
            kinds = sample_kinds(mask_images(path, _SUFFIXES))
        except (FormatError, OSError, ValueError):
            return False
        return Kind.LABELS in kinds.values()

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:  # noqa: ARG002
        """Read a folder; label maps need no images file.

        Raises:
            FormatError: it is no folder, has no label maps or mixes them with pictures.
        """
        files = mask_images(path, _SUFFIXES)
        if not files:
            raise FormatError(f"The folder “{path.name}” has no PNG or TIFF files.")
        refuse_pictures(path, sample_kinds(files))
        images: list[ImageEntry] = []
        masks: list[MaskEntry] = []
        problems: list[Problem] = []
        for file in files:
            relative = file.relative_to(path)
            try:
                values, kind = read_mask_image(file)
                if kind is Kind.PICTURE:
                    raise FormatError("It is a picture, not a label map.")
                segmentations = encode_labels(values)
            except (FormatError, MaskError) as error:
                problems.append(Problem(relative.as_posix(), error.sentence))
                continue
            image = ImageEntry(name=relative.with_suffix("").as_posix())
            images.append(image)
            masks += [
                MaskEntry(label, image, LabelSegmentation(rle), CATEGORY, 1)
                for label, rle in segmentations.items()
            ]
        return MaskFile(self.name, images, masks, problems)


def encode_labels(values: Values) -> dict[int, Rle]:
    """The mask of every value above 0, in one pass over the image however many there are.

    Args:
        values: whole numbers >= 0, shape (h, w).

    Returns:
        Masks by value, ascending.
    """
    height, width = values.shape
    flat = values.T.ravel()
    inner = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts, ends = np.append(0, inner), np.append(inner, flat.size)
    labels = flat[starts]
    order = np.argsort(labels, kind="stable")  # keeps the runs of a label in their order
    starts, ends, labels = starts[order], ends[order], labels[order]
    found: dict[int, Rle] = {}
    borders = np.flatnonzero(labels[1:] != labels[:-1]) + 1
    for first, last in zip(
        np.append(0, borders).tolist(), np.append(borders, labels.size).tolist(), strict=True
    ):
        if labels[first] == 0:
            continue
        # Alternating ends and starts; their differences are the runs, zeros first.
        marks = np.stack((starts[first:last], ends[first:last]), axis=1).ravel()
        runs = np.diff(np.append(marks, flat.size), prepend=0)
        found[int(labels[first])] = rle_from_runs(runs.tolist(), height, width)
    return found


FORMAT = Format(
    "label-map",
    "Label maps",
    "One PNG or TIFF for each image, with a value for each instance; instances cannot overlap.",
    LabelMapReader(),
)
