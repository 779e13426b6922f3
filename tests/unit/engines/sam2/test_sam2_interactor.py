"""SAM 2 with random weights: the same masks as by the library's own way, and once per image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.sam2_models import SIDE, make_model

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError
from segrefine_gui.domain.prompts import Mark, Prompt
from segrefine_gui.engines.base import Closable, EngineOptions, Interactor
from segrefine_gui.engines.sam2.interactor import Sam2Factory

torch = pytest.importorskip("torch", reason="torch is not installed")
transformers = pytest.importorskip("transformers", reason="transformers is not installed")
pytestmark = pytest.mark.engines

WIDTH, HEIGHT = 200, 150


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sam2")
    make_model(folder)
    return folder


@pytest.fixture(scope="module")
def interactor(folder: Path):
    return Sam2Factory().load(EngineOptions(folder, device="cpu", model=str(folder)))


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    image = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    image[40:90, 60:140] //= 3
    image[..., 0] //= 2  # the channels must differ, or their order could not show
    return image


def point(x: float, y: float, is_object: bool = True) -> Mark:
    return Mark(((x, y),), is_object)


def ask(interactor, photo, prompt):
    return interactor.predict(interactor.embed(photo, CancelToken()), prompt, CancelToken())


def values(answer) -> np.ndarray:
    """The soft mask of an answer over the whole photo."""
    whole = np.zeros((HEIGHT, WIDTH), np.uint8)
    whole[answer.soft.region.slices] = answer.soft.values
    return whole


def in_the_library(folder: Path, photo: np.ndarray, several: bool, **inputs):
    """Scores and probabilities 0..255 as transformers gives them by its own processor."""
    network = transformers.Sam2Model.from_pretrained(folder).eval()
    processor = transformers.Sam2Processor(
        transformers.Sam2ImageProcessor(
            size={"height": SIDE, "width": SIDE},
            mask_size={"height": SIDE // 4, "width": SIDE // 4},
        )
    )
    prepared = processor(images=photo, return_tensors="pt", **inputs)
    with torch.inference_mode():
        answer = network(
            **{
                name: prepared[name]
                for name in ("pixel_values", "input_points", "input_labels", "input_boxes")
                if name in prepared
            },
            multimask_output=several,
        )
        grown = processor.post_process_masks(
            answer.pred_masks, prepared["original_sizes"], binarize=False
        )[0]
    return answer.iou_scores[0, 0].tolist(), (grown[0].sigmoid() * 255).numpy()


def counted(x: float, y: float) -> list[float]:
    """A place as the library wants it: it adds half a pixel of the network's."""
    return [x - WIDTH / SIDE / 2, y - HEIGHT / SIDE / 2]


def test_a_point_gives_the_masks_of_the_library(interactor, folder, photo):
    assert isinstance(interactor, Interactor)
    scores, expected = in_the_library(
        folder, photo, True, input_points=[[[counted(101.5, 60.25)]]], input_labels=[[[1]]]
    )
    answers = ask(interactor, photo, Prompt((point(101.5, 60.25),)))
    order = np.argsort(scores)[::-1]
    assert [answer.score for answer in answers] == pytest.approx(
        np.clip(np.array(scores)[order], 0, 1), abs=0.01
    )
    for answer, number in zip(answers, order, strict=True):
        assert np.abs(values(answer) - expected[number]).max() <= 3


def test_a_box_with_a_point_beside_gives_the_mask_for_that_first(interactor, folder, photo):
    corners = [*counted(60, 40), *counted(140, 90)]
    given = {
        "input_boxes": [[corners]],
        "input_points": [[[counted(20, 20)]]],
        "input_labels": [[[0]]],
    }
    one_score, one = in_the_library(folder, photo, False, **given)
    _, several = in_the_library(folder, photo, True, **given)
    prompt = Prompt((point(20, 20, False),), (Box(60, 40, 140, 90),))
    answers = ask(interactor, photo, prompt)
    assert answers[0].score == pytest.approx(one_score[0], abs=0.01)
    assert np.abs(values(answers[0]) - one[0]).max() <= 3
    assert 3 <= len(answers) <= 4
    for answer in answers[1:]:
        assert min(np.abs(values(answer) - each).max() for each in several) <= 3


