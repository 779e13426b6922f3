"""Label Studio's JSON of tasks, read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.extras import Extra, extra_of
from segrefine_gui.formats.base import (
    CategoryEntry,
    ImageEntry,
    MaskEntry,
    MaskFile,
    Segmentation,
)
from segrefine_gui.formats.label_studio.names import image_key, name_of
from segrefine_gui.formats.label_studio.shapes import KINDS, Size, parse_value
from segrefine_gui.formats.reading.files import files_in, read_each
from segrefine_gui.formats.reading.json_entries import read_entries
from segrefine_gui.formats.reading.json_file import looks_like
from segrefine_gui.formats.reading.problems import Problems
from segrefine_gui.formats.reading.provenance import KEY, source_id_in
from segrefine_gui.formats.reading.texts import (
    category_ids,
    clean_name,
    is_id,
    is_share,
    side_of,
    source_ids,
)
from segrefine_gui.formats.reading.unions import united

NAME = "label-studio"

CATEGORY = "object"
"""Name of the class of regions without a label."""

MAX_TASK = 256 << 20
"""Longest task that is read, in characters: brush masks are long."""

PARTS = "parts"
"""How many regions an export of ours made of an instance, beside its source id."""

_KNOWN_OF_TASK = frozenset({"id", "annotations", "completions", "predictions"})
_KNOWN_OF_REGION = frozenset(
    {"value", "original_width", "original_height", "image_rotation", "score", "meta"}
)
_FILE_KEYS = ("storage_filename", "file_upload")
"""Where a task may name its image when its data do not, or have the image itself."""

_SAMPLES = 16
_Fields = dict[str, object]


@dataclass(slots=True)
class _Instance:
    """What the regions of one instance have told so far."""

    image: int
    category: str
    wanted_id: object
    score: float | None
    extra: Extra | None
    parts: list[Segmentation] = field(default_factory=list)


class LabelStudioReader:
    """Reads tasks with their annotations: one JSON file, or all below a folder.

    All annotations of a task are read that were not skipped, and where there are none its first
    prediction. Brush masks, bitmasks, polygons, boxes and ellipses are instances; what else was
    said of a task is kept for exports to Label Studio. The image is named by the address in the
    task's data, without host and bucket. `source_id` is what an export of ours wrote, else the
    position among all instances.
    """

    name = NAME

    def recognises(self, path: Path) -> bool:
        """Whether the file, or one of the first few of the folder, is a list of tasks."""
        try:
            files = files_in(path, ".json")[:_SAMPLES]
        except (FormatError, OSError, ValueError):
            return False
        return any(_is_tasks(file) for file in files)

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:  # noqa: ARG002
        """Read a file or a folder; tasks name their images themselves.

        Raises:
            FormatError: there is no such file, or not one of them is a list of tasks.
        """
        reading = _Reading()
        files = [file for file in files_in(path, ".json") if file == path or _is_tasks(file)]
        none = f"The folder “{clean_name(path.name, '_')}” has no tasks of Label Studio."
        read_each(files, path, reading.read, reading.problems, none)
        return reading.result()


def _is_tasks(file: Path) -> bool:
    return any(looks_like(file, r"\[\s*\{", "data", key) for key in ("annotations", "predictions"))


class _Reading:
    """The tasks read so far."""

    def __init__(self) -> None:
        self.problems = Problems()
        self._images: list[ImageEntry] = []
        self._instances: list[_Instance] = []
        self._tasks = 0
        self._file = ""

    def read(self, file: Path, subject: str) -> None:
        self._file = subject
        self._tasks = 0
        rest = read_entries(file, {}, self._task, max_entry=MAX_TASK)
        if not isinstance(rest, list):
            raise FormatError(f"“{clean_name(file.name, '_')}” is not a list of tasks.")

    def result(self) -> MaskFile:
        numbers = category_ids(each.category for each in self._instances)
        ids = source_ids([each.wanted_id for each in self._instances])
        masks = [
            MaskEntry(
                source_id,
                self._images[each.image],
                united(each.parts),
                each.category,
                numbers[each.category],
                each.score,
                each.extra,
            )
            for source_id, each in zip(ids, self._instances, strict=True)
        ]
        categories = [CategoryEntry(name, number) for name, number in numbers.items()]
        return MaskFile(NAME, self._images, masks, self.problems.all(), categories)

    def _task(self, item: object) -> None:
        subject = f"task {self._tasks} of {self._file}"
        self._tasks += 1
        data = item.get("data") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(data, dict):
            self.problems.add(subject, "It is not a task with data.")
            return
        key = image_key(data)
        addresses = [data[key] if key else None, *(item.get(each) for each in _FILE_KEYS)]
        names = [name_of(each) for each in addresses if isinstance(each, str)]
        name = next(filter(None, names), None)
        number = item.get("id")
        source_id = number if isinstance(number, int) and is_id(number) else None
        told = _Task(len(self._images), subject, self.problems)
        told.read(item)
        known = _KNOWN_OF_TASK if source_id is not None else _KNOWN_OF_TASK - {"id"}
        fields = {**item, "annotations": told.annotations} if told.annotations else item
        extra = extra_of(NAME, fields, known - ({"annotations"} if told.annotations else set()))
        if told.annotations and (extra is None or "annotations" not in extra.fields):
            self.problems.add(subject, "It says more besides masks than can be kept.")
        height, width = told.size or (None, None)
        self._images.append(ImageEntry(name, source_id, width, height, extra))
        self._instances += told.instances


class _Task:
    """What the annotations of one task tell.

    Args:
        image: the position of its image.
        subject: what to call it in problems.
        problems: told of what is left out.
    """

    def __init__(self, image: int, subject: str, problems: Problems) -> None:
        self.instances: list[_Instance] = []
        self.annotations: list[_Fields] = []
        """The annotations with their results that are no instances."""
        self.size: Size | None = None
        self._image = image
        self._subject = subject
        self._problems = problems
        self._of_parts: dict[tuple[int, object, str], _Instance] = {}

    def read(self, task: _Fields) -> None:
        annotations = [
            *_objects(task.get("annotations")),
            *_objects(task.get("completions")),  # as older versions call them
        ]
        done = [each for each in annotations if not each.get("was_cancelled")]
        predictions = _objects(task.get("predictions"))
        if len(done) < len(annotations):
            self._say(
                f"{len(annotations) - len(done)} of its annotations were skipped by a person."
            )
        if done:
            if predictions:
                self._say(f"Its {len(predictions)} predictions were left out: it is annotated.")
            if len(done) > 1:
                self._say(f"All of its {len(done)} annotations were read.")
            for annotation in done:
                others = self._results(annotation, len(self.annotations))
                self.annotations.append({**annotation, "result": others})
        elif predictions:
            if len(predictions) > 1:
                self._say(f"Of its {len(predictions)} predictions only the first was read.")
            self._results(predictions[0], None)

    def _say(self, sentence: str) -> None:
        self._problems.add(self._subject, sentence)

    def _results(self, annotation: _Fields, position: int | None) -> list[_Fields]:
        """Make instances of an annotation's results; the others come back."""
        others: list[_Fields] = []
        results = _objects(annotation.get("result"))
        regions: dict[object, tuple[_Fields, list[_Fields]]] = {}
        waiting: list[_Fields] = []
        for place, result in enumerate(results):
            if _kind(result) is None:
                waiting.append(result)
                continue
            own = result.get("id")
            key = own if isinstance(own, str) and own not in regions else place
            regions[key] = (result, [])
        without_area: Counter[str] = Counter()
        for result in waiting:
            own = result.get("id")
            if isinstance(own, str) and own in regions:
                regions[own][1].append(result)  # a label or a choice for that region
                continue
            others.append(result)
            if isinstance(result.get("original_width"), int):
                without_area[clean_name(result.get("type"), "_")[:40]] += 1
        for region, attached in regions.values():
            self._region(region, attached, annotation, position)
        for kind_name, count in without_area.items():
            self._say(f"{count} of its regions are of the type {kind_name}, which is no mask.")
        return others

    def _region(
        self,
        result: _Fields,
        attached: list[_Fields],
        annotation: _Fields,
        position: int | None,
    ) -> None:
        subject = f"{_kind(result)} {len(self.instances)} of {self._subject}"
        height, width = (side_of(result.get(key)) for key in ("original_height", "original_width"))
        size = None if height is None or width is None else (height, width)
        try:
            if result.get("image_rotation"):
                raise FormatError("Its image was turned in Label Studio; its mask was not.")
            value = result.get("value")
            segmentation = parse_value(
                str(_kind(result)), value if isinstance(value, dict) else {}, size
            )
        except FormatError as error:
            self._problems.add(subject, error.sentence)
            return
        self.size = self.size or size
        labels = _labels(result, attached)
        if len(labels) > 1:
            self._problems.add(subject, "It has several labels, of which the first was taken.")
        category = clean_name(labels[0] if labels else None, CATEGORY)
        meta = result.get("meta")
        meta = meta if isinstance(meta, dict) else {}
        ours = meta.get(KEY)
        wanted_id = source_id_in(meta)
        # None where a region is all of its instance: copies of it that a person made stay apart.
        is_part = isinstance(ours, Mapping) and PARTS in ours and is_id(wanted_id)
        key = (-1 if position is None else position, wanted_id, category)
        if is_part and key in self._of_parts:
            self._of_parts[key].parts.append(segmentation)
            return
        score = result.get("score", annotation.get("score"))
        instance = _Instance(
            self._image,
            category,
            wanted_id,
            float(score) if is_share(score) else None,  # type: ignore[arg-type]
            _extra(result, attached, meta, labels, position),
            [segmentation],
        )
        self.instances.append(instance)
        if is_part:
            self._of_parts[key] = instance


