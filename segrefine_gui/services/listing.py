"""The queue as it is listed: filtered and sorted, with what came since where it belongs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from segrefine_gui.services.arrange import Arrangement, QueueTable, SortBy
from segrefine_gui.storage.base import QueueEntry

_KEPT_TOGETHER = (SortBy.ARRIVAL, SortBy.IMAGE)
"""Orders in which the instances of an image are listed one after another."""


class Listing:
    """The entries that pass a filter, in order, and where each instance is.

    What was listed stays where it is until the next `arrange`, also when its new decision or
    category does not pass: nothing vanishes under the person's hands.

    Args:
        entries: the queue as it arrived.
        image_names: names by image id.
        notes: notes by instance id.
        arrangement: the filter and order.
    """

    def __init__(
        self,
        entries: Sequence[QueueEntry],
        image_names: Mapping[int, str],
        notes: Mapping[int, str],
        arrangement: Arrangement,
    ) -> None:
        self.table = QueueTable(entries, image_names, notes)
        self.arrangement = arrangement
        self.entries: list[QueueEntry] = []
        """Those that are listed. Another list whenever some come or go."""
        self._rows: dict[int, int] = {}
        self._places: npt.NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self._number_rows()
        self.arrange(arrangement)

    def arrange(self, arrangement: Arrangement) -> None:
        """Filter and sort anew."""
        self.arrangement = arrangement
        rows = self.table.arrange(arrangement)
        self.entries = [self.table.entries[row] for row in rows]
        # By row of the table: a dictionary by id would take longer to fill than all the rest.
        self._places = np.full(len(self.table.entries), -1, dtype=np.intp)
        self._places[rows] = np.arange(len(rows))

    def row(self, instance_id: int) -> int | None:
        """Index into the whole queue of an instance; None where it has none."""
        return self._rows.get(instance_id)

    def position(self, instance_id: int) -> int | None:
        """Index into `entries` of an instance; None where the filter hides it."""
        row = self._rows.get(instance_id)
        place = -1 if row is None else int(self._places[row])
        return None if place < 0 else place

    def entry(self, instance_id: int) -> QueueEntry:
        """The entry of an instance of the queue, listed or not."""
        return self.table.entries[self._rows[instance_id]]

    def replace(self, entry: QueueEntry) -> None:
        """Put a changed entry in place of the one of its instance."""
        self.table.replace(self._rows[entry.instance_id], entry)
        position = self.position(entry.instance_id)
        if position is not None:
            self.entries[position] = entry

    def insert(self, entry: QueueEntry, beside: int) -> None:
        """Take in an instance that was made of an image that has others; it is listed at once.

        Args:
            entry: its entry.
            beside: the instance after which it is listed, where the order keeps none together.
        """
        entries = self.table.entries
        row = bisect_left(entries, _arrival(entry), key=_arrival)
        place = self._place_for(row, entry.image_id, beside)
        self.table.insert(row, entry)
        self.entries = [*self.entries[:place], entry, *self.entries[place:]]
        self._places[self._places >= place] += 1
        self._places = np.insert(self._places, row, place)
        self._number_rows()

    def remove(self, instance_id: int) -> None:
        """Leave an instance out whose making was taken back."""
        row, place = self._rows[instance_id], self.position(instance_id)
        self.table.remove(row)
        self._places = np.delete(self._places, row)
        if place is not None:
            self.entries = [*self.entries[:place], *self.entries[place + 1 :]]
            self._places[self._places > place] -= 1
        self._number_rows()

    def _place_for(self, row: int, image_id: int, beside: int) -> int:
        """Where to list what comes into a row of the whole queue."""
        if self.arrangement.sort in _KEPT_TOGETHER:
            # Of its image it is the last that came: whichever is listed next to it tells where.
            is_last_first = self.arrangement.order == (SortBy.ARRIVAL, True)
            entries = self.table.entries
            for before in range(row - 1, -1, -1):
                if entries[before].image_id != image_id:
                    break
                if self._places[before] >= 0:
                    return int(self._places[before]) + (0 if is_last_first else 1)
        position = self.position(beside)
        return len(self.entries) if position is None else position + 1

    def _number_rows(self) -> None:
        self._rows = {entry.instance_id: row for row, entry in enumerate(self.table.entries)}


def _arrival(entry: QueueEntry) -> tuple[int, int]:
    """What the whole queue is in the order of."""
    return entry.image_id, entry.instance_id
