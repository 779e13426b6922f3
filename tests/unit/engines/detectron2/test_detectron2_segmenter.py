"""Detectron2's real R50-FPN Mask R-CNN with random weights, in both of its file formats."""

import os
import pickle

import numpy as np
import pytest

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError, TrustError, WeightsError
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.detectron2.segmenter import Detectron2Factory
from segrefine_gui.engines.weights.files import DETECTRON2, file_hash

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("detectron2", reason="Detectron2 is not installed")
from support.detectron2_models import load, random_state, same  # noqa: E402 - imports torch

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module")
def segmenter(folder):
    return load(folder, "trained.pth")


@pytest.fixture(scope="module")
def found(segmenter, photo):
    return segmenter.segment(photo, CancelToken())


def test_finds_what_the_default_predictor_finds_on_bgr(folder, found, photo):
    from detectron2.config import get_cfg
    from detectron2.data import MetadataCatalog
    from detectron2.engine import DefaultPredictor

    config = get_cfg()
    config.merge_from_file(str(folder / "small.yaml"))
    config.MODEL.DEVICE = "cpu"
    config.MODEL.WEIGHTS = str(folder / "trained.pth")
    config.MODEL.ROI_HEADS.SCORE_THRESH_TEST = 0.0
    assert config.INPUT.FORMAT == "BGR"
    theirs = DefaultPredictor(config)(photo[..., ::-1])["instances"]
    names = MetadataCatalog.get("coco_2017_val").thing_classes
    assert 0 < len(found) <= 5
    assert [d.category for d in found] == [names[i] for i in theirs.pred_classes]
    assert [d.score for d in found] == pytest.approx(theirs.scores.tolist())
    for mine, expected in zip(found, theirs.pred_masks.numpy(), strict=True):
        assert np.array_equal(mine.mask.decode(), expected)


def test_category_ids_are_cocos(found):
    from detectron2.data import MetadataCatalog

    metadata = MetadataCatalog.get("coco_2017_val")
    for detection in found:
        number = metadata.thing_dataset_id_to_contiguous_id[detection.category_id]
        assert metadata.thing_classes[number] == detection.category


def test_zoo_pickles_and_training_files_give_the_same_network(folder, found, photo):
    assert same(load(folder, "zoo.pkl").segment(photo, CancelToken()), found)


def test_a_network_that_wants_rgb_gets_rgb(folder, found, photo):
    (folder / "rgb.yaml").write_text("_BASE_: small.yaml\nINPUT: {FORMAT: RGB}\n")
    rgb = load(folder, "trained.pth", "rgb.yaml")
    swapped = rgb.segment(np.ascontiguousarray(photo[..., ::-1]), CancelToken())
    assert same(swapped, found)


