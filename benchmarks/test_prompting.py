"""What a person waits for who prompts, in figures.

    python -m pytest benchmarks/test_prompting.py --benchmark-json=prompting.json

SAM 2.1 tiny in its true size with random weights, which take the same time as the published ones,
on the CPU. `first_cpu` is what the first prompt in a region takes, `further_cpu` another one there,
both in seconds of one core, so that they hold on a busy machine, too; `ratio` is that of both, and
`peak_mb` the memory of the whole program, photo and torch included.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.prompts import Mark, Prompt
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.sam2.configuration import published
from segrefine_gui.engines.sam2.interactor import Sam2Factory
from segrefine_gui.services.prompting import Prompter, prompt_region

WIDTH, HEIGHT = 7680, 4320
SIGHT = Box(3000, 2000, 3380, 2300)
AIM_RATIO = 5.0


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights of SAM 2.1 tiny."""
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    from safetensors.torch import save_file

    path = tmp_path_factory.mktemp("sam2") / "random.safetensors"
    network = transformers.Sam2Model(published())
    save_file({name: values.clone() for name, values in network.state_dict().items()}, path)
    return path


@pytest.fixture(autouse=True)
def one_core() -> Iterator[None]:
    """Threads that wait for each other would count as work."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    """An 8K photo of noise."""
    return np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)


def test_further_prompts_8k(benchmark, weights, photo):
    """Further prompts on a small thing in an 8K photo, recorded."""
    interactor = Sam2Factory().load(EngineOptions(weights.parent, device="cpu", weights=weights))
    region = prompt_region(SIGHT, WIDTH, HEIGHT)

    def ask(prompter: Prompter, x: float, key: int) -> float:
        prompt = Prompt((Mark(((x, 2150.0),)), Mark(((3010.0, 2010.0),), is_object=False)))
        began = time.process_time()
        prompter.ask(photo, key, region, prompt, CancelToken())
        return time.process_time() - began

    prompter = Prompter(interactor)
    ask(prompter, 3200, 0)  # torch sets itself up
    first = float(np.median([ask(prompter, 3200, key) for key in range(1, 4)]))
    places = iter(np.linspace(3100, 3300, 1000))
    further: list[float] = []
    benchmark.pedantic(
        lambda: further.append(ask(prompter, next(places), 1)), rounds=9, warmup_rounds=1
    )
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    ratio = first / float(np.median(further))
    benchmark.extra_info.update(
        first_cpu=round(first, 3),
        further_cpu=round(float(np.median(further)), 3),
        ratio=round(ratio, 1),
        peak_mb=round(peak),
    )
    assert ratio > AIM_RATIO


def test_further_prompts_on_the_whole_8k_photo(benchmark, weights, photo):
    """The same where all of the photo is in sight: masks of 33 megapixels are made."""
    interactor = Sam2Factory().load(EngineOptions(weights.parent, device="cpu", weights=weights))
    prompter = Prompter(interactor)
    whole = image_box(WIDTH, HEIGHT)
    prompt = Prompt((Mark(((3200.0, 2150.0),)),))
    prompter.ask(photo, 1, whole, prompt, CancelToken())
    taken: list[float] = []

    def further() -> None:
        began = time.process_time()
        prompter.ask(photo, 1, whole, prompt, CancelToken())
        taken.append(time.process_time() - began)

    benchmark.pedantic(further, rounds=3, warmup_rounds=1)
    benchmark.extra_info.update(further_cpu=round(float(np.median(taken)), 3))
