"""PASCAL VOC's masks, read."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from segrefine_gui.domain.errors import FormatError, MaskError
from segrefine_gui.formats.base import ImageEntry, MaskEntry, MaskFile, Problem
from segrefine_gui.formats.reading.label_images import (
    LabelSegmentation,
    encode_labels,
    read_label_image,
)
from segrefine_gui.formats.reading.mask_pixels import VOID, mask_images
from segrefine_gui.formats.reading.texts import clean_text
from segrefine_gui.formats.voc.labels import (
    CATEGORY,
    CLASSES,
    LABELS,
    NAME,
    OBJECTS,
    VOC_CODES,
    Labels,
    Numbers,
    renumbered,
)


class VocReader:
    """Reads a folder with `SegmentationClass`, `SegmentationObject` or both.

    An instance is a value or colour of an object mask, `source_id` its place among VOC's colours;
    its class is the one that most of its pixels have in the class mask. Void (255) belongs to
    none. Classes are told by their colours where `labelmap.txt` has these, else by their place in
    it; without that file they are the challenge's. Where there is no object mask, each class of an
    image is one instance. The image is named by the mask's path without its ending.
    """

    name = NAME

    def recognises(self, path: Path) -> bool:
        """Whether the folder has one of the two folders."""
        try:
            return any((path / folder).is_dir() for folder in (CLASSES, OBJECTS))
        except (OSError, ValueError):
            return False

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:  # noqa: ARG002
        """Read a folder.

        Raises:
            FormatError: it has no masks, or its `labelmap.txt` cannot be read.
        """
        classes, objects = _masks_in(path / CLASSES), _masks_in(path / OBJECTS)
        if not classes and not objects:
            raise FormatError(f"The folder “{path.name}” has no PNG files in {CLASSES}.")
        labels = Labels.of(path / LABELS)
        problems: list[Problem] = []
        images: list[ImageEntry] = []
        masks: list[MaskEntry] = []
        without_objects = 0
        for stem in sorted({*classes, *objects}):
            subject = clean_text(stem)
            try:
                parts = None if stem not in classes else labels.numbers(classes[stem])
                values = parts if stem not in objects else _object_numbers(objects[stem])
                assert values is not None
                if parts is not None and parts.shape != values.shape:
                    sentence = "Its class mask is of another size than its object mask."
                    problems.append(Problem(subject, sentence))
                    parts = None
                found = encode_labels(values)
            except (FormatError, MaskError) as error:
                problems.append(Problem(subject, error.sentence))
                continue
            without_objects += stem not in objects
            image = ImageEntry(name=subject)
            images.append(image)
            majority = _majority(values, parts)
            for value, rle in found.items():
                number = majority.get(value) or labels.number_of_unknown(CATEGORY)
                segmentation = LabelSegmentation(rle)
                masks.append(MaskEntry(value, image, segmentation, labels.names[number], number))
        if without_objects:
            sentence = (
                f"{without_objects} of its images have no mask in {OBJECTS}; each class of such an "
                "image became one instance."
            )
            problems.append(Problem(clean_text(path.name) or NAME, sentence))
        return MaskFile(self.name, images, masks, problems, labels.listed)


def _object_numbers(file: Path) -> Numbers:
    image = read_label_image(file)
    if image.in_colours:
        places = {code: place for place, code in enumerate(VOC_CODES)}
        return renumbered(image, lambda code: places.get(code, code) % VOID)
    return np.where(image.values == VOID, 0, image.values)


def _majority(values: Numbers, classes: Numbers | None) -> dict[int, int]:
    """The class that most of each value's pixels have, where any of them has one."""
    if classes is None:
        return {}
    known = (values != 0) & (classes != 0)
    span = int(classes.max()) + 1
    codes, counts = np.unique(
        values[known].astype(np.int64) * span + classes[known], return_counts=True
    )
    codes = codes[np.argsort(counts, kind="stable")]  # the largest comes last and stays
    return dict(zip((codes // span).tolist(), (codes % span).tolist(), strict=True))


def _masks_in(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        return {}
    return {
        file.relative_to(folder).with_suffix("").as_posix(): file
        for file in mask_images(folder, (".png",))
    }
