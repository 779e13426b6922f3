"""A Detectron2 model before it is built: its YAML file, read without running what is in it.

Left to itself Detectron2 evaluates Python in YAML files and opens whatever address they build on.
Neither happens here. LazyConfigs are `detectron2_lazy`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from segrefine_gui.domain.errors import EngineError


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What a configuration says, of either kind.

    Attributes:
        path: the configuration file.
        build: makes the network on the CPU with whatever weights it starts from; may raise
            anything.
        input_format: "RGB" or "BGR"; None where only the network knows.
        short_side: to what images are resized, in pixels; 0 for not at all.
        longest_side: what the longer side is at most after that, in pixels.
        dataset: the data set whose metadata names the classes; empty for none.
        names: names of the classes that the configuration gives itself; empty for none.
    """

    path: Path
    build: Callable[[], Any]
    input_format: str | None
    short_side: int
    longest_side: int
    dataset: str
    names: Sequence[str]


def read_yaml(path: Path) -> Blueprint:
    """A configuration for inference from a YAML file.

    Besides Detectron2's own keys it may have `METADATA: {THING_CLASSES: [...]}`, which names the
    classes of a model whose data set is registered nowhere.

    Args:
        path: the file; its `_BASE_` may name other local files.

    Raises:
        EngineError: it cannot be read, holds Python tags or remote bases, or describes a network
            without masks.
    """
    config = _merged(path)
    if not config.MODEL.MASK_ON and config.MODEL.META_ARCHITECTURE != "PanopticFPN":
        raise boxes_only(path)
    check_format(path, config.INPUT.FORMAT)
    config.MODEL.WEIGHTS = ""
    config.MODEL.DEVICE = "cpu"

    def build() -> Any:
        from detectron2.modeling import build_model

        return build_model(config)

    test_sets = config.DATASETS.TEST
    return Blueprint(
        path,
        build,
        config.INPUT.FORMAT,
        config.INPUT.MIN_SIZE_TEST,
        config.INPUT.MAX_SIZE_TEST,
        str(test_sets[0]) if test_sets else "",
        tuple(map(str, config.METADATA.THING_CLASSES)),
    )


def check_format(path: Path, image_format: str) -> None:
    """Raise `EngineError` where a model wants images in another form than RGB or BGR."""
    if image_format not in ("RGB", "BGR"):
        raise EngineError(
            f"The model of {path} wants images as {image_format}; only RGB and BGR are supported."
        )


def boxes_only(path: Path) -> EngineError:
    """What is said of a model that makes no masks."""
    return EngineError(f"The model of {path} finds boxes only: choose one that makes masks.")


def categories(blueprint: Blueprint, class_count: int | None) -> Mapping[int, tuple[str, int]]:
    """Class number of the network -> (name, number in the data set); empty where nobody says.

    Args:
        blueprint: says the names itself, or the data set that Detectron2 may know.
        class_count: of the network; None where it does not tell.

    Raises:
        EngineError: the configuration gives another number of names than the network has classes.
    """
    from detectron2.data import MetadataCatalog

    if blueprint.names:
        if class_count not in (None, len(blueprint.names)):
            raise EngineError(
                f"The configuration {blueprint.path} names {len(blueprint.names)} classes, "
                f"but its network has {class_count}."
            )
        return {number: (name, number) for number, name in enumerate(blueprint.names)}
    if not blueprint.dataset:
        return {}
    metadata = MetadataCatalog.get(blueprint.dataset)
    names = metadata.get("thing_classes", [])
    if class_count not in (None, len(names)):
        return {}
    source_ids = metadata.get("thing_dataset_id_to_contiguous_id", {})
    source_id_of = {number: source_id for source_id, number in source_ids.items()}
    return {number: (name, source_id_of.get(number, number)) for number, name in enumerate(names)}


def _merged(path: Path) -> Any:
    """Detectron2's defaults with the file and its bases, as a `CfgNode`."""
    import yaml
    from detectron2.config import CfgNode, get_cfg

    class LocalConfig(CfgNode):  # type: ignore[misc]  # untyped base class
        """Opens files only, where its base class would follow an address."""

        @classmethod
        def _open_cfg(cls, filename: str) -> IO[str]:
            if "://" in filename:
                raise EngineError(
                    f"The configuration {path} builds on {filename}: download that file and name "
                    "it by its path."
                )
            return Path(filename).open(encoding="utf-8")

    config = LocalConfig(get_cfg())
    config.METADATA = LocalConfig({"THING_CLASSES": []})
    try:
        config.merge_from_file(str(path), allow_unsafe=False)
    except yaml.constructor.ConstructorError as error:
        raise EngineError(
            f"The configuration {path} holds Python code (a !!python tag) and was refused.",
            str(error),
        ) from error
    except (
        yaml.YAMLError, OSError, KeyError, ValueError, TypeError, AttributeError,
        AssertionError, RecursionError,
    ) as error:  # fmt: skip
        raise EngineError(
            f"The configuration {path} is not one of Detectron2.",
            f"{type(error).__name__}: {error}",
        ) from error
    return config
