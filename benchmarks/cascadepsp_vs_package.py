"""How much faster CascadePSP is by our schedule than by the package `segmentation-refinement`.

    python benchmarks/cascadepsp_vs_package.py [--device cpu|cuda] [--images DIR]

Both refine the same masks in one run on the same device, each after a warm-up, with the same
random weights, saved and read in the real file format: the package as its README uses it (whole
image, BGR, 0 or 255, fast=False, L=900), ours as `segrefine run` uses it (the region around the
instance, in RGB).

What the package does depends on what its network says, because it skips tiles that its mask fills
by less than 10% or more than 90%, and ours on where the boundary is. Random weights would decide
that by chance. So both networks do all their work, and then their answer is replaced by the mask
that they were asked about: both visit the tiles that they would visit for a mask that is nearly
right. Weights have no influence on how long a convolution takes.

`exact_max_diff`, in grey values of 255, compares the exact schedule with the package on regions
shrunk to `EXACT_SIDE` pixels, with L=`EXACT_L`; here the answers are the network's own, of weights
whose final bias is centred, so that they are grey and no tile is full.

On a machine that does other work, too, `cpu_busy_ratio` is the better figure: the quotient of the
seconds that the CPU was busy, best with OMP_NUM_THREADS=1, for waiting threads count as busy.

Prints a table and, as the last line, JSON; what was not measured is null. With `--device cuda`
the masks of the set go in one batch, and a photo enlarged to 4K and 8K is refined, too.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from builtin_vs_package import Subject, enlarged, peak_mb
from measuring_sets import DEFAULT_DATA, MeasuringSet, spread

from segrefine_gui.domain.boxes import context_region
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.engines.base import Crop, EngineOptions, RgbImage, SoftValues
from segrefine_gui.engines.cascadepsp.network import RefinementPass
from segrefine_gui.engines.cascadepsp.refiner import CascadePspFactory, CascadePspRefiner
from segrefine_gui.storage import image_io

EXACT_SIDE, EXACT_L = 150, 112
BATCH_OF = 64
"""Masks that are refined together on a GPU."""
WIDTHS = {"4k": 3840, "8k": 7680}
FIGURES = ("cpu_ratio", "cuda_ratio", "cuda_ms", "cuda_4k_ratio", "cuda_8k_gb", "exact_max_diff")

Refine = Callable[[RgbImage, SoftValues], object]
"""Refines a mask of 0 and 255 in a whole image."""


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument(
        "--images", type=Path, default=DEFAULT_DATA / "ecssd_dev", help="folder of a measuring set"
    )
    parser.add_argument("--count", type=int, default=5, help="masks, spread over the set")
    chosen = parser.parse_args()
    measured = MeasuringSet(chosen.images)
    if not measured.is_complete:
        raise SystemExit(f"There is no measuring set in {chosen.images}.")
    subjects = [
        Subject(image_io.read_rgb(path), instance)
        for path, instance in spread(measured.instances(), chosen.count)
    ]
    figures: dict[str, float | None] = dict.fromkeys(FIGURES)
    with random_weights() as weights:
        if chosen.device == "cuda":
            figures |= on_gpu(weights, subjects)
        else:
            figures |= on_cpu(weights, subjects)
        figures["exact_max_diff"] = exact_difference(weights, subjects[:2])
    print(table(figures))
    print(json.dumps(figures))


def on_cpu(weights: Path, subjects: Sequence[Subject]) -> dict[str, float]:
    """Seconds a mask, one by one, and the quotient of the medians."""
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    ours = ours_with_the_masks_back(weights, "cpu")
    refine = package_with_the_masks_back(weights, "cpu")
    warm = Subject(subjects[0].pixels[:96, :96], subjects[0].instance)
    package_seconds(lambda image, mask: refine(image, mask, L=96), warm)
    ours_seconds(ours, [crop_of(subjects[0])])
    seconds: dict[str, list[float]] = {"ours": [], "package": []}
    busy: dict[str, list[float]] = {"ours": [], "package": []}
    for subject in subjects:  # in turns, so that both have the same machine
        runs = {
            "ours": lambda subject=subject: ours_seconds(ours, [crop_of(subject)]),
            "package": lambda subject=subject: package_seconds(refine, subject),
        }
        for who, run in runs.items():
            began = time.process_time()
            seconds[who].append(run())
            busy[who].append(time.process_time() - began)
            print(f"{who}: {seconds[who][-1]:.1f} s, {busy[who][-1]:.1f} s of the CPU")
    print(f"load after: {os.getloadavg()[0]:.1f}")
    medians = {who: statistics.median(taken) for who, taken in seconds.items()}
    busiest = {who: statistics.median(taken) for who, taken in busy.items()}
    return {
        "cpu_ratio": round(medians["package"] / medians["ours"], 1),
        "cpu_package_s": round(medians["package"], 2),
        "cpu_ours_s": round(medians["ours"], 2),
        "cpu_busy_ratio": round(busiest["package"] / busiest["ours"], 1),
    }


def on_gpu(weights: Path, subjects: Sequence[Subject]) -> dict[str, float]:
    """Milliseconds a mask in batches; large images one mask at a time; memory at 8K."""
    import torch

    print(torch.cuda.get_device_name())
    ours = ours_with_the_masks_back(weights, "cuda")
    crops = [crop_of(subjects[index % len(subjects)]) for index in range(BATCH_OF)]
    large = {name: enlarged(subjects[0], width) for name, width in WIDTHS.items()}
    ours_seconds(ours, crops)
    torch.cuda.reset_peak_memory_stats()
    ours_seconds(ours, [crop_of(large["8k"])])
    memory = {
        "cuda_8k_gb": round(torch.cuda.max_memory_allocated() / 1e9, 2),
        # Before the package is there: a process's peak never falls.
        "host_8k_gb": round(peak_mb() * 2**20 / 1e9, 2),
    }
    refine = package_with_the_masks_back(weights, "cuda")
    package_seconds(refine, subjects[0])
    each = min(ours_seconds(ours, crops) for _ in range(3)) / len(crops)
    package = statistics.median(package_seconds(refine, subject) for subject in subjects)
    ours_4k = min(ours_seconds(ours, [crop_of(large["4k"])]) for _ in range(3))
    package_4k = min(package_seconds(refine, large["4k"]) for _ in range(2))
    return {
        "cuda_ratio": round(package / each, 1),
        "cuda_ms": round(1000 * each, 1),
        "cuda_4k_ratio": round(package_4k / ours_4k, 1),
        **memory,
    }


@contextmanager
def random_weights() -> Iterator[Path]:
    """A file as the authors publish theirs, the answers to noise centred on 0.5."""
    import torch
    from segmentation_refinement.models.psp.pspnet import RefinementModule

    torch.manual_seed(0)
    network = RefinementModule().eval()
    with torch.inference_mode():
        noise, nothing = torch.randn(1, 3, EXACT_L, EXACT_L), torch.zeros(1, 1, EXACT_L, EXACT_L)
        logits = network(noise, nothing)["out_224"]
    network.final_21.bias.data -= logits.median()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        torch.save({f"module.{name}": value for name, value in network.state_dict().items()}, path)
        yield path


def load(weights: Path, device: str, **parameters: object) -> CascadePspRefiner:
    """Our engine with those weights."""
    options = EngineOptions(weights.parent, device, weights=weights, parameters=parameters)
    return CascadePspFactory().load(options)


def load_package(weights: Path, device: str) -> Any:
    """The package with those weights."""
    import segmentation_refinement

    folder = str(weights.parent)
    return segmentation_refinement.Refiner(
        device=device, model_folder=folder, download_and_check_model=False
    )


def ours_with_the_masks_back(weights: Path, device: str) -> CascadePspRefiner:
    """Our engine, whose network computes its answer and then gives the mask that it got.

    For the rest of this process: the exact schedule does not use this class.
    """
    start = RefinementPass.start

    def start_and_keep(network: RefinementPass, inputs: Any, between: Any) -> Any:
        wait = start(network, inputs, between)
        masks = (inputs.planes[:, :1] + 1) / 2

        def kept() -> list[Any]:
            wait()
            return [np.concatenate([mask, mask]) for mask in masks.cpu().numpy()]

        return kept

    RefinementPass.start = start_and_keep  # type: ignore[method-assign]
    return load(weights, device)


def package_with_the_masks_back(weights: Path, device: str) -> Callable[..., object]:
    """The package as its README uses it, its network's answers replaced likewise."""
    refiner = load_package(weights, device)

    def keep_mask(_: object, inputs: Sequence[Any], answer: Mapping[str, Any]) -> dict[str, Any]:
        return {**answer, "pred_224": (inputs[1] + 1) / 2}

    refiner.model.register_forward_hook(keep_mask)

    def refine(image: RgbImage, mask: SoftValues, L: int = 900) -> object:
        return refiner.refine(image, mask, fast=False, L=L)

    return refine


