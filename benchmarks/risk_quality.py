"""How good risks are: the whole pipeline, against ground truth, in tables and in curves.

    python benchmarks/risk_quality.py --data DIR [--ablate] [--out docs/images]

Each set and refiner goes through `segrefine run` and `segrefine evaluate --gate`; then the
instances of all sets are measured together, and those of each set alone. Intervals are 95%
bootstrap intervals over images. Prints Markdown tables and, as the last line, the same as JSON.
The curves show no photos and may be kept.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from measuring_sets import DEFAULT_DATA, MeasuringSet, find_sets
from pipeline import Pipeline
from rated import Rated, together
from risk_ablation import Features, Worth, ablate, estimate
from risk_curves import CURVES
from risk_tables import GateQuality, Score, ablation_table, gate_table, plain, risk_table

from segrefine_gui.domain.resources import resources_folder
from segrefine_gui.services.risk_summary import RiskSummary, summarise_risks
from segrefine_gui.storage.project import Project
from segrefine_gui.triage.additive import AdditiveModel
from segrefine_gui.triage.base import RERUNS
from segrefine_gui.triage.features import FEATURES
from segrefine_gui.triage.model_file import read_model
from segrefine_gui.triage.risk import GENERIC

SETS = ("ecssd_dev", "pennfudan_dev")
REFINERS = ("builtin", "grabcut")
TOGETHER = "together"
_OTHER = {"grabcut": "builtin"}
GATE = 0.3
"""What the window offers at first, for models that say nothing of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What one refiner did to a group of instances; each part is of the same ones, in one order.

    Attributes:
        rated: risk and harm.
        scores: all that `segrefine evaluate` found.
        features: what the risks were estimated from.
    """

    rated: Rated
    scores: Sequence[Score]
    features: Features


def main() -> None:
    """Measure what the command line asks for."""
    chosen = parse()
    out: Path = chosen.out or Path(tempfile.mkdtemp(prefix="segrefine-risk-"))
    out.mkdir(parents=True, exist_ok=True)
    sets = find_sets(chosen.data, chosen.sets)
    found: dict[str, list[Measured]] = {}
    gates: dict[str, float] = {}
    for refiner in chosen.refiners:
        gates[refiner] = gate_limit(refiner) if chosen.gate is None else chosen.gate
        alone = [measure(each, refiner, gates[refiner], chosen) for each in sets]
        found[refiner] = [joined(alone), *alone] if len(alone) > 1 else alone
    summaries = {refiner: summarised(groups) for refiner, groups in found.items()}
    if len(found) > 1:
        # The photos are the same ones: a sample draws each with what all refiners made of it.
        everything = joined([groups[0] for groups in found.values()])
        summaries[" + ".join(found)] = summarised([everything])
    gated = {refiner: gate_qualities(groups, gates[refiner]) for refiner, groups in found.items()}
    print(f"{risk_table(summaries)}\n\n{gate_table(gated)}")
    figures: dict[str, object] = {"risk": as_dicts(summaries), "gate": as_dicts(gated)}
    for name, draw in CURVES.items():
        curves = {refiner: [each.rated for each in groups] for refiner, groups in found.items()}
        (out / f"{name}.svg").write_text(draw(curves), encoding="utf-8")
    if chosen.ablate:
        worth = {refiner: ablated(refiner, groups[0]) for refiner, groups in found.items()}
        figures["ablation"] = {
            refiner: [asdict(each) for each in kinds] for refiner, kinds in worth.items()
        }
        print(f"\n{ablation_table(worth)}")
    print(f"\nThe curves are in {out}.")
    print(json.dumps(plain({**figures, "curves": str(out)})))


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the sets")
    parser.add_argument("--sets", nargs="+", metavar="SET", default=SETS)
    parser.add_argument("--refiners", nargs="+", metavar="REFINER", default=REFINERS)
    parser.add_argument("--limit", type=int, metavar="N", help="only N masks of each set")
    parser.add_argument(
        "--gate",
        type=float,
        metavar="RISK",
        help=f"what is riskier stays coarse; default: `gate` of the risk model, else {GATE}",
    )
    parser.add_argument(
        "--agreement",
        nargs="+",
        default=(),
        choices=RERUNS,
        help="hold each refinement against such reruns; other: GrabCut's against the built-in "
        "refiner's, all others against GrabCut's",
    )
    parser.add_argument("--out", type=Path, help="folder for the curves; default: a new one")
    parser.add_argument(
        "--projects",
        type=Path,
        metavar="DIR",
        help="keep the projects there; what is in them is not refined again",
    )
    parser.add_argument(
        "--ablate", action="store_true", help="also say what each kind of feature is worth"
    )
    chosen = parser.parse_args()
    if chosen.limit is not None and chosen.limit < 1:
        parser.error("--limit must be at least 1.")
    if chosen.gate is not None and not 0 <= chosen.gate <= 1:
        parser.error("--gate must be between 0 and 1.")
    return chosen


def measure(
    measured: MeasuringSet, refiner: str, gate: float, chosen: argparse.Namespace
) -> Measured:
    """Import, refine and score one set."""
    with kept_folder(measured, refiner, chosen) as work:
        agreement = [
            _OTHER.get(refiner, "grabcut") if rerun == "other" else rerun
            for rerun in chosen.agreement
        ]
        pipeline = Pipeline(measured, refiner, Path(work), agreement)
        evaluation = pipeline.evaluate(chosen.limit, gate=gate)
        scores = [score for score in evaluation["instances"] if score["risk"] is not None]
        if not scores:
            raise SystemExit(f"{pipeline.title}: no instance fits the truth and has a risk.")
        if without := len(evaluation["instances"]) - len(scores):
            print(f"{pipeline.title}: {without} without a risk are left out.", file=sys.stderr)
        rated = Rated(
            measured.name,
            np.array([score["risk"] for score in scores]),
            np.array([score["harmed"] for score in scores]),
            np.array([score["image"] for score in scores]),
        )
        features = read_features(pipeline.project, scores)
        estimated = estimate(risk_model(refiner), features, features)
        if not np.allclose(estimated, rated.risks, rtol=0, atol=1e-6):
            raise SystemExit(
                f"{pipeline.project} has risks of another model: remove it to refine again."
            )
        return Measured(rated, scores, features)


def kept_folder(
    measured: MeasuringSet, refiner: str, chosen: argparse.Namespace
) -> AbstractContextManager[str | Path]:
    """Where the project of one set and refiner lies: a folder that stays, or one that does not."""
    if chosen.projects is None:
        return tempfile.TemporaryDirectory()
    # Other masks, as another limit picks them, would be added to those of the project.
    picked = "all" if chosen.limit is None else str(chosen.limit)
    name = "-".join((measured.name, refiner, picked, *chosen.agreement))
    folder: Path = chosen.projects / name
    folder.mkdir(parents=True, exist_ok=True)
    return nullcontext(folder)


def read_features(project: Path, scores: Sequence[Score]) -> Features:
    """What the risks of scored instances were estimated from, as the project has it."""
    stored: dict[tuple[str, int], Mapping[str, float]] = {}
    with Project.open(project) as store:
        for reviewed in store.reviewed():
            if reviewed.refinement is not None and reviewed.refinement.assessment is not None:
                key = reviewed.image.name, reviewed.instance.source_id
                stored[key] = reviewed.refinement.assessment.features
    rows = [stored[score["image"], score["source_id"]] for score in scores]
    return {
        feature.name: np.array([row.get(feature.name, np.nan) for row in rows])
        for feature in FEATURES
    }


def joined(groups: Sequence[Measured]) -> Measured:
    """All groups as one."""
    return Measured(
        together(TOGETHER, [group.rated for group in groups]),
        [score for group in groups for score in group.scores],
        {
            feature.name: np.concatenate([group.features[feature.name] for group in groups])
            for feature in FEATURES
        },
    )


def summarised(groups: Sequence[Measured]) -> dict[str, RiskSummary]:
    """What the risks are worth, by the name of the group."""
    found = {}
    for rated in (group.rated for group in groups):
        summary = summarise_risks(
            rated.risks.tolist(), rated.harmed.tolist(), rated.images.tolist()
        )
        assert summary is not None, "no group is empty"
        found[rated.name] = summary
    return found


def gate_qualities(groups: Sequence[Measured], limit: float) -> dict[str, GateQuality]:
    """What the gate does, by the name of the group."""
    return {group.rated.name: GateQuality.of(group.scores, limit) for group in groups}


def ablated(refiner: str, group: Measured) -> list[Worth]:
    """What each kind of feature is worth; nothing where harm cannot be ranked."""
    if group.rated.harmed.all() or not group.rated.harmed.any():
        return []
    return ablate(group.rated, risk_model(refiner), group.features)


def risk_model(refiner: str) -> AdditiveModel:
    """What the risks of a refiner's refinements are estimated with."""
    return read_model(model_file(refiner)).refinement


def gate_limit(refiner: str) -> float:
    """The gate that was chosen on generated scenes, where the model file tells of one."""
    made = json.loads(model_file(refiner).read_text("utf-8"))["made"]
    return float(made.get("gate", GATE))


def model_file(refiner: str) -> Path:
    """The risk model of a refiner, or the one for all that have none of their own."""
    folder = resources_folder() / "models"
    own = folder / f"risk-{refiner}.json"
    return own if own.exists() else folder / f"risk-{GENERIC}.json"


def as_dicts(
    found: Mapping[str, Mapping[str, RiskSummary]] | Mapping[str, Mapping[str, GateQuality]],
) -> dict[str, dict[str, object]]:
    """Plain values, by refiner and group."""
    return {
        refiner: {name: asdict(each) for name, each in groups.items()}
        for refiner, groups in found.items()
    }


if __name__ == "__main__":
    main()
