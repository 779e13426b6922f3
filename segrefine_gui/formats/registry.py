"""All mask formats: our own and those that other packages register.

Another package adds a format by an entry point in the group `segrefine.formats` that names a
`Format`.
"""

from __future__ import annotations

import difflib
import logging
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path, PurePosixPath

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.records import Image
from segrefine_gui.formats import (
    cityscapes,
    coco,
    decisions,
    detectron2,
    label_map,
    lvis,
    npz,
    png_masks,
    sam,
    voc,
    yolo_seg,
)
from segrefine_gui.formats.base import Exporter, Format, MaskReader, WriterOptions
from segrefine_gui.formats.writing.folder_export import FolderExport
from segrefine_gui.formats.writing.stems import stems_of

ENTRY_POINT_GROUP = "segrefine.formats"

OWN: Sequence[Format] = (
    coco.FORMAT,
    lvis.FORMAT,
    detectron2.DATASET_FORMAT,
    detectron2.RESULTS_FORMAT,
    sam.FORMAT,
    npz.FORMAT,
    cityscapes.FORMAT,
    voc.FORMAT,
    yolo_seg.FORMAT,
    label_map.FORMAT,
    label_map.INDEXED,
    png_masks.FORMAT,
    decisions.FORMAT,
)
"""In the order in which their readers are asked: the ones that look closer come first."""

_log = logging.getLogger(__name__)


class FormatRegistry:
    """The formats of one run of the app, by name.

    Args:
        formats: the formats, the earlier one winning where two share a name.
    """

    def __init__(self, formats: Iterable[Format] = OWN) -> None:
        self._by_name: dict[str, Format] = {}
        for each in formats:
            self._by_name.setdefault(each.name, each)

    @classmethod
    def discover(cls) -> FormatRegistry:
        """Our own formats and those of installed packages; what cannot be loaded is logged."""
        found = list(OWN)
        for point in metadata.entry_points(group=ENTRY_POINT_GROUP):
            try:
                each = point.load()
            except Exception:  # noqa: BLE001 - somebody else's code may raise anything
                _log.exception("the format %r (%s) could not be loaded", point.name, point.value)
                continue
            if isinstance(each, Format):
                found.append(each)
            else:
                _log.error("the format %r (%s) is no Format", point.name, point.value)
        return cls(found)

    def readable(self) -> list[Format]:
        """The formats that are read."""
        return [each for each in self._by_name.values() if each.reader is not None]

    def writable(self) -> list[Format]:
        """The formats that are written."""
        return [each for each in self._by_name.values() if each.writer is not None]

    def recognise(self, path: Path) -> MaskReader:
        """The reader for a mask file or folder, by its content.

        Raises:
            FormatError: it does not exist, is empty or is of no format that is read.
        """
        try:
            if not path.exists():
                raise FormatError(f"“{path}” does not exist.")
            if path.is_file() and path.stat().st_size == 0:
                raise FormatError(f"“{path.name}” is an empty file.")
            if path.is_dir() and not any(path.iterdir()):
                raise FormatError(f"“{path.name}” is an empty folder.")
        except (OSError, ValueError) as error:
            raise FormatError(f"“{path.name}” cannot be read.", str(error)) from error
        tried = [each.reader for each in self.readable() if each.reader is not None]
        for reader in tried:
            if reader.recognises(path):
                return reader
        names = ", ".join(reader.name for reader in tried)
        raise FormatError(f"“{path.name}” holds no masks in a format that is read ({names}).")

    def stems_of(self, images: Sequence[Image]) -> dict[int, PurePosixPath]:
        """Where the files of each image of an export go; see `ExportImage.stem`."""
        return stems_of(images)

    def reader(self, name: str) -> MaskReader:
        """The reader of a format by name, for who knows better than its content tells.

        Raises:
            FormatError: there is no such format, with the nearest name that there is.
        """
        reader = self._named(name, self.readable(), "read").reader
        assert reader is not None
        return reader

    def exporter(self, name: str, options: WriterOptions) -> Exporter:
        """What writes a format.

        Raises:
            FormatError: there is no such format, with the nearest name that there is.
        """
        make = self._named(name, self.writable(), "write").writer
        assert make is not None
        return FolderExport(make(options), options)

    @staticmethod
    def _named(name: str, formats: Sequence[Format], verb: str) -> Format:
        by_name = {each.name: each for each in formats}
        if name in by_name:
            return by_name[name]
        near = difflib.get_close_matches(name.lower(), by_name, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(by_name)}."
        raise FormatError(f"There is no format “{name}” to {verb}; {hint}")