def crop_of(subject: Subject) -> Crop:
    """The region that the service gives a refiner."""
    coarse = subject.instance.coarse
    region = context_region(coarse.box, coarse.width, coarse.height)
    return Crop(subject.pixels[region.slices], coarse.decode(region))


def ours_seconds(refiner: CascadePspRefiner, crops: Sequence[Crop]) -> float:
    """How long all of them take; their soft masks are on the host in the end."""
    began = time.perf_counter()
    for outcome in refiner.refine_many(crops, CancelToken()):
        assert isinstance(outcome.soft, np.ndarray), outcome.soft
    return time.perf_counter() - began


def package_seconds(refine: Refine, subject: Subject) -> float:
    """How long the package takes for one mask."""
    height, width = subject.pixels.shape[:2]
    image = cv2.cvtColor(subject.pixels, cv2.COLOR_RGB2BGR)  # as cv2.imread reads it
    mask = subject.instance.coarse.decode().astype(np.uint8)[:height, :width] * 255
    began = time.perf_counter()
    refine(image, mask)
    return time.perf_counter() - began


def exact_difference(weights: Path, subjects: Sequence[Subject]) -> float:
    """The largest difference of any pixel between our exact schedule and the package."""
    exact = load(weights, "cpu", schedule="exact", package_side=EXACT_L)
    package = load_package(weights, "cpu")
    worst = 0
    for subject in subjects:
        crop = crop_of(enlarged(subject, EXACT_SIDE))
        expected = package.refine(crop.image, crop.mask.astype(np.uint8) * 255, L=EXACT_L)
        soft = exact.refine(crop.image, crop.mask, CancelToken())
        worst = max(worst, int(np.abs(soft.astype(int) - expected).max()))
    return worst


