"""Shows where a model fails: `python -m training.failures MODEL OUT.jpg`.

The generated scenes whose masks lose most by refining, the worst first. Each row is one scene:
the image, then what the coarse mask, the refined mask and the truth cut out of it.
"""

from __future__ import annotations

import argparse
import heapq
from collections.abc import Iterable
from pathlib import Path

from segrefine_gui.engines.base import Refiner, RgbImage
from training.cases import Case, generated_cases
from training.pictures import captioned, cut_out, save, sheet
from training.validate import SCENES, Outcome, load_refiner, refine

_SIDE = 224
"""Side of the scenes, in pixels: small enough for a picture in the repository."""


def worst(refiner: Refiner, cases: Iterable[Case], count: int) -> list[tuple[Case, Outcome]]:
    """The `count` cases that lose most IoU (or gain least), the worst first."""
    outcomes = ((case, refine(refiner, case.image, case.coarse, case.truth)) for case in cases)
    return heapq.nsmallest(count, outcomes, key=lambda one: one[1].after.iou - one[1].before.iou)


def picture(case: Case, outcome: Outcome) -> list[RgbImage]:
    """The row of one case."""
    return [
        captioned(case.image, "image"),
        captioned(cut_out(case.image, case.coarse), f"coarse: IoU {outcome.before.iou:.2f}"),
        captioned(cut_out(case.image, outcome.refined), f"refined: IoU {outcome.after.iou:.2f}"),
        captioned(cut_out(case.image, case.truth), "truth"),
    ]


def main() -> None:
    """Parse the command line and write the picture."""
    parser = argparse.ArgumentParser(prog="python -m training.failures", description=__doc__)
    parser.add_argument("model", type=Path, help="an .onnx file, or a checkpoint (.pt)")
    parser.add_argument("out", type=Path, help="picture to write")
    parser.add_argument("--scenes", type=int, default=SCENES, help="how many scenes to search")
    parser.add_argument("--rows", type=int, default=8, help="how many to show")
    chosen = parser.parse_args()
    cases = generated_cases(chosen.scenes, _SIDE)
    found = worst(load_refiner(chosen.model), cases, chosen.rows)
    save(sheet([picture(case, outcome) for case, outcome in found]), chosen.out)


if __name__ == "__main__":
    main()
