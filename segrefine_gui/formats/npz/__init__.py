"""NumPy archives: a file for each image, with its masks stacked as one array.

A stack has one height and width, so it cannot be that of a whole data set; a file for each image is
also what a data loader opens for a sample, and is left alone while nothing of its image changed.
"""

from segrefine_gui.formats.base import Format
from segrefine_gui.formats.npz.reader import NpzReader
from segrefine_gui.formats.npz.writer import NpzWriter

FORMAT = Format(
    "npz",
    "NumPy",
    "An .npz file for each image: its masks as one bool array, with ids, categories and scores.",
    NpzReader(),
    NpzWriter,
)
