from __future__ import annotations

from dataclasses import replace

import numpy as np

from segrefine_gui.domain.extras import Extra
from segrefine_gui.formats.writing.groups import Groups

MASK = np.ones((2, 2), dtype=bool)


def test_own_groups_are_kept_and_new_ones_are_free(make_record):
    def record(group: object, category: str = "cat", format_name: str = "cvat"):
        made = make_record(MASK, category=category)
        extra = Extra(format_name, {"group_id": group})
        return replace(made, instance=replace(made.instance, extra=extra))

    records = [
        record(None),
        record("2"),
        record(2, "dog"),
        record("2"),
        record("2"),
        record(7, format_name="labelme"),
        record("x"),
        record(True),
    ]
    groups = Groups(records, "cvat")
    several = [True, False, False, False, True, False, True, False]
    found = [
        groups.group_of(each, several=many) for each, many in zip(records, several, strict=True)
    ]
    assert found == [1, 2, 2, None, 3, None, 4, None]
