"""Use case: what became of a project's refinements, gathered for one page that people hand on."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from itertools import pairwise

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.records import Decision
from segrefine_gui.services.recalibrate import is_against
from segrefine_gui.services.report_examples import Example, ExamplePainter
from segrefine_gui.services.risk_summary import RiskSummary, summarise_risks
from segrefine_gui.services.steps import OnStep, Skipped, Step, ignore_step
from segrefine_gui.storage.base import ImageReader, ProjectStore, ReviewedInstance

RISK_BINS = 20
"""Bars of the risk histogram."""
EXAMPLES = 6
"""Most examples of one kind."""
MOST_GROUPS = 30
"""Most categories or reasons listed; the rarer ones are left out."""
PACE_STEPS = 10
"""Points of the pace curve."""
SIZES = (("small, below 32² pixels", 32**2), ("medium, below 96² pixels", 96**2))
"""COCO's sizes with their least area that is too large; what is larger still is large."""


class Outcome(str, Enum):
    """What became of an instance."""

    WHOLE = "refined"
    PARTS = "refined, changes left out"
    EDITED = "edited"
    COARSE = "kept coarse"
    DROPPED = "dropped"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Group:
    """What became of some instances that have something in common.

    Attributes:
        name: what they have in common.
        counts: how many had each outcome; what did not occur is missing.
    """

    name: str
    counts: Mapping[Outcome, int]

    @property
    def total(self) -> int:
        """All instances of the group."""
        return sum(self.counts.values())

    @property
    def judged(self) -> int:
        """Those whose refinement was taken, in whole or in part, edited, or turned down."""
        against = (Outcome.EDITED, Outcome.COARSE)
        return sum(self.counts.get(each, 0) for each in (*_TAKEN, *against))

    @property
    def acceptance(self) -> float | None:
        """Share 0..1 of those judged that were taken as they were, in whole or in part.

        None where none was judged.
        """
        taken = sum(self.counts.get(each, 0) for each in _TAKEN)
        return taken / self.judged if self.judged else None


