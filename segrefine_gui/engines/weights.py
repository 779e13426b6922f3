"""Weights files: which ones are known, where they lie, and how they are fetched and checked.

A fetch can be stopped and taken up again: what has arrived stays beside its place as
`<name>.part`, and only a complete, checked file gets its own name.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pooch

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import WeightsError
from segrefine_gui.engines.base import (
    EngineOptions,
    EngineStatus,
    Progress,
    ignore_progress,
)
from segrefine_gui.engines.download import download


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
    """

    name: str
    file_name: str
    url: str
    hash: str
    size: int
    purpose: str
    elsewhere: str = ""


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

KNOWN_WEIGHTS: dict[str, WeightsFile] = {
    weights.name: weights for weights in (CASCADEPSP, DETECTRON2, TORCHVISION)
}
"""The files that `segrefine weights fetch NAME` can fetch."""


def find(weights: WeightsFile, folder: Path) -> Path | None:
    """Where the file lies: in `folder`, else where its makers' program put it, else None.

    Only looks at names: a damaged file is found too, and `verify` tells.
    """
    candidates = [folder / weights.file_name]
    if weights.elsewhere:
        candidates.append(Path(weights.elsewhere).expanduser())
    return next((path for path in candidates if path.is_file()), None)


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

    A file of the person's own is taken as it is; any other must be the published one.

    Raises:
        WeightsError: it is missing, or not the published file.
    """
    path = locate(weights, options)
    if not path.is_file():
        raise WeightsError(_missing(weights, options, path))
    if options.weights is None:
        verify(weights, path)
    return path, file_hash(path)


def file_hash(path: Path, algorithm: str = "sha256") -> str:
    """The hash of a file as "sha256:<hex>", read piece by piece.

    Raises:
        WeightsError: the file cannot be read.
    """
    try:
        return f"{algorithm}:{pooch.file_hash(str(path), alg=algorithm)}"
    except OSError as error:
        raise WeightsError(f"The weights file {path} cannot be read.", str(error)) from error


def verify(weights: WeightsFile, path: Path) -> None:
    """Check that `path` holds the weights that its makers published.

    Raises:
        WeightsError: it does not; the sentence says how to get the right file.
    """
    if not _matches(weights, path):
        raise WeightsError(
            f"The weights file {path} is damaged or not the one for {weights.purpose}: remove it, "
            f"then run `segrefine weights fetch {weights.name}`.",
            f"its hash is not {weights.hash}",
        )


def fetch(
    weights: WeightsFile,
    folder: Path,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> Path:
    """Get the file into `folder`, unless a good one is there already.

    Args:
        weights: which file.
        folder: the weights folder; made if need be.
        progress: told the share that has arrived, 0..1.
        cancel: asked between pieces; what has arrived stays for the next time.

    Returns:
        The path of the checked file.

    Raises:
        WeightsError: it could not be fetched or what came is not it; the sentence names the
            address and the folder, so that it can be put there by hand.
        Cancelled: the person cancelled.
    """
    path = folder / weights.file_name
    if path.is_file():
        if _matches(weights, path):
            progress(1.0)
            return path
        _set_aside(path, path)
    part = path.with_name(path.name + ".part")
    by_hand = f"You can download {weights.url} yourself and put it into {folder} as {path.name}."
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _check_room(weights, folder, part)
        download(weights.url, part, progress, cancel or CancelToken())
        if not _matches(weights, part):
            corrupt = _set_aside(part, path)
            raise WeightsError(
                f"What came from {weights.url} is not the weights for {weights.purpose}; "
                f"it was kept as {corrupt} to look at. {by_hand}",
                f"its hash is not {weights.hash}",
            )
        part.replace(path)
    except WeightsError:
        raise
    except OSError as error:
        # Every exception of requests is an OSError too; download() words those itself.
        raise WeightsError(
            f"The weights for {weights.purpose} could not be written into {folder}: "
            f"{error.strerror or error}. {by_hand}",
            str(error),
        ) from error
    progress(1.0)
    return path


def _missing(weights: WeightsFile, options: EngineOptions, path: Path) -> str:
    if options.weights is not None:
        return f"There is no weights file {path}."
    cure = (
        f"run `segrefine weights fetch {weights.name}`"
        if weights.name in KNOWN_WEIGHTS
        else "fetch them"
    )
    return (
        f"The weights for {weights.purpose} are missing: {cure}, or download {weights.url} "
        f"and put it into {options.weights_folder} as {weights.file_name}."
    )


def _matches(weights: WeightsFile, path: Path) -> bool:
    algorithm = weights.hash.partition(":")[0]
    return file_hash(path, algorithm).startswith(weights.hash.lower())


def _set_aside(damaged: Path, path: Path) -> Path:
    corrupt = path.with_name(path.name + ".corrupt")
    try:
        return damaged.replace(corrupt)
    except OSError as error:
        raise WeightsError(
            f"The damaged weights file {damaged} could not be renamed: remove it by hand.",
            str(error),
        ) from error


def _check_room(weights: WeightsFile, folder: Path, part: Path) -> None:
    arrived = part.stat().st_size if part.is_file() else 0
    missing, free = weights.size - arrived, shutil.disk_usage(folder).free
    if free < missing:
        raise WeightsError(
            f"The disk of {folder} has {free / 1e6:.0f} MB left, but the weights for "
            f"{weights.purpose} need {missing / 1e6:.0f} MB more: make room and fetch them again."
        )
