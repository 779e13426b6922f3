"""Pictures of alternatives: the part in the middle, the mask in green, at the size asked for."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.editor.answer_pictures import draw_answer

GREY = np.full((200, 300, 3), 100, np.uint8)


def is_greener(color: QColor) -> bool:
    return color.green() > color.red() + 20


@pytest.mark.parametrize("side", [72, 144])
def test_the_mask_is_green_and_all_else_is_the_photo(side: int):
    mask = np.zeros((200, 300), dtype=bool)
    mask[60:140, 60:110] = True
    picture = draw_answer(GREY, mask, mask, Box(60, 60, 160, 140), side)
    assert (picture.width(), picture.height()) == (side, side)
    # The part is 100 pixels wide, in the middle of a square of 130.
    scale, left, top = side / 130, 45, 35

    def at(x: int, y: int) -> QColor:
        return picture.pixelColor(round((x - left) * scale), round((y - top) * scale))

    assert is_greener(at(85, 100))
    assert at(140, 100) == QColor(100, 100, 100)
    assert at(85, 45) == QColor(100, 100, 100)
    edge = [picture.pixelColor(x, round(65 * scale)) for x in range(side)]
    assert any(color.green() > color.red() + 60 for color in edge), "an outline"


def test_a_part_of_a_narrow_image_has_a_narrow_picture():
    image = np.full((20, 300, 3), 100, np.uint8)
    whole = np.ones((20, 300), dtype=bool)
    picture = draw_answer(image, whole, whole, Box(100, 0, 200, 20), 72)
    assert picture.width() == 72
    assert picture.height() < 20


def test_what_is_added_is_yellow_and_what_is_removed_red():
    before, after = (np.zeros((200, 300), dtype=bool) for _ in range(2))
    before[60:140, 60:110] = True
    after[60:140, 85:135] = True
    picture = draw_answer(GREY, before, after, Box(60, 60, 160, 140), 144)
    scale = 144 / 130
    kept, added, removed = (
        picture.pixelColor(round((x - 45) * scale), round(65 * scale)) for x in (97, 122, 70)
    )
    assert is_greener(kept)
    assert min(added.red(), added.green()) > added.blue() + 60
    assert removed.red() > removed.green() + 60