def table(figures: Mapping[str, float | None]) -> str:
    """The figures for people."""

    def said(name: str, unit: str = "") -> str:
        value = figures.get(name)
        return "not measured" if value is None else f"{value:g}{unit}"

    rows = [
        ("CPU, small masks, package / ours", said("cpu_ratio"), ">= 4"),
        ("the same in seconds of the CPU", said("cpu_busy_ratio"), ""),
        ("CPU, small masks, ours", said("cpu_ours_s", " s"), ""),
        ("CUDA, small masks in batches, package / ours", said("cuda_ratio"), ">= 10"),
        ("CUDA, small masks in batches, ours", said("cuda_ms", " ms"), "<= 15 ms on an H200"),
        ("CUDA, 4K, one large mask, package / ours", said("cuda_4k_ratio"), ">= 5"),
        ("CUDA, 8K, peak memory of the GPU", said("cuda_8k_gb", " GB"), "<= 6 GB"),
        ("CUDA, 8K, peak memory of the process", said("host_8k_gb", " GB"), "<= 3 GB"),
        ("exact schedule, largest difference", said("exact_max_diff", " of 255"), "<= 1"),
    ]
    lines = [f"| {what} | {figure} | {aim} |" for what, figure, aim in rows]
    return "\n".join(["| case | figure | aim |", "|---|---|---|", *lines])


if __name__ == "__main__":
    main()
