"""What of a mask file goes to which image file, before anything is added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from segrefine_gui.domain.errors import SegRefineError
from segrefine_gui.domain.masks import Rle
from segrefine_gui.formats.base import ImageEntry, MaskEntry, MaskFile
from segrefine_gui.services.matching import ImageMatcher, Match
from segrefine_gui.services.steps import Skipped
from segrefine_gui.storage.base import ImageReader


@dataclass(frozen=True, slots=True)
class PlannedImage:
    """An image file with what a mask file says of it.

    Attributes:
        file: absolute path.
        entry: the image as the mask file names it.
        masks: its instances; may be none.
    """

    file: Path
    entry: ImageEntry
    masks: Sequence[MaskEntry]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An image of a mask file for which it is not clear which image file it is.

    Attributes:
        name: what to call it.
        source_ids: of its instances.
        sentence: why.
        candidates: the files it could be; none where it is missing.
    """

    name: str
    source_ids: Sequence[int]
    sentence: str
    candidates: Sequence[Path] = ()

    @property
    def subject(self) -> str:
        """What to call its instances, else the image, in a report."""
        return instances_of(self.source_ids, self.name) if self.source_ids else self.name


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Which image files a mask file tells of, in the order of the files, and what fits none."""

    images: Sequence[PlannedImage]
    unmatched: Sequence[Unmatched]


@dataclass(frozen=True, slots=True)
class ReadImage:
    """The masks of a planned image.

    Attributes:
        width: of the image, in pixels.
        height: of the image, in pixels.
        masks: its instances that can be added, each with its mask.
        skipped: those that cannot, and why.
    """

    width: int
    height: int
    masks: Sequence[tuple[MaskEntry, Rle]]
    skipped: Sequence[Skipped]


def plan_import(masks: MaskFile, files: Sequence[Path], matcher: ImageMatcher) -> ImportPlan:
    """Find the file of every image of a mask file.

    Args:
        masks: what a format's reader found.
        files: the image files that the masks may belong to.
        matcher: finds the file of an entry among them.
    """
    entries = dict.fromkeys([*masks.images, *(mask.image for mask in masks.masks)])
    found = {entry: matcher.match(entry) for entry in entries}
    _refuse_shared(found)
    by_entry: dict[ImageEntry, list[MaskEntry]] = defaultdict(list)
    for mask in masks.masks:
        by_entry[mask.image].append(mask)
    firsts: dict[Path, ImageEntry] = {}
    by_file: dict[Path, list[MaskEntry]] = defaultdict(list)
    unmatched = []
    for entry, match in found.items():
        if match.sentence:
            ids = [mask.source_id for mask in by_entry[entry]]
            unmatched.append(Unmatched(_called(entry), ids, match.sentence, match.files))
            continue
        (file,) = match.files
        firsts.setdefault(file, entry)
        by_file[file] += by_entry[entry]
    images = [PlannedImage(file, firsts[file], by_file[file]) for file in files if file in firsts]
    return ImportPlan(images, unmatched)


def read_planned(planned: PlannedImage, reader: ImageReader) -> ReadImage:
    """Make the masks of one image.

    Raises:
        ImageError: its size cannot be read.
    """
    width, height = reader.read_size(planned.file)
    masks, skipped = [], []
    for entry in planned.masks:
        subject = instances_of([entry.source_id], planned.file.name)
        try:
            coarse = entry.segmentation.rasterise(height, width)
        except SegRefineError as error:
            skipped.append(Skipped(subject, error.sentence))
            continue
        if coarse.area == 0:
            skipped.append(Skipped(subject, "The mask is empty and was left out."))
        else:
            masks.append((entry, coarse))
    return ReadImage(width, height, masks, skipped)


def instances_of(ids: Sequence[int], image: str) -> str:
    """What to call some instances of an image."""
    if len(ids) == 1:
        return f"instance {ids[0]} of {image}"
    return f"{len(ids)} instances of {image}"


def _refuse_shared(found: dict[ImageEntry, Match]) -> None:
    """Say so where one file fits several images that the mask file itself tells apart.

    The one that has the very name of the file keeps it: that is no guess.
    """
    by_file: dict[Path, list[ImageEntry]] = defaultdict(list)
    for entry, match in found.items():
        if not match.sentence and entry.source_id is not None and entry.name is not None:
            by_file[match.files[0]].append(entry)
    for file, entries in by_file.items():
        names, numbers = {each.name for each in entries}, {each.source_id for each in entries}
        if len(names) < 2 or len(numbers) < 2:
            continue
        for entry in entries:
            if entry.name != file.name:
                others = ", ".join(sorted(str(name) for name in names - {entry.name})[:3])
                sentence = f"Of the files given just {file.name} fits, but it fits {others}, too."
                found[entry] = Match((file,), sentence)


def _called(entry: ImageEntry) -> str:
    return entry.name or f"image {entry.source_id}"
