from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.reading.yaml_file import read_yaml

BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)


def test_plain_values(tmp_path):
    (tmp_path / "a.yaml").write_text("names: {0: кот, 1: [a, 2.5]}\nnc: 2\n", encoding="utf-8")
    assert read_yaml(tmp_path / "a.yaml") == {"names": {0: "кот", 1: ["a", 2.5]}, "nc": 2}


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "[" * 100_000,
        "a: " * 30,
        "!!python/object/apply:os.system ['true']",
        "a: 2001-99-99",
        "{[]: 1}",
        "a: " + "9" * 5000,
        "\0",
        "a: !!binary 'x'",
        "names: x\n" * 120_000,
    ],
)
def test_hostile_files_are_one_sentence_at_once(tmp_path, text):
    (tmp_path / "a.yaml").write_text(text)
    started = time.process_time()
    with pytest.raises(FormatError, match=r"“a\.yaml” is"):
        read_yaml(tmp_path / "a.yaml")
    assert time.process_time() - started < 5


@given(st.binary(max_size=60))
def test_any_bytes_are_survived(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("yaml") / "a.yaml"
    file.write_bytes(content)
    with contextlib.suppress(FormatError):
        read_yaml(file)


def test_a_missing_file(tmp_path):
    with pytest.raises(FormatError, match="cannot be read"):
        read_yaml(tmp_path / "a.yaml")