def _kind(result: Mapping[str, object]) -> str | None:
    """Which of `KINDS` a result is; None for all else."""
    told = result.get("type")
    kind = told.removesuffix("labels") if isinstance(told, str) else ""
    return kind if kind in KINDS else None


def _labels(result: _Fields, attached: list[_Fields]) -> list[str]:
    """The labels of a region, which may be a result of their own."""
    found: list[str] = []
    for each in [result, *attached]:
        kind, value = each.get("type"), each.get("value")
        listed = value.get(kind) if isinstance(value, dict) and isinstance(kind, str) else None
        if isinstance(listed, list) and isinstance(kind, str) and kind.endswith("labels"):
            found += [label for label in listed if isinstance(label, str)]
    return found


def _extra(
    result: _Fields,
    attached: list[_Fields],
    meta: Mapping[str, object],
    labels: list[str],
    position: int | None,
) -> Extra | None:
    fields: _Fields = {key: value for key, value in result.items() if key not in _KNOWN_OF_REGION}
    others = {key: value for key, value in meta.items() if key != KEY}
    attached = [each for each in attached if each.get("type") != "labels"]
    if others:
        fields["meta"] = others
    if attached:
        fields["results"] = attached
    if len(labels) > 1:
        fields["labels"] = labels
    if position is not None:
        fields["annotation"] = position
    return extra_of(NAME, fields, ())


def _objects(value: object) -> list[_Fields]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
