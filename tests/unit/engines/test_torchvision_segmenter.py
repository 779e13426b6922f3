"""torchvision's real Mask R-CNN with random weights, in the real file format."""

from pathlib import Path

import numpy as np
import pytest

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError, WeightsError
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.torchvision_segmenter import TorchvisionFactory, TorchvisionSettings
from segrefine_gui.engines.weights import TORCHVISION, file_hash

torch = pytest.importorskip("torch", reason="torch is not installed")
detection = pytest.importorskip(
    "torchvision.models.detection", reason="torchvision is not installed"
)
pytestmark = pytest.mark.engines

SETTINGS = TorchvisionSettings(min_size=48, max_size=64, most_detections=5)


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
    options = EngineOptions(weights_folder=weights_file.parent, **settings)
    return TorchvisionFactory(SETTINGS).load(options)


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
        weights=None, weights_backbone=None, min_size=48, max_size=64,
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


def test_the_score_threshold_leaves_detections_out(weights_file, photo):
    assert load(weights_file, score_threshold=0.999).segment(photo, CancelToken()) == []


def test_a_set_token_stops_it(segmenter, photo):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        segmenter.segment(photo, token)


def test_the_run_names_engine_parameters_and_weights(segmenter, weights_file):
    assert segmenter.run.engine == "torchvision"
    assert segmenter.run.parameters["score_threshold"] == 0.0
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
