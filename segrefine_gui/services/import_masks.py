"""Use case: coarse masks that people already have become instances of a project."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import SegRefineError
from segrefine_gui.formats.base import ImageEntry, MaskEntry, MaskFile
from segrefine_gui.services.matching import ImageMatcher
from segrefine_gui.services.steps import OnStep, Skipped, Step, ignore_step
from segrefine_gui.storage.base import ImageReader, NewImage, NewInstance, ProjectStore

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Attributes:
        images: images that have masks now.
        instances: instances added.
        skipped: what was left out and why.
    """

    images: int
    instances: int
    skipped: Sequence[Skipped]


def fingerprint(path: Path) -> str:
    """SHA-256 of a mask file, or of the names and contents of a folder's files.

    It tells an import that was done before from a new one, wherever the file lies.
    """
    digest = hashlib.sha256()
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    for file in files:
        digest.update(file.relative_to(path).as_posix().encode())
        with file.open("rb") as stream:
            while block := stream.read(_CHUNK):
                digest.update(block)
    return f"sha256:{digest.hexdigest()}"


def import_masks(
    store: ProjectStore,
    masks: MaskFile,
    origin: str,
    files: Sequence[Path],
    matcher: ImageMatcher,
    reader: ImageReader,
    cancel: CancelToken,
    on_step: OnStep = ignore_step,
) -> ImportReport:
    """Add the masks of a file to a project, image by image; an image done before is passed over.

    Args:
        store: the project.
        masks: what a format's reader found.
        origin: the masks' `fingerprint`.
        files: the image files that the masks may belong to; those without masks are not added.
        matcher: finds the file of an entry among them.
        reader: reads their sizes.
        cancel: asked between images.
        on_step: told after each image.

    Raises:
        Cancelled: the images finished so far are in the project.
        ProjectError: the project cannot be written.
    """
    skipped = [Skipped(problem.subject, problem.sentence) for problem in masks.problems]
    by_file, unmatched = _by_file(masks.masks, matcher)
    skipped += unmatched
    added = images = 0
    order = [file for file in files if file in by_file]
    for done, file in enumerate(order):
        cancel.raise_if_cancelled()
        on_step(Step(done, len(order), file.name))
        entries = by_file[file]
        try:
            width, height = reader.read_size(file)
        except SegRefineError as error:
            skipped.append(Skipped(file.name, error.sentence))
            continue
        name = _name(entries[0].image, file, matcher)
        new = NewImage(file, name, width, height, entries[0].image.source_id)
        (image,) = store.add_images([new])
        instances, bad = _rasterise(entries, file, height, width)
        skipped += bad
        added += store.add_instances(image.id, origin, instances)
        images += 1
    on_step(Step(len(order), len(order), ""))
    return ImportReport(images, added, skipped)


def _by_file(
    entries: Sequence[MaskEntry], matcher: ImageMatcher
) -> tuple[dict[Path, list[MaskEntry]], list[Skipped]]:
    """Group entries by the file they belong to; each image that fits none is said once."""
    found: dict[ImageEntry, Path | str] = {}
    by_file: dict[Path, list[MaskEntry]] = defaultdict(list)
    lost: dict[ImageEntry, list[int]] = defaultdict(list)
    for entry in entries:
        if entry.image not in found:
            try:
                found[entry.image] = matcher.find(entry.image)
            except SegRefineError as error:
                found[entry.image] = error.sentence
        match = found[entry.image]
        if isinstance(match, Path):
            by_file[match].append(entry)
        else:
            lost[entry.image].append(entry.source_id)
    skipped = [
        Skipped(_subject(ids, image.name or f"image {image.source_id}"), str(found[image]))
        for image, ids in lost.items()
    ]
    return by_file, skipped


def _rasterise(
    entries: Sequence[MaskEntry], file: Path, height: int, width: int
) -> tuple[list[NewInstance], list[Skipped]]:
    instances, skipped = [], []
    for entry in entries:
        subject = _subject([entry.source_id], file.name)
        try:
            coarse = entry.segmentation.rasterise(height, width)
        except SegRefineError as error:
            skipped.append(Skipped(subject, error.sentence))
            continue
        if coarse.area == 0:
            skipped.append(Skipped(subject, "The mask is empty and was left out."))
            continue
        instances.append(
            NewInstance(entry.source_id, entry.category, entry.category_id, coarse, entry.score)
        )
    return instances, skipped


def _name(entry: ImageEntry, file: Path, matcher: ImageMatcher) -> str:
    """The name the mask file uses where it is a plain one of this file, so exports keep it."""
    name = (entry.name or "").replace("\\", "/")
    plain = name.split("/")[-1] == file.name and ".." not in name.split("/")
    return (
        name
        if plain and not name.startswith("/") and ":" not in name
        else matcher.relative_name(file)
    )


def _subject(ids: Sequence[int], image: str) -> str:
    if len(ids) == 1:
        return f"instance {ids[0]} of {image}"
    return f"{len(ids)} instances of {image}"
