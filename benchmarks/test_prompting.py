"""What a person waits for who prompts, in figures.

    python -m pytest benchmarks/test_prompting.py --benchmark-json=prompting.json

SAM 2.1 tiny in its true size with random weights, which take the same time as the published ones,
on the CPU. `look_seconds` is what the first prompt in a region takes besides, `ratio` how many
times longer a first prompt takes than a further one, and `peak_mb` the memory of the whole program.
"""

from __future__ import annotations

import resource
import sys
import time
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


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    """An 8K photo of noise."""
    return np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)


def test_further_prompts_8k(benchmark, weights, photo):
    """Further prompts on a small thing in an 8K photo, recorded."""
    interactor = Sam2Factory().load(EngineOptions(weights.parent, device="cpu", weights=weights))
    region = prompt_region(SIGHT, Prompt(), WIDTH, HEIGHT)

    def ask(prompter: Prompter, x: float, key: int) -> float:
        prompt = Prompt((Mark(((x, 2150.0),)), Mark(((3010.0, 2010.0),), is_object=False)))
        began = time.perf_counter()
        prompter.ask(photo, key, region, prompt, CancelToken())
        return time.perf_counter() - began

    prompter = Prompter(interactor)
    ask(prompter, 3200, 0)  # torch sets itself up
    first = float(np.median([ask(prompter, 3200, key) for key in range(1, 6)]))
    places = iter(np.linspace(3100, 3300, 1000))
    benchmark(lambda: ask(prompter, next(places), 1))
    further = benchmark.stats.stats.median
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    benchmark.extra_info.update(
        look_seconds=round(first - further, 3),
        first_seconds=round(first, 3),
        further_seconds=round(further, 3),
        ratio=round(first / further, 1),
        peak_mb=round(peak),
    )
    assert first / further > AIM_RATIO


def test_further_prompts_on_the_whole_8k_photo(benchmark, weights, photo):
    """The same where all of the photo is in sight: masks of 33 megapixels are made."""
    interactor = Sam2Factory().load(EngineOptions(weights.parent, device="cpu", weights=weights))
    prompter = Prompter(interactor)
    whole = image_box(WIDTH, HEIGHT)
    prompt = Prompt((Mark(((3200.0, 2150.0),)),))
    prompter.ask(photo, 1, whole, prompt, CancelToken())
    benchmark.pedantic(
        lambda: prompter.ask(photo, 1, whole, prompt, CancelToken()), rounds=5, warmup_rounds=1
    )
