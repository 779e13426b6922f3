"""Cityscapes' classes (https://www.cityscapes-dataset.com), and how others are numbered.

The numbers and colours are those of the benchmark's `labels.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NAME = "cityscapes"

PER_CLASS = 1000
"""An instance's value is its class's number times this, plus its place among those of the class."""

GROUP = "group"
"""What a name ends with of objects that nobody told apart, as in “cargroup”."""


@dataclass(frozen=True, slots=True)
class Label:
    """A class.

    Attributes:
        name: its name.
        id: its number.
        has_instances: whether its objects are told apart.
        colour: red, green, blue.
    """

    name: str
    id: int
    has_instances: bool
    colour: tuple[int, int, int]


_NAMES = (
    *("static", "dynamic", "ground", "road", "sidewalk", "parking", "rail track", "building"),
    *("wall", "fence", "guard rail", "bridge", "tunnel", "pole", "polegroup", "traffic light"),
    *("traffic sign", "vegetation", "terrain", "sky", "person", "rider", "car", "truck", "bus"),
    *("caravan", "trailer", "train", "motorcycle", "bicycle"),
)
_COLOURS = (
    *((0, 0, 0), (111, 74, 0), (81, 0, 81), (128, 64, 128), (244, 35, 232), (250, 170, 160)),
    *((230, 150, 140), (70, 70, 70), (102, 102, 156), (190, 153, 153), (180, 165, 180)),
    *((150, 100, 100), (150, 120, 90), (153, 153, 153), (153, 153, 153), (250, 170, 30)),
    *((220, 220, 0), (107, 142, 35), (152, 251, 152), (70, 130, 180), (220, 20, 60)),
    *((255, 0, 0), (0, 0, 142), (0, 0, 70), (0, 60, 100), (0, 0, 90), (0, 0, 110)),
    *((0, 80, 100), (0, 0, 230), (119, 11, 32)),
)
_FIRST = 4
_FIRST_WITH_INSTANCES = 24

MARKS = ("unlabeled", "ego vehicle", "rectification border", "out of roi")
"""Numbers 0 to 3: what is none of the scene's objects."""

NOT_DRAWN = "license plate"
"""Number -1: the benchmark draws none, so their pixels belong to what they are on."""

LABELS: Sequence[Label] = tuple(
    Label(name, number, number >= _FIRST_WITH_INSTANCES, colour)
    for number, (name, colour) in enumerate(zip(_NAMES, _COLOURS, strict=True), _FIRST)
)
"""All classes that objects have."""

FIRST_OTHER, LAST_OTHER = 34, 64
"""Numbers of classes of other names: each has room for `PER_CLASS` instances in 16 bits."""

BY_NAME = {label.name: label for label in LABELS}
BY_ID = {label.id: label for label in LABELS}


def group_of(name: str) -> Label | None:
    """The class whose objects a name of a group tells of, None for other names."""
    label = BY_NAME.get(name.removesuffix(GROUP))
    is_group = label is not None and label.has_instances and name.endswith(GROUP)
    return label if is_group else None
