"""Photos are read one ahead, in one thread, which ends with the job."""

from __future__ import annotations

import threading

import numpy as np

from segrefine_gui.services.photos import photos_ahead
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project


class WatchedReader:
    """The real reader; says of each file when it was read, and by which thread."""

    def __init__(self) -> None:
        self.read = {name: threading.Event() for name in ("one.png", "two.png")}
        self.threads: set[threading.Thread] = set()
        self.names: list[str] = []

    def read_rgb(self, path):
        self.threads.add(threading.current_thread())
        self.names.append(path.name)
        pixels = image_io.read_rgb(path)
        self.read[path.name].set()
        return pixels


def photos_of(project: Project, ids, reader):
    images = {image.id: image for image in project.images()}
    return photos_ahead(map(project.instance, ids), images, reader)


def test_instances_of_one_image_share_a_photo(imported: Project, disk_image) -> None:
    first, second = photos_of(imported, [1, 2, 3], image_io)
    assert [instance.id for instance in first.instances] == [1, 2]
    assert [instance.id for instance in second.instances] == [3]
    assert (first.image.name, second.image.name) == ("one.png", "two.png")
    np.testing.assert_array_equal(first.pixels, disk_image)
    assert first.skipped == []


def test_the_next_photo_is_read_while_this_one_is_worked_on(imported: Project) -> None:
    reader = WatchedReader()
    photos = photos_of(imported, [1, 2, 3], reader)
    assert next(photos).image.name == "one.png"
    assert reader.read["two.png"].wait(timeout=10)
    assert [photo.image.name for photo in photos] == ["two.png"]
    (thread,) = reader.threads
    assert thread is not threading.current_thread()
    assert not thread.is_alive()


def test_closing_ends_the_thread(imported: Project) -> None:
    reader = WatchedReader()
    photos = photos_of(imported, [1, 3, 2], reader)
    next(photos)
    photos.close()
    (thread,) = reader.threads
    assert not thread.is_alive()
    assert len(reader.names) <= 2


def test_an_image_is_read_again_where_its_instances_are_apart(imported: Project) -> None:
    reader = WatchedReader()
    assert [len(photo.instances) for photo in photos_of(imported, [1, 3, 2], reader)] == [1, 1, 1]
    assert reader.names == ["one.png", "two.png", "one.png"]


def test_a_photo_that_cannot_be_read_says_why(imported: Project) -> None:
    imported.images()[0].path.write_bytes(b"no image")
    first, second = photos_of(imported, [1, 2, 3], image_io)
    assert first.pixels is None
    assert [skipped.subject for skipped in first.skipped] == ["one.png"]
    assert second.pixels is not None


def test_nothing_to_do_is_no_photo(imported: Project) -> None:
    assert list(photos_of(imported, [], image_io)) == []
