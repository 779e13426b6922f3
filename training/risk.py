"""Make the risk models: `python -m training.risk --scenes 2000`.

Everything is made from generated scenes with known truth, by the refiners as they are shipped.
Refinements are kept in a cache as they are made, so that a run can be stopped and resumed, and
features tried without refining again. The same scenes and network always give the same models.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import cv2

from segrefine_gui.triage.model_file import write_model
from segrefine_gui.triage.risk import GENERIC
from training.risk_card import Reliability, draw_reliability, figures, write_card
from training.risk_cases import RiskCase
from training.risk_fit import Fitted, fit_risk
from training.risk_refinements import MIXTURE, SOURCES, RefinementMaker
from training.samples import TEXTURES
from training.texture_bank import TextureBank

_log = logging.getLogger(__name__)

_RESOURCES = Path(__file__).parents[1] / "resources" / "models"
_MADE_FROM = {"builtin": "builtin", "grabcut": "grabcut", "cascadepsp": MIXTURE, GENERIC: MIXTURE}
"""Which refinements each model is fitted to. CascadePSP's weights are not ours to run here."""


def main() -> None:
    """Parse the command line, make the cases, fit and write the models and their card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=1500)
    parser.add_argument("--refiner", choices=sorted(_MADE_FROM), action="append")
    parser.add_argument("--out", type=Path, default=_RESOURCES)
    parser.add_argument("--model", type=Path, default=_RESOURCES / "refiner.onnx")
    parser.add_argument("--cache", type=Path, default=Path("risk_cache"))
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    names: list[str] = chosen.refiner or list(_MADE_FROM)
    cases = make_cases(chosen.scenes, chosen.model, chosen.cache, chosen.workers)
    fitted = {source: _fitted(source, cases) for source in {_MADE_FROM[name] for name in names}}
    for name in names:
        source = _MADE_FROM[name]
        model = replace(fitted[source].model, name=name)
        made = {"scenes": chosen.scenes, "cases": {key: len(cases[key]) for key in SOURCES}}
        write_model(model, chosen.out / f"risk-{name}.json", {"of": source, **made})
        _log.info("%s: %s", name, figures(fitted[source], cases[source]))
    curves = {
        name: Reliability.of(fitted[_MADE_FROM[name]], cases[_MADE_FROM[name]]) for name in names
    }
    draw_reliability(curves, chosen.out / "risk-reliability.svg")
    write_card(
        {name: (fitted[_MADE_FROM[name]], cases[_MADE_FROM[name]]) for name in names},
        chosen.out / "README-risk.md",
    )


def _fitted(source: str, cases: Mapping[str, Sequence[RiskCase]]) -> Fitted:
    others = [case for key in SOURCES if key != source for case in cases[key]]
    # Refiners that were not seen are sure of themselves in ways of their own.
    left_out = ("confidence",) if source == MIXTURE else ()
    return fit_risk(source, cases[source], others, left_out=left_out)


def make_cases(scenes: int, model: Path, cache: Path, workers: int) -> dict[str, list[RiskCase]]:
    """The cases of scenes 0 to `scenes` - 1, by source.

    Args:
        scenes: how many.
        model: the built-in refiner's network.
        cache: folder for the refinements that were made before and are made now.
        workers: processes.
    """
    cases: dict[str, list[RiskCase]] = {source: [] for source in SOURCES}
    make = partial(_cases_of, model, cache)
    with ProcessPoolExecutor(workers, mp_context=get_context("forkserver")) as pool:
        for number, found in enumerate(pool.map(make, range(scenes), chunksize=4)):
            for case in found:
                # Where nothing changed there is no risk, and nothing to learn.
                if len(case.change_areas):
                    cases[case.source].append(case)
            if (number + 1) % 100 == 0:
                _log.info("%d of %d scenes", number + 1, scenes)
    return cases


_MAKERS: dict[tuple[Path, Path], RefinementMaker] = {}
"""One for each worker process: the textures are read once."""


def _cases_of(model: Path, cache: Path, number: int) -> list[RiskCase]:
    key = model, cache
    if key not in _MAKERS:
        cv2.setNumThreads(1)
        _MAKERS[key] = RefinementMaker(*key, TextureBank(0, TEXTURES))
    return [RiskCase.of(refined) for refined in _MAKERS[key].refinements(number)]


if __name__ == "__main__":
    main()
