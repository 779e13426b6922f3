"""What Segment Anything's automatic mask generator makes, as JSON.

That is the form of its dataset SA-1B, a file of `image` and `annotations` for each image
(https://github.com/facebookresearch/segment-anything#dataset), or the generator's own list of
masks (`output_mode="coco_rle"`), saved under the image's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.base import (
    CategoryEntry,
    Format,
    ImageEntry,
    MaskEntry,
    MaskFile,
    Problem,
)
from segrefine_gui.formats.coco.entries import (
    Instances,
    as_object,
    clean_name,
    image_id_of,
    side,
)
from segrefine_gui.formats.reading.json_entries import read_entries
from segrefine_gui.formats.reading.json_file import looks_like
from segrefine_gui.formats.reading.problems import Problems
from segrefine_gui.formats.reading.texts import clean_text

CATEGORY = CategoryEntry("object", 1)
"""The class of all masks: the generator knows of none."""

_LOOKED_AT = 16


class SamReader:
    """Reads a file, or a folder with one for each image; `predicted_iou` is the score.

    An image is named by its `file_name`, else by the file's own name without the ending. An
    instance is known by its `id`, else by its position.
    """

    name = "sam"

    def recognises(self, path: Path) -> bool:
        """Whether it is such a file, or whether the first files of a folder are."""
        try:
            if not path.is_dir():
                return _is_sam(path)
            files = _files(path)[:_LOOKED_AT]
        except (OSError, ValueError):
            return False
        return bool(files) and all(_is_sam(file) for file in files)

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:  # noqa: ARG002
        """Read a file or folder.

        Raises:
            FormatError: it is not what it should be; in a folder such a file is a problem.
        """
        if not path.is_dir():
            image, masks, problems = _read(path, "")
            return MaskFile(self.name, [image], masks, problems, [CATEGORY])
        images: list[ImageEntry] = []
        all_masks: list[MaskEntry] = []
        told: list[Problem] = []
        for file in _files(path):
            name = file.relative_to(path).as_posix()
            try:
                image, masks, problems = _read(file, f"{name}: ")
            except FormatError as error:
                told.append(Problem(name, error.sentence))
                continue
            images.append(image)
            all_masks += masks
            told += problems
        if not images:
            raise FormatError(f"The folder “{path.name}” has no masks of Segment Anything.")
        return MaskFile(self.name, images, all_masks, told, [CATEGORY])


def _is_sam(path: Path) -> bool:
    return looks_like(path, r"\{", "image", "annotations", "predicted_iou") or looks_like(
        path, r"\[\s*\{", "segmentation", "predicted_iou"
    )


def _files(folder: Path) -> Sequence[Path]:
    found = (file for file in folder.rglob("*.json") if file.is_file())
    return sorted(
        file
        for file in found
        if not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )


def _read(path: Path, place: str) -> tuple[ImageEntry, list[MaskEntry], list[Problem]]:
    problems = Problems(place)
    instances = Instances("mask", problems, with_ids=True, score_key="predicted_iou")

    def add(item: object) -> None:
        instances.add(item, {"image_id": 0, "category_id": CATEGORY.source_id})

    document = read_entries(path, {"annotations": add}, add)
    if document == []:
        image = ImageEntry(clean_text(path.stem))
    elif isinstance(document, dict) and isinstance(document.get("annotations"), list):
        image = _image(document.get("image"), path)
    else:
        raise FormatError(f"“{path.name}” is not a file of Segment Anything's masks.")
    masks = instances.placed(lambda _: image, {CATEGORY.source_id: CATEGORY})
    return image, masks, problems.all()


def _image(value: object, path: Path) -> ImageEntry:
    try:
        fields = as_object(value)
        key = image_id_of(fields, "image_id") if fields.get("image_id") is not None else None
        return ImageEntry(
            clean_name(fields.get("file_name")) or clean_text(path.stem),
            key if isinstance(key, int) else None,
            side(fields, "width"),
            side(fields, "height"),
        )
    except FormatError as error:
        raise FormatError(f"The image of “{path.name}” is damaged. {error.sentence}") from error


FORMAT = Format(
    "sam",
    "Segment Anything",
    "The automatic mask generator's JSON: SA-1B's files, or a list of masks for each image.",
    SamReader(),
)
