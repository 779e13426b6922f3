"""The damage that readers must survive: readers that do not are found out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from support.damage import assert_survives, bounded, check_reader
from support.damaged_files import damaged, damaged_json

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.base import ImageEntry, MaskFile, Problem

VALID = {"a.json": json.dumps({"width": 3, "names": ["x", "y"]}).encode()}


class Reader:
    name = "test"

    def __init__(self, raises: Exception | None = None, found: MaskFile | None = None) -> None:
        self._raises = raises
        self._found = found

    def recognises(self, path: Path) -> bool:
        return path.is_file()

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:
        if self._raises is not None:
            raise self._raises
        return self._found or MaskFile(self.name, [], [])


class CarelessReader(Reader):
    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:
        try:
            width = json.loads(path.read_bytes())["width"]
        except (OSError, ValueError, RecursionError) as error:
            raise FormatError("It is no JSON.") from error
        return MaskFile(self.name, [ImageEntry(width=width)], [])


def test_a_careless_reader_is_found_out():
    @settings(database=None)
    @given(data=st.data())
    def survives(data: st.DataObject) -> None:
        assert_survives(CarelessReader(), VALID, data, size=(2, 2))

    with pytest.raises(Exception):  # noqa: B017, PT011 - several at once, as a group
        survives()


@pytest.mark.parametrize("error", [KeyError("a"), RecursionError(), FormatError("No full stop")])
def test_what_a_reader_may_not_raise(error, tmp_path):
    with pytest.raises((type(error), AssertionError)):
        check_reader(Reader(error), tmp_path, (2, 2))


@pytest.mark.parametrize(
    "found",
    [
        MaskFile("test", [ImageEntry("\ud800")], []),
        MaskFile("test", [ImageEntry("a", 2**63)], []),
        MaskFile("test", [ImageEntry("a", width=0)], []),
        MaskFile("test", [], [], [Problem("a", "It has no full stop")]),
        MaskFile("test", [], [], [Problem("", "It is about nothing.")]),
    ],
)
def test_what_a_reader_may_not_return(found, tmp_path):
    with pytest.raises(AssertionError):
        check_reader(Reader(found=found), tmp_path, (2, 2))


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the system tells no peak")
def test_memory_is_looked_at_though_it_was_given_back():
    with pytest.raises(AssertionError, match="MiB"), bounded():
        np.ones(1 << 30, dtype=np.uint8)


@settings(max_examples=300)
@given(damaged(VALID))
def test_damage_leaves_files_that_can_lie_in_a_folder(files):
    assert set(files) <= set(VALID)


@pytest.mark.parametrize("text", [b"NaN", b"Infinity", b"1e999", b"\\ud800", b"[[[[", b"99999999"])
def test_hostile_values_come_up(text):
    chosen = settings(max_examples=5000, database=None, phases=[Phase.generate])
    find(damaged_json(VALID["a.json"]), lambda content: text in content, settings=chosen)
