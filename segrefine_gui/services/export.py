"""Use case: the masks that were accepted leave the project as files."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.records import Category, Decision, Image, MaskChoice, refined_mask
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.formats.base import (
    ExportHead,
    ExportImage,
    ExportRecord,
    ExportReport,
    ExportSet,
    FormatCatalog,
    Problem,
    WriterOptions,
)
from segrefine_gui.services.gate import gated
from segrefine_gui.storage.base import DecisionRecord, ImageReader, ProjectStore, ReviewedInstance


class Include(str, Enum):
    """Which instances an export writes: those that were accepted, or all that were not dropped."""

    ACCEPTED = "accepted"
    ALL = "all"

    @property
    def decisions(self) -> frozenset[Decision]:
        """The decisions that it stands for."""
        return ACCEPTED if self is Include.ACCEPTED else NOT_DROPPED


ACCEPTED = frozenset(decision for decision in Decision if decision.is_accepted)
NOT_DROPPED = frozenset(Decision) - {Decision.DROPPED}


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What of a project to export, and how.

    Attributes:
        masks: which mask of each instance. The final mask of a pending instance is its coarse
            mask: nothing else has been accepted.
        decisions: the instances to write, by what was decided about them; never dropped ones. The
            decision tables list every instance, whatever is written.
        gate: 0..1, for a gate to decide about what is pending, in these files alone; see
            `services.gate`. None leaves it pending.
        categories: the name to write for a category's name, empty to leave its instances out;
            others keep theirs. Several that get one name become one category.
        min_area: fewer pixels than this and an instance is left out.
        keeps_empty: whether images without an instance to write are written, too.
        val_share: share 0..1 of the images that go to "val", all others to "train"; 0 for no
            split. An image stays where it is when others come, but for those at the border.
        writing: how the format writes.
    """

    masks: MaskChoice = MaskChoice.FINAL
    decisions: frozenset[Decision] = ACCEPTED
    gate: float | None = None
    categories: Mapping[str, str] = field(default_factory=dict)
    min_area: int = 0
    keeps_empty: bool = True
    val_share: float = 0.0
    writing: WriterOptions = field(default_factory=WriterOptions)


def export_masks(
    store: ProjectStore,
    formats: FormatCatalog,
    images: ImageReader,
    format_name: str,
    folder: Path,
    options: ExportOptions,
    cancel: CancelToken,
    on_written: Callable[[int], None],
    *,
    dry_run: bool = False,
    instance_ids: Collection[int] | None = None,
) -> ExportReport:
    """Write a project's masks in one format.

    Args:
        store: the project.
        formats: the formats there are.
        images: reads photos.
        format_name: the format.
        folder: where to write.
        options: what to write.
        cancel: asked between instances.
        on_written: told the number of instances done so far.
        dry_run: leave the disk as it is and only report.
        instance_ids: export these instances, and their images, as if there were no others; None
            for all.

    Returns:
        What was written; instances with a draft, which is in no file, are among the problems.

    Raises:
        FormatError: there is no such format.
        ExportError: the files that were there before are whole.
        Cancelled: likewise.
    """
    writing = options.writing
    if writing.feather is None:
        writing = replace(writing, feather=store.feather())
    exporter = formats.exporter(format_name, writing)
    reviewed = store.reviewed(instance_ids)
    if options.gate is not None:
        limit = options.gate
        reviewed = (gated(each, limit) for each in reviewed)
    left = _LeftOut(store.drafted())
    names = _mapped(store.categories(), options.categories)
    known = _images(store, instance_ids)
    stems, splits = formats.stems_of(known), split_images(known, options.val_share)
    head = ExportHead(
        [ExportImage(image, stems[image.id], splits[image.id]) for image in known],
        sorted(
            {each.source_id: each for each in names.values() if each is not None}.values(),
            key=lambda category: category.source_id,
        ),
        store.documents(),
        lambda image: images.read_rgb(image.path),
        str(store.path),
    )
    records = _records(left.noticed(reviewed), names, options, left)
    export = ExportSet(head, records, options.keeps_empty)
    report = exporter.write(export, folder, cancel, on_written, dry_run=dry_run)
    return replace(
        report,
        problems=[*report.problems, *left.problems],
        left_out=dict(left.counts),
        drafts=left.drafts,
    )


def split_images(images: Sequence[Image], val_share: float) -> dict[int, str]:
    """Share images out between "train" and "val", the same way every time.

    The order is that of a hash of their names: no other property of an image, nor its place in the
    project, says where it goes.

    Returns:
        "train" or "val" by the project's id of the image; empty text where nothing is split.
    """
    if val_share <= 0:
        return {image.id: "" for image in images}
    shuffled = sorted(images, key=lambda image: hashlib.sha256(_utf8(image.name)).digest())
    count = round(len(shuffled) * val_share)
    return {image.id: "val" if place < count else "train" for place, image in enumerate(shuffled)}


