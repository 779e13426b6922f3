"""Fetching weights files: resumed, checked, from several addresses, whole or not at all.

A fetch can be stopped and taken up again: what has arrived stays beside its place as
`<name>.part`, and only a complete, checked file gets its own name.
"""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import WeightsError
from segrefine_gui.engines.base import Progress, ignore_progress
from segrefine_gui.engines.weights.download import download
from segrefine_gui.engines.weights.files import WeightsFile, matches, places, set_aside

MIRROR_VARIABLE = "SEGREFINE_MIRROR"
"""Environment variable with the address of a folder of weights files, asked before their makers."""

_log = logging.getLogger(__name__)


def fetch(
    weights: WeightsFile,
    folder: Path,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
    mirror: str | None = None,
) -> Path:
    """Get the file into `folder`, unless a good one is at one of its places already.

    Args:
        weights: which file.
        folder: the weights folder; made if need be.
        progress: told the share that has arrived, 0..1.
        cancel: asked between pieces; what has arrived stays for the next time.
        mirror: http or https address of a folder that has the file under its own name, asked
            first; None for that of `MIRROR_VARIABLE`, if any.

    Returns:
        The path of the checked file.

    Raises:
        WeightsError: no address gave it; the sentence names address and folder, so that it can be
            put there by hand.
        Cancelled: the person cancelled.
    """
    addresses = _addresses(weights, mirror or os.environ.get(MIRROR_VARIABLE))
    path = folder / weights.file_name
    for place in places(weights, folder):
        if place.is_file():
            if matches(weights, place):
                progress(1.0)
                return place
            _log.warning("%s is damaged or other weights", place)
            if place == path:
                set_aside(path, path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _check_room(weights, folder)
        _from_any(weights, addresses, path, progress, cancel or CancelToken())
    except WeightsError:
        raise
    except OSError as error:
        # Every exception of requests is an OSError too; download() words those itself.
        raise WeightsError(
            f"The weights for {weights.purpose} could not be written into {folder}: "
            f"{error.strerror or error}. {_by_hand(weights, folder)}",
            str(error),
        ) from error
    progress(1.0)
    return path


def _addresses(weights: WeightsFile, mirror: str | None) -> list[str]:
    """Where to ask, in this order."""
    published = [weights.url, *weights.mirrors]
    if not mirror:
        return published
    if not mirror.lower().startswith(("http://", "https://")):
        raise WeightsError(f"The mirror {mirror!r} is no http or https address.")
    return [f"{mirror.rstrip('/')}/{weights.file_name}", *published]


def _from_any(
    weights: WeightsFile, addresses: list[str], path: Path, progress: Progress, cancel: CancelToken
) -> None:
    """Fetch from the first address that has the file."""
    problems: list[WeightsError] = []
    for url in addresses:
        try:
            _from_one(weights, url, path, progress, cancel)
        except WeightsError as error:
            _log.warning("%s %s", error.sentence, error.detail)
            problems.append(error)
        else:
            return
    if len(problems) == 1:
        raise problems[0]
    raise WeightsError(
        f"None of these addresses gave the weights for {weights.purpose}: {', '.join(addresses)}. "
        f"{_by_hand(weights, path.parent)}",
        " ".join(f"{problem.sentence} {problem.detail}" for problem in problems),
    )


def _from_one(
    weights: WeightsFile, url: str, path: Path, progress: Progress, cancel: CancelToken
) -> None:
    part = path.with_name(path.name + ".part")
    resumed = part.is_file() and part.stat().st_size > 0
    download(url, part, progress, cancel)
    if matches(weights, part):
        part.replace(path)
        return
    corrupt = set_aside(part, path)
    if resumed:  # its first bytes may have been of something else
        _from_one(weights, url, path, progress, cancel)
        return
    raise WeightsError(
        f"What came from {url} is not the weights for {weights.purpose}; it was kept as {corrupt} "
        f"to look at. {_by_hand(weights, path.parent)}",
        f"its hash is not {weights.hash}",
    )


def _by_hand(weights: WeightsFile, folder: Path) -> str:
    """How a person gets the file without this program."""
    return (
        f"You can download {weights.url} yourself and put it into {folder} as {weights.file_name}."
    )


def _check_room(weights: WeightsFile, folder: Path) -> None:
    part = folder / f"{weights.file_name}.part"
    arrived = part.stat().st_size if part.is_file() else 0
    missing, free = weights.size - arrived, shutil.disk_usage(folder).free
    if free < missing:
        raise WeightsError(
            f"The disk of {folder} has {free / 1e6:.0f} MB left, but the weights for "
            f"{weights.purpose} need {missing / 1e6:.0f} MB more: make room and fetch them again."
        )
