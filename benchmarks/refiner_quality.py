"""How good refiners are: the whole pipeline, against ground truth, in a table and in pictures.

    python benchmarks/refiner_quality.py --data DIR

Each set and refiner goes through `segrefine run` and `segrefine evaluate`, which leaves out
instances whose coarse IoU is below 0.5 and defines harm (docs/measurements.md). Prints a Markdown
table and, as the last line, the same as JSON. The pictures show photos that may not be passed on:
look at them, and keep them out of the repository.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from measuring_sets import DEFAULT_DATA, REPOSITORY, find_sets
from pipeline import Pipeline
from quality_pictures import Change, Tile, scatter, sheet

from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.metrics import iou
from segrefine_gui.domain.records import refined_mask
from segrefine_gui.formats.coco.reader import CocoReader
from segrefine_gui.storage import image_io
from segrefine_gui.storage.base import ReviewedInstance
from segrefine_gui.storage.project import Project

REFINERS = ("guided", "grabcut", "builtin")
SHOWN = 20
"""Instances on a sheet."""

Score = Mapping[str, Any]
"""One instance as `segrefine evaluate --json` writes it."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over the scored instances of a set, for one refiner.

    Attributes:
        instances: how many were scored.
        left_out: instances whose coarse mask fits no truth.
        unrefined: instances on which the refiner failed.
        coarse: iou, mba and boundary_iou, 0..1; mba is None without any boundary.
        refined: likewise.
        harm: share that refining made worse, 0..1.
        ms_median: milliseconds a mask.
        ms_mean: milliseconds a mask, the first one's warming up among them.
    """

    instances: int
    left_out: int
    unrefined: int
    coarse: Mapping[str, float | None]
    refined: Mapping[str, float | None]
    harm: float
    ms_median: float
    ms_mean: float

    @classmethod
    def of(cls, evaluation: Mapping[str, Any]) -> Quality | None:
        """What an evaluation says; None where no instance could be scored."""
        overall = evaluation["overall"]
        if overall is None:
            return None
        taken = [1000 * score["seconds"] for score in evaluation["instances"]]
        return cls(
            overall["instances"],
            evaluation["unmatched"],
            evaluation["unrefined"],
            overall["coarse"],
            overall["refined"],
            overall["harm"],
            statistics.median(taken),
            statistics.mean(taken),
        )


def main() -> None:
    """Measure what the command line asks for."""
    chosen = parse()
    out: Path = chosen.out or Path(tempfile.mkdtemp(prefix="segrefine-quality-"))
    out.mkdir(parents=True, exist_ok=True)
    found: dict[str, dict[str, Quality | None]] = {}
    for measured in find_sets(chosen.data, chosen.sets):
        found[measured.name] = {}
        for refiner in chosen.refiners:
            with tempfile.TemporaryDirectory() as work:
                pipeline = Pipeline(measured, refiner, Path(work))
                evaluation = pipeline.evaluate(chosen.limit, truth_as_coarse=chosen.truth_as_coarse)
                found[measured.name][refiner] = Quality.of(evaluation)
                if evaluation["instances"]:
                    draw(pipeline, evaluation["instances"], out)
    print(markdown(found, chosen.refiners))
    print(f"\nScatters and the worst and best {SHOWN} of each are in {out}.")
    figures = {
        name: {refiner: quality and asdict(quality) for refiner, quality in row.items()}
        for name, row in found.items()
    }
    print(json.dumps({"sets": figures, "pictures": str(out)}))


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the sets")
    parser.add_argument("--sets", nargs="+", metavar="SET", help="default: all that are there")
    parser.add_argument("--refiners", nargs="+", metavar="REFINER", default=REFINERS)
    parser.add_argument("--limit", type=int, metavar="N", help="only N masks of each set")
    parser.add_argument("--out", type=Path, help="folder for the pictures; default: a new one")
    parser.add_argument(
        "--truth-as-coarse",
        action="store_true",
        help="refine the ground truth itself: what does a refiner do to masks that are right?",
    )
    chosen = parser.parse_args()
    if chosen.limit is not None and chosen.limit < 1:
        parser.error("--limit must be at least 1.")
    if chosen.out is not None and chosen.out.resolve().is_relative_to(REPOSITORY):
        parser.error("--out must be outside of the repository: the photos may not be passed on.")
    return chosen


def markdown(found: Mapping[str, Mapping[str, Quality | None]], refiners: Sequence[str]) -> str:
    """The table: a row for each set, the coarse masks and then each refiner."""
    titles = ["set", "n", "coarse", *refiners]
    lines = [titles, ["---"] * len(titles)]
    for name, row in found.items():
        first = next((quality for quality in row.values() if quality), None)
        if first is None:
            lines.append([name, "0", *["–"] * (1 + len(refiners))])
            continue
        asked = first.instances + first.left_out + first.unrefined
        cells = [cell(row[refiner]) for refiner in refiners]
        lines.append([name, f"{first.instances} of {asked}", pair(first.coarse), *cells])
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{table}\n\nIoU / mBA, harm, median (mean) milliseconds a mask."


def cell(quality: Quality | None) -> str:
    """What one refiner made of one set."""
    if quality is None:
        return "–"
    failed = f", {quality.unrefined} failed" if quality.unrefined else ""
    milliseconds = f"{quality.ms_median:.0f} ({quality.ms_mean:.0f}) ms"
    return f"{pair(quality.refined)}, {100 * quality.harm:.1f} %, {milliseconds}{failed}"


def pair(means: Mapping[str, float | None]) -> str:
    """IoU / mBA."""
    shown = (means["iou"], means["mba"])
    return " / ".join("–" if mean is None else f"{mean:.3f}" for mean in shown)


def gain(score: Score) -> float:
    """By how much the IoU rose."""
    return float(score["refined"]["iou"] - score["coarse"]["iou"])


def draw(pipeline: Pipeline, scores: Sequence[Score], out: Path) -> None:
    """Write the scatter and the two sheets of one refiner on one set."""
    stem = f"{pipeline.measured.name}-{pipeline.refiner}"
    changes = [
        Change(score["coarse"]["iou"], score["refined"]["iou"], score["harmed"]) for score in scores
    ]
    scatter(pipeline.title, changes).save(out / f"{stem}-scatter.png")
    ranked = sorted(scores, key=gain)
    for which, picked in (("worst", ranked[:SHOWN]), ("best", ranked[: -SHOWN - 1 : -1])):
        shown = sheet(f"{pipeline.title}: {which} {len(picked)}", tiles(pipeline, picked))
        shown.save(out / f"{stem}-{which}.jpg", quality=92)


def tiles(pipeline: Pipeline, scores: Sequence[Score]) -> list[Tile]:
    """The scored instances, in the same order."""
    wanted = {(score["image"], score["source_id"]): score for score in scores}
    truths = CocoReader().read(pipeline.measured.truth).masks
    made = {}
    with Project.open(pipeline.project) as project:
        for reviewed in project.reviewed():
            image = reviewed.image
            key = image.name, reviewed.instance.source_id
            if key in wanted:
                own = [
                    entry.segmentation.rasterise(image.height, image.width).decode()
                    for entry in truths
                    if entry.image.name == image.name
                ]
                made[key] = tile(wanted[key], reviewed, own)
    return [made[key] for key in wanted]


def tile(score: Score, reviewed: ReviewedInstance, truths: Sequence[BoolMask]) -> Tile:
    """One scored instance, with the truth that its coarse mask overlaps most."""
    instance, refinement = reviewed.instance, reviewed.refinement
    assert refinement is not None, "only refined instances are scored"
    coarse = instance.coarse.decode()
    refined = refined_mask(refinement, instance.coarse)
    truth = max(truths, key=lambda truth: iou(coarse, truth))
    box = instance.coarse.box.union(refined.box)
    part = box.grown(max(box.width, box.height) // 8 + 8, within=reviewed.image.box)
    measures = (("IoU", "iou"), ("mBA", "mba"), ("B-IoU", "boundary_iou"))
    caption = [f"{score['image']} #{score['source_id']}"]
    caption += [
        f"{name} {before:.3f} > {after:.3f} ({after - before:+.3f})"
        for name, key in measures
        if (before := score["coarse"][key]) is not None
        and (after := score["refined"][key]) is not None
    ]
    return Tile(
        image_io.read_rgb(reviewed.image.path)[part.slices],
        coarse[part.slices],
        refined.decode(part),
        truth[part.slices],
        caption,
        score["harmed"],
    )


if __name__ == "__main__":
    main()
