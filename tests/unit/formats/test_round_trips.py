"""Masks go from a project into one format, back, and on into any other one.

The way is the real one: `export_masks` writes, what looks at the folder's content recognises it,
`import_masks` reads. What comes back is what went in, but for the pixels that the export reported.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import BoolMask, encode_mask
from segrefine_gui.domain.partition import cut_by_neighbours
from segrefine_gui.formats.base import (
    Format,
    ImageEntry,
    MaskEntry,
    MaskFile,
    Problem,
    WriterOptions,
)
from segrefine_gui.formats.decisions import DecisionsWriter
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.services.export import NOT_DROPPED, ExportOptions, export_masks
from segrefine_gui.services.import_masks import import_masks
from segrefine_gui.services.matching import ImageMatcher
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project

REGISTRY = FormatRegistry()

ALL = {"id", "category", "category_id", "score"}
HOLDS = {
    "coco": ALL,
    "lvis": ALL,
    "npz": ALL,
    "datumaro": ALL,
    "label-map": ALL,
    "indexed": ALL,
    "labelme": ALL - {"category_id"},
    "label-studio": ALL - {"category_id"},
    "png": {"id", "category"},
    "voc": {"id", "category"},
    "cvat": {"category"},
    "cityscapes": {"category"},
    "yolo-seg": {"category"},
}
"""What a format keeps of an instance besides its pixels; of others nothing is expected."""


@dataclass(frozen=True)
class Leg:
    """One way to write.

    Attributes:
        format: the format.
        options: how.
    """

    format: Format
    options: WriterOptions = field(default_factory=WriterOptions)

    @property
    def name(self) -> str:
        return self.format.name + ("-polygons" if self.options.polygons else "")

    @property
    def overlaps(self) -> bool:
        assert self.format.writer is not None
        return self.format.writer(self.options).overlaps


LEGS = [
    leg
    for each in REGISTRY.writable()
    if each.writer is not DecisionsWriter
    for leg in (
        Leg(each),
        *([Leg(each, WriterOptions(polygons=True))] if each.has_polygons else []),
    )
]


@dataclass(frozen=True, eq=False)
class Known:
    """What a project knows of an instance."""

    image: str
    mask: BoolMask
    id: int
    category: str
    category_id: int
    score: float | None


def drawn(height: int, width: int, *boxes: tuple[int, int, int, int]) -> BoolMask:
    """Boxes (top, left, bottom, right), each taken out where it lies over an earlier one."""
    mask = np.zeros((height, width), dtype=bool)
    for top, left, bottom, right in boxes:
        mask[top:bottom, left:right] ^= True
    return mask


SCENE = {
    "фото/улица 1.png": [
        drawn(20, 26, (1, 1, 12, 14), (4, 4, 8, 9)),  # a hole, into which the next one fits
        drawn(20, 26, (4, 4, 8, 9)),
        drawn(20, 26, (2, 20, 6, 25), (14, 0, 19, 5), (16, 12, 17, 13)),  # three parts
        drawn(20, 26, (8, 10, 18, 22)),  # over the first
        drawn(20, 26, (19, 25, 20, 26)),  # one pixel in the corner
    ],
    "whole.png": [np.ones((7, 9), dtype=bool)],
    "sub/line.png": [drawn(1, 12, (0, 0, 1, 3), (0, 7, 1, 9)), drawn(1, 12, (0, 3, 1, 5))],
    "sub/tall.png": [drawn(15, 6, (2, 2, 13, 5), (4, 3, 6, 4), (5, 4, 9, 5))],
    "sub/empty.png": [],
}
CATEGORIES = (("cat", 3), ("пёс 2", 1))


class FixedMask:
    def __init__(self, mask: BoolMask) -> None:
        self._rle = encode_mask(mask)

    def rasterise(self, height: int, width: int):
        return self._rle


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    sizes = {name: masks[0].shape for name, masks in SCENE.items() if masks}
    for name in SCENE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        height, width = sizes.get(name, (5, 4))
        PIL.Image.new("RGB", (width, height), (90, 120, 60)).save(folder / name)
    return folder


@pytest.fixture(scope="module")
def open_project(
    tmp_path_factory: pytest.TempPathFactory, photos: Path
) -> Iterator[Callable[[MaskFile], Project]]:
    """Makes a project of what a reader found."""
    folder = tmp_path_factory.mktemp("projects")
    numbers = itertools.count()
    with ExitStack() as opened:

        def make(found: MaskFile) -> Project:
            project = opened.enter_context(Project.create(folder / f"{next(numbers)}.segrefine"))
            files = image_io.find_images([photos])
            matcher = ImageMatcher(files, [photos])
            report = import_masks(project, found, "origin", files, matcher, image_io, CancelToken())
            assert list(report.skipped) == []
            return project

        yield make


@pytest.fixture(scope="module")
def scene(open_project: Callable[[MaskFile], Project]) -> Project:
    images = [ImageEntry(name, number) for number, name in enumerate(SCENE, 1)]
    masks = []
    for image in images:
        for place, mask in enumerate(SCENE[image.name or ""]):
            number = 10 * (image.source_id or 0) + place
            category, category_id = CATEGORIES[number % 2]
            score = None if place == 1 else 0.5 + number / 1000
            masks.append(MaskEntry(number, image, FixedMask(mask), category, category_id, score))
    return open_project(MaskFile("test", images, masks))


Through = Callable[..., tuple[MaskFile, Sequence[Problem]]]


@pytest.fixture(scope="module")
def through(tmp_path_factory: pytest.TempPathFactory) -> Through:
    """Exports a project and reads what was written; gives the problems of the export, too."""

    def go(project: Project, leg: Leg, share: float = 0.0) -> tuple[MaskFile, Sequence[Problem]]:
        folder = tmp_path_factory.mktemp("export")
        options = ExportOptions(decisions=NOT_DROPPED, val_share=share, writing=leg.options)
        report = export_masks(
            project,
            REGISTRY,
            image_io,
            leg.format.name,
            folder,
            options,
            CancelToken(),
            lambda done: None,
        )
        reader, expected = REGISTRY.recognise(folder), leg.format.reader
        # What an LVIS file says of images is kept in a COCO file, which then looks like one.
        if expected is not None and {expected.name, reader.name} != {"coco", "lvis"}:
            assert reader.name == expected.name
        found = reader.read(folder)
        assert list(found.problems) == []
        return found, report.problems

    return go


@pytest.fixture(scope="module")
def imported(
    scene: Project, through: Through, open_project: Callable[[MaskFile], Project]
) -> dict[str, Project]:
    """The scene as it comes back from each format."""
    return {leg.name: open_project(through(scene, leg)[0]) for leg in LEGS}


@pytest.fixture(scope="module")
def came_back(photos: Path) -> Callable[[MaskFile], dict[str, list[Known]]]:
    """What a reader found, by image."""
    files = image_io.find_images([photos])
    matcher = ImageMatcher(files, [photos])
    sizes = {file: image_io.read_size(file) for file in files}

    def sort(found: MaskFile) -> dict[str, list[Known]]:
        known = {matcher.relative_name(matcher.find(each)): [] for each in found.images}
        for each in found.masks:
            file = matcher.find(each.image)
            width, height = sizes[file]
            mask = each.segmentation.rasterise(height, width).decode()
            name = matcher.relative_name(file)
            one = Known(name, mask, each.source_id, each.category, each.category_id, each.score)
            known[name].append(one)
        return known

    return sort


def instances(project: Project) -> dict[str, list[Known]]:
    """By image, in their order."""
    names = {image.id: image.name for image in project.images()}
    found: dict[str, list[Known]] = {name: [] for name in names.values()}
    for each in project.reviewed():
        one = each.instance
        found[names[one.image_id]].append(
            Known(
                names[one.image_id],
                one.coarse.decode(),
                one.source_id,
                one.category.name,
                one.category.source_id,
                one.score,
            )
        )
    return found


def cut(known: Sequence[Known]) -> list[Known]:
    """As a format of one instance a pixel holds them: the smallest keeps what is shared."""
    ranks = sorted(known, key=lambda each: np.count_nonzero(each.mask))
    masks = cut_by_neighbours([encode_mask(each.mask) for each in ranks])
    return [replace(each, mask=mask.decode()) for each, mask in zip(ranks, masks, strict=True)]


def paired(before: Sequence[Known], after: Sequence[Known]) -> list[tuple[Known, Known | None]]:
    """Each instance with the one that has most of its pixels; None where none is left for it."""
    left = list(after)
    pairs: list[tuple[Known, Known | None]] = []
    for each in before:
        best = min(left, key=lambda other: np.count_nonzero(other.mask ^ each.mask), default=None)
        pairs.append((each, best))
        if best is not None:
            left.remove(best)
    assert not left, "there are more instances than before"
    return pairs


def assert_same(
    leg: Leg,
    was: dict[str, list[Known]],
    now: dict[str, list[Known]],
    problems: Sequence[Problem],
) -> None:
    """What came back is what went in, but for what was reported."""
    assert set(now) <= set(was)
    every = [each for known in was.values() for each in known]
    ids = [each.id for each in every]
    # Formats that count from 1 give other numbers to what is not numbered so.
    unusual = {"id"} if min(ids) < 1 or len(set(ids)) < len(ids) else set()
    unusual |= {"category_id"} if min(each.category_id for each in every) < 1 else set()
    shared = changed = 0
    for name, known in was.items():
        held = known if leg.overlaps else cut(known)
        shared += sum(np.count_nonzero(each.mask) for each in known)
        shared -= sum(np.count_nonzero(each.mask) for each in held)
        for old, new in paired([each for each in held if each.mask.any()], now.get(name, [])):
            mask = np.zeros_like(old.mask) if new is None else new.mask
            assert mask.shape == old.mask.shape
            changed += np.count_nonzero(mask ^ old.mask)
            if new is not None:
                for what in HOLDS.get(leg.format.name, set()) - unusual:
                    assert getattr(new, what) == getattr(old, what), (name, what)
    assert sum(problem.pixels for problem in problems) == shared + changed


@pytest.mark.parametrize("share", [0.0, 0.4], ids=["whole", "split"])
@pytest.mark.parametrize("leg", LEGS, ids=lambda leg: leg.name)
def test_into_a_format_and_back(scene, through, came_back, leg, share):
    found, problems = through(scene, leg, share)
    now = came_back(found)
    assert_same(leg, instances(scene), now, problems)
    assert set(now) >= {name for name, masks in SCENE.items() if masks}


@pytest.mark.parametrize("second", LEGS, ids=lambda leg: leg.name)
@pytest.mark.parametrize("first", LEGS, ids=lambda leg: leg.name)
def test_from_one_format_into_another(imported, through, came_back, first, second):
    found, problems = through(imported[first.name], second)
    assert_same(second, instances(imported[first.name]), came_back(found), problems)
