"""Decoded images are shared, bounded and never stale by size."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from segrefine_gui.domain.errors import ImageError
from segrefine_gui.domain.records import Image
from segrefine_gui.gui.workers.image_cache import ImageCache
from segrefine_gui.storage import image_io


class CountingReader:
    """Reads for real, and counts."""

    def __init__(self) -> None:
        self.reads: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(image_io, name)

    def read_rgb(self, path: Path) -> np.ndarray:
        self.reads.append(path.name)
        return image_io.read_rgb(path)


def photo(folder: Path, name: str, value: int) -> Image:
    cv2.imwrite(str(folder / name), np.full((90, 130, 3), value, np.uint8))
    return Image(value, folder / name, name, 130, 90)


def test_an_image_is_read_once_also_by_two_threads(tmp_path: Path):
    reader = CountingReader()
    cache = ImageCache(reader)
    image = photo(tmp_path, "a.png", 9)
    threads = [threading.Thread(target=cache.get, args=(image,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    pyramid = cache.get(image)

    assert reader.reads == ["a.png"]
    assert (pyramid.width, pyramid.height) == (130, 90)
    assert (pyramid.levels[0] == 9).all()


def test_the_least_recently_used_leaves_first(tmp_path: Path):
    reader = CountingReader()
    a, b, c = (photo(tmp_path, name, at) for at, name in enumerate(["a.png", "b.png", "c.png"]))
    one = sum(level.nbytes for level in ImageCache(reader).get(a).levels)
    cache = ImageCache(reader, max_bytes=2 * one)
    reader.reads.clear()

    for image in (a, b, a, c, a, b):
        cache.get(image)

    assert reader.reads == ["a.png", "b.png", "c.png", "b.png"]


def test_one_image_is_kept_however_large(tmp_path: Path):
    reader = CountingReader()
    cache = ImageCache(reader, max_bytes=1)
    image = photo(tmp_path, "a.png", 1)

    cache.get(image)
    cache.get(image)

    assert reader.reads == ["a.png"]


def test_clear_forgets(tmp_path: Path):
    reader = CountingReader()
    cache = ImageCache(reader)
    image = photo(tmp_path, "a.png", 1)
    cache.get(image)
    cache.clear()
    cache.get(image)

    assert reader.reads == ["a.png"] * 2


def test_another_size_than_that_of_the_masks_is_refused(tmp_path: Path):
    image = photo(tmp_path, "a.png", 1)
    other = Image(1, image.path, "a.png", 131, 90)

    with pytest.raises(ImageError, match="130x90 now, but its masks were made for 131x90"):
        ImageCache(image_io).get(other)


def test_a_failure_is_not_remembered(tmp_path: Path):
    cache = ImageCache(image_io)
    image = Image(1, tmp_path / "a.png", "a.png", 130, 90)
    with pytest.raises(ImageError):
        cache.get(image)

    assert cache.get(photo(tmp_path, "a.png", 1)).width == 130
