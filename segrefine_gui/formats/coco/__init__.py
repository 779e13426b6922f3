"""COCO instances JSON, and what other formats took from it."""

from segrefine_gui.formats.base import Format
from segrefine_gui.formats.coco.reader import CocoReader
from segrefine_gui.formats.coco.writer import CocoWriter

FORMAT = Format(
    "coco",
    "COCO",
    "One instances.json with run-length code, or with polygons where they hold the mask.",
    CocoReader(),
    CocoWriter,
    has_polygons=True,
)
