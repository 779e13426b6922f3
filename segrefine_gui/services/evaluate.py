"""Use case: a project's masks against ground truth, coarse beside refined, and what risk knew."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import FormatError, SegRefineError
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.metrics import MaskQuality, iou, is_harm, measure
from segrefine_gui.domain.records import Decision, Image, refined_mask
from segrefine_gui.formats.base import MaskEntry, MaskFile
from segrefine_gui.services.export import final_mask
from segrefine_gui.services.gate import gate
from segrefine_gui.services.matching import ImageMatcher
from segrefine_gui.services.risk_summary import RiskSummary, summarise_risks
from segrefine_gui.services.steps import OnStep, Skipped, Step, ignore_step
from segrefine_gui.storage.base import ProjectStore, ReviewedInstance

MIN_COARSE_IOU = 0.5
"""Below this a coarse mask is of another object than the truth: no refiner is to blame."""


@dataclass(frozen=True, slots=True)
class InstanceScore:
    """One refined instance against the truth it fits best.

    Attributes:
        source_id: of the instance.
        image: name of its image.
        category: name of its class.
        refiner: engine of the refinement.
        seconds: time the refiner took.
        coarse: quality of the coarse mask.
        refined: of the refined mask, whatever was decided about it.
        harmed: whether refining made it worse.
        risk: what was estimated for that, 0..1; None where nothing was.
        gated: quality of the mask that a gate lets through; None where none was asked for.
        gated_harmed: whether that is worse than the coarse mask.
        decision: what was decided about it.
        final: quality of the mask that was accepted, as it was, in part, or edited; None while
            it is pending, and where it was dropped.
    """

    source_id: int
    image: str
    category: str
    refiner: str
    seconds: float
    coarse: MaskQuality
    refined: MaskQuality
    harmed: bool
    risk: float | None = None
    gated: MaskQuality | None = None
    gated_harmed: bool | None = None
    decision: Decision = Decision.PENDING
    final: MaskQuality | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """Means over instances; harm is the share, 0..1, that refining made worse.

    `gated` and `gated_harm` are the same of gated masks, None where no gate was asked for.
    """

    instances: int
    coarse: MaskQuality
    refined: MaskQuality
    harm: float
    seconds: float
    gated: MaskQuality | None = None
    gated_harm: float | None = None


@dataclass(frozen=True, slots=True)
class DecidedSummary:
    """What came of masks: means over the instances of which a person, or a gate, accepted one.

    Attributes:
        instances: how many these are.
        edited: how many of them were edited.
        coarse: of their coarse masks.
        refined: of their refined masks.
        final: of the masks that were accepted.
        harm: share 0..1 of them whose final mask is worse than the coarse one.
    """

    instances: int
    edited: int
    coarse: MaskQuality
    refined: MaskQuality
    final: MaskQuality
    harm: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an evaluation found.

    Attributes:
        overall: all scored instances; None where there are none.
        by_category: the same for each category.
        scores: instance by instance.
        unmatched: instances left out because their coarse IoU with every truth of their image
            is below the least.
        unrefined: instances left out because they have no refinement.
        skipped: what could not be read, and why.
        risk: how well risks foretold harm; None where no scored instance has one.
        gate_limit: what is riskier was kept coarse in gated masks; None where none were asked for.
        decided: what came of the scored instances; None where no mask was accepted yet.
    """

    overall: Summary | None
    by_category: Mapping[str, Summary]
    scores: Sequence[InstanceScore]
    unmatched: int
    unrefined: int
    skipped: Sequence[Skipped]
    risk: RiskSummary | None = None
    gate_limit: float | None = None
    decided: DecidedSummary | None = None

    def to_json(self) -> dict[str, object]:
        """Plain JSON values, NaN as null; seconds and shares as numbers, sizes in pixels."""
        return {
            "gate_limit": self.gate_limit,
            "overall": None if self.overall is None else _finite(asdict(self.overall)),
            "by_category": {
                name: _finite(asdict(summary)) for name, summary in self.by_category.items()
            },
            "decided": None if self.decided is None else _finite(asdict(self.decided)),
            "risk": None if self.risk is None else _finite(asdict(self.risk)),
            "unmatched": self.unmatched,
            "unrefined": self.unrefined,
            "skipped": [asdict(skipped) for skipped in self.skipped],
            "instances": [_finite(asdict(score)) for score in self.scores],
        }