def test_progress_rises_to_one_and_a_set_token_stops_it(segmenter, photo):
    shares: list[float] = []
    segmenter.segment(photo, CancelToken(), shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        segmenter.segment(photo, token)


def test_the_run_names_model_threshold_and_weights(segmenter, folder):
    run = segmenter.run
    assert (run.engine, run.device) == ("detectron2", "cpu")
    assert run.parameters == {
        "model": str(folder / "small.yaml"), "score_threshold": 0.0, "classes": [], "batch": 0,
        "longest_side": 0, "detections_per_image": 0, "things": "instances",
    }  # fmt: skip
    assert run.weights_hash == file_hash(folder / "trained.pth")


def test_unknown_classes_get_numbers_and_the_score_threshold_counts(folder, photo):
    text = "_BASE_: small.yaml\nMODEL: {ROI_HEADS: {NUM_CLASSES: 2}}\nDATASETS: {TEST: []}\n"
    (folder / "own.yaml").write_text(text)
    torch.save(random_state(folder / "own.yaml"), folder / "own.pth")
    found = load(folder, "own.pth", "own.yaml").segment(photo, CancelToken())
    assert {d.category for d in found} <= {"class 0", "class 1"}
    assert found
    assert load(folder, "own.pth", "own.yaml", 0.999).segment(photo, CancelToken()) == []

    (folder / "named.yaml").write_text(text + "METADATA: {THING_CLASSES: [cell, nucleus]}\n")
    named = load(folder, "own.pth", "named.yaml").segment(photo, CancelToken())
    names = {"class 0": ("cell", 0), "class 1": ("nucleus", 1)}
    assert [(d.category, d.category_id) for d in named] == [names[d.category] for d in found]
    offered = Detectron2Factory().parameters(
        EngineOptions(folder, model=str(folder / "named.yaml"))
    )
    assert offered[0].choices == ("cell", "nucleus")
    (folder / "three.yaml").write_text(text + "METADATA: {THING_CLASSES: [a, b, c]}\n")
    with pytest.raises(EngineError, match="names 3 classes, but its network has 2"):
        load(folder, "own.pth", "three.yaml")


class Payload:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_hostile_weights_are_refused_and_run_nothing(folder, tmp_path):
    trace = tmp_path / "was_here"
    hostile = {"model": {"weight": Payload(trace)}, "__author__": "Detectron2 Model Zoo"}
    (tmp_path / "zoo.pkl").write_bytes(pickle.dumps(hostile))
    torch.save(hostile, tmp_path / "trained.pth")
    with pytest.raises(TrustError, match="refused"):
        load(folder, tmp_path / "zoo.pkl")
    with pytest.raises(WeightsError, match="damaged or not a weights file"):
        load(folder, tmp_path / "trained.pth")
    assert not trace.exists()


def test_weights_of_another_network_are_one_sentence(folder, tmp_path):
    for name, content in {
        "a.pth": {"model": {"backbone.weight": torch.zeros(3)}},
        "b.pth": {"model": 5},
    }.items():
        torch.save(content, tmp_path / name)
        with pytest.raises(WeightsError, match=r"not one of this model|holds no parameters"):
            load(folder, tmp_path / name)
    (tmp_path / "c.pkl").write_bytes(pickle.dumps({"blobs": {"conv1_w": np.zeros(3)}}))
    with pytest.raises(WeightsError, match="not one of this model"):
        load(folder, tmp_path / "c.pkl")


def test_hostile_configurations_are_refused_and_run_nothing(folder, tmp_path):
    trace = tmp_path / "was_here"
    python = tmp_path / "python.yaml"
    python.write_text(f"OUTPUT_DIR: !!python/object/apply:os.mkdir ['{trace}']\n")
    with pytest.raises(EngineError, match="holds Python code"):
        load(folder, "trained.pth", python)
    base = tmp_path / "base.yaml"
    base.write_text(f"_BASE_: {python}\n")
    with pytest.raises(EngineError, match="holds Python code"):
        load(folder, "trained.pth", base)
    assert not trace.exists()
    remote = tmp_path / "remote.yaml"
    remote.write_text("_BASE_: https://127.0.0.1:1/base.yaml\n")
    with pytest.raises(EngineError, match=r"https://127\.0\.0\.1:1/base\.yaml"):
        load(folder, "trained.pth", remote)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("- a list\n", "not one of Detectron2"),
        ("{", "not one of Detectron2"),
        ("NO_SUCH_KEY: 1\n", "not one of Detectron2"),
        ("_BASE_: gone.yaml\n", "not one of Detectron2"),
        ("_BASE_: own_base.yaml\n", "not one of Detectron2"),
        ("MODEL: {MASK_ON: False}\n", "finds boxes only"),
        ("MODEL: {MASK_ON: True}\nINPUT: {FORMAT: YUV-BT.601}\n", "only RGB and BGR"),
        ("MODEL: {MASK_ON: True, META_ARCHITECTURE: Nothing}\n", "could not build"),
    ],
)
def test_what_is_no_configuration_is_one_sentence(folder, tmp_path, text, sentence):
    path = tmp_path / "own_base.yaml"
    path.write_text(text)
    with pytest.raises(EngineError, match=sentence):
        load(folder, "trained.pth", path)


def test_an_unknown_model_is_one_sentence(tmp_path):
    for model in ("COCO/nothing.yaml", "../../setup.yaml", "Base-RCNN-FPN"):
        options = EngineOptions(weights_folder=tmp_path, model=model)
        status = Detectron2Factory().status(options)
        assert not status.usable
        assert model in status.problem
        with pytest.raises(EngineError, match="no model"):
            Detectron2Factory().load(options)


def test_missing_weights_name_the_address_and_the_folder(tmp_path):
    status = Detectron2Factory().status(EngineOptions(weights_folder=tmp_path))
    assert not status.usable
    assert DETECTRON2.url in status.problem
    assert f"{tmp_path} as model_final_f10217.pkl" in status.problem


def test_a_configuration_of_ones_own_needs_its_weights(folder, tmp_path):
    options = EngineOptions(weights_folder=tmp_path, model=str(folder / "small.yaml"))
    assert "choose its weights file" in Detectron2Factory().status(options).problem
