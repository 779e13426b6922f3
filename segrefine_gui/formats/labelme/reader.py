"""labelme's JSON files, read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.extras import Extra, extra_of
from segrefine_gui.formats.base import (
    CategoryEntry,
    ImageEntry,
    MaskEntry,
    MaskFile,
    Segmentation,
)
from segrefine_gui.formats.labelme.shapes import Kind, parse_shape
from segrefine_gui.formats.reading.files import files_in, subject_of
from segrefine_gui.formats.reading.json_file import looks_like, read_json
from segrefine_gui.formats.reading.problems import Problems
from segrefine_gui.formats.reading.provenance import KEY, source_id_in
from segrefine_gui.formats.reading.texts import (
    category_ids,
    clean_name,
    clean_text,
    is_id,
    is_share,
    side_of,
    source_ids,
)
from segrefine_gui.formats.reading.unions import united
from segrefine_gui.formats.writing.decision_tables import JSON_NAME

NAME = "labelme"

CATEGORY = "object"
"""Name of the class of shapes whose label is blank."""

WITHOUT_AREA = frozenset({"point", "points", "line"})
"""Shapes that are no masks; they are kept with their image, for exports as labelme."""

_KNOWN_OF_IMAGE = frozenset({"imagePath", "imageData", "imageHeight", "imageWidth", "shapes", KEY})
_KNOWN_OF_SHAPE = frozenset({"label", "points", "shape_type", "mask", "score", KEY})
_SAMPLES = 16


@dataclass(slots=True)
class _Instance:
    """What the shapes of one instance have told so far."""

    image: ImageEntry
    category: str
    wanted_id: object
    score: float | None
    extra: Extra | None
    parts: list[Segmentation] = field(default_factory=list)


class LabelmeReader:
    """Reads labelme's JSON: one file, or all below a folder.

    The shapes of an image that share a label and a `group_id` are one instance. `imageData`, a
    copy of the photo, is passed over. The image is named by `imagePath`, counted from the file's
    own folder; X-AnyLabeling's files, which also have scores, are read, too. `source_id` is what
    an export of ours wrote, else the position among all instances.
    """

    name = NAME

    def recognises(self, path: Path) -> bool:
        """Whether the file, or one of the first few of the folder, has shapes and an image."""
        try:
            files = files_in(path, ".json")[:_SAMPLES]
        except (FormatError, OSError, ValueError):
            return False
        return any(looks_like(file, r"\{", "shapes", "imagePath") for file in files)

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:  # noqa: ARG002
        """Read a file or a folder; labelme's files name their image themselves.

        Raises:
            FormatError: there is no such file, or not one of them is labelme's.
        """
        images: list[ImageEntry] = []
        found: list[_Instance] = []
        problems = Problems()
        first_error: FormatError | None = None
        for file in files_in(path, ".json"):
            relative = file.relative_to(path) if file != path else Path(file.name)
            try:
                image, instances = _read_file(file, relative, problems)
            except FormatError as error:
                first_error = first_error or error
                if file.name != JSON_NAME:
                    problems.add(subject_of(file, path), error.sentence)
                continue
            images.append(image)
            found += instances
        if not images:
            raise first_error or FormatError(
                f"The folder “{clean_text(path.name)}” has no JSON files."
            )
        numbers = category_ids(each.category for each in found)
        ids = source_ids([each.wanted_id for each in found])
        masks = [
            MaskEntry(
                source_id,
                each.image,
                united(each.parts),
                each.category,
                numbers[each.category],
                each.score,
                each.extra,
            )
            for source_id, each in zip(ids, found, strict=True)
        ]
        categories = [CategoryEntry(name, number) for name, number in numbers.items()]
        return MaskFile(self.name, images, masks, problems.all(), categories)


def _read_file(
    file: Path, relative: Path, problems: Problems
) -> tuple[ImageEntry, list[_Instance]]:
    document = read_json(file)
    shapes = document.get("shapes") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(shapes, list):
        raise FormatError(f"“{clean_text(file.name)}” is not a labelme file: it has no shapes.")
    kept: list[object] = []
    found: dict[object, _Instance] = {}
    height, width = side_of(document.get("imageHeight")), side_of(document.get("imageWidth"))
    size = None if height is None or width is None else (height, width)
    parsed = list(_shapes(shapes, size, clean_name(relative.as_posix(), "_"), kept, problems))
    fields = {**document, "shapes": kept} if kept else document
    image = ImageEntry(
        _image_name(document, relative),
        width=width,
        height=height,
        extra=extra_of(NAME, fields, _KNOWN_OF_IMAGE - ({"shapes"} if kept else set())),
    )
    for position, shape, segmentation in parsed:
        category = clean_name(shape.get("label"), CATEGORY)
        group = shape.get("group_id")
        key = (category, group) if is_id(group) else position
        if key not in found:
            score = shape.get("score")
            found[key] = _Instance(
                image,
                category,
                source_id_in(shape),
                float(score) if is_share(score) else None,  # type: ignore[arg-type]
                extra_of(NAME, shape, _KNOWN_OF_SHAPE),
            )
        found[key].parts.append(segmentation)
    return image, list(found.values())


def _shapes(
    shapes: list[object],
    size: tuple[int, int] | None,
    file: str,
    kept: list[object],
    problems: Problems,
) -> Iterator[tuple[int, Mapping[str, object], Segmentation]]:
    """The shapes with an area, by their position; what has none goes to `kept`."""
    without_area: Counter[str] = Counter()
    for position, shape in enumerate(shapes):
        try:
            if not isinstance(shape, dict):
                raise FormatError("It is not a JSON object.")
            kind = shape.get("shape_type") or Kind.POLYGON.value
            if isinstance(kind, str) and kind in WITHOUT_AREA:
                kept.append(shape)
                without_area[kind] += 1
                continue
            if kind not in [each.value for each in Kind]:
                raise FormatError("It is of a shape_type that labelme does not have.")
            if not isinstance(shape.get("label"), str):
                raise FormatError("It has no label.")
            segmentation = parse_shape(kind, shape.get("points"), shape.get("mask"), size)
        except FormatError as error:
            problems.add(f"shape {position} of {file}", error.sentence)
        else:
            yield position, shape, segmentation
    for kind, count in without_area.items():
        sentence = f"{count} of its shapes are of the type {kind}, which is no mask."
        problems.add(file, sentence)


def _image_name(document: Mapping[str, object], relative: Path) -> str:
    """How exports of ours name the image, else where labelme looks for it."""
    own = document.get(KEY)
    if isinstance(own, Mapping) and isinstance(own.get("image"), str) and own["image"]:
        return clean_text(own["image"])
    told = document.get("imagePath")
    if not isinstance(told, str) or not told.strip():
        return clean_text(relative.with_suffix("").as_posix())
    path = PureWindowsPath(told)  # takes slashes of both kinds
    if path.is_absolute() or path.drive or told.startswith("/"):
        return clean_text(path.name or told)
    parts = [part for part in path.parts if part != ".."]
    if parts != list(path.parts):  # in a folder beside its own
        return clean_text(PurePosixPath(*parts).as_posix())
    return clean_text((PurePosixPath(relative.parent.as_posix()) / path.as_posix()).as_posix())
