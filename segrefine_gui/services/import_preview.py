"""Use case: what an import would add and leave out, told before anything is added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import SegRefineError
from segrefine_gui.formats.base import MaskFile
from segrefine_gui.services.import_plan import Unmatched, plan_import, read_planned
from segrefine_gui.services.matching import ImageMatcher
from segrefine_gui.services.sampling import spread
from segrefine_gui.services.steps import OnStep, Skipped, Step, ignore_step
from segrefine_gui.storage.base import ImageReader


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would do.

    Attributes:
        format: name of the format.
        images: image files that the mask file tells of.
        instances: instances in these that would be added, as far as was looked at.
        categories: how many of these there are of each category, the most first; those that the
            mask file lists without an instance have 0.
        missing: images of the mask file that none of the files given is.
        ambiguous: images of the mask file that several of the files given could be.
        skipped: what else would be left out, and why.
        untold: image files given of which the mask file does not tell; they would not be added.
        known: images whose masks from this very file are in the project already.
        looked_at: images whose masks were made to see that they are whole; fewer than `images`
            where only a sample was asked for.
    """

    format: str
    images: int
    instances: int
    categories: Mapping[str, int] = field(default_factory=dict)
    missing: Sequence[Unmatched] = ()
    ambiguous: Sequence[Unmatched] = ()
    skipped: Sequence[Skipped] = ()
    untold: int = 0
    known: int = 0
    looked_at: int = 0

    @property
    def left_out(self) -> Sequence[Skipped]:
        """Everything that would be left out, ambiguous images first, and why."""
        unmatched = [*self.ambiguous, *self.missing]
        return [*(Skipped(each.subject, each.sentence) for each in unmatched), *self.skipped]


def preview_import(
    masks: MaskFile,
    files: Sequence[Path],
    matcher: ImageMatcher,
    reader: ImageReader,
    known: frozenset[Path],
    cancel: CancelToken,
    on_step: OnStep = ignore_step,
    most: int | None = None,
) -> ImportPreview:
    """Tell what `import_masks` would do.

    Args:
        masks: what a format's reader found.
        files: the image files that the masks may belong to.
        matcher: finds the file of an entry among them.
        reader: reads their sizes.
        known: the files whose masks from this very mask file are in the project already.
        cancel: asked between images.
        on_step: told before each image that is looked at, and at the end.
        most: make the masks of at most so many images, spread over all; None for all of them.

    Raises:
        Cancelled: the person does not want to know any more.
    """
    plan = plan_import(masks, files, matcher)
    skipped = [Skipped(problem.subject, problem.sentence) for problem in masks.problems]
    new = [planned for planned in plan.images if planned.file not in known]
    counts = Counter(mask.category for planned in new for mask in planned.masks)
    sample = spread(new, most)
    for done, planned in enumerate(sample):
        cancel.raise_if_cancelled()
        on_step(Step(done, len(sample), planned.file.name))
        try:
            found = read_planned(planned, reader)
        except SegRefineError as error:
            skipped.append(Skipped(planned.file.name, error.sentence))
            bad = Counter(mask.category for mask in planned.masks)
        else:
            skipped += found.skipped
            whole = Counter(mask.category for mask, _ in found.masks)
            bad = Counter(mask.category for mask in planned.masks) - whole
        counts.subtract(bad)
    on_step(Step(len(sample), len(sample), ""))
    return ImportPreview(
        masks.format,
        len(plan.images),
        counts.total(),
        _categories(masks, counts),
        [each for each in plan.unmatched if not each.candidates],
        [each for each in plan.unmatched if each.candidates],
        skipped,
        len(files) - len(plan.images),
        len(plan.images) - len(new),
        len(sample),
    )


def _categories(masks: MaskFile, counts: Counter[str]) -> dict[str, int]:
    listed = Counter({each.name: 0 for each in masks.categories})
    listed.update(counts)
    return dict(sorted(listed.items(), key=lambda item: (-item[1], item[0])))
