"""What estimating a risk costs, next to refining: both on the same masks, one after the other.

    python benchmarks/risk_cost.py --data DIR [--sets SET ...] [--count N]

Prints a Markdown table and, as its last line, the same as JSON: milliseconds by set, medians and
means over the masks, and the ratio of the means. Aim: at most 0.30 of the built-in refiner's time.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from measuring_sets import DEFAULT_DATA, MeasuringSet, find_sets, spread

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.resources import resources_folder
from segrefine_gui.engines.base import EngineOptions, Refiner, ignore_progress
from segrefine_gui.engines.builtin.refiner import BuiltinFactory
from segrefine_gui.engines.opinions import opinion_on
from segrefine_gui.services.refine import refine_instance
from segrefine_gui.storage import image_io
from segrefine_gui.storage.locations import weights_folder
from segrefine_gui.triage.base import Evidence, Triage
from segrefine_gui.triage.risk import load_triage

SETS = ("ecssd_dev", "pennfudan_dev")


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds a mask, and the risk's share of the refiner's mean."""

    masks: int
    refine_median: float
    refine_mean: float
    risk_median: float
    risk_mean: float
    ratio: float


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the sets")
    parser.add_argument("--sets", nargs="+", metavar="SET", default=SETS)
    parser.add_argument("--count", type=int, default=40, help="masks of each set")
    chosen = parser.parse_args()
    refiner = BuiltinFactory().load(EngineOptions(weights_folder(), device="cpu"))
    triage = load_triage(resources_folder() / "models", opinion_on)
    found = {
        measured.name: measure(measured, refiner, triage, chosen.count)
        for measured in find_sets(chosen.data, chosen.sets)
    }
    print("| set | masks | refine, ms | risk, ms | ratio |\n|---|---|---|---|---|")
    for name, cost in found.items():
        print(
            f"| {name} | {cost.masks} | {cost.refine_median:.0f} ({cost.refine_mean:.0f}) "
            f"| {cost.risk_median:.0f} ({cost.risk_mean:.0f}) | {cost.ratio:.2f} |"
        )
    print(json.dumps({name: asdict(cost) for name, cost in found.items()}))


def measure(measured: MeasuringSet, refiner: Refiner, triage: Triage, count: int) -> Cost:
    """The cost on some masks of a set, spread evenly over it."""
    refining, assessing = [], []
    for number, (path, instance) in enumerate(spread(measured.instances(), count + 1)):
        pixels = image_io.read_rgb(path)
        refinement = refine_instance(refiner, pixels, instance, CancelToken(), ignore_progress)
        region = refinement.soft.region
        evidence = Evidence(
            pixels[region.slices],
            instance.coarse.decode(region),
            refinement.soft.values,
            region,
            refinement.run.engine,
            instance.score,
        )
        started = time.perf_counter()
        assessment = triage.assess(evidence)
        seconds = time.perf_counter() - started
        assert replace(refinement, assessment=assessment).risk is not None
        if number:  # the first one warms up
            refining.append(1000 * refinement.run.seconds)
            assessing.append(1000 * seconds)
    return Cost(
        len(refining),
        statistics.median(refining),
        statistics.mean(refining),
        statistics.median(assessing),
        statistics.mean(assessing),
        statistics.mean(assessing) / statistics.mean(refining),
    )


if __name__ == "__main__":
    main()
