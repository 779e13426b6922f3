"""What Detectron2 writes: its evaluation's results, and the dicts of its datasets."""

from segrefine_gui.formats.base import Format
from segrefine_gui.formats.detectron2.dataset import Detectron2DatasetReader
from segrefine_gui.formats.detectron2.results import Detectron2Reader

RESULTS_FORMAT = Format(
    "detectron2",
    "Detectron2 results",
    "coco_instances_results.json, as Detectron2's evaluation writes it.",
    Detectron2Reader(),
)
DATASET_FORMAT = Format(
    "detectron2-dataset",
    "Detectron2 dataset",
    "A dataset's dicts, saved as JSON.",
    Detectron2DatasetReader(),
)