def test_things_in_boxes_of_their_own_are_put_together(interactor, photo):
    boxes = Box(10, 10, 60, 60), Box(120, 80, 190, 140)
    first, second = (ask(interactor, photo, Prompt((), (box,)))[0] for box in boxes)
    both = ask(interactor, photo, Prompt((), boxes))[0]
    expected = np.maximum(values(first), values(second))
    assert np.abs(values(both).astype(int) - expected).max() <= 2
    assert both.score == pytest.approx(min(first.score, second.score))


def test_a_mask_to_correct_is_looked_at(interactor, photo):
    marks = (point(101.5, 60.25),)
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    bare = ask(interactor, photo, Prompt(marks, mask=mask))
    assert np.array_equal(values(bare[0]), values(ask(interactor, photo, Prompt(marks))[0]))
    mask[40:90, 60:140] = True
    corrected = ask(interactor, photo, Prompt(marks, mask=mask))
    assert not np.array_equal(values(corrected[0]), values(bare[0]))


def test_an_image_is_looked_at_once_for_any_number_of_prompts(folder, photo):
    interactor = Sam2Factory().load(EngineOptions(folder, device="cpu", model=str(folder)))
    looks: list[int] = []
    encoder = interactor._network.vision_encoder
    encoder.register_forward_hook(lambda *_: looks.append(1))
    embedding = interactor.embed(photo, CancelToken())
    answers = [
        interactor.predict(embedding, Prompt((point(x, 50),)), CancelToken()) for x in (30, 90, 150)
    ]
    assert len(looks) == 1
    assert len({values(answer[0]).tobytes() for answer in answers}) == 3
    assert embedding.nbytes == sum(
        channels * (SIDE // step) ** 2 * 4 for channels, step in ((4, 4), (8, 8), (32, 16))
    )


def test_a_dark_and_a_tall_image_are_images_too(interactor):
    for shape in ((1, 1, 3), (900, 3, 3), (5, 700, 3)):
        image = np.zeros(shape, np.uint8)
        prompt = Prompt((point(shape[1] / 2, shape[0] / 2),))
        for answer in ask(interactor, image, prompt):
            box = answer.soft.region
            assert 0 <= box.x0 <= box.x1 <= shape[1]
            assert 0 <= box.y0 <= box.y1 <= shape[0]


def test_it_stops_when_told_to(interactor, photo):
    cancelled = CancelToken()
    cancelled.cancel()
    with pytest.raises(Cancelled):
        interactor.embed(photo, cancelled)
    embedding = interactor.embed(photo, CancelToken())
    with pytest.raises(Cancelled):
        interactor.predict(embedding, Prompt((point(3, 3),)), cancelled)


def test_a_failure_is_one_sentence_and_not_the_end(folder, photo):
    interactor = Sam2Factory().load(EngineOptions(folder, device="cpu", model=str(folder)))
    problems = iter([torch.cuda.OutOfMemoryError("CUDA out of memory"), RuntimeError("no kernel")])

    def fail(*_):
        raise next(problems)

    hook = interactor._network.vision_encoder.register_forward_hook(fail)
    with pytest.raises(EngineError, match="ran out of memory"):
        interactor.embed(photo, CancelToken())
    with pytest.raises(EngineError, match="failed on this image") as failed:
        interactor.embed(photo, CancelToken())
    assert "no kernel" in failed.value.detail
    hook.remove()
    assert ask(interactor, photo, Prompt((point(5, 5),)))


def test_closing_lets_go_of_the_network(folder):
    interactor = Sam2Factory().load(EngineOptions(folder, device="cpu", model=str(folder)))
    assert isinstance(interactor, Closable)
    interactor.close()
    assert not hasattr(interactor, "_network")
