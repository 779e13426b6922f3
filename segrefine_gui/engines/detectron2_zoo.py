"""What a Detectron2 model is on disk: its configuration file and its published weights.

All of it is found without importing Detectron2: that takes seconds, and its own `model_zoo`
also needs `pkg_resources`, which setuptools dropped in version 81.
"""

from __future__ import annotations

import re
from importlib import util
from pathlib import Path

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.engines.weights import DETECTRON2, WeightsFile

DEFAULT_MODEL = "COCO-InstanceSegmentation/mask_rcnn_R_50_FPN_3x.yaml"
NOT_INSTALLED = (
    "Detectron2 is not installed: install it as "
    "https://detectron2.readthedocs.io/tutorials/install.html says."
)
_URL = "https://dl.fbaipublicfiles.com/detectron2/"


def config_file(model: str) -> Path:
    """The configuration file of a model.

    Args:
        model: a name of Detectron2's model zoo, such as `DEFAULT_MODEL`, or the path of a YAML
            file of the person's own.

    Raises:
        EngineError: there is neither.
    """
    own = Path(model).expanduser()
    if own.is_file():
        return own
    configs = _zoo_folder() / "configs"
    path = configs / model
    # The zoo's names never leave its folder; a file of one's own has been found above.
    if path.suffix == ".yaml" and path.is_file() and configs in path.resolve().parents:
        return path
    raise EngineError(
        f"Detectron2 has no model {model!r}: give a name of its model zoo, such as "
        f"{DEFAULT_MODEL}, or the path of a YAML configuration file."
    )


def zoo_weights(model: str) -> WeightsFile | None:
    """The weights that Detectron2 publishes for a model of its zoo; None where it has none.

    Detectron2 keeps the addresses in a table of its `model_zoo/model_zoo.py`, which is read here
    as text. The file names hold the first digits of the MD5 (its MODEL_ZOO.md).

    Args:
        model: the model's name in the zoo, ending in ".yaml".
    """
    if model == DEFAULT_MODEL:
        return DETECTRON2
    name = model.removesuffix(".yaml")
    try:
        table = (_zoo_folder() / "model_zoo.py").read_text(encoding="utf-8")
    except OSError:
        return None
    match = re.search(rf'"{re.escape(name)}": "(\d+/(model_\w+_([0-9a-f]{{6}})\.pkl))"', table)
    if match is None:
        return None
    return WeightsFile(
        name=f"detectron2:{model}",
        file_name=match[2],
        url=f"{_URL}{name}/{match[1]}",
        hash=f"md5:{match[3]}",
        size=0,
        purpose=f"Detectron2's model {name}",
    )


def _zoo_folder() -> Path:
    spec = util.find_spec("detectron2")
    if spec is None or not spec.submodule_search_locations:
        raise EngineError(NOT_INSTALLED)
    return Path(next(iter(spec.submodule_search_locations))) / "model_zoo"
