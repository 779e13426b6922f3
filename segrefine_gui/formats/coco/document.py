"""A COCO file while it is written: image by image, never whole in memory."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

from segrefine_gui.formats.free_ids import free_ids

_SPOOL_BYTES = 16 << 20


class CocoDocument:
    """A file of images, annotations and categories.

    Each annotation id occurs once. One is kept where it is above 0 and not taken yet; the other
    annotations come last and get new ones.

    Args:
        path: the file to make.
        head: what stands before the images.
        taken: ids of annotations that there are already; files that share it share no id.
    """

    def __init__(self, path: Path, head: Mapping[str, object], taken: set[int]) -> None:
        self._stream = path.open("wb")
        self._annotations = SpooledTemporaryFile(_SPOOL_BYTES)  # noqa: SIM115 - until close
        self._postponed = SpooledTemporaryFile(_SPOOL_BYTES)  # noqa: SIM115 - until close
        self._taken = taken
        self._images = self._count = 0
        start = _json(head).removesuffix(b"}")
        self._stream.write(start + (b", " if head else b"") + b'"images": [')

    def add_image(self, image: Mapping[str, object]) -> None:
        """Write an image."""
        self._stream.write((b",\n" if self._images else b"\n") + _json(image))
        self._images += 1

    def add_annotation(self, wanted_id: int, annotation: Mapping[str, object]) -> None:
        """Write an annotation that has no id yet."""
        if wanted_id > 0 and wanted_id not in self._taken:
            self._write(wanted_id, _json(annotation))
        else:
            self._postponed.write(_json(annotation) + b"\n")

    def close(self, categories: Sequence[Mapping[str, object]]) -> None:
        """Write the annotations, last those that had to wait until all taken ids were known."""
        self._postponed.seek(0)
        for new_id, line in zip(free_ids(frozenset(self._taken)), self._postponed, strict=False):
            self._write(new_id, line.rstrip())
        self._stream.write(b'\n], "annotations": [')
        self._annotations.seek(0)
        shutil.copyfileobj(self._annotations, self._stream)
        self._stream.write(b'\n], "categories": ' + _json(categories) + b"}\n")
        for stream in (self._annotations, self._postponed, self._stream):
            stream.close()

    def _write(self, annotation_id: int, annotation: bytes) -> None:
        start = b",\n" if self._count else b"\n"
        self._annotations.write(start + b'{"id":%d,' % annotation_id + annotation[1:])
        self._taken.add(annotation_id)
        self._count += 1


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
