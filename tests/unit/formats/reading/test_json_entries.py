from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.reading import json_entries
from segrefine_gui.formats.reading.json_entries import read_entries
from segrefine_gui.formats.reading.json_file import read_json

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=20,
)


def told(path: Path, *keys: str, whole: bool = True) -> tuple[object, list[object]]:
    found: list[object] = []
    value = read_entries(path, dict.fromkeys(keys, found.append), found.append if whole else None)
    return value, found


def save(folder: Path, content: str | bytes) -> Path:
    path = folder / "file.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@given(value=values, block=st.integers(1, 9), indent=st.sampled_from([None, 2]))
def test_it_reads_what_json_reads(tmp_path_factory, value, block, indent):
    path = save(tmp_path_factory.mktemp("json"), json.dumps(value, indent=indent))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_entries, "_BLOCK", block)
        rest, entries = told(path)
    assert (entries if isinstance(value, list) else rest) == value
    assert type(rest) is type(value)


@given(entries=st.lists(values, max_size=6), other=values, block=st.integers(1, 9))
def test_entries_of_named_lists_are_handed_over(tmp_path_factory, entries, other, block):
    text = json.dumps({"before": other, "list": entries, "after": [other]}, ensure_ascii=False)
    path = save(tmp_path_factory.mktemp("json"), text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_entries, "_BLOCK", block)
        rest, found = told(path, "list", "missing")
    assert found == entries
    assert rest == {"before": other, "list": [], "after": [other]}


def test_a_named_member_that_is_no_list_stays(tmp_path):
    assert told(save(tmp_path, '{"list": {"a": [1]}}'), "list") == ({"list": {"a": [1]}}, [])


def test_a_list_that_nobody_asks_for_is_read_whole(tmp_path):
    assert told(save(tmp_path, "[1, [2]]"), whole=False) == ([1, [2]], [])


@given(value=st.lists(values, min_size=1) | st.dictionaries(st.text(), values, min_size=1))
def test_a_file_cut_short_is_one_sentence_with_its_line(tmp_path_factory, value):
    text = json.dumps(value, indent=1)
    path = save(tmp_path_factory.mktemp("json"), text[:-1])
    with pytest.raises(FormatError, match=r"^“file\.json” is not valid JSON from line \d+ on;"):
        told(path)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("[1,\n2,\n3", 3),
        ("[1,\n2,\n\n}", 4),
        ('{"a":\n 1,\n b: 2}', 3),
        ('{"list": [1,\n2],\n"list2": [}', 3),
        ("[1]\n\n[2]", 3),
        ("[1,]", 1),
        ("{,}", 1),
        ("{1: 2}", 1),
    ],
)
@pytest.mark.parametrize("block", [1, 1 << 20])
def test_the_line_of_the_damage_is_told(tmp_path, monkeypatch, text, line, block):
    monkeypatch.setattr(json_entries, "_BLOCK", block)
    with pytest.raises(FormatError, match=rf"not valid JSON from line {line} on"):
        told(save(tmp_path, text), "list")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'["\xff"]', "is not a text file in UTF-8"),
        (b"[" + b"9" * 5000 + b"]", "a number that no mask file has"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 200_000, "nested too deeply"),
    ],
)
def test_hostile_content_is_one_sentence(tmp_path, content, sentence):
    path = save(tmp_path, content)
    for read in (told, read_json):
        with pytest.raises(FormatError, match=sentence):
            read(path)


def test_byte_order_marks_and_surrogates(tmp_path):
    path = save(tmp_path, '\ufeff {"list": ["\\ud800"]}')
    assert told(path, "list") == ({"list": []}, ["\ud800"])


def test_limits_of_entries_and_members(tmp_path, monkeypatch):
    monkeypatch.setattr(json_entries, "MAX_ENTRIES", 5)
    monkeypatch.setattr(json_entries, "MAX_MEMBERS", 5)
    assert told(save(tmp_path, "[1,2,3,4,5]"))[1] == [1, 2, 3, 4, 5]
    with pytest.raises(FormatError, match="more than 5 entries"):
        told(save(tmp_path, "[1,2,3,4,5,6]"))
    with pytest.raises(FormatError, match="more members than any mask file"):
        told(save(tmp_path, json.dumps({str(i): i for i in range(6)})))


def test_an_endless_entry_is_given_up_before_it_is_all_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(json_entries, "MAX_ENTRY", 1 << 20)
    path = save(tmp_path, b'["' + b"a" * (40 << 20))
    tracemalloc.start()
    with pytest.raises(FormatError, match="longer than any mask's"):
        told(path)
    assert tracemalloc.get_traced_memory()[1] < 12 << 20
    tracemalloc.stop()


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = save(tmp_path, b"[" + b",".join([b'{"a":[1,2,3,4,5,6,7,8]}'] * 100_000) + b"]")
    count = 0

    def add(item: object) -> None:
        nonlocal count
        count += 1

    tracemalloc.start()
    read_entries(path, {}, add)
    assert tracemalloc.get_traced_memory()[1] < 5 << 20
    tracemalloc.stop()
    assert count == 100_000
