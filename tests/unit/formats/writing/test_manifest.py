from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.damaged_files import damaged_content

from segrefine_gui.domain.head_masks import HeadMask
from segrefine_gui.formats.base import Added, ExportImage, Problem
from segrefine_gui.formats.png_masks import PngWriter
from segrefine_gui.formats.writing.manifest import (
    Manifest,
    fingerprint,
    manifest_name,
    read_manifest,
    state_of,
)

MASK = np.ones((4, 5), dtype=bool)
FILE = PurePosixPath("photo/1_cat.png")


@pytest.fixture
def manifest(tmp_path):
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_bytes(b"mask")
    added = Added([FILE], 1, [Problem("instance 1", "It lost a pixel.", np.int64(1))])
    files = {FILE: state_of(tmp_path / FILE)}
    return Manifest("png", "/a.segrefine", files, {PurePosixPath("photo"): ("abc", added)})


def save(folder: Path, text: str) -> None:
    (folder / manifest_name("png")).write_text(text, encoding="utf-8")


def test_it_comes_back(tmp_path, manifest):
    save(tmp_path, manifest.to_json())
    assert read_manifest(tmp_path, "png") == manifest
    assert read_manifest(tmp_path, "coco") == Manifest("coco")
    save(tmp_path, manifest.to_json().replace('"png"', '"coco"'))
    assert read_manifest(tmp_path, "png") == Manifest("png")


def test_what_was_added_counts_while_all_is_as_it_was(tmp_path, manifest):
    stem = PurePosixPath("photo")
    assert manifest.added(tmp_path, stem, "abc") == manifest.images[stem][1]
    assert manifest.added(tmp_path, stem, "other") is None
    assert manifest.added(tmp_path, PurePosixPath("other"), "abc") is None
    (tmp_path / FILE).write_bytes(b"more than that")
    assert manifest.added(tmp_path, stem, "abc") is None


@pytest.mark.parametrize(
    "name", ["../thesis.txt", "/thesis.txt", "a/../../thesis.txt", "C:/thesis.txt", ".git/config"]
)
def test_paths_that_lead_elsewhere_are_passed_over(tmp_path, make_record, write, name):
    folder = tmp_path / "out"
    write(PngWriter, [make_record(MASK, 1)], folder)
    outside = tmp_path / "thesis.txt"
    outside.write_text("years of work")
    hidden = folder / ".git" / "config"
    hidden.parent.mkdir()
    hidden.write_text("mine")
    target = hidden if name.startswith(".git") else outside
    document = json.loads((folder / manifest_name("png")).read_text())
    document["files"][name] = state_of(target)
    save(folder, json.dumps(document))
    report = write(PngWriter, [make_record(MASK, 1)], folder)
    assert report.removed == 0
    assert outside.read_text() == "years of work"
    assert hidden.read_text() == "mine"


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_nothing_behind_a_link_is_removed(tmp_path, make_record, write):
    folder, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    write(PngWriter, [make_record(MASK, 1)], folder)
    elsewhere.mkdir()
    (elsewhere / "thesis.txt").write_text("years of work")
    (folder / "link").symlink_to(elsewhere)
    (folder / "file").symlink_to(elsewhere / "thesis.txt")
    document = json.loads((folder / manifest_name("png")).read_text())
    state = state_of(elsewhere / "thesis.txt")
    document["files"] |= {"link/thesis.txt": state, "file": state}
    save(folder, json.dumps(document))
    assert write(PngWriter, [make_record(MASK, 1)], folder).removed == 0
    assert (elsewhere / "thesis.txt").read_text() == "years of work"
    assert (folder / "file").is_symlink()


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_one_is_read_or_passed_over(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged")
    added = Added([FILE], 1, [Problem("instance 1", "It lost a pixel.", 1)])
    whole = Manifest("png", "", {FILE: (4, 5)}, {PurePosixPath("photo"): ("abc", added)})
    content = data.draw(damaged_content("a.json", whole.to_json().encode()))
    (folder / manifest_name("png")).write_bytes(content)
    found = read_manifest(folder, "png")
    assert found.format == "png"
    for file in [*found.files, *found.images]:
        assert not file.is_absolute()
        assert ".." not in file.parts
        assert not found.is_there(folder, file)
        assert found.added(folder, file, "abc") is None
    found.to_json().encode()


def test_a_head_mask_does_not_count(make_record):
    record = make_record(MASK, 1)
    image = ExportImage(record.image, PurePosixPath("photo"))
    head = HeadMask((0, 0, 4, 4), np.zeros((28, 28), np.uint8))
    with_head = replace(record, instance=replace(record.instance, head=head))
    assert fingerprint("", image, [record]) == fingerprint("", image, [with_head])
