"""YOLO's segmentation labels, as Ultralytics documents them: a text file for each image."""

from segrefine_gui.formats.base import Format
from segrefine_gui.formats.yolo_seg.reader import NAME, YoloSegReader
from segrefine_gui.formats.yolo_seg.writer import YoloSegWriter

FORMAT = Format(
    NAME,
    "YOLO segmentation",
    "labels and data.yaml, to put beside a folder images with the photos; one outline an instance, "
    "in which seams lead around holes and between parts; neither ids nor scores.",
    YoloSegReader(),
    YoloSegWriter,
    has_polygons=True,
    only_polygons=True,
)
