from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.base import ImageEntry
from segrefine_gui.services.matching import ImageMatcher


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "a/one.jpg", "b/one.jpg", "b/two.jpg",
        "000000000139.jpg", "cat_1.png", "cat.png", "späte 1.jpg",
    ):  # fmt: skip
        file = tmp_path / "photos" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (tmp_path / "secret.jpg").touch()
    return tmp_path / "photos"


@pytest.fixture
def matcher(folder: Path) -> ImageMatcher:
    return ImageMatcher(sorted(file for file in folder.rglob("*") if file.is_file()), [folder])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/one.jpg", "a/one.jpg"),
        ("b/one.jpg", "b/one.jpg"),
        ("b\\one.jpg", "b/one.jpg"),
        ("two.jpg", "b/two.jpg"),
        ("elsewhere/two.jpg", "b/two.jpg"),
        ("two", "b/two.jpg"),
        ("a/one", "a/one.jpg"),
        ("two.png", "b/two.jpg"),
        ("0a1b2c3d-two.jpg", "b/two.jpg"),
        ("data/upload/1/0a1b2c3d-späte_1.jpg", "späte 1.jpg"),
        ("0a1b2c3d-" * 3 + "cat.png", "cat.png"),
        ("two_17", "b/two.jpg"),
        ("cat_1", "cat_1.png"),
        ("cat_1_3", "cat_1.png"),
        ("cat_2", "cat.png"),
        ("späte 1", "späte 1.jpg"),
        ("a/../b/two.jpg", "b/two.jpg"),
        ("TWO.JPG", "b/two.jpg"),
        ("Two", "b/two.jpg"),
        ("Cat_1", "cat_1.png"),
        (unicodedata.normalize("NFD", "späte 1.jpg"), "späte 1.jpg"),
    ],
)
def test_names(matcher: ImageMatcher, folder: Path, name: str, expected: str) -> None:
    assert matcher.find(ImageEntry(name)) == folder / expected


def test_an_absolute_name_of_a_given_file_is_fine(matcher: ImageMatcher, folder: Path) -> None:
    assert matcher.find(ImageEntry(str(folder / "b" / "two.jpg"))) == folder / "b" / "two.jpg"


@pytest.mark.parametrize(
    "name", ["../secret.jpg", "/etc/passwd", "a/../../secret.jpg", "C:\\x.jpg"]
)
def test_names_that_lead_out_are_refused(matcher: ImageMatcher, name: str) -> None:
    with pytest.raises(FormatError, match="leads out of the folders"):
        matcher.find(ImageEntry(name))


def test_a_zero_byte_is_refused(matcher: ImageMatcher) -> None:
    with pytest.raises(FormatError, match="zero byte"):
        matcher.find(ImageEntry("a\x00.jpg"))


@pytest.mark.parametrize("name", ["one.jpg", "one"])
def test_an_ambiguous_name_is_never_guessed(matcher: ImageMatcher, name: str) -> None:
    with pytest.raises(FormatError, match="could be 2 of the files given"):
        matcher.find(ImageEntry(name))


@pytest.mark.parametrize(
    "name",
    ["three.jpg", "", "tw", "x" * 5000, "_" * 1_000_000, "0a1b2c3d-" * 200_000, "a/" * 1_000_000],
)
def test_a_missing_image_is_said(matcher: ImageMatcher, name: str) -> None:
    with pytest.raises(FormatError, match="There is no image"):
        matcher.find(ImageEntry(name))


def test_numbers_match_the_number_in_the_name(matcher: ImageMatcher, folder: Path) -> None:
    assert matcher.find(ImageEntry(source_id=139)) == folder / "000000000139.jpg"
    with pytest.raises(FormatError, match="--images-json"):
        matcher.find(ImageEntry(source_id=5))
    with pytest.raises(FormatError, match="could be 2"):
        matcher.find(ImageEntry(source_id=1))


def test_an_entry_that_names_nothing(matcher: ImageMatcher) -> None:
    with pytest.raises(FormatError, match="does not say which image"):
        matcher.find(ImageEntry())


def test_relative_names_count_from_the_given_folder(matcher: ImageMatcher, folder: Path) -> None:
    assert matcher.relative_name(folder / "a" / "one.jpg") == "a/one.jpg"
    assert matcher.relative_name(folder.parent / "secret.jpg") == "secret.jpg"


def test_files_given_one_by_one_are_each_there_once(folder: Path) -> None:
    files = sorted((folder / "b").iterdir())
    matcher = ImageMatcher(files, [file.parent for file in files])
    assert matcher.find(ImageEntry("two.jpg")) == folder / "b" / "two.jpg"
    assert ImageMatcher(files * 2, []).find(ImageEntry("one.jpg")) == folder / "b" / "one.jpg"


def test_a_link_is_where_it_leads(folder: Path) -> None:
    link = folder.parent / "link.jpg"
    link.symlink_to(folder / "b" / "two.jpg")
    matcher = ImageMatcher([link], [folder])
    assert matcher.find(ImageEntry("b/../b/two.jpg")) == link
    assert matcher.relative_name(link) == "b/two.jpg"
