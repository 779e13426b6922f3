"""What a person types to say which image a mask belongs to."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.base import ImageEntry
from segrefine_gui.services.match_rules import parse_match_rule
from segrefine_gui.services.matching import ImageMatcher

FILES = ("a/one.jpg", "b/one.jpg", "b/two.jpg", "photo_0007.png", "7.jpg", "two.tif")


def matcher(folder: Path, rule: str) -> ImageMatcher:
    files = [folder / name for name in FILES]
    return ImageMatcher(files, [folder], parse_match_rule(rule))


@pytest.mark.parametrize(
    ("rule", "entry", "expected"),
    [
        ("name", ImageEntry("x/y/7.jpg", 3), "7.jpg"),
        ("name", ImageEntry("/data/of/others/7.jpg"), "7.jpg"),
        ("name", ImageEntry("C:\\photos\\7.jpg"), "7.jpg"),
        ("name", ImageEntry("a/one.jpg"), "a/one.jpg"),
        ("name", ImageEntry("x/Photo_0007.PNG"), "photo_0007.png"),
        ("stem", ImageEntry("Photo_0007.jpg"), "photo_0007.png"),
        ("stem", ImageEntry("7.png"), "7.jpg"),
        ("stem", ImageEntry("photo_0007"), "photo_0007.png"),
        ("stem", ImageEntry("b/two.png"), "b/two.jpg"),
        ("{stem}_mask", ImageEntry("photo_0007_mask.png"), "photo_0007.png"),
        ("{stem}_mask.png", ImageEntry("photo_0007_mask.png"), "photo_0007.png"),
        ("{stem}_mask", ImageEntry("masks/7_mask"), "7.jpg"),
        ("mask-{stem}", ImageEntry("mask-7"), "7.jpg"),
        ("{stem}_*", ImageEntry("photo_0007_cat_3"), "photo_0007.png"),
        ("m_{stem}.*", ImageEntry("m_7.x.y"), "7.jpg"),
        ("{stem}*", ImageEntry("7"), "7.jpg"),
    ],
)
def test_a_rule_finds_the_image(
    tmp_path: Path, rule: str, entry: ImageEntry, expected: str
) -> None:
    assert matcher(tmp_path, rule).find(entry) == tmp_path / expected


@pytest.mark.parametrize(
    ("rule", "entry"),
    [
        ("name", ImageEntry("7.png")),
        ("name", ImageEntry("7")),
        ("name", ImageEntry(source_id=7)),
        ("stem", ImageEntry("7_mask")),
        ("{stem}_mask", ImageEntry("7")),
        ("{stem}_mask", ImageEntry("_mask")),
        ("{stem}_mask", ImageEntry("7_maskx")),
        ("id", ImageEntry("7.jpg")),
        ("id", ImageEntry("7.jpg", 8)),
    ],
)
def test_what_a_rule_does_not_fit_is_missing(tmp_path: Path, rule: str, entry: ImageEntry) -> None:
    match = matcher(tmp_path, rule).match(entry)
    assert match.files == ()
    assert match.sentence.endswith(".")


@pytest.mark.parametrize(
    ("rule", "entry", "candidates"),
    [
        ("name", ImageEntry("one.jpg"), ["a/one.jpg", "b/one.jpg"]),
        ("{stem}_m", ImageEntry("one_m"), ["a/one.jpg", "b/one.jpg"]),
        ("id", ImageEntry("one.jpg", 7), ["photo_0007.png", "7.jpg"]),
    ],
)
def test_several_that_fit_are_named(
    tmp_path: Path, rule: str, entry: ImageEntry, candidates: list[str]
) -> None:
    match = matcher(tmp_path, rule).match(entry)
    assert match.is_ambiguous
    assert list(match.files) == [tmp_path / name for name in candidates]


@pytest.mark.parametrize(
    "text", ["", "stems", "(a+)+$", "{stem}_{stem}", "*{stem}", "a*b{stem}", "{name}", "x" * 5000]
)
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="no way to match"):
        parse_match_rule(text)


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_pattern_finds_the_stem_that_it_was_made_of(before: str, after: str) -> None:
    before, after = (text.translate(dict.fromkeys(map(ord, "*{}/\\."))) for text in (before, after))
    rule = parse_match_rule(f"{before}{{stem}}{after}") if before + after else None
    if rule is None or before != before.lstrip() or after != after.rstrip():
        return
    assert rule.stem_in(f"{before}cat{after}.png", {"cat"}) == "cat"


def test_no_name_takes_long() -> None:
    rule, began = parse_match_rule("a{stem}a*"), time.perf_counter()
    assert rule.stem_in("a" * 1_000_000, {"b"}) is None
    assert rule.stem_in("a" * 1_000, {"b"}) is None
    assert time.perf_counter() - began < 0.5
