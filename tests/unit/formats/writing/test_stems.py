from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.records import Image
from segrefine_gui.formats.writing.safe_names import safe_name
from segrefine_gui.formats.writing.stems import stems_of

names = st.text(
    st.sampled_from("aAbßſé\u0301. ~/\\2:\0…") | st.characters(), min_size=1, max_size=12
)


def stems(*image_names: str) -> list[str]:
    images = [Image(i, Path("/nowhere"), name, 1, 1) for i, name in enumerate(image_names)]
    return [stem.as_posix() for stem in stems_of(images).values()]


@pytest.mark.parametrize(
    ("image_names", "expected"),
    [
        (["a.jpg", "b.png"], ["a", "b"]),
        (["a.jpg", "a.png"], ["a.jpg", "a.png"]),
        (["a.jpg", "A.jpg"], ["a.jpg", "A.jpg~2"]),
        (["x/a.jpg", "y/a.jpg"], ["x/a", "y/a"]),
        (["a.b.jpg"], ["a.b"]),
        (["../../a.jpg", "/etc/b.jpg"], ["a", "etc/b"]),
        (["con.jpg", ".a.jpg"], ["_con", "_.a"]),
        (["a .jpg", "b..jpg"], ["a", "b"]),
    ],
)
def test_names_without_their_ending(image_names, expected):
    assert stems(*image_names) == expected


@given(st.lists(names, max_size=8))
def test_each_is_safe_and_like_no_other_on_any_disk(image_names):
    found = stems(*image_names)
    keys = [unicodedata.normalize("NFC", stem).casefold() for stem in found]
    assert len(set(keys)) == len(image_names)
    for stem in found:
        for part in stem.split("/"):
            assert safe_name(part) == part


def test_long_names_leave_room_for_an_ending():
    for name in ("n" * 251 + ".jpg", "н" * 125 + ".jpg"):
        (stem,) = stems(name)
        assert len(stem.encode()) <= 200
    assert all(len(stem.encode()) <= 210 for stem in stems("n" * 251 + ".jpg", "n" * 251 + ".png"))
