from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.base import Format, WriterOptions
from segrefine_gui.formats.decisions import DecisionsWriter
from segrefine_gui.formats.registry import FormatRegistry

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
