"""NumPy archives, written."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from segrefine_gui.formats.base import (
    Added,
    ExportHead,
    ExportImage,
    ExportRecord,
    MaskSink,
    WriterOptions,
)
from segrefine_gui.formats.npz.reader import (
    CATEGORIES,
    CATEGORY_IDS,
    IDS,
    IMAGE,
    MASKS,
    PROVENANCE,
    SCORES,
)
from segrefine_gui.formats.writing.provenance import provenance_of


class NpzWriter:
    """Writes `photo.npz` for `photo.jpg`; with a split below the folders `train` and `val`.

    | array | shape | type | |
    |---|---|---|---|
    | `masks` | (n, height, width) | bool | |
    | `ids` | (n,) | int64 | the instances' `source_id` |
    | `category_ids` | (n,) | int64 | |
    | `categories` | (n,) | text | their names |
    | `scores` | (n,) | float64 | 0..1, NaN for none |
    | `provenance` | (n,) | text | JSON: who decided what, and which refiner |
    | `image` | () | text | the image's name |

    All of them load with `allow_pickle=False`. Masks may overlap. The same instances make the same
    bytes, whenever they are written.

    Args:
        options: none concerns it.
    """

    name = "npz"
    overlaps = True
    incremental = True

    def __init__(self, options: WriterOptions) -> None: ...

    def open(self, folder: Path, head: ExportHead) -> NpzSink:  # noqa: ARG002
        """Begin an export; see `MaskWriter.open`."""
        return NpzSink(folder)


class NpzSink(MaskSink):
    """One export as NumPy archives; see `MaskSink`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:
        """Write the file of an image."""
        file = PurePosixPath(image.split) / f"{image.stem}.npz"
        path = self._folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        instances = [record.instance for record in records]
        scores = [np.nan if each.score is None else each.score for each in instances]
        columns: dict[str, npt.NDArray[Any]] = {
            IDS: np.array([each.source_id for each in instances], dtype=np.int64),
            CATEGORY_IDS: np.array([each.category.source_id for each in instances], dtype=np.int64),
            CATEGORIES: _text([each.category.name for each in instances]),
            SCORES: np.array(scores, dtype=np.float64),
            PROVENANCE: _text([json.dumps(provenance_of(record)) for record in records]),
            IMAGE: np.array(image.image.name),
        }
        with zipfile.ZipFile(path, "w") as archive:
            self._write_masks(archive, image, records)
            for key, values in columns.items():
                content = io.BytesIO()
                npy.write_array(content, values, allow_pickle=False)
                archive.writestr(_member(key), content.getvalue())
        return Added([file], len(records))

    def _write_masks(
        self, archive: zipfile.ZipFile, image: ExportImage, records: Sequence[ExportRecord]
    ) -> None:
        """One after the other: a stack of them all may not fit into memory."""
        shape = (len(records), image.image.height, image.image.width)
        header = {"descr": "|b1", "fortran_order": False, "shape": shape}
        with archive.open(_member(MASKS), "w", force_zip64=True) as stream:
            npy.write_array_header_1_0(stream, header)
            for record in records:
                assert record.mask is not None
                stream.write(record.mask.decode().tobytes())


def _text(texts: Sequence[str]) -> npt.NDArray[np.str_]:
    return np.array(texts, dtype=np.str_)


def _member(key: str) -> zipfile.ZipInfo:
    # Without the time of writing, so that the same content makes the same file.
    member = zipfile.ZipInfo(f"{key}.npy")
    member.compress_type = zipfile.ZIP_DEFLATED
    return member
