"""Cityscapes: images of numbers, a thousand for each class, in folders of cities."""

from segrefine_gui.formats.base import Format
from segrefine_gui.formats.cityscapes.labels import NAME
from segrefine_gui.formats.cityscapes.reader import CityscapesReader
from segrefine_gui.formats.cityscapes.writer import CityscapesWriter

FORMAT = Format(
    NAME,
    "Cityscapes",
    "gtFine with instanceIds, labelIds and colours; at most 31 categories besides its own, and "
    "instances, numbered anew, that cannot overlap.",
    CityscapesReader(),
    CityscapesWriter,
)
