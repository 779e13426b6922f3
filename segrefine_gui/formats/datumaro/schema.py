"""What the reader and the writer of Datumaro's JSON have in common."""

from __future__ import annotations

NAME = "datumaro"

ANNOTATIONS = "annotations"
"""Folder of the JSON files, one for each subset; and the key of an item's annotations."""

LABEL = "label"
"""In kept annotations: the name of their label, as its number changes with the list of labels."""

COLOUR, SKELETON = "colormap", "points"
"""In what is kept of a category: its entries of the tables of colours and of skeletons."""