def evaluate(
    store: ProjectStore,
    truth: MaskFile,
    cancel: CancelToken,
    on_step: OnStep = ignore_step,
    min_coarse_iou: float = MIN_COARSE_IOU,
    gate_limit: float | None = None,
) -> Evaluation:
    """Score the newest (or decided-on) refinement of each instance.

    Each instance is held against the truth of the same image that its coarse mask overlaps most,
    so several instances may share one truth, as several detections may be of one object.

    Args:
        store: the project.
        truth: ground truth as a format's reader found it; its images are matched by name.
        cancel: asked between instances.
        on_step: told after each instance.
        min_coarse_iou: instances below it are counted as unmatched and left out.
        gate_limit: 0..1, to score what a gate at this limit would make of every refinement,
            whatever was decided; see `services.gate`. None for no gate.

    Raises:
        FormatError: no truth belongs to an image of the project.
        Cancelled: nothing is kept.
    """
    truths, skipped = _truths_by_image(store.images(), truth)
    total = len(store.queue())
    scores: list[InstanceScore] = []
    unmatched = unrefined = 0
    shown: tuple[int, list[BoolMask]] = (0, [])
    for done, reviewed in enumerate(store.reviewed()):
        cancel.raise_if_cancelled()
        on_step(Step(done, total, reviewed.image.name))
        if reviewed.refinement is None:
            unrefined += 1
            continue
        if shown[0] != reviewed.image.id:
            entries = truths.get(reviewed.image.id, [])
            shown = (reviewed.image.id, _rasterise(entries, reviewed.image, skipped))
        score = _score(reviewed, shown[1], min_coarse_iou, gate_limit)
        if score is None:
            unmatched += 1
        else:
            scores.append(score)
    on_step(Step(total, total, ""))
    by_category: dict[str, list[InstanceScore]] = defaultdict(list)
    for score in scores:
        by_category[score.category].append(score)
    return Evaluation(
        _summary(scores) if scores else None,
        {name: _summary(group) for name, group in sorted(by_category.items())},
        scores,
        unmatched,
        unrefined,
        skipped,
        _risk_summary(scores),
        gate_limit,
        _decided(scores),
    )


def _truths_by_image(
    images: Sequence[Image], truth: MaskFile
) -> tuple[dict[int, list[MaskEntry]], list[Skipped]]:
    """Truth entries by the project's image id; truth for other images is passed over."""
    by_path = {image.path: image for image in images}
    by_name = {image.name: image for image in images}
    matcher = ImageMatcher(list(by_path), [])
    found: dict[int, list[MaskEntry]] = defaultdict(list)
    for entry in truth.masks:
        image = by_name.get(entry.image.name or "")
        if image is None:
            try:
                image = by_path[matcher.find(entry.image)]
            except FormatError:
                continue
        found[image.id].append(entry)
    if images and not found:
        raise FormatError("The truth has no image of this project.")
    return found, [Skipped(problem.subject, problem.sentence) for problem in truth.problems]


def _rasterise(
    entries: Sequence[MaskEntry], image: Image, skipped: list[Skipped]
) -> list[BoolMask]:
    masks = []
    for entry in entries:
        try:
            masks.append(entry.segmentation.rasterise(image.height, image.width).decode())
        except SegRefineError as error:
            subject = f"truth {entry.source_id} of {image.name}"
            skipped.append(Skipped(subject, error.sentence))
    return masks


def _score(
    reviewed: ReviewedInstance,
    truths: Sequence[BoolMask],
    min_coarse_iou: float,
    gate_limit: float | None,
) -> InstanceScore | None:
    instance, refinement = reviewed.instance, reviewed.refinement
    if not truths or refinement is None:
        return None
    coarse = instance.coarse.decode()
    overlaps = [iou(coarse, truth) for truth in truths]
    best = int(np.argmax(overlaps))
    if overlaps[best] < min_coarse_iou:
        return None
    before = measure(coarse, truths[best])
    refined = refined_mask(refinement, instance.coarse, reviewed.decision.threshold)
    after = measure(refined.decode(), truths[best])
    through = None
    if gate_limit is not None:
        left_out = gate(refinement, instance.coarse, gate_limit)
        passed = refined_mask(refinement, instance.coarse, left_out=left_out)
        through = measure(passed.decode(), truths[best])
    decision = reviewed.decision.decision
    final = final_mask(reviewed) if decision.is_accepted else None
    return InstanceScore(
        instance.source_id,
        reviewed.image.name,
        instance.category.name,
        refinement.run.engine,
        refinement.run.seconds,
        before,
        after,
        is_harm(before, after),
        refinement.risk,
        through,
        None if through is None else is_harm(before, through),
        decision,
        None if final is None else measure(final.decode(), truths[best]),
    )


def _summary(scores: Sequence[InstanceScore]) -> Summary:
    gated_ones = [score.gated for score in scores if score.gated is not None]
    return Summary(
        len(scores),
        _mean([score.coarse for score in scores]),
        _mean([score.refined for score in scores]),
        sum(score.harmed for score in scores) / len(scores),
        sum(score.seconds for score in scores) / len(scores),
        _mean(gated_ones) if gated_ones else None,
        sum(bool(score.gated_harmed) for score in scores) / len(scores) if gated_ones else None,
    )


def _decided(scores: Sequence[InstanceScore]) -> DecidedSummary | None:
    finals = [(score, score.final) for score in scores if score.final is not None]
    if not finals:
        return None
    return DecidedSummary(
        len(finals),
        sum(score.decision is Decision.EDITED for score, _ in finals),
        _mean([score.coarse for score, _ in finals]),
        _mean([score.refined for score, _ in finals]),
        _mean([final for _, final in finals]),
        sum(is_harm(score.coarse, final) for score, final in finals) / len(finals),
    )


def _risk_summary(scores: Sequence[InstanceScore]) -> RiskSummary | None:
    assessed = [(score, score.risk) for score in scores if score.risk is not None]
    return summarise_risks(
        [risk for _, risk in assessed],
        [score.harmed for score, _ in assessed],
        [score.image for score, _ in assessed],
    )


def _mean(qualities: Sequence[MaskQuality]) -> MaskQuality:
    bounded = [quality.mba for quality in qualities if not math.isnan(quality.mba)]
    return MaskQuality(
        float(np.mean([quality.iou for quality in qualities])),
        float(np.mean(bounded)) if bounded else math.nan,
        float(np.mean([quality.boundary_iou for quality in qualities])),
    )


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and math.isnan(value) else value
