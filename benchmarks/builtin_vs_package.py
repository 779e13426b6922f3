"""How much faster the built-in refiner is than the package `segmentation-refinement`.

    python benchmarks/builtin_vs_package.py --data DIR [--large]

Both refine the same masks in one run on the same two cores, each after a warm-up: the built-in
refiner as `segrefine run` uses it, the package as its README uses it (BGR, 0 or 255, fast=False,
L=900) on the CPU. The package gets random weights, whose speed is that of the published ones;
what its network answers is replaced by the mask that it was asked about, so that its local step
visits the tiles that it would visit for a mask that is nearly right.

Prints a table and, as the last line, JSON; its `ratio` is the quotient of the medians. Needs the
extra `[engines]`; `--large` needs Linux or macOS. With `--large`, one mask of a photo of 12
megapixels is refined in a process of its own: `large_s` are the seconds, `large_mb` the MiB by
which loading the refiner and refining raised the process's peak above what it was with the photo
in memory, `large_process_mb` the whole peak.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from measuring_sets import DEFAULT_DATA, find_sets, spread

from segrefine_gui.domain.boxes import context_region
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import Category, Instance
from segrefine_gui.engines.base import EngineOptions, Refiner, RgbImage, ignore_progress
from segrefine_gui.engines.registry import EngineRegistry
from segrefine_gui.services.refine import refine_instance
from segrefine_gui.storage import image_io
from segrefine_gui.storage.locations import weights_folder

THREADS = 2
SET, LARGE_SET = "ecssd_dev", "large_dev"
LARGE_ROUNDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """An instance and its image, uint8 (h, w, 3) RGB."""

    pixels: RgbImage
    instance: Instance


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the sets")
    parser.add_argument("--count", type=int, default=5, help=f"masks of {SET}, spread over it")
    parser.add_argument(
        "--long-side", type=int, help="enlarge images to this first: 640 is COCO's (these have 400)"
    )
    parser.add_argument("--large", action="store_true", help="one mask at 12 megapixels, too")
    chosen = parser.parse_args()
    limit_threads()
    # First: a process inherits its parent's peak of memory, which is still small here.
    large = measure_apart(chosen.data) if chosen.large else {}
    subjects = load_subjects(chosen.data, chosen.count, chosen.long_side)
    builtin = statistics.median(seconds_each(builtin_refine(), subjects))
    package = statistics.median(seconds_each(package_refine(), subjects))
    figures = {
        "ratio": round(package / builtin, 1),
        "builtin_ms": round(1000 * builtin, 1),
        "package_s": round(package, 2),
        **large,
    }
    print(table(figures))
    print(json.dumps(figures))


def limit_threads() -> None:
    """Give this process, and what it starts, two threads on two cores; before torch is there."""
    os.environ["OMP_NUM_THREADS"] = str(THREADS)
    cv2.setNumThreads(THREADS)
    if sys.platform == "linux":
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])


def load_subjects(data: Path, count: int, long_side: int | None) -> list[Subject]:
    """Instances of the set, evenly from all of it, their images read."""
    (measured,) = find_sets(data, [SET])
    read = [
        Subject(image_io.read_rgb(path), instance)
        for path, instance in spread(measured.instances(), count)
    ]
    return read if long_side is None else [enlarged(subject, long_side) for subject in read]


def enlarged(subject: Subject, long_side: int) -> Subject:
    """The subject as a larger photo would show it."""
    height, width = subject.pixels.shape[:2]
    scale = long_side / max(height, width)
    size = round(width * scale), round(height * scale)
    pixels = cv2.resize(subject.pixels, size, interpolation=cv2.INTER_CUBIC)
    mask = subject.instance.coarse.decode().astype(np.uint8)
    coarse = encode_mask(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST))
    return Subject(pixels, Instance(0, 0, Category(0, "", 0), coarse, 0))


def seconds_each(refine: Callable[[Subject], object], subjects: Sequence[Subject]) -> list[float]:
    """How long each takes, after a warm-up with the first."""
    refine(subjects[0])
    taken = []
    for subject in subjects:
        began = time.perf_counter()
        refine(subject)
        taken.append(time.perf_counter() - began)
    return taken


def builtin_refine() -> Callable[[Subject], object]:
    """The built-in refiner, loaded; all that `segrefine run` does between reading and storing."""
    factory = EngineRegistry.discover().get("refiner", "builtin")
    refiner = factory.load(EngineOptions(weights_folder(), device="cpu"))
    assert isinstance(refiner, Refiner)
    cancel = CancelToken()
    return lambda subject: refine_instance(
        refiner, subject.pixels, subject.instance, cancel, ignore_progress
    )


def package_refine() -> Callable[[Subject], object]:
    """The package, loaded, as its README uses it."""
    import segmentation_refinement
    import torch
    from segmentation_refinement.models.psp.pspnet import RefinementModule

    torch.set_num_threads(THREADS)
    with tempfile.TemporaryDirectory() as folder:
        state = RefinementModule().state_dict()
        published = {f"module.{name}": values for name, values in state.items()}
        torch.save(published, Path(folder) / "model")
        refiner = segmentation_refinement.Refiner(
            device="cpu", model_folder=folder, download_and_check_model=False
        )

    def keep_mask(_: object, inputs: Sequence[Any], answer: Mapping[str, Any]) -> dict[str, Any]:
        mask = inputs[1]  # -1..1
        return {**answer, "pred_224": (mask + 1) / 2}

    refiner.model.register_forward_hook(keep_mask)

    def refine(subject: Subject) -> object:
        image = cv2.cvtColor(subject.pixels, cv2.COLOR_RGB2BGR)  # as cv2.imread reads it
        mask = subject.instance.coarse.decode().astype(np.uint8) * 255
        return refiner.refine(image, mask, fast=False, L=900)

    return refine


def measure_apart(data: Path) -> dict[str, float]:
    """`measure_large` in a fresh process."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh, initializer=limit_threads) as process:
        return process.submit(measure_large, data).result()


def measure_large(data: Path) -> dict[str, float]:
    """Seconds and memory for the instance of the large set that covers the largest region."""
    (measured,) = find_sets(data, [LARGE_SET])

    def region_area(candidate: tuple[Path, Instance]) -> int:
        coarse = candidate[1].coarse
        return context_region(coarse.box, coarse.width, coarse.height).area

    path, instance = max(measured.instances(), key=region_area)
    subject = Subject(image_io.read_rgb(path), instance)
    before = peak_mb()
    taken = seconds_each(builtin_refine(), [subject] * LARGE_ROUNDS)
    after = peak_mb()
    return {
        "large_s": round(statistics.median(taken), 2),
        "large_mb": round(after - before),
        "large_process_mb": round(after),
    }


def peak_mb() -> float:
    """The most memory that this process has had so far, in MiB."""
    import resource  # not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 / (1024 if sys.platform == "darwin" else 1)


def table(figures: Mapping[str, float]) -> str:
    """The figures for people."""
    rows = [
        ("package, one mask", f"{figures['package_s']:.1f} s"),
        ("built-in, the same mask", f"{figures['builtin_ms']:.0f} ms"),
        ("ratio", f"{figures['ratio']:.0f}"),
    ]
    if "large_s" in figures:
        memory = f"{figures['large_mb']:.0f} MiB above the photo"
        rows.append(("built-in, 12 megapixels", f"{figures['large_s']:.2f} s, {memory}"))
    lines = [f"| {what} | {figure} |" for what, figure in rows]
    return "\n".join(["| median on two cores | |", "|---|---|", *lines])


if __name__ == "__main__":
    main()
