"""torchvision's real Mask R-CNN with random weights, in the real file format."""

from pathlib import Path

import numpy as np
import pytest

from segrefine_gui.domain.boxes import image_box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError, WeightsError
from segrefine_gui.engines.base import BatchSegmenter, EngineOptions
from segrefine_gui.engines.torchvision_segmenter import TorchvisionFactory
from segrefine_gui.engines.weights.files import TORCHVISION, file_hash

torch = pytest.importorskip("torch", reason="torch is not installed")
detection = pytest.importorskip(
    "torchvision.models.detection", reason="torchvision is not installed"
)
pytestmark = pytest.mark.engines

SMALL = {"longest_side": 64, "detections_per_image": 5}


def random_network():
    torch.manual_seed(0)
    return detection.maskrcnn_resnet50_fpn_v2(weights=None, weights_backbone=None)


@pytest.fixture(scope="module")
def weights_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("weights") / TORCHVISION.file_name
    torch.save(random_network().state_dict(), path)
    return path


@pytest.fixture(scope="module")
def segmenter(weights_file):
    return load(weights_file)


def load(weights_file: Path, **changes):
    settings = {"device": "cpu", "weights": weights_file, "score_threshold": 0.0} | changes
    settings["parameters"] = SMALL | settings.get("parameters", {})
    options = EngineOptions(weights_folder=weights_file.parent, **settings)
    return TorchvisionFactory().load(options)


@pytest.fixture(scope="module")
def photo():
    return np.random.default_rng(0).integers(0, 256, (45, 60, 3), dtype=np.uint8)


def test_detections_are_those_of_the_network(segmenter, weights_file, photo):
    shares: list[float] = []
    found = segmenter.segment(photo, CancelToken(), shares.append)
    assert 0 < len(found) <= 5
    assert shares == sorted(shares)
    assert shares[-1] == 1.0

    network = detection.maskrcnn_resnet50_fpn_v2(
        weights=None, weights_backbone=None, min_size=38, max_size=64,
        box_score_thresh=0.0, box_detections_per_img=5,
    ).eval()  # fmt: skip
    network.load_state_dict(torch.load(weights_file, weights_only=True))
    with torch.inference_mode():
        pixels = torch.from_numpy(photo).permute(2, 0, 1) / 255
        expected = network([pixels])[0]
    names = detection.MaskRCNN_ResNet50_FPN_V2_Weights.DEFAULT.meta["categories"]
    assert [d.category_id for d in found] == expected["labels"].tolist()
    assert [d.category for d in found] == [names[i] for i in expected["labels"]]
    assert [d.score for d in found] == pytest.approx(expected["scores"].tolist())
    for mine, theirs in zip(found, expected["masks"], strict=True):
        assert np.array_equal(mine.mask.decode(), (theirs[0] >= 0.5).numpy())


def test_the_mask_before_the_cut_is_kept(segmenter, photo):
    for found in segmenter.segment(photo, CancelToken()):
        assert found.head.values.shape == (28, 28)
        # torchvision pastes on whole pixels and with a rim of its own: alike, not the same.
        pasted = found.head.pasted(image_box(photo.shape[1], photo.shape[0]))
        sure = np.abs(pasted - 128) > 64
        assert (found.mask.decode() == (pasted >= 128))[sure].mean() > 0.95


def test_a_batch_gives_what_one_by_one_gives(weights_file, photo):
    batched = load(weights_file, parameters={"batch": 3})
    assert isinstance(batched, BatchSegmenter)
    assert batched.batch == 3
    dark, turned = photo // 3, np.ascontiguousarray(photo.transpose(1, 0, 2))
    images = [photo, turned, dark, photo]
    shares: list[float] = []
    together = batched.segment_many(images, CancelToken(), shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    for image, found in zip(images, together, strict=True):
        alone = batched.segment(image, CancelToken())
        assert [d.category for d in found] == [d.category for d in alone]
        assert [d.score for d in found] == pytest.approx([d.score for d in alone], abs=1e-4)
        for one, other in zip(found, alone, strict=True):
            assert (one.mask.decode() != other.mask.decode()).sum() <= 2


def test_out_of_memory_takes_fewer_images_and_then_says_so(weights_file, photo, monkeypatch):
    batched = load(weights_file, parameters={"batch": 4})
    backbone, sizes = batched._network._network.backbone.forward, []

    def short_of_memory(pixels):
        sizes.append(len(pixels))
        if len(pixels) > 1 or pixels.max() <= 0:  # or the black one alone
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        return backbone(pixels)

    monkeypatch.setattr(batched._network._network.backbone, "forward", short_of_memory)
    images = [photo, np.zeros_like(photo), photo]
    first, second, third = batched.segment_many(images, CancelToken())
    assert sizes == [3, 1, 1, 1]
    assert isinstance(second, EngineError)
    assert "ran out of memory even on this image alone" in second.sentence
    assert first
    assert [d.score for d in first] == [d.score for d in third]


def test_only_the_categories_asked_for_are_kept(weights_file, photo, segmenter):
    everything = segmenter.segment(photo, CancelToken())
    wanted = everything[0].category
    kept = load(weights_file, parameters={"classes": [wanted]}).segment(photo, CancelToken())
    assert [d.mask for d in kept] == [d.mask for d in everything if d.category == wanted]
    with pytest.raises(EngineError, match=r"no category 'persn'\. Did you mean 'person'"):
        load(weights_file, parameters={"classes": ["persn"]})


def test_its_parameters_are_known_before_it_is_imported(tmp_path):
    known = {p.name: p for p in TorchvisionFactory().parameters(EngineOptions(tmp_path))}
    assert list(known) == ["classes", "longest_side", "detections_per_image", "batch"]
    names = detection.MaskRCNN_ResNet50_FPN_V2_Weights.DEFAULT.meta["categories"]
    assert list(known["classes"].choices) == [
        n for n in names if n not in ("__background__", "N/A")
    ]
    assert len(known["classes"].choices) == 80


def test_the_score_threshold_leaves_detections_out(weights_file, photo):
    assert load(weights_file, score_threshold=0.999).segment(photo, CancelToken()) == []


def test_a_set_token_stops_it(segmenter, photo):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        segmenter.segment(photo, token)


def test_the_run_names_engine_parameters_and_weights(segmenter, weights_file):
    assert segmenter.run.engine == "torchvision"
    assert segmenter.run.parameters == {
        "score_threshold": 0.0, "classes": [], "longest_side": 64, "detections_per_image": 5,
        "batch": 0,
    }  # fmt: skip
    assert segmenter.run.weights_hash == file_hash(weights_file)


def test_what_it_cannot_load_is_one_sentence(weights_file, tmp_path):
    with pytest.raises(EngineError, match="one model only"):
        load(weights_file, model="resnet18")
    other = tmp_path / "other.pth"
    torch.save({"weight": torch.zeros(1)}, other)
    with pytest.raises(WeightsError, match="not one of torchvision"):
        load(weights_file, weights=other)
    other.write_bytes(b"<html>")
    with pytest.raises(WeightsError, match="damaged"):
        load(weights_file, weights=other)


def test_missing_weights_name_the_address_and_the_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    status = TorchvisionFactory().status(EngineOptions(weights_folder=tmp_path))
    assert not status.usable
    assert TORCHVISION.url in status.problem
    assert str(tmp_path) in status.problem


def test_the_address_is_torchvisions_own():
    assert detection.MaskRCNN_ResNet50_FPN_V2_Weights.DEFAULT.url == TORCHVISION.url
