"""Weights files: which ones are known, where they lie, and whether they are what they should be.

Getting them is `weights_fetch`'s.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pooch

from segrefine_gui.domain.errors import WeightsError
from segrefine_gui.engines.base import EngineOptions, EngineStatus

OFFLINE_VARIABLE = "SEGREFINE_WEIGHTS"
"""Environment variable that names a folder with weights files, looked at first and only ever
read: a network drive, or a disk carried to a machine without network."""


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A weights file that this app knows how to fetch.

    Attributes:
        name: what a person types in `segrefine weights fetch`.
        file_name: its name in the weights folder.
        url: where its makers publish it.
        hash: "md5:..." or "sha256:...", in hex; may be only the first digits, where its makers
            publish no more.
        size: bytes, roughly; for progress and for asking whether the disk has room.
        purpose: one line on what needs it.
        elsewhere: another place where a program of its makers may already have put it, with
            "~" for the home folder; only ever read.
        mirrors: other addresses that have the same file, asked after `url` in this order.
    """

    name: str
    file_name: str
    url: str
    hash: str
    size: int
    purpose: str
    elsewhere: str = ""
    mirrors: tuple[str, ...] = ()


CASCADEPSP = WeightsFile(
    name="cascadepsp",
    file_name="cascadepsp.pth",
    url="https://github.com/hkchengrex/CascadePSP/releases/download/v1.0/model",
    hash="md5:7478d4a9c42ab52beb6d7e9683402fe0",
    size=271_000_000,
    purpose="the refiner cascadepsp",
    elsewhere="~/.segmentation-refinement/model",
)

# torchvision names its files after the first eight hex digits of their SHA-256
# (https://pytorch.org/docs/stable/hub.html, `check_hash` of load_state_dict_from_url).
TORCHVISION = WeightsFile(
    name="torchvision",
    file_name="maskrcnn_resnet50_fpn_v2_coco-73cbd019.pth",
    url="https://download.pytorch.org/models/maskrcnn_resnet50_fpn_v2_coco-73cbd019.pth",
    hash="sha256:73cbd019",
    size=185_828_000,
    purpose="the segmenter torchvision (Mask R-CNN v2, COCO)",
    elsewhere="~/.cache/torch/hub/checkpoints/maskrcnn_resnet50_fpn_v2_coco-73cbd019.pth",
)

# Detectron2's file names hold the first six hex digits of the file's MD5 (its MODEL_ZOO.md).
DETECTRON2 = WeightsFile(
    name="detectron2",
    file_name="model_final_f10217.pkl",
    url="https://dl.fbaipublicfiles.com/detectron2/COCO-InstanceSegmentation/"
    "mask_rcnn_R_50_FPN_3x/137849600/model_final_f10217.pkl",
    hash="md5:f10217",
    size=177_841_981,
    purpose="the segmenter detectron2 (mask_rcnn_R_50_FPN_3x, COCO)",
)

_SAM2_REVISION = "de431c4043854a71d8101e17995dfe596bf101a5"

# SAM 2.1 in the smallest of its four sizes, as its makers publish it for transformers.
SAM2 = WeightsFile(
    name="sam2",
    file_name="sam2.1-hiera-tiny.safetensors",
    url="https://huggingface.co/facebook/sam2.1-hiera-tiny/resolve/"
    f"{_SAM2_REVISION}/model.safetensors",
    hash="sha256:48c14467e5cf9e51870511feb72c89688e82dd74523142c0538b663e193ac2a7",
    size=155_908_064,
    purpose="the interactor sam2 (SAM 2.1 tiny)",
    elsewhere="~/.cache/huggingface/hub/models--facebook--sam2.1-hiera-tiny/snapshots/"
    f"{_SAM2_REVISION}/model.safetensors",
)

KNOWN_WEIGHTS: dict[str, WeightsFile] = {
    weights.name: weights for weights in (CASCADEPSP, DETECTRON2, SAM2, TORCHVISION)
}
"""The files that `segrefine weights fetch NAME` can fetch."""


def offline_folder() -> Path | None:
    """The person's folder of weights that is looked at first; None where they named none."""
    value = os.environ.get(OFFLINE_VARIABLE)
    return Path(value).expanduser() if value else None


