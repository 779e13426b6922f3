"""PASCAL VOC's segmentation masks, as CVAT writes them, too: a mask of classes, one of objects."""

from segrefine_gui.formats.base import Format
from segrefine_gui.formats.voc.labels import NAME
from segrefine_gui.formats.voc.reader import VocReader
from segrefine_gui.formats.voc.writer import VocWriter

FORMAT = Format(
    NAME,
    "PASCAL VOC masks",
    "SegmentationClass and SegmentationObject with palettes, at most 254 classes, and as many "
    "instances an image, which cannot overlap.",
    VocReader(),
    VocWriter,
)
