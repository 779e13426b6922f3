"""The measuring sets: real photos with coarse masks and ground truth.

They lie outside of this repository, because their licences do not allow copies. Each is a folder
with `images/`, `images.json`, `coco_instances_results.json` (coarse masks as Detectron2 writes
them) and `truth.json` (COCO).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from segrefine_gui.domain.records import Category, Instance
from segrefine_gui.formats.detectron2.results import Detectron2Reader

REPOSITORY = Path(__file__).resolve().parent.parent
DEFAULT_DATA = REPOSITORY.parent / "shared" / "data"

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class MeasuringSet:
    """One set, known by its folder."""

    folder: Path

    @property
    def name(self) -> str:
        """What tables call it."""
        return self.folder.name

    @property
    def images(self) -> Path:
        """The folder of its photos."""
        return self.folder / "images"

    @property
    def images_json(self) -> Path:
        """A COCO file with names and sizes of the photos."""
        return self.folder / "images.json"

    @property
    def results(self) -> Path:
        """The coarse masks."""
        return self.folder / "coco_instances_results.json"

    @property
    def truth(self) -> Path:
        """The ground truth, a COCO file."""
        return self.folder / "truth.json"

    @property
    def is_complete(self) -> bool:
        """Whether all of it is there."""
        parts = (self.images, self.images_json, self.results, self.truth)
        return all(part.exists() for part in parts)

    def instances(self) -> list[tuple[Path, Instance]]:
        """Each coarse mask with the file of its photo, read from the JSON files alone."""
        found = Detectron2Reader().read(self.results, self.images_json)
        instances = []
        for entry in found.masks:
            image = entry.image
            if image.name is None or image.width is None or image.height is None:
                raise SystemExit(f"{self.images_json} does not give each image's name and size.")
            coarse = entry.segmentation.rasterise(image.height, image.width)
            category = Category(0, entry.category, entry.category_id)
            instance = Instance(0, 0, category, coarse, entry.source_id, entry.score)
            instances.append((self.images / image.name, instance))
        return instances


def find_sets(data: Path, names: Sequence[str] | None = None) -> list[MeasuringSet]:
    """The sets of those names in a folder, or all that it holds; ends the program without any."""
    if names is None:
        folders = sorted(data.iterdir()) if data.is_dir() else []
        sets = [found for found in map(MeasuringSet, folders) if found.is_complete]
        if not sets:
            raise SystemExit(f"There is no measuring set in {data}: say where they are by --data.")
        return sets
    sets = [MeasuringSet(data / name) for name in names]
    for asked in sets:
        if not asked.is_complete:
            raise SystemExit(f"There is no measuring set {asked.name} in {data}.")
    return sets


def spread(items: Sequence[_Item], count: int | None) -> list[_Item]:
    """`count` of the items, evenly from all of them; all where None or more than there are."""
    if count is None or count >= len(items):
        return list(items)
    return [items[index * len(items) // count] for index in range(count)]
