"""CVAT's XML 1.1, "CVAT for images" (https://docs.cvat.ai/docs/manual/advanced/xml_format)."""

from segrefine_gui.formats.base import Format
from segrefine_gui.formats.cvat.reader import CvatReader
from segrefine_gui.formats.cvat.writer import CvatWriter

FORMAT = Format(
    "cvat",
    "CVAT for images",
    "One annotations.xml in CVAT's version 1.1 with masks, or with polygons.",
    CvatReader(),
    CvatWriter,
    has_polygons=True,
)
