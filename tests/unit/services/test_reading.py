"""Photos are read a portion ahead, in portions of one size."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from segrefine_gui.domain.errors import ImageError
from segrefine_gui.domain.records import Image
from segrefine_gui.services.reading import portions, read_ahead


def an_image(number: int, width: int = 4, height: int = 3) -> Image:
    return Image(number, Path(f"{number}.png"), f"{number}.png", width, height)


class Reader:
    """Gives black photos of 4x3; `gone` cannot be read; tells when a path is asked for."""

    def __init__(self, gone: str = "") -> None:
        self.gone = gone
        self.asked: dict[str, threading.Event] = {f"{n}.png": threading.Event() for n in range(9)}

    def read_rgb(self, path: Path) -> np.ndarray:
        self.asked[path.name].set()
        if path.name == self.gone:
            raise ImageError(f"{path.name} is gone.")
        return np.zeros((3, 4, 3), dtype=np.uint8)


def test_one_at_a_time_keeps_the_order() -> None:
    images = [an_image(number, width=4 + number % 2) for number in range(4)]
    assert portions(images, 1) == [[image] for image in images]


def test_portions_hold_one_size_each() -> None:
    images = [an_image(number, width=4 + number % 2) for number in range(7)]
    numbers = [[image.id for image in portion] for portion in portions(images, 3)]
    assert numbers == [[0, 2, 4], [6], [1, 3, 5]]
    assert portions([], 3) == []


def test_the_next_is_read_while_one_is_in_use() -> None:
    reader = Reader()
    with closing(read_ahead(reader, portions([an_image(n) for n in range(6)], 2))) as read:
        first = next(read)
        assert [image.id for image in first.images] == [0, 1]
        assert len(first.pixels) == 2
        assert reader.asked["3.png"].wait(10)
        assert not reader.asked["4.png"].is_set()
        assert [portion.name for portion in read] == ["2.png", "4.png"]


def test_what_cannot_be_read_is_left_out_of_its_portion() -> None:
    images = [an_image(0), an_image(1), an_image(2, width=9)]
    (portion,) = read_ahead(Reader(gone="1.png"), [images])
    assert [image.id for image in portion.images] == [0]
    assert [each.subject for each in portion.skipped] == ["1.png", "2.png"]
    assert portion.skipped[0].sentence == "1.png is gone."
    assert "is 4x3 now" in portion.skipped[1].sentence


def test_a_fault_of_the_reader_is_not_swallowed() -> None:
    reader = Reader()
    reader.asked.clear()
    with pytest.raises(KeyError):
        list(read_ahead(reader, [[an_image(0)]]))
