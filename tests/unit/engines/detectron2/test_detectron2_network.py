"""What is given to Detectron2's networks and read from their answers, with random weights."""

import numpy as np
import pytest

from segrefine_gui.domain.boxes import image_box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError
from segrefine_gui.engines.base import BatchSegmenter
from segrefine_gui.engines.detectron2.zoo import config_file

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("detectron2", reason="Detectron2 is not installed")
from support.detectron2_models import SMALL, load, random_state, same  # noqa: E402 - imports torch

pytestmark = pytest.mark.engines

PANOPTIC = "COCO-PanopticSegmentation/panoptic_fpn_R_50_1x.yaml"


@pytest.fixture(scope="module")
def segmenter(folder):
    return load(folder, "trained.pth", parameters={"batch": 3})


@pytest.fixture(scope="module")
def panoptic_folder(folder):
    (folder / "panoptic.yaml").write_text(
        f"_BASE_: {config_file(PANOPTIC)}\n{SMALL}"
        "DATASETS: {TEST: [coco_2017_val_panoptic_separated]}\n"
    )
    torch.save(random_state(folder / "panoptic.yaml"), folder / "panoptic.pth")
    return folder


def test_the_mask_before_the_cut_is_kept_and_cut_again_gives_the_mask(segmenter, photo):
    height, width = photo.shape[:2]
    found = segmenter.segment(photo, CancelToken())
    assert found
    for detection in found:
        assert detection.head.values.shape == (28, 28)
        x0, y0, x1, y1 = detection.head.box
        assert 0 <= x0 < x1 <= width
        assert 0 <= y0 < y1 <= height
        pasted = detection.head.pasted(image_box(width, height))
        sure = np.abs(pasted - 127.5) > 1  # its values are rounded to 1 of 255
        assert np.array_equal((pasted > 127.5)[sure], detection.mask.decode()[sure])


