"""Detectron2's LazyConfigs: Python files, which are run to be read; only for who trusts them."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from segrefine_gui.domain.errors import EngineError, TrustError
from segrefine_gui.engines.detectron2.blueprint import Blueprint

_SHORT_SIDE, _LONGEST_SIDE = 800, 1333
"""What Detectron2's own configurations resize to, for one that does not say."""


def untrusted(model: str) -> TrustError:
    """What is said of a LazyConfig that nobody has said they trust."""
    return TrustError(
        f"The configuration {model} is Python code, which would be run to read it: say that you "
        "trust it (--trust, or the tick box in the window) only if you know where it comes from."
    )


def read_lazy(path: Path) -> Blueprint:
    """A configuration from a LazyConfig; runs the file.

    Read are its `model` and, where it has them, what its `dataloader.test` says of images and data
    set, and `metadata = dict(thing_classes=[...])`.

    Args:
        path: one of Detectron2's own, or one that a person said they trust.

    Raises:
        EngineError: it fails, or has no `model`.
    """
    from detectron2.config import LazyConfig, instantiate

    # Detectron2 replaces the import of modules while it reads and, where that fails, for good.
    import_module = builtins.__import__
    try:
        config = LazyConfig.load(str(path))
    except (Exception, SystemExit) as error:
        # It is somebody's program: what goes wrong then can be anything.
        raise EngineError(
            f"The configuration {path} failed while it was run.", f"{type(error).__name__}: {error}"
        ) from error
    finally:
        builtins.__import__ = import_module
    if "model" not in config:
        raise EngineError(f"The configuration {path} is no LazyConfig: it assigns no `model`.")
    short_side, longest_side = _sides(_select(config, "dataloader.test.mapper.augmentations"))
    image_format = _select(config, "dataloader.test.mapper.image_format")
    dataset = _select(config, "dataloader.test.dataset.names")
    names = _select(config, "metadata.thing_classes")
    return Blueprint(
        path,
        lambda: instantiate(config.model),
        image_format if isinstance(image_format, str) else None,
        short_side,
        longest_side,
        str(_first(dataset) or ""),
        () if names is None or isinstance(names, str) else tuple(map(str, names)),
    )


def _select(config: Any, key: str) -> Any:
    """The value at a dotted key; None where there is none or it cannot be resolved."""
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    try:
        return OmegaConf.select(config, key)
    except OmegaConfBaseException:
        return None


def _sides(augmentations: Any) -> tuple[int, int]:
    """The (short, longest) side of the first `ResizeShortestEdge` among augmentations."""
    for step in augmentations or ():
        short = _first(_select(step, "short_edge_length"))
        longest = _select(step, "max_size")
        if isinstance(short, int) and isinstance(longest, int) and longest > 0:
            return short, longest
    return _SHORT_SIDE, _LONGEST_SIDE


def _first(value: Any) -> Any:
    """The first of a list, or the value itself; None of an empty list."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return value[0] if value else None
    return value
