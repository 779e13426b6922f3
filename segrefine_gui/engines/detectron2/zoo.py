"""What a Detectron2 model is on disk: its configuration file and its published weights.

All of it is found without importing Detectron2: that takes seconds, and its own `model_zoo`
also needs `pkg_resources`, which setuptools dropped in version 81.
"""

from __future__ import annotations

import re
from pathlib import Path

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.engines.installed import folder_of
from segrefine_gui.engines.weights.files import DETECTRON2, WeightsFile

DEFAULT_MODEL = "COCO-InstanceSegmentation/mask_rcnn_R_50_FPN_3x.yaml"
NOT_INSTALLED = (
    "Detectron2 is not installed: install it as "
    "https://detectron2.readthedocs.io/tutorials/install.html says."
)
_URL = "https://dl.fbaipublicfiles.com/detectron2/"
_MAKES_MASKS = re.compile(r"((cascade|scratch)_)?mask_rcnn_|panoptic_fpn_")
"""How the names of the zoo's models begin that make masks; the others find boxes or key points."""
_NOT_MODELS = ("common", "quick_schedules")
"""Folders of parts and of tests."""


def zoo_models() -> tuple[str, ...]:
    """The names of the zoo's models that make masks, in alphabetical order; none without it."""
    configs = _configs()
    if configs is None:
        return ()
    names = {
        path.relative_to(configs).as_posix()
        for pattern in ("*/*.yaml", "*/*.py")
        for path in configs.glob(pattern)
        if _MAKES_MASKS.match(path.name) and path.parent.name not in _NOT_MODELS
    }
    # Some are there in both forms, which are the same network.
    return tuple(
        sorted(
            name
            for name in names
            if not name.endswith(".py") or f"{name.removesuffix('.py')}.yaml" not in names
        )
    )


def config_file(model: str) -> Path:
    """The configuration file of a model.

    Args:
        model: a name of Detectron2's model zoo, such as `DEFAULT_MODEL`, or the path of a YAML
            file or LazyConfig of the person's own.

    Raises:
        EngineError: there is neither.
    """
    own = Path(model).expanduser()
    if own.is_file():
        return own
    configs = _configs()
    if configs is None:
        raise EngineError(NOT_INSTALLED)
    path = configs / model
    # The zoo's names never leave its folder; a file of one's own has been found above.
    inside = configs.resolve() in path.resolve().parents
    if path.suffix in (".yaml", ".py") and path.is_file() and inside:
        return path
    raise EngineError(
        f"Detectron2 has no model {model!r}: give a name of its model zoo, such as "
        f"{DEFAULT_MODEL}, or the path of a configuration file (.yaml, or a LazyConfig .py)."
    )


def is_own_code(model: str) -> bool:
    """Whether a model is a LazyConfig of the person's own: Python, which is run to read it.

    The zoo's own LazyConfigs are part of Detectron2 and no more or less trusted than it is.
    """
    own = Path(model).expanduser()
    return own.suffix == ".py" and own.is_file()


def zoo_weights(model: str) -> WeightsFile | None:
    """The weights that Detectron2 publishes for a model of its zoo; None where it has none.

    Detectron2 keeps the addresses in a table of its `model_zoo/model_zoo.py`, which is read here
    as text. The file names hold the first digits of the MD5 (its MODEL_ZOO.md).

    Args:
        model: the model's name in the zoo, ending in ".yaml" or ".py".
    """
    if model == DEFAULT_MODEL:
        return DETECTRON2
    name = model.removesuffix(".yaml").removesuffix(".py")
    folder = folder_of("detectron2")
    if folder is None:
        raise EngineError(NOT_INSTALLED)
    try:
        table = (folder / "model_zoo" / "model_zoo.py").read_text(encoding="utf-8")
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


def _configs() -> Path | None:
    folder = folder_of("detectron2")
    return None if folder is None else folder / "model_zoo" / "configs"
