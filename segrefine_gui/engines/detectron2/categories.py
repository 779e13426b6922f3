"""The names of a Detectron2 model's categories, as far as files say them before it is built."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.engines.detectron2.zoo import config_file, is_own_code
from segrefine_gui.engines.installed import literal_in

_MOST_BASES = 10
_LARGEST_FILE = 1 << 20
"""Bytes of a configuration that is looked into; real ones have a hundredth of it."""
_COCO_CLASSES = 80


def category_names(model: str) -> tuple[str, ...]:
    """The names that a form can offer; empty where they are known only to the loaded network.

    Nothing is run and Detectron2 is not imported: the names are those that a YAML configuration
    gives itself, or COCO's where it was trained on that. A wrong guess costs nothing, because the
    network's own names are what a person's are held against.

    Args:
        model: see `detectron2_zoo.config_file`.
    """
    try:
        path = config_file(model)
    except EngineError:
        return ()
    if path.suffix == ".py":
        # All LazyConfigs of the zoo are for COCO; one of a person's own would have to be run.
        return () if is_own_code(model) else _coco_things()
    own = _value(path, "METADATA", "THING_CLASSES")
    if isinstance(own, list) and own:
        return tuple(name for name in own if isinstance(name, str))
    dataset = _value(path, "DATASETS", "TEST")
    count = _value(path, "MODEL", "ROI_HEADS", "NUM_CLASSES")
    # Detectron2's files write the tuple ("coco_2017_val",) in YAML, where it is a text.
    first = dataset[0] if isinstance(dataset, list) and dataset else dataset
    if isinstance(first, str) and first.lstrip("(\"' ").startswith("coco_"):
        return _coco_things() if count in (None, _COCO_CLASSES) else ()
    return ()


@cache
def _coco_things() -> tuple[str, ...]:
    found = literal_in("detectron2", "data/datasets/builtin_meta.py", "COCO_CATEGORIES")
    return tuple(each["name"] for each in found or () if each["isthing"])


def _value(path: Path, *keys: str) -> Any:
    """What a YAML file, else the file that it builds on, has at nested keys; None for nothing."""
    try:
        import yaml
    except ImportError:
        return None
    for _ in range(_MOST_BASES):
        if not path.is_file():  # a pipe would never end
            return None
        try:
            with path.open("rb") as file:
                values: Any = yaml.safe_load(file.read(_LARGEST_FILE))
        except (OSError, ValueError, yaml.YAMLError, RecursionError):
            return None
        base = values.get("_BASE_") if isinstance(values, dict) else None
        for key in keys:
            values = values.get(key) if isinstance(values, dict) else None
        if values is not None:
            return values
        if not isinstance(base, str) or "://" in base:
            return None
        path = path.parent / Path(base).expanduser()
    return None
