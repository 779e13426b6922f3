"""The zoo's models are known from its folder, without importing Detectron2."""

import subprocess
import sys

import pytest

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.engines.base import EngineOptions, models_of, parameters_of
from segrefine_gui.engines.detectron2.categories import category_names
from segrefine_gui.engines.detectron2.segmenter import Detectron2Factory
from segrefine_gui.engines.detectron2.zoo import (
    DEFAULT_MODEL,
    config_file,
    is_own_code,
    zoo_models,
    zoo_weights,
)

pytest.importorskip("detectron2", reason="Detectron2 is not installed")
pytestmark = pytest.mark.engines


def test_the_names_are_those_of_models_that_make_masks(tmp_path):
    names = models_of(Detectron2Factory(), EngineOptions(tmp_path))
    assert names == zoo_models()
    assert list(names) == sorted(set(names))
    assert DEFAULT_MODEL in names
    assert "new_baselines/mask_rcnn_R_50_FPN_100ep_LSJ.py" in names
    assert "COCO-PanopticSegmentation/panoptic_fpn_R_50_3x.yaml" in names
    assert not any("Detection/" in name or "keypoint" in name or "Base" in name for name in names)
    for name in names:
        assert config_file(name).is_file()


def test_every_name_is_of_a_configuration_with_masks():
    from detectron2.config import LazyConfig

    from segrefine_gui.engines.detectron2.blueprint import read_yaml

    for name in zoo_models():
        path = config_file(name)
        if path.suffix == ".yaml":
            read_yaml(path)
        else:
            assert "mask_head" in LazyConfig.load(str(path)).model.roi_heads


def test_names_parameters_and_status_import_nothing_heavy(tmp_path):
    program = (
        "import sys; from pathlib import Path\n"
        "from segrefine_gui.engines.base import *\n"
        "from segrefine_gui.engines.detectron2.segmenter import Detectron2Factory\n"
        f"options = EngineOptions(Path({str(tmp_path)!r}))\n"
        "factory = Detectron2Factory()\n"
        "assert models_of(factory, options) and parameters_of(factory, options)\n"
        "assert factory.status(options).problem\n"
        "assert not {'torch', 'detectron2', 'torchvision'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_cocos_categories_are_offered_where_a_model_knows_them(tmp_path):
    from detectron2.data import MetadataCatalog

    coco = tuple(MetadataCatalog.get("coco_2017_val").thing_classes)
    for model in (
        DEFAULT_MODEL,
        "COCO-PanopticSegmentation/panoptic_fpn_R_50_1x.yaml",
        "new_baselines/mask_rcnn_R_50_FPN_100ep_LSJ.py",
    ):
        known = {p.name: p for p in parameters_of(Detectron2Factory(), EngineOptions(tmp_path))}
        assert category_names(model) == coco == known["classes"].choices
    for model in ("Cityscapes/mask_rcnn_R_50_FPN.yaml", "no/such.yaml"):
        assert category_names(model) == ()


@pytest.mark.parametrize(
    "text",
    ["", "[", "- 1\n", "_BASE_: gone.yaml\n", "_BASE_: own.yaml\n", "_BASE_: https://x/y.yaml\n",
     "!!python/name:os.system\n", "DATASETS: {TEST: 5}\n", "_BASE_: [1]\n"],
)  # fmt: skip
def test_a_file_that_says_nothing_offers_no_names(tmp_path, text):
    (tmp_path / "own.yaml").write_text(text)
    assert category_names(str(tmp_path / "own.yaml")) == ()


def test_names_never_leave_the_zoo(tmp_path):
    for model in ("../../../setup.py", "../model_zoo.py", "Base-RCNN-FPN", "/etc/passwd.yaml"):
        with pytest.raises(EngineError, match="no model"):
            config_file(model)


def test_only_a_file_of_ones_own_is_own_code(tmp_path):
    assert not is_own_code("new_baselines/mask_rcnn_R_50_FPN_100ep_LSJ.py")
    (tmp_path / "own.py").touch()
    (tmp_path / "own.yaml").touch()
    assert is_own_code(str(tmp_path / "own.py"))
    assert not is_own_code(str(tmp_path / "own.yaml"))


def test_the_zoos_addresses_are_detectron2s_own():
    model_zoo = pytest.importorskip(
        "detectron2.model_zoo", reason="model_zoo needs pkg_resources (setuptools<81)"
    )
    published = 0
    for model in zoo_models():
        try:
            url = model_zoo.get_checkpoint_url(model)
        except RuntimeError:
            assert zoo_weights(model) is None
            continue
        file = zoo_weights(model)
        assert file.url == url
        assert file.file_name == file.url.rpartition("/")[2]
        assert file.hash.removeprefix("md5:") in file.file_name
        published += 1
    assert published > 30
    assert zoo_weights("COCO-InstanceSegmentation/nothing.yaml") is None