def places(weights: WeightsFile, folder: Path) -> list[Path]:
    """Where the file may lie: the offline folder, `folder`, where its makers' program put it."""
    offline = offline_folder()
    found = [] if offline is None else [offline / weights.file_name]
    found.append(folder / weights.file_name)
    if weights.elsewhere:
        found.append(Path(weights.elsewhere).expanduser())
    return found


def find(weights: WeightsFile, folder: Path) -> Path | None:
    """The first of its places where the file lies, else None.

    Only looks at names: a damaged file is found too, and `require` tells.
    """
    return next((path for path in places(weights, folder) if path.is_file()), None)


def locate(weights: WeightsFile, options: EngineOptions) -> Path:
    """The file that an engine would load: the person's own, else the one found, else its place."""
    if options.weights is not None:
        return options.weights
    return find(weights, options.weights_folder) or options.weights_folder / weights.file_name


def status(weights: WeightsFile, options: EngineOptions, version: str) -> EngineStatus:
    """The status of an engine whose library is installed and that needs these weights.

    Args:
        weights: what it loads unless the person has a file of their own.
        options: what it would be loaded with.
        version: version of its library.
    """
    path = locate(weights, options)
    found = path.is_file()
    return EngineStatus(
        usable=found,
        problem="" if found else _missing(weights, options, path),
        version=version,
        weights=path,
        weights_found=found,
    )


def require(weights: WeightsFile, options: EngineOptions) -> tuple[Path, str]:
    """The file to load and its "sha256:..." hash.

    A file of the person's own is taken as it is; any other must be the published one. A damaged
    one in the weights folder is kept aside, so that the next fetch gets a good one.

    Raises:
        WeightsError: it is missing or not the published file; the sentence says how to get it.
    """
    if options.weights is not None:
        if not options.weights.is_file():
            raise WeightsError(_missing(weights, options, options.weights))
        return options.weights, file_hash(options.weights)
    damaged = []
    for path in places(weights, options.weights_folder):
        if path.is_file():
            if matches(weights, path):
                return path, file_hash(path)
            damaged.append(path)
    if not damaged:
        raise WeightsError(_missing(weights, options, locate(weights, options)))
    left = [_left(path, options.weights_folder) for path in damaged]
    raise WeightsError(
        f"The weights file {damaged[0]} is damaged or not the one for {weights.purpose}: "
        f"{left[0]}; {_cure(weights)}.",
        f"the hash is not {weights.hash} of {', '.join(map(str, damaged))}",
    )


def file_hash(path: Path, algorithm: str = "sha256") -> str:
    """The hash of a file as "sha256:<hex>", read piece by piece.

    Raises:
        WeightsError: the file cannot be read.
    """
    try:
        return f"{algorithm}:{pooch.file_hash(str(path), alg=algorithm)}"
    except OSError as error:
        raise WeightsError(f"The weights file {path} cannot be read.", str(error)) from error


def matches(weights: WeightsFile, path: Path) -> bool:
    """Whether `path` holds the weights that its makers published; raises `WeightsError`."""
    algorithm = weights.hash.partition(":")[0]
    return file_hash(path, algorithm).startswith(weights.hash.lower())


def set_aside(damaged: Path, path: Path) -> Path:
    """Rename a damaged file to what is never loaded: `path` with ".corrupt"; returns that.

    Raises:
        WeightsError: it cannot be renamed.
    """
    corrupt = path.with_name(path.name + ".corrupt")
    try:
        return damaged.replace(corrupt)
    except OSError as error:
        raise WeightsError(
            f"The damaged weights file {damaged} could not be renamed: remove it by hand.",
            str(error),
        ) from error


def _missing(weights: WeightsFile, options: EngineOptions, path: Path) -> str:
    if options.weights is not None:
        return f"There is no weights file {path}."
    return (
        f"The weights for {weights.purpose} are missing: {_cure(weights)}, or download "
        f"{weights.url} and put it into {options.weights_folder} as {weights.file_name}."
    )


def _cure(weights: WeightsFile) -> str:
    return f"run `segrefine weights fetch {weights.name}`"


def _left(damaged: Path, folder: Path) -> str:
    """What became of a damaged file; only what lies in our own folder is touched."""
    if damaged.parent != folder:
        return "remove or replace it"
    try:
        return f"it was kept aside as {set_aside(damaged, damaged).name}"
    except WeightsError:
        return "remove it"
