"""Use case: coarse masks that people already have become instances of a project."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import SegRefineError
from segrefine_gui.domain.masks import Rle
from segrefine_gui.formats.base import ImageEntry, MaskEntry, MaskFile
from segrefine_gui.services.import_plan import plan_import, read_planned
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
        known: images whose masks from this very file were in the project already.
    """

    images: int
    instances: int
    skipped: Sequence[Skipped]
    known: int = 0


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
    plan = plan_import(masks, files, matcher)
    skipped = [Skipped(problem.subject, problem.sentence) for problem in masks.problems]
    skipped += [Skipped(each.subject, each.sentence) for each in plan.unmatched if each.source_ids]
    store.add_categories(
        [NewCategory(each.name, each.source_id, each.extra) for each in masks.categories]
    )
    if masks.extra is not None:
        store.add_document(masks.extra)
    added = images = known = 0
    for done, planned in enumerate(plan.images):
        cancel.raise_if_cancelled()
        on_step(Step(done, len(plan.images), planned.file.name))
        try:
            found = read_planned(planned, reader)
        except SegRefineError as error:
            skipped.append(Skipped(planned.file.name, error.sentence))
            continue
        entry, name = planned.entry, _name(planned.entry, planned.file, matcher)
        new = NewImage(planned.file, name, found.width, found.height, entry.source_id, entry.extra)
        (image,) = store.add_images([new])
        skipped += found.skipped
        new_here = store.add_instances(image.id, origin, [_new(*each) for each in found.masks])
        known += bool(found.masks) and new_here == 0
        added += new_here
        images += 1
    on_step(Step(len(plan.images), len(plan.images), ""))
    return ImportReport(images, added, skipped, known)


def _new(entry: MaskEntry, coarse: Rle) -> NewInstance:
    return NewInstance(
        entry.source_id,
        entry.category,
        entry.category_id,
        coarse,
        entry.score,
        extra=entry.extra,
    )


def _name(entry: ImageEntry, file: Path, matcher: ImageMatcher) -> str:
    """The name the mask file uses where it is a plain one of this file, so exports keep it."""
    name = (entry.name or "").replace("\\", "/")
    plain = name.split("/")[-1] == file.name and ".." not in name.split("/")
    return (
        name
        if plain and not name.startswith("/") and ":" not in name
        else matcher.relative_name(file)
    )