def test_a_batch_gives_what_one_by_one_gives(segmenter, photo):
    assert isinstance(segmenter, BatchSegmenter)
    assert segmenter.batch == 3
    turned = np.ascontiguousarray(photo.transpose(1, 0, 2))
    images = [photo, turned, photo // 3, photo, turned // 2]
    seen: list[int] = []
    forget = segmenter._network._network.backbone.register_forward_pre_hook(
        lambda _, inputs: seen.append(len(inputs[0]))
    )
    shares: list[float] = []
    together = segmenter.segment_many(images, CancelToken(), shares.append)
    forget.remove()
    assert seen == [3, 2]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    for image, found in zip(images, together, strict=True):
        alone = segmenter.segment(image, CancelToken())
        assert [d.category for d in found] == [d.category for d in alone]
        assert [d.score for d in found] == pytest.approx([d.score for d in alone], abs=1e-4)
        for one, other in zip(found, alone, strict=True):
            assert (one.mask.decode() != other.mask.decode()).sum() <= 2


@pytest.mark.parametrize("step", ["backbone", "proposal_generator", "roi_heads"])
def test_out_of_memory_at_any_step_ends_in_a_complete_result(segmenter, photo, monkeypatch, step):
    expected = [segmenter.segment(image, CancelToken()) for image in (photo, photo // 3)]
    module = getattr(segmenter._network._network, step)
    forward, calls = module.forward, []

    def short_of_memory(*arguments, **named):
        calls.append(len(arguments[0]) if step == "backbone" else None)
        if len(calls) == 1:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        return forward(*arguments, **named)

    monkeypatch.setattr(module, "forward", short_of_memory)
    found = segmenter.segment_many([photo, photo // 3], CancelToken())
    assert len(calls) == 3
    for mine, theirs in zip(found, expected, strict=True):
        assert same(mine, theirs)


def test_memory_that_is_too_small_for_one_image_is_one_sentence(segmenter, photo, monkeypatch):
    def short_of_memory(*_):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(segmenter._network._network.backbone, "forward", short_of_memory)
    with pytest.raises(EngineError, match="ran out of memory even on this image alone") as error:
        segmenter.segment(photo, CancelToken())
    assert "longest side" in error.value.sentence


def test_one_image_that_fails_leaves_the_others(segmenter, photo, monkeypatch):
    backbone = segmenter._network._network.backbone
    forward = backbone.forward

    def fails_on_black(pixels):
        if any(image.max() <= 0 for image in pixels):
            raise RuntimeError("sizes do not fit")
        return forward(pixels)

    monkeypatch.setattr(backbone, "forward", fails_on_black)
    black = np.zeros_like(photo)
    first, failed, last = segmenter.segment_many([photo, black, photo], CancelToken())
    assert failed.sentence == "Detectron2 failed on this image."
    assert "sizes do not fit" in failed.detail
    assert first
    assert same(first, last)


def test_cancelling_at_any_step_ends_it(segmenter, photo, monkeypatch):
    for step in ("backbone", "roi_heads"):
        token = CancelToken()
        module = getattr(segmenter._network._network, step)
        forward = module.forward
        with monkeypatch.context() as patch:

            def cancel(*arguments, token=token, forward=forward, **named):
                token.cancel()
                return forward(*arguments, **named)

            patch.setattr(module, "forward", cancel)
            with pytest.raises(Cancelled):
                segmenter.segment_many([photo, photo.transpose(1, 0, 2)], token)


def test_only_the_categories_asked_for_are_kept(folder, segmenter, photo):
    everything = segmenter.segment(photo, CancelToken())
    wanted = everything[-1].category
    kept = load(folder, "trained.pth", parameters={"classes": [wanted]})
    assert same(kept.segment(photo, CancelToken()), [d for d in everything if d.category == wanted])
    with pytest.raises(EngineError, match=r"no category 'persn'\. Did you mean 'person'"):
        load(folder, "trained.pth", parameters={"classes": ["persn"]})


def test_the_number_of_detections_is_limited_or_raised(folder, photo):
    for count in (1, 12):
        limited = load(folder, "trained.pth", parameters={"detections_per_image": count})
        assert len(limited.segment(photo, CancelToken())) == count


def test_the_longest_side_is_that_of_the_networks_input(folder, photo):
    sizes = []
    for longest in (0, 60, 192):
        segmenter = load(folder, "trained.pth", parameters={"longest_side": longest})
        image = segmenter._network._prepared(photo)["image"]
        sizes.append(tuple(image.shape))
    assert sizes == [(3, 64, 96), (3, 40, 60), (3, 128, 192)]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"longest_side": -1}, "Longest side must be a whole number from 0"),
        ({"batch": 2.5}, "Images at once must be a whole number"),
        ({"things": "stuff"}, "one of instances, panoptic"),
        ({"clases": []}, "Did you mean 'classes'"),
        ({"things": "panoptic"}, "has no panoptic answer"),
    ],
)
def test_a_parameter_that_does_not_fit_is_one_sentence(folder, parameters, sentence):
    with pytest.raises(EngineError, match=sentence):
        load(folder, "trained.pth", parameters=parameters)


def test_panoptic_things_are_those_of_the_network(panoptic_folder, photo):
    segmenter = load(
        panoptic_folder, "panoptic.pth", "panoptic.yaml", parameters={"things": "panoptic"}
    )
    found = segmenter.segment(photo, CancelToken())
    network = segmenter._network
    with torch.inference_mode():
        segments, infos = network._network([network._prepared(photo)])[0]["panoptic_seg"]
    things = [info for info in infos if info["isthing"]]
    assert len(found) == len(things) > 0
    covered = np.zeros(photo.shape[:2], dtype=int)
    for detection, info in zip(found, things, strict=True):
        assert np.array_equal(detection.mask.decode(), (segments == info["id"]).numpy())
        assert detection.score == pytest.approx(info["score"])
        assert detection.category == network.categories[info["category_id"]][0]
        assert detection.head.values.shape == (28, 28)
        covered += detection.mask.decode()
    assert covered.max() == 1
    kept = load(
        panoptic_folder, "panoptic.pth", "panoptic.yaml",
        parameters={"things": "panoptic", "classes": [found[-1].category]},
    )  # fmt: skip
    assert same(
        kept.segment(photo, CancelToken()),
        [d for d in found if d.category == found[-1].category],
    )


@pytest.mark.parametrize(
    ("model", "side"),
    [
        ("COCO-InstanceSegmentation/mask_rcnn_R_50_C4_1x.yaml", 14),
        ("Misc/cascade_mask_rcnn_R_50_FPN_1x.yaml", 28),
        ("Misc/mask_rcnn_R_50_FPN_1x_cls_agnostic.yaml", 28),
    ],
)
def test_other_heads_answer_likewise(folder, tmp_path, photo, model, side):
    (tmp_path / "other.yaml").write_text(f"_BASE_: {config_file(model)}\n{SMALL}")
    torch.save(random_state(tmp_path / "other.yaml"), tmp_path / "other.pth")
    segmenter = load(tmp_path, "other.pth", "other.yaml", parameters={"detections_per_image": 3})
    found = segmenter.segment(photo, CancelToken())
    assert len(found) == 3
    assert all(detection.head.values.shape == (side, side) for detection in found)
    network = segmenter._network
    with torch.inference_mode():
        theirs = network._network([network._prepared(photo)])[0]["instances"]
    for mine, expected in zip(found, theirs.pred_masks.numpy(), strict=True):
        assert np.array_equal(mine.mask.decode(), expected)


def test_the_instances_of_a_panoptic_model_are_its_heads(panoptic_folder, photo):
    segmenter = load(panoptic_folder, "panoptic.pth", "panoptic.yaml")
    found = segmenter.segment(photo, CancelToken())
    network = segmenter._network
    with torch.inference_mode():
        theirs = network._network([network._prepared(photo)])[0]["instances"]
    assert [d.score for d in found] == pytest.approx(theirs.scores.tolist())
    for mine, expected in zip(found, theirs.pred_masks.numpy(), strict=True):
        assert np.array_equal(mine.mask.decode(), expected)