_TAKEN = (Outcome.WHOLE, Outcome.PARTS)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast one reviewer worked: decisions they spent time on, and the seconds of each."""

    reviewer: str
    decisions: int
    minutes: float
    median_seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """All values of a report.

    Attributes:
        project: name of the project file.
        made_at: when, UTC.
        images: how many the project has.
        overall: all instances.
        categories: by category, the largest first.
        sizes: by area of the coarse mask.
        reasons: by reason for their risk; an instance can be in several.
        risks: by risk, `RISK_BINS` of equal width from 0 to 1; empty where none is known.
        calibration: risks against decisions: what people spent time on and turned down counts
            as harmed. None where nothing can be said.
        paces: by reviewer, the busiest first.
        pace_curve: median seconds a decision, from the first to the last of them.
        examples: by what they are examples of.
        skipped: examples that could not be shown, and why.
    """

    project: str
    made_at: datetime
    images: int
    overall: Group
    categories: Sequence[Group]
    sizes: Sequence[Group]
    reasons: Sequence[Group]
    risks: Sequence[Group]
    calibration: RiskSummary | None
    paces: Sequence[Pace]
    pace_curve: Sequence[float]
    examples: Mapping[str, Sequence[Example]]
    skipped: Sequence[Skipped]


@dataclass(frozen=True, slots=True)
class _Fact:
    """What the report needs to know of one instance."""

    instance_id: int
    refinement_id: int | None
    outcome: Outcome
    category: str
    size: str
    risk: float | None
    reasons: Mapping[str, str]
    seconds: float
    reviewer: str
    decided_at: datetime | None


def make_report(
    store: ProjectStore, reader: ImageReader, cancel: CancelToken, on_step: OnStep = ignore_step
) -> Report:
    """Gather a report; the project is not changed.

    Args:
        store: the project.
        reader: reads the photos of the examples.
        cancel: asked between instances.
        on_step: told after each instance.

    Raises:
        Cancelled: nothing was made.
        ProjectError: the project cannot be read.
    """
    total = len(store.queue())
    facts = []
    for done, reviewed in enumerate(store.reviewed(), start=1):
        cancel.raise_if_cancelled()
        facts.append(_fact(reviewed))
        on_step(Step(done, total, reviewed.image.name))
    painter = ExamplePainter(store, reader)
    examples = {
        title: [
            example
            for fact in chosen
            if fact.refinement_id is not None
            and (example := painter.paint(fact.instance_id, fact.refinement_id)) is not None
        ]
        for title, chosen in _chosen(facts).items()
    }
    refined = [fact for fact in facts if fact.refinement_id is not None]
    return Report(
        store.path.name,
        datetime.now(timezone.utc),
        len(store.images()),
        _group("all instances", facts),
        _largest(_grouped(facts, lambda fact: [fact.category])),
        _grouped(facts, lambda fact: [fact.size], [name for name, _ in SIZES]),
        _largest(_by_reason(refined)),
        _by_risk(refined),
        _calibration(store),
        _paces(facts),
        _pace_curve(facts),
        examples,
        painter.skipped,
    )


def _fact(reviewed: ReviewedInstance) -> _Fact:
    decision, refinement = reviewed.decision, reviewed.refinement
    assessment = None if refinement is None else refinement.assessment
    area = reviewed.instance.coarse.area
    return _Fact(
        reviewed.instance.id,
        None if refinement is None else refinement.id,
        _outcome(reviewed),
        reviewed.instance.category.name,
        next((name for name, limit in SIZES if area < limit), "large"),
        None if assessment is None else assessment.risk,
        {} if assessment is None else {each.feature: each.sentence for each in assessment.reasons},
        decision.seconds,
        decision.reviewer,
        decision.decided_at,
    )


def _outcome(reviewed: ReviewedInstance) -> Outcome:
    if reviewed.decision.decision is Decision.REFINED:
        return Outcome.WHOLE if reviewed.decision.left_out is None else Outcome.PARTS
    return {
        Decision.COARSE: Outcome.COARSE,
        Decision.EDITED: Outcome.EDITED,
        Decision.DROPPED: Outcome.DROPPED,
        Decision.PENDING: Outcome.PENDING,
    }[reviewed.decision.decision]


def _group(name: str, facts: Iterable[_Fact]) -> Group:
    return Group(name, Counter(fact.outcome for fact in facts))


def _grouped(
    facts: Iterable[_Fact], names: Callable[[_Fact], Iterable[str]], order: Sequence[str] = ()
) -> list[Group]:
    """Facts by what `names` says of each; in `order` first, then as they occur."""
    found: dict[str, list[_Fact]] = {name: [] for name in order}
    for fact in facts:
        for name in names(fact):
            found.setdefault(name, []).append(fact)
    return [_group(name, group) for name, group in found.items() if group]


def _largest(groups: Iterable[Group]) -> list[Group]:
    return sorted(groups, key=lambda group: (-group.total, group.name))[:MOST_GROUPS]


def _by_reason(facts: Sequence[_Fact]) -> list[Group]:
    """By feature, under the sentence in which it mostly speaks."""
    sentences: dict[str, Counter[str]] = defaultdict(Counter)
    for fact in facts:
        for feature, sentence in fact.reasons.items():
            sentences[feature][sentence] += 1
    common = {feature: counts.most_common(1)[0][0] for feature, counts in sentences.items()}
    return _grouped(facts, lambda fact: {common[feature] for feature in fact.reasons})


def _by_risk(facts: Sequence[_Fact]) -> list[Group]:
    bins: list[list[_Fact]] = [[] for _ in range(RISK_BINS)]
    for fact in facts:
        if fact.risk is not None:
            bins[min(int(fact.risk * RISK_BINS), RISK_BINS - 1)].append(fact)
    if not any(bins):
        return []
    return [
        _group(f"risk {at / RISK_BINS:.2f} to {(at + 1) / RISK_BINS:.2f}", each)
        for at, each in enumerate(bins)
    ]


def _calibration(store: ProjectStore) -> RiskSummary | None:
    recalibration = store.recalibration()
    judged = [each for each in store.judgements() if each.seconds > 0]
    return summarise_risks(
        [
            each.risk if recalibration is None else recalibration.corrected(each.risk)
            for each in judged
        ],
        [is_against(each) for each in judged],
        [str(each.image_id) for each in judged],
    )


def _timed(facts: Iterable[_Fact]) -> list[_Fact]:
    """Decisions that a person spent time on."""
    return [fact for fact in facts if fact.seconds > 0 and fact.outcome is not Outcome.PENDING]


def _paces(facts: Sequence[_Fact]) -> list[Pace]:
    seconds: dict[str, list[float]] = defaultdict(list)
    for fact in _timed(facts):
        seconds[fact.reviewer].append(fact.seconds)
    paces = [
        Pace(reviewer, len(each), sum(each) / 60, statistics.median(each))
        for reviewer, each in seconds.items()
    ]
    return sorted(paces, key=lambda pace: -pace.decisions)


def _pace_curve(facts: Sequence[_Fact]) -> list[float]:
    dated = [(fact.decided_at, fact.seconds) for fact in _timed(facts) if fact.decided_at]
    seconds = [each for _, each in sorted(dated)]
    if len(seconds) < 2 * PACE_STEPS:
        return []
    edges = [len(seconds) * step // PACE_STEPS for step in range(PACE_STEPS + 1)]
    return [statistics.median(seconds[low:high]) for low, high in pairwise(edges)]


def _chosen(facts: Sequence[_Fact]) -> dict[str, Sequence[_Fact]]:
    refined = [fact for fact in facts if fact.refinement_id is not None]
    taken = [fact for fact in refined if fact.outcome in _TAKEN]
    edited = [fact for fact in refined if fact.outcome is Outcome.EDITED]
    coarse = [fact for fact in refined if fact.outcome is Outcome.COARSE]
    known = [(fact.risk, -at, fact) for at, fact in enumerate(refined) if fact.risk is not None]
    riskiest = [fact for _, _, fact in sorted(known, key=lambda each: each[:2], reverse=True)]
    return {
        "Accepted": _spread(taken),
        "Edited": _spread(edited),
        "Kept coarse": _spread(coarse),
        "Riskiest": riskiest[:EXAMPLES],
    }


def _spread(facts: Sequence[_Fact]) -> Sequence[_Fact]:
    """Some of them, evenly spread over the queue."""
    count = min(EXAMPLES, len(facts))
    return [facts[at * len(facts) // count] for at in range(count)]
