"""Numbers that join the shapes of one instance, in formats whose shapes are in one piece."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from segrefine_gui.domain.extras import extra_fields
from segrefine_gui.formats.base import ExportRecord
from segrefine_gui.formats.reading.texts import is_id

_FIELD = "group_id"


class Groups:
    """Gives out the `group_id`s of an image: with a label, each stands for one instance.

    Args:
        records: the instances of the image.
        format_name: whose extras may have ids of their own, as numbers or as texts.
    """

    def __init__(self, records: Sequence[ExportRecord], format_name: str) -> None:
        self._format = format_name
        self._taken = {own for record in records if (own := self._own(record)) is not None}
        self._used: set[tuple[str, int]] = set()

    def group_of(self, record: ExportRecord, *, several: bool) -> int | None:
        """The instance's own where no other one of that label has it; else a new one if needed.

        Args:
            record: the instance.
            several: whether it has several shapes.
        """
        label, group = record.instance.category.name, self._own(record)
        if group is None or (label, group) in self._used:
            if not several:
                return None
            group = next(number for number in itertools.count(1) if number not in self._taken)
        self._taken.add(group)
        self._used.add((label, group))
        return group

    def _own(self, record: ExportRecord) -> int | None:
        own = extra_fields(record.instance.extra, self._format).get(_FIELD)
        if isinstance(own, str) and own.isascii() and own.isdigit() and len(own) < 19:
            own = int(own)
        return own if isinstance(own, int) and is_id(own) else None
