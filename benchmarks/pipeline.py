"""The whole pipeline through the installed program, as a person runs it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from measuring_sets import MeasuringSet, spread

from segrefine_gui.storage.project import PROJECT_SUFFIX


class Pipeline:
    """One refiner on one set.

    Args:
        measured: the set.
        refiner: registered name.
        work: a folder of its own, for the project and what goes with it; what an earlier run
            with the same masks left there is not made again.
        agreement: what each refinement is held against; see `segrefine run --agreement`.
    """

    def __init__(
        self, measured: MeasuringSet, refiner: str, work: Path, agreement: Sequence[str] = ()
    ) -> None:
        self.measured = measured
        self.refiner = refiner
        self.project = work / f"{measured.name}{PROJECT_SUFFIX}"
        self._work = work
        self._agreement = agreement

    @property
    def title(self) -> str:
        """What to write above its pictures."""
        return f"{self.measured.name}, {self.refiner}"

    def evaluate(
        self, limit: int | None, *, truth_as_coarse: bool = False, gate: float | None = None
    ) -> dict[str, Any]:
        """Import, refine and score.

        Args:
            limit: only so many masks; None for all.
            truth_as_coarse: whether the ground truth takes the place of the coarse masks.
            gate: 0..1, to score also what a gate at this risk makes of the refinements.

        Returns:
            What `segrefine evaluate --json` wrote.
        """
        masks, figures = self._work / "coarse.json", self._work / "figures.json"
        coarse = json.loads(self.measured.results.read_text())
        if truth_as_coarse:
            coarse = json.loads(self.measured.truth.read_text())["annotations"]
        masks.write_text(json.dumps(spread(coarse, limit)))
        imported = ("--masks", masks, "--images-json", self.measured.images_json)
        told = ("--project", self.project, "--refiner", self.refiner)
        told += tuple(word for rerun in self._agreement for word in ("--agreement", rerun))
        self._segrefine("run", self.measured.images, *imported, *told)
        gated = () if gate is None else ("--gate", str(gate))
        truth = ("--truth", self.measured.truth, "--json", figures)
        self._segrefine("evaluate", self.project, *truth, *gated)
        evaluation: dict[str, Any] = json.loads(figures.read_text())
        return evaluation

    def _segrefine(self, *words: str | Path) -> None:
        program = shutil.which("segrefine", path=Path(sys.executable).parent)
        if program is None:
            raise SystemExit("segrefine is not installed in this Python: `pip install -e .`")
        # What it says is no part of this program's own output, whose last line is JSON.
        done = subprocess.run([program, *words], stdout=sys.stderr)
        if done.returncode:
            raise SystemExit(f"{self.title}: `segrefine {words[0]}` failed.")
