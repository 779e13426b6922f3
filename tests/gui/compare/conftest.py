"""A compare view with one instance: change 1 is removed, change 2 is added, and 3 is small."""

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from support.light_table import compared, scene_of

from segrefine_gui.gui.compare.comparison import Comparison
from segrefine_gui.gui.compare.view import CompareView
from segrefine_gui.gui.scene import Scene
from segrefine_gui.gui.workers.pool import ReadingPool

WIDTH, HEIGHT = 300, 200


@pytest.fixture
def comparison() -> Comparison:
    coarse, refined = np.zeros((2, HEIGHT, WIDTH), np.bool_)
    coarse[50:150, 100:280] = True
    refined[50:150, 40:200] = True
    refined[170:176, 100:110] = True
    made = compared(coarse, refined)
    assert [change.added for change in made.changes.changes] == [False, True, True]
    return made


@pytest.fixture
def scene(comparison: Comparison) -> Scene:
    return scene_of(comparison, WIDTH, HEIGHT)


@pytest.fixture
def pool(qtbot: QtBot) -> Iterator[ReadingPool]:
    made = ReadingPool()
    yield made
    assert made.shutdown(2000)


@pytest.fixture
def view(qtbot: QtBot, pool: ReadingPool) -> CompareView:
    """In side by side both canvases show the photo at its actual size, and so does one alone."""
    made = CompareView(pool)
    made.resize(2 * WIDTH + 3, HEIGHT)
    made.set_shows_minimap(False)
    qtbot.addWidget(made)
    made.show()
    return made
