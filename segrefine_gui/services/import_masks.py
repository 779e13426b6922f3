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
from segrefine_gui.storage.base import ImageReader, NewCategory, NewImage, NewInstance, ProjectStore

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Attributes:
        images: images that the mask file tells of.
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
        files: the image files that the masks may belong to; those that the mask file does not
            tell of are not added.
        matcher: finds the file of an entry among them.
        reader: reads their sizes.
        cancel: asked between images.
        on_step: told after each image.

    Raises:
        Cancelled: the images finished so far are in the project.
        ProjectError: the project cannot be written.
    """
    skipped = [Skipped(problem.subject, problem.sentence) for problem in masks.problems]
    by_file, entries_of_files, unmatched = _by_file(masks, matcher)
    skipped += unmatched
    store.add_categories(
        [NewCategory(each.name, each.source_id, each.extra) for each in masks.categories]
    )
    if masks.extra is not None:
        store.add_document(masks.extra)
    added = images = 0
    order = [file for file in files if file in entries_of_files]
    for done, file in enumerate(order):
        cancel.raise_if_cancelled()
        on_step(Step(done, len(order), file.name))
        entry, entries = entries_of_files[file], by_file.get(file, [])
        try:
            width, height = reader.read_size(file)
        except SegRefineError as error:
            skipped.append(Skipped(file.name, error.sentence))
            continue
        name = _name(entry, file, matcher)
        new = NewImage(file, name, width, height, entry.source_id, entry.extra)
        (image,) = store.add_images([new])
        instances, bad = _rasterise(entries, file, height, width)
        skipped += bad
        added += store.add_instances(image.id, origin, instances)
        images += 1
    on_step(Step(len(order), len(order), ""))
    return ImportReport(images, added, skipped)


def _by_file(
    masks: MaskFile, matcher: ImageMatcher
) -> tuple[dict[Path, list[MaskEntry]], dict[Path, ImageEntry], list[Skipped]]:
    """Group masks by the image file they belong to; each image that fits none is said once.

    Returns:
        Masks by file, the entry of each file that is told of, also of those without masks, and
        what fits no file: images without masks may be missing.
    """
    found: dict[ImageEntry, Path | str] = {}
    entries_of_files: dict[Path, ImageEntry] = {}
    by_file: dict[Path, list[MaskEntry]] = defaultdict(list)
    lost: dict[ImageEntry, list[int]] = defaultdict(list)
    for image in dict.fromkeys([*masks.images, *(entry.image for entry in masks.masks)]):
        try:
            file = found[image] = matcher.find(image)
        except SegRefineError as error:
            found[image] = error.sentence
        else:
            entries_of_files.setdefault(file, image)
    for entry in masks.masks:
        match = found[entry.image]
        if isinstance(match, Path):
            by_file[match].append(entry)
        else:
            lost[entry.image].append(entry.source_id)
    skipped = [
        Skipped(_subject(ids, image.name or f"image {image.source_id}"), str(found[image]))
        for image, ids in lost.items()
    ]
    return by_file, entries_of_files, skipped


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
            NewInstance(
                entry.source_id,
                entry.category,
                entry.category_id,
                coarse,
                entry.score,
                extra=entry.extra,
            )
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
