"""LazyConfigs are Python: those of one's own are run only for who trusts them."""

import builtins

import pytest

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError, TrustError
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.detectron2.segmenter import Detectron2Factory
from segrefine_gui.engines.detectron2.zoo import config_file

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("detectron2", reason="Detectron2 is not installed")
from support.detectron2_models import load, same, tamed  # noqa: E402 - imports torch

pytestmark = pytest.mark.engines

LAZY_ZOO = "new_baselines/mask_rcnn_R_50_FPN_50ep_LSJ.py"
OWN = """
from pathlib import Path
Path({trace!r}).touch()
from detectron2.config import LazyConfig
base = LazyConfig.load({base!r})
model, dataloader = base.model, base.dataloader
model.proposal_generator.post_nms_topk = (20, 20)
model.roi_heads.box_predictor.test_topk_per_image = 5
mapper = dataloader.test.mapper
mapper.augmentations[0].short_edge_length, mapper.augmentations[0].max_size = 64, 96
{more}
"""


def write(folder, more="", name="own.py"):
    """A LazyConfig of the network of `small.yaml`, and the file that it makes when it is run."""
    trace = folder / f"{name}.was_run"
    trace.unlink(missing_ok=True)
    base = config_file("COCO-InstanceSegmentation/mask_rcnn_R_50_FPN_1x.py")
    (folder / name).write_text(OWN.format(trace=str(trace), base=str(base), more=more))
    return trace


def test_it_is_run_only_for_who_trusts_it(folder):
    trace = write(folder)
    options = EngineOptions(folder, model=str(folder / "own.py"), weights=folder / "trained.pth")
    status = Detectron2Factory().status(options)
    assert not status.usable
    assert status.needs_trust
    assert "--trust" in status.problem
    Detectron2Factory().parameters(options)
    with pytest.raises(TrustError, match=r"own\.py is Python code.*--trust"):
        load(folder, "trained.pth", "own.py")
    assert not trace.exists()

    without_weights = Detectron2Factory().status(
        EngineOptions(folder, model=str(folder / "own.py"), trusted=True)
    )
    assert (without_weights.usable, without_weights.needs_trust) == (False, True)
    assert "choose its weights file" in without_weights.problem

    trusted = EngineOptions(
        folder, model=str(folder / "own.py"), weights=folder / "trained.pth", trusted=True
    )
    status = Detectron2Factory().status(trusted)
    assert (status.usable, status.needs_trust, status.problem) == (True, True, "")
    load(folder, "trained.pth", "own.py", trusted=True)
    assert trace.exists()


def test_it_finds_what_the_yaml_of_the_same_network_finds(folder, photo):
    write(folder)
    lazy = load(folder, "trained.pth", "own.py", trusted=True).segment(photo, CancelToken())
    expected = load(folder, "trained.pth").segment(photo, CancelToken())
    assert expected
    assert same(lazy, expected)


def test_a_network_with_an_inference_of_its_own_is_taken_at_its_word(folder, photo):
    write(
        folder,
        "from detectron2.modeling import GeneralizedRCNN\n"
        "class Own(GeneralizedRCNN):\n"
        "    def inference(self, batched_inputs):\n"
        "        found = super().inference(batched_inputs)\n"
        "        return [{'instances': each['instances'][1:]} for each in found]\n"
        "model._target_ = Own\n",
    )
    own = load(folder, "trained.pth", "own.py", trusted=True).segment(photo, CancelToken())
    expected = load(folder, "trained.pth").segment(photo, CancelToken())
    assert same(own, expected[1:])
    assert [detection.head for detection in own] == [None] * len(own)


def test_parameters_and_the_score_threshold_count(folder, photo):
    write(folder)
    limited = load(
        folder, "trained.pth", "own.py", trusted=True,
        parameters={"detections_per_image": 2, "longest_side": 60},
    )  # fmt: skip
    assert len(limited.segment(photo, CancelToken())) == 2
    assert tuple(limited._network._prepared(photo)["image"].shape) == (3, 40, 60)
    strict = load(folder, "trained.pth", "own.py", score=0.999, trusted=True)
    assert strict.segment(photo, CancelToken()) == []


def test_its_metadata_names_the_classes(folder, photo):
    names = [f"kind {number}" for number in range(80)]
    write(folder, f"metadata = dict(thing_classes={names!r})")
    found = load(folder, "trained.pth", "own.py", trusted=True).segment(photo, CancelToken())
    assert found
    assert {d.category for d in found} <= set(names)
    write(folder, "metadata = dict(thing_classes=['one'])")
    with pytest.raises(EngineError, match="names 1 classes, but its network has 80"):
        load(folder, "trained.pth", "own.py", trusted=True)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("1 / 0", "failed while it was run"),
        ("import no_such_module", "failed while it was run"),
        ("raise SystemExit", "failed while it was run"),
        ("def", "failed while it was run"),
        ("del model", "assigns no `model`"),
        ("model.backbone.no_such = 1", "could not build"),
        ("model = dict(one=1)", "could not build"),
        ("del model.roi_heads.mask_head", "finds boxes only"),
        ("model.roi_heads.mask_in_features = model.roi_heads.mask_head = None", "finds boxes only"),
    ],
)
def test_what_goes_wrong_in_it_is_one_sentence(folder, more, sentence):
    write(folder, more, "wrong.py")
    before = builtins.__import__
    with pytest.raises(EngineError, match=sentence):
        load(folder, "trained.pth", "wrong.py", trusted=True)
    assert builtins.__import__ is before


def test_one_without_a_dataloader_is_enough(folder, photo):
    write(folder, "del dataloader, mapper, base")
    segmenter = load(folder, "trained.pth", "own.py", trusted=True)
    assert tuple(segmenter._network._prepared(photo)["image"].shape) == (3, 800, 1200)
    assert segmenter._network.categories == {}


def test_one_of_the_zoo_needs_no_trust(folder, tmp_path, photo):
    from detectron2.config import LazyConfig, instantiate

    torch.manual_seed(0)
    network = instantiate(LazyConfig.load(str(config_file(LAZY_ZOO))).model)
    torch.save({"model": tamed(network.state_dict())}, tmp_path / "lazy.pth")
    options = EngineOptions(
        tmp_path, "cpu", LAZY_ZOO, tmp_path / "lazy.pth", 0.0,
        {"longest_side": 96, "detections_per_image": 3},
    )  # fmt: skip
    assert Detectron2Factory().status(options).needs_trust is False
    found = Detectron2Factory().load(options).segment(photo, CancelToken())
    assert len(found) == 3
    assert all(d.category_id > 0 and not d.category.startswith("class ") for d in found)