def final_mask(reviewed: ReviewedInstance) -> Rle | None:
    """The mask that the decision yields; None for a dropped instance."""
    decision, refinement = reviewed.decision, reviewed.refinement
    if decision.decision is Decision.DROPPED:
        return None
    if decision.edited is not None:
        return decision.edited
    if decision.decision is Decision.REFINED and refinement is not None:
        coarse = reviewed.instance.coarse
        return refined_mask(refinement, coarse, decision.threshold, decision.left_out)
    return reviewed.instance.coarse


class _LeftOut:
    """Notices what the files lack of what a person made or asked for.

    Args:
        drafted: ids of the instances that have a draft.
    """

    def __init__(self, drafted: Collection[int]) -> None:
        self.problems: list[Problem] = []
        self.counts: Counter[str] = Counter()
        self.drafts = 0
        """Edits that were begun and not applied."""
        self._drafted = drafted

    def noticed(self, instances: Iterable[ReviewedInstance]) -> Iterator[ReviewedInstance]:
        """The same instances."""
        for reviewed in instances:
            is_dropped = reviewed.decision.decision is Decision.DROPPED
            if reviewed.instance.id in self._drafted and not is_dropped:
                self.drafts += 1
                self.tell(reviewed, "It has an edit that was not applied yet.")
            yield reviewed

    def tell(self, reviewed: ReviewedInstance, sentence: str) -> None:
        """Say something about an instance."""
        subject = f"instance {reviewed.instance.source_id} of {reviewed.image.name}"
        self.problems.append(Problem(subject, sentence))


def _images(store: ProjectStore, instance_ids: Collection[int] | None) -> list[Image]:
    images = store.images()
    if instance_ids is None:
        return images
    wanted = {entry.image_id for entry in store.queue() if entry.instance_id in instance_ids}
    return [image for image in images if image.id in wanted]


def _mapped(categories: Sequence[Category], names: Mapping[str, str]) -> dict[int, Category | None]:
    """The category to write for each of the project's ids; None to leave it out."""
    firsts: dict[str, Category] = {each.name: each for each in categories if each.name not in names}
    mapped: dict[int, Category | None] = {}
    for each in categories:
        name = names.get(each.name, each.name)
        mapped[each.id] = firsts.setdefault(name, replace(each, name=name)) if name else None
    return mapped


def _records(
    instances: Iterator[ReviewedInstance],
    categories: Mapping[int, Category | None],
    options: ExportOptions,
    left: _LeftOut,
) -> Iterator[ExportRecord]:
    for reviewed in instances:
        decision, refinement, instance = reviewed.decision, reviewed.refinement, reviewed.instance
        category = categories[instance.category.id]
        mask, why = None, _why_left_out(decision, category, options)
        if not why:
            mask = _mask(reviewed, options.masks)
            why = "without a refinement" if mask is None else ""
        if mask is not None and mask.area < options.min_area:
            why = f"of fewer than {options.min_area:,} pixels"
            left.tell(reviewed, f"It has fewer than {options.min_area:,} pixels and was left out.")
            mask = None
        if why:
            left.counts[why] += 1
        yield ExportRecord(
            instance=replace(instance, category=category or instance.category),
            image=reviewed.image,
            mask=mask,
            decision=decision.decision,
            refiner=refinement.run.engine if refinement else "",
            refiner_version=refinement.run.version if refinement else "",
            weights_hash=refinement.run.weights_hash if refinement else "",
            risk=refinement.risk if refinement else None,
            seconds=decision.seconds,
            reviewer=decision.reviewer,
            decided_at=decision.decided_at,
            left_out=_left_out(decision),
            based_on=decision.based_on,
            soft=_soft(reviewed, options.masks) if mask is not None else None,
        )


def _why_left_out(
    decision: DecisionRecord, category: Category | None, options: ExportOptions
) -> str:
    """Words for why an instance is left out whatever its mask is; empty where it is not."""
    if decision.decision not in options.decisions - {Decision.DROPPED}:
        return decision.decision.value
    return "" if category is not None else "of a category that is left out"


def _left_out(decision: DecisionRecord) -> int | None:
    if decision.decision is not Decision.REFINED:
        return None
    return 0 if decision.left_out is None else decision.left_out.area


def _mask(reviewed: ReviewedInstance, masks: MaskChoice) -> Rle | None:
    coarse, refinement = reviewed.instance.coarse, reviewed.refinement
    if masks is MaskChoice.COARSE:
        return coarse
    if masks is MaskChoice.FINAL:
        return final_mask(reviewed)
    return refined_mask(refinement, coarse, reviewed.decision.threshold) if refinement else None


def _soft(reviewed: ReviewedInstance, masks: MaskChoice) -> SoftMask | None:
    """What the mask to write was cut from."""
    is_refined = masks is MaskChoice.REFINED or (
        masks is MaskChoice.FINAL and reviewed.decision.decision is Decision.REFINED
    )
    return reviewed.refinement.soft if is_refined and reviewed.refinement is not None else None


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
