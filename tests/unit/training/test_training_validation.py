"""Measuring a model: what is counted, which cases are taken, what the pictures show."""

import json

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")

from segrefine_gui.domain.errors import WeightsError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.engines.base import ignore_progress
from training.cases import Case, generated_cases, set_cases, sets_in
from training.contact_sheet import contact_sheet
from training.failures import picture, worst
from training.loop import TrainingSettings, train
from training.pictures import GREEN, RED, save, sheet
from training.samples import MASKS_PER_SCENE, Scenes
from training.validate import load_refiner, measure_cases, table

pytestmark = pytest.mark.engines


def keeps(mask):
    """Gives the coarse mask back."""
    return mask


def inverts(mask):
    """Is wrong about every pixel of a right mask."""
    return ~mask


class Answers:
    """A refiner that answers by a function of the coarse mask."""

    run = EngineRun("stand-in")

    def __init__(self, answer):
        self._answer = answer

    def refine(self, image, mask, cancel, progress=ignore_progress):
        return self._answer(mask).astype(np.uint8) * 255


@pytest.fixture
def case(disk_image, coarse_mask, disk_mask):
    return Case(disk_image, coarse_mask, disk_mask)


def result_of(mask, image_id):
    return {
        "image_id": image_id,
        "category_id": 1,
        "score": 0.9,
        "segmentation": encode_mask(mask).to_coco(),
    }


@pytest.fixture
def data(tmp_path, disk_image, coarse_mask, disk_mask):
    """A folder with one set: two photos, three coarse masks, one of them of another thing."""
    folder = tmp_path / "disks_dev"
    (folder / "images").mkdir(parents=True)
    images = []
    for number, name in enumerate(("one.png", "two.png"), 1):
        cv2.imwrite(str(folder / "images" / name), disk_image[..., ::-1])
        images.append({"id": number, "file_name": name, "width": 160, "height": 120})
    tables = {"images": images, "categories": [{"id": 1, "name": "disk"}]}
    stray = np.zeros_like(coarse_mask)
    stray[:20, :20] = True
    results = [result_of(mask, 2) for mask in (coarse_mask, stray)] + [result_of(coarse_mask, 1)]
    truths = [
        {**result_of(disk_mask, number), "id": number, "iscrowd": 0, "bbox": [], "area": 1}
        for number in (1, 2)
    ]
    (folder / "images.json").write_text(json.dumps({**tables, "annotations": []}))
    (folder / "coco_instances_results.json").write_text(json.dumps(results))
    (folder / "truth.json").write_text(json.dumps({**tables, "annotations": truths}))
    return tmp_path


def test_a_network_that_changes_nothing_does_no_harm(case):
    measured = measure_cases(Answers(keeps), [case, case])

    assert measured.coarse.cases == 2
    assert measured.coarse.after == measured.coarse.before
    assert measured.coarse.harm == 0
    assert measured.truth.after.iou == 1
    assert measured.truth.harm == 0


def test_a_network_that_is_always_wrong_harms_every_mask(case):
    measured = measure_cases(Answers(inverts), [case])

    assert measured.coarse.harm == 1
    assert measured.truth.harm == 1
    assert measured.coarse.after.iou < measured.coarse.before.iou < 1


def test_a_checkpoint_can_be_measured_while_the_training_goes_on(case, tmp_path):
    settings = TrainingSettings(steps=1, edge_steps=1, scenes=1, side=64, workers=0)
    train(settings, tmp_path / "refiner.pt")

    measured = measure_cases(load_refiner(tmp_path / "refiner.pt"), [case])

    assert measured.coarse.cases == measured.truth.cases == 1
    assert measured.coarse.after.iou > 0.5


def test_a_missing_model_is_said(tmp_path):
    with pytest.raises(WeightsError, match=r"nowhere\.onnx"):
        load_refiner(tmp_path / "nowhere.onnx")


def test_nothing_to_measure_is_said():
    with pytest.raises(ValueError, match="nothing to measure"):
        measure_cases(Answers(keeps), [])


def test_the_table_has_a_line_for_each_set(case):
    measured = measure_cases(Answers(keeps), [case])

    header, _, line, other = table({"disks": measured, "more": measured}).splitlines()

    quality = measured.coarse.before
    pair = f"{quality.iou:.3f} / {quality.mba:.3f}"
    assert line == f"| disks (1) | {pair} | {pair} | 0.0% | 1.000 / 1.000 | 0.0% |"
    assert other.startswith("| more (1) |")
    assert header.count("|") == line.count("|")


def test_a_set_gives_each_mask_its_truth_and_leaves_out_masks_of_other_things(
    data, disk_image, coarse_mask, disk_mask
):
    (folder,) = sets_in(data)

    cases = list(set_cases(folder))

    assert len(cases) == 2
    for found in cases:
        np.testing.assert_array_equal(found.image, disk_image)
        np.testing.assert_array_equal(found.coarse, coarse_mask)
        np.testing.assert_array_equal(found.truth, disk_mask)


def test_validation_scenes_are_always_the_same():
    first, second = generated_cases(2, side=64)
    (again,) = generated_cases(1, side=64)

    np.testing.assert_array_equal(again.image, first.image)
    np.testing.assert_array_equal(again.coarse, first.coarse)
    assert first.truth.any()
    assert (second.image != first.image).any()


def test_the_worst_cases_come_first_and_fit_into_a_small_picture(case, tmp_path):
    right = Case(case.image, case.truth, case.truth)
    found = worst(Answers(inverts), [case, right, case], 2)
    lost = [outcome.before.iou - outcome.after.iou for _, outcome in found]
    assert found[0][0] is right
    assert lost == sorted(lost, reverse=True)

    path = tmp_path / "failures.jpg"
    save(sheet([picture(case, outcome) for case, outcome in found]), path)

    height, width = cv2.imread(str(path)).shape[:2]
    assert width > 4 * 160
    assert height > 2 * 120


def test_the_contact_sheet_outlines_coarse_and_truth():
    drawn = contact_sheet(Scenes(0, 1, side=64))

    assert drawn.shape[0] > MASKS_PER_SCENE * 64
    for colour in (RED, GREEN):
        assert (drawn == colour).all(axis=2).any()
