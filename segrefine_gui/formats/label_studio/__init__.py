"""Label Studio's JSON of tasks (https://labelstud.io/guide/task_format)."""

from segrefine_gui.formats.base import Format
from segrefine_gui.formats.label_studio.reader import LabelStudioReader
from segrefine_gui.formats.label_studio.writer import LabelStudioWriter

FORMAT = Format(
    "label-studio",
    "Label Studio",
    "One tasks.json with brush masks, or with polygons, as annotations; and the labelling config.",
    LabelStudioReader(),
    LabelStudioWriter,
    has_polygons=True,
)
