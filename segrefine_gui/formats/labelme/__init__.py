"""labelme's JSON files, one beside each image (https://github.com/wkentaro/labelme)."""

from segrefine_gui.formats.base import Format
from segrefine_gui.formats.labelme.reader import LabelmeReader
from segrefine_gui.formats.labelme.writer import LabelmeWriter

FORMAT = Format(
    "labelme",
    "labelme",
    "A JSON file for each image, to lie beside it, with masks or with polygons, which have no "
    "holes but seams around them.",
    LabelmeReader(),
    LabelmeWriter,
    has_polygons=True,
)
