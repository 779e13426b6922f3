from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from segrefine_gui.formats.writing.safe_names import MAX_BYTES, safe_name, safe_path


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("photo.jpg", "photo.jpg"),
        ("žluť 写真.jpg", "žluť 写真.jpg"),
        ("a:b*c?.jpg", "a_b_c_.jpg"),
        ("tab\there\0", "tab_here_"),
        ("a/b\\c", "a_b_c"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1.tar.gz", "_com1.tar.gz"),
        ("console", "console"),
        (".hidden", "_.hidden"),
        ("..", "_"),
        ("end. ", "end"),
        ("", "_"),
        ("   ", "_"),
        ("\ud800x", "_x"),
    ],
)
def test_names_that_every_disk_takes(name, safe):
    assert safe_name(name) == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("sub/photo.jpg", "sub/photo.jpg"),
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("..\\..\\windows\\x.jpg", "windows/x.jpg"),
        ("C:\\x.jpg", "C_/x.jpg"),
        ("a/./../b//c.jpg", "a/b/c.jpg"),
        ("", "_"),
        ("..", "_"),
    ],
)
def test_paths_stay_below_the_folder(name, safe):
    assert safe_path(name).as_posix() == safe


@given(st.text())
@example("\ud800" * 300)
@example("é" * 300)
@example(". ." * 9)
def test_any_name_can_be_written_below_the_folder(tmp_path_factory, name):
    folder = tmp_path_factory.mktemp("names")
    path = folder / safe_path(name)
    assert folder in path.resolve().parents
    assert all(len(part.encode()) <= MAX_BYTES for part in safe_path(name).parts)
    if len(str(path)) < 3000:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    assert Path(safe_name(name)).name == safe_name(name)
