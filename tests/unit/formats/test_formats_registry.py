from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from support.packages import install_package

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.base import Format, WriterOptions
from segrefine_gui.formats.decisions import DecisionsWriter
from segrefine_gui.formats.registry import OWN, FormatRegistry

recognise = FormatRegistry().recognise

ONE = np.zeros((20, 30), dtype=np.uint8)
ONE[2:10, 2:12] = 255
TWO = ONE.copy()
TWO[12:18, 3:9] = 7


def test_names_are_unique():
    formats = FormatRegistry.discover()
    names = [each.name for each in [*formats.readable(), *formats.writable()]]
    assert {"coco", "detectron2", "label-map", "png", "csv"} <= set(names)
    assert all(each.name == each.reader.name for each in formats.readable())
    for each in formats.writable():
        assert each.writer(WriterOptions()).name == each.name


def test_the_first_of_a_name_wins():
    mine = Format("coco", "Mine", "", writer=DecisionsWriter)
    (kept,) = FormatRegistry([mine, Format("coco", "Another", "")]).writable()
    assert kept is mine


def test_content_decides_whatever_the_name(tmp_path):
    coco, results = tmp_path / "a.txt", tmp_path / "coco.json"
    coco.write_text(json.dumps({"images": [], "annotations": []}))
    results.write_text(json.dumps([{"image_id": 1, "segmentation": {}}]))
    (tmp_path / "png").mkdir()
    (tmp_path / "labels").mkdir()
    PIL.Image.fromarray(ONE).save(tmp_path / "png" / "a.png")
    PIL.Image.fromarray(ONE).save(tmp_path / "labels" / "a.png")
    PIL.Image.fromarray(TWO).save(tmp_path / "labels" / "b.png")
    assert recognise(coco).name == "coco"
    assert recognise(results).name == "detectron2"
    assert recognise(tmp_path / "png").name == "png"
    assert recognise(tmp_path / "labels").name == "label-map"


def test_a_large_file_is_recognised_by_keys_anywhere_in_it(tmp_path):
    path = tmp_path / "a.json"
    for padding in range(0, 30, 3):  # the key lies across the border between two blocks
        path.write_text(
            '{"annotations": [], "x": "' + "x" * ((1 << 20) - 30 - padding) + '", "images": []}'
        )
        assert recognise(path).name == "coco"


def test_damaged_coco_is_recognised_so_that_its_reader_can_say_what_is_wrong(tmp_path):
    path = tmp_path / "cut.json"
    path.write_text('{"images": [], "annotations": [{"id": 1, ')
    with pytest.raises(FormatError, match="may be cut short"):
        recognise(path).read(path)


@pytest.mark.parametrize("content", [b"{}", b"[1, 2]", b"hello", b"\x00\xff" * 99, b'{"a": 1}'])
def test_a_file_of_no_format_names_what_was_tried(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(FormatError, match="coco, lvis, detectron2") as caught:
        recognise(path)
    assert "“a.json”" in caught.value.sentence


def test_missing_and_empty(tmp_path):
    (tmp_path / "empty.json").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(FormatError, match="does not exist"):
        recognise(tmp_path / "none")
    with pytest.raises(FormatError, match="is an empty file"):
        recognise(tmp_path / "empty.json")
    with pytest.raises(FormatError, match="is an empty folder"):
        recognise(tmp_path / "folder")
    with pytest.raises(FormatError, match="no masks in a format"):
        recognise(tmp_path)
    with pytest.raises(FormatError):
        recognise(Path("a\0b"))


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("COCO", "did you mean coco?"),
        ("coc", "did you mean coco?"),
        ("pngs", "did you mean png?"),
        ("xxxxxxxxxxxxx", "choose one of coco, "),
        ("", "choose one of coco, "),
    ],
)
def test_a_wrong_name_is_told_the_right_one(wrong, hint):
    for named in (
        FormatRegistry().reader,
        lambda name: FormatRegistry().exporter(name, WriterOptions()),
    ):
        with pytest.raises(FormatError) as caught:
            named(wrong)
        assert hint in caught.value.sentence


DOTS = """
from pathlib import PurePosixPath

from segrefine_gui.formats.base import Added, Format, MaskFile, MaskSink

class DotsReader:
    name = "dots"

    def recognises(self, path):
        return path.suffix == ".dots"

    def read(self, path, images_json=None):
        return MaskFile("dots", [], [])

class DotsWriter:
    name = "dots"
    overlaps = incremental = True

    def __init__(self, options): ...

    def open(self, folder, head):
        return DotsSink(folder)

class DotsSink(MaskSink):
    def __init__(self, folder):
        self.folder = folder

    def add(self, image, records):
        file = PurePosixPath(f"{image.stem}.dots")
        (self.folder / file).write_text("." * len(records))
        return Added([file], len(records))

FORMAT = Format("dots", "Dots", "A dot for each instance.", DotsReader(), DotsWriter)
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a package of one module that registers its `FORMAT`."""

    def install_one(name, source):
        entry_points = f"[segrefine.formats]\ndots = {name}:FORMAT\n"
        install_package(tmp_path / "site", name, source, entry_points)
        monkeypatch.syspath_prepend(str(tmp_path / "site"))

    return install_one


def test_a_format_of_another_package_is_found_read_and_written(
    install, tmp_path, make_record, make_export
):
    install("dotter", DOTS)
    registry = FormatRegistry.discover()
    assert "dots" in [each.name for each in registry.readable()]
    exporter = registry.exporter("dots", WriterOptions())
    export = make_export([make_record(ONE, 1), make_record(ONE, 2)])
    report = exporter.write(export, tmp_path / "out", CancelToken(), lambda done: None)
    assert (tmp_path / "out" / "photo.dots").read_text() == ".."
    assert report.written == 2
    assert registry.recognise(tmp_path / "out" / "photo.dots").name == "dots"


@pytest.mark.parametrize(
    ("source", "logged"),
    [
        ("raise SystemError('boom')", "could not be loaded"),
        ("import a_library_that_is_not_there", "could not be loaded"),
        ("x = 1", "could not be loaded"),
        ("FORMAT = 'dots'", "is no Format"),
        (DOTS.replace('Format("dots"', 'Format("coco"'), "has a name that is taken"),
    ],
)
def test_a_broken_package_is_logged_and_passed_over(install, request, caplog, source, logged):
    name = f"broken{abs(hash(request.node.name))}"
    install(name, source)
    with caplog.at_level(logging.ERROR):
        registry = FormatRegistry.discover()
    names = [each.name for each in registry.readable()]
    assert names == [each.name for each in FormatRegistry().readable()]
    assert registry.reader("coco") is FormatRegistry().reader("coco")
    (message,) = [record.getMessage() for record in caplog.records]
    assert logged in message
    assert name in message


def test_a_reader_of_another_package_that_raises_is_passed_over(install, tmp_path, caplog):
    install("raiser", DOTS.replace('return path.suffix == ".dots"', "raise KeyError(path)"))
    path = tmp_path / "a.json"
    path.write_text("neither this nor that")
    with pytest.raises(FormatError, match="holds no masks in a format that is read"):
        FormatRegistry.discover().recognise(path)
    assert "dots" in caplog.text


def test_every_format_is_in_the_documentation():
    page = (Path(__file__).parents[3] / "docs" / "formats.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`-][^`]*)`", page, re.MULTILINE)
    assert sorted(rows) == sorted(each.name for each in OWN)
