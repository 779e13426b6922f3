"""Prompts on a photo: where the interactor looks, how often, and what comes back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.interactors import ColourFinder
from support.sam2_models import make_model

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError
from segrefine_gui.domain.prompts import Mark, Prompt
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.engines.base import Answer, EngineOptions
from segrefine_gui.engines.sam2.interactor import Sam2Factory
from segrefine_gui.services.prompting import LEAST_SIDE, Prompter, prompt_region

WIDTH, HEIGHT = 900, 700
WHOLE = image_box(WIDTH, HEIGHT)
DISK = Box(500, 300, 560, 360)


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    """Grey, with one red square."""
    photo = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    photo[DISK.slices] = (200, 30, 30)
    return photo


def click(x: float, y: float, is_object: bool = True) -> Mark:
    return Mark(((x, y),), is_object)


ON_IT = Prompt((click(530, 330),))


def ask(prompter: Prompter, photo: np.ndarray, region: Box, prompt: Prompt = ON_IT, key=1):
    return prompter.ask(photo, key, region, prompt, CancelToken())


# Where it looks

sides = st.integers(1, 9000)


@given(sides, sides, st.data())
def test_the_region_holds_what_is_needed_and_lies_on_the_image(width, height, data):
    x0, y0 = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    x1, y1 = data.draw(st.integers(x0 + 1, width)), data.draw(st.integers(y0 + 1, height))
    needed = Box(x0, y0, x1, y1)
    region = prompt_region(needed, width, height)
    assert region.intersection(image_box(width, height)) == region
    assert region.union(needed) == region
    longest = max(needed.width, needed.height, LEAST_SIDE)
    assert max(region.width, region.height) <= 3 * longest


def test_a_small_thing_in_a_large_photo_is_looked_at_from_near():
    region = prompt_region(Box(4000, 2000, 4300, 2250), 8192, 5464)
    assert (region.width, region.height) == (LEAST_SIDE, LEAST_SIDE)
    assert prompt_region(image_box(8192, 5464), 8192, 5464) == image_box(8192, 5464)


def test_moving_a_little_changes_nothing():
    there = Box(4000, 2000, 4250, 2200)
    regions = {prompt_region(there.shifted(x, 0), 8192, 5464) for x in range(-20, 21, 5)}
    assert len(regions) <= 2


def test_where_nothing_is_needed_it_is_the_whole_image():
    for nothing in (Box(0, 0, 0, 0), Box(700, 0, 800, 50)):
        assert prompt_region(nothing, 640, 480) == image_box(640, 480)


# What comes back


@pytest.mark.parametrize("region", [WHOLE, Box(400, 200, 900, 700), Box(500, 300, 600, 400)])
def test_answers_lie_where_the_thing_is_whatever_was_looked_at(photo, region):
    finder = ColourFinder()
    best, other = ask(Prompter(finder), photo, region)
    assert best.soft.region == DISK
    assert best.soft.cut().all()
    assert best.score > other.score
    assert finder.looks == [(region.height, region.width, 3)]
    assert finder.contiguous


def test_a_prompt_is_cut_to_the_region_with_its_mask(photo):
    finder = ColourFinder()
    region = Box(450, 250, 650, 450)
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[DISK.slices] = True
    marks = (click(530, 330), click(899, 0, is_object=False))
    ask(Prompter(finder), photo, region, Prompt(marks, (Box(0, 0, 560, 360),), mask))
    (seen,) = finder.prompts
    assert seen.marks == (click(80, 80), click(200, 0, is_object=False))
    assert seen.boxes == (Box(0, 0, 110, 110),)
    assert np.array_equal(seen.mask, mask[region.slices])


def test_a_region_is_looked_at_once(photo):
    finder = ColourFinder()
    prompter = Prompter(finder)
    for x in (505, 530, 555):
        ask(prompter, photo, WHOLE, Prompt((click(x, 330),)))
    assert len(finder.looks) == 1
    ask(prompter, photo, Box(400, 200, 900, 700))
    ask(prompter, photo, WHOLE, key=2)
    assert len(finder.looks) == 3
    ask(prompter, photo, WHOLE)
    assert len(finder.looks) == 3, "the first one is still remembered"


def test_looking_ahead_spares_the_first_prompt_the_wait(photo):
    finder = ColourFinder()
    prompter = Prompter(finder)
    prompter.look(photo, 1, WHOLE, CancelToken())
    assert (len(finder.looks), len(finder.prompts)) == (1, 0)
    ask(prompter, photo, WHOLE)
    assert len(finder.looks) == 1
    with pytest.raises(EngineError, match="not on the image"):
        prompter.look(photo, 1, Box(0, 0, WIDTH + 1, 5), CancelToken())


def test_what_was_used_least_lately_is_forgotten_first(photo):
    finder = ColourFinder()
    prompter = Prompter(finder, max_bytes=2 * photo.nbytes)
    for key in (1, 2, 1, 3, 1, 2):
        ask(prompter, photo, WHOLE, key=key)
    assert len(finder.looks) == 4, "only the second had to be looked at again"


def test_one_embedding_is_kept_however_large(photo):
    finder = ColourFinder()
    prompter = Prompter(finder, max_bytes=1)
    ask(prompter, photo, WHOLE)
    ask(prompter, photo, WHOLE)
    assert len(finder.looks) == 1


def test_closing_forgets_all_and_lets_go(photo):
    finder = ColourFinder()
    prompter = Prompter(finder)
    ask(prompter, photo, WHOLE)
    prompter.close()
    assert finder.closed == 1
    ask(prompter, photo, WHOLE)
    assert len(finder.looks) == 2


@pytest.mark.parametrize(
    "prompt",
    [
        Prompt(),
        Prompt((click(5, 5, is_object=False),)),
        Prompt((), (Box(800, 600, 850, 650),)),
        Prompt((click(5, 5, False),), mask=np.zeros((HEIGHT, WIDTH), np.bool_)),
    ],
    ids=["nothing", "beside alone", "a box elsewhere", "beside, and an empty mask"],
)
def test_where_nothing_says_what_is_meant_it_asks(photo, prompt):
    finder = ColourFinder()
    with pytest.raises(EngineError, match="Show first where the object is"):
        ask(Prompter(finder), photo, Box(0, 0, 512, 512), prompt)
    assert finder.looks == []


def test_beside_the_object_of_a_mask_is_enough(photo):
    mask = np.ones((HEIGHT, WIDTH), np.bool_)
    assert ask(Prompter(ColourFinder()), photo, WHOLE, Prompt((click(5, 5, False),), mask=mask))


def test_a_region_off_the_image_is_refused(photo):
    for region in (Box(0, 0, 0, 0), Box(-5, 0, 100, 100), Box(0, 0, WIDTH + 1, HEIGHT)):
        with pytest.raises(EngineError, match="not on the image"):
            ask(Prompter(ColourFinder()), photo, region)


# When it fails


class Failing(ColourFinder):
    def __init__(self, outcome: object) -> None:
        super().__init__()
        self._outcome = outcome

    def predict(self, embedding, prompt, cancel):
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


OUTSIDE = Answer(SoftMask(Box(890, 0, 910, 5), np.zeros((5, 20), np.uint8)), 1.0)


@pytest.mark.parametrize("outcome", [RuntimeError("CUDA error"), None, [None], [OUTSIDE]])
def test_an_engine_that_breaks_is_one_sentence(photo, outcome):
    with pytest.raises(EngineError, match="colours failed on this prompt; see the log"):
        ask(Prompter(Failing(outcome)), photo, WHOLE)


@pytest.mark.parametrize("error", [EngineError("It was too dark."), Cancelled()])
def test_what_an_engine_says_itself_is_passed_on(photo, error):
    with pytest.raises(type(error)):
        ask(Prompter(Failing(error)), photo, WHOLE)


@pytest.mark.engines
def test_the_real_encoder_runs_once_for_any_number_of_prompts(photo, tmp_path: Path):
    pytest.importorskip("transformers", reason="transformers is not installed")
    make_model(tmp_path)
    interactor = Sam2Factory().load(EngineOptions(tmp_path, device="cpu", model=str(tmp_path)))
    looks: list[int] = []
    interactor._network.vision_encoder.register_forward_hook(lambda *_: looks.append(1))
    prompter = Prompter(interactor)
    for prompt in (ON_IT, Prompt((click(530, 330), click(100, 100, False))), Prompt((), (DISK,))):
        for answer in ask(prompter, photo, WHOLE, prompt):
            assert answer.soft.region.intersection(WHOLE) == answer.soft.region
    assert len(looks) == 1
