"""Datumaro's own JSON, from which its tool converts to formats that SegRefine does not write.

It is read and written without the library, which pins Pillow and OpenCV and brings 500 MB
(https://github.com/open-edge-platform/datumaro, `plugins/data_formats/datumaro`).
"""

from segrefine_gui.formats.base import Format
from segrefine_gui.formats.datumaro.reader import DatumaroReader
from segrefine_gui.formats.datumaro.schema import NAME
from segrefine_gui.formats.datumaro.writer import DatumaroWriter

FORMAT = Format(
    NAME,
    "Datumaro",
    "A JSON file with run-length code for each part of the data set; `datum convert` makes other "
    "formats of it.",
    DatumaroReader(),
    DatumaroWriter,
)
