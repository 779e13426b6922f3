from __future__ import annotations

from itertools import islice

import pytest

from segrefine_gui.formats.free_ids import MAX_ID, free_ids


@pytest.mark.parametrize(
    ("taken", "free"),
    [
        (set(), [1, 2, 3]),
        ({-5, 0}, [1, 2, 3]),
        ({4, 7}, [8, 9, 10]),
        ({2, MAX_ID}, [1, 3, 4]),
        ({1, 2, 3, MAX_ID - 1}, [4, 5, 6]),
    ],
)
def test_free_ids_are_those_that_nothing_has(taken, free):
    assert list(islice(free_ids(taken), 3)) == free
