"""All mask formats: which reader a file needs, and the writers by name."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.base import MaskReader, MaskWriter
from segrefine_gui.formats.coco import CocoReader
from segrefine_gui.formats.coco_writer import CocoWriter
from segrefine_gui.formats.csv_table import CsvWriter
from segrefine_gui.formats.detectron2_results import Detectron2Reader
from segrefine_gui.formats.label_map import LabelMapReader
from segrefine_gui.formats.png_masks import PngReader, PngWriter


def readers() -> Sequence[MaskReader]:
    """A reader of each format."""
    return CocoReader(), Detectron2Reader(), LabelMapReader(), PngReader()


def writers(*, polygons: bool = False) -> Sequence[MaskWriter]:
    """A writer of each format.

    Args:
        polygons: whether the COCO writer prefers polygons to run-length code.
    """
    return CocoWriter(polygons=polygons), PngWriter(), CsvWriter()


def recognise(path: Path) -> MaskReader:
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
    tried = readers()
    for reader in tried:
        if reader.recognises(path):
            return reader
    names = ", ".join(reader.name for reader in tried)
    raise FormatError(f"“{path.name}” holds no masks in a format that is read ({names}).")


def writer(name: str, *, polygons: bool = False) -> MaskWriter:
    """The writer of a format.

    Args:
        name: the format's name.
        polygons: whether the COCO writer prefers polygons to run-length code.

    Raises:
        FormatError: there is no such format, with the nearest name that there is.
    """
    by_name = {each.name: each for each in writers(polygons=polygons)}
    if name in by_name:
        return by_name[name]
    near = difflib.get_close_matches(name.lower(), by_name, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(by_name)}."
    raise FormatError(f"There is no format “{name}” to write; {hint}")
