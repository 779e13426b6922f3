"""Which pixels around an instance are other objects', as the coarse masks of its image say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.records import Instance
from segrefine_gui.storage.base import ProjectStore

SAME_OBJECT_IOU = 0.7
"""Coarse masks that overlap more are of one object: a segmenter's and an import's, or two guesses
of one segmenter. Neither is the other's neighbour."""


class Neighbourhoods:
    """The neighbours of the instances of a project, asked for image by image.

    Args:
        store: the project.
    """

    def __init__(self, store: ProjectStore) -> None:
        self._store = store
        self._image_id = 0
        self._others: list[tuple[Instance, Box, int]] = []

    def around(self, instance: Instance, region: Box) -> BoolMask:
        """The pixels of a region that belong to coarse masks of other objects.

        Args:
            instance: whose neighbours.
            region: a part of the image that holds all of its coarse mask.

        Returns:
            bool (region.height, region.width).
        """
        if instance.image_id != self._image_id:
            self._read(self._store.image_instances(instance.image_id))
            self._image_id = instance.image_id
        union = np.zeros((region.height, region.width), dtype=np.bool_)
        coarse = instance.coarse.decode(region)
        own_area = int(np.count_nonzero(coarse))
        for other, box, area in self._others:
            if other.id == instance.id or box.intersection(region).area == 0:
                continue
            mask = other.coarse.decode(region)
            shared = int(np.count_nonzero(mask & coarse))
            if shared <= SAME_OBJECT_IOU * (own_area + area - shared):
                union |= mask
        return union

    def _read(self, instances: Sequence[Instance]) -> None:
        self._others = [(each, each.coarse.box, each.coarse.area) for each in instances]
