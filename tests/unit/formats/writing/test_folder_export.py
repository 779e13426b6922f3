from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from support.damage import tree_of

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, ExportError
from segrefine_gui.domain.extras import Extra
from segrefine_gui.domain.records import Decision, Image
from segrefine_gui.formats.base import (
    Added,
    ExportHead,
    ExportImage,
    ExportRecord,
    MaskSink,
    Problem,
    WriterOptions,
)
from segrefine_gui.formats.coco.writer import CocoWriter
from segrefine_gui.formats.decisions import DecisionsWriter
from segrefine_gui.formats.png_masks import PngWriter
from segrefine_gui.formats.writing.folder_export import FolderExport
from segrefine_gui.formats.writing.manifest import manifest_name

MASK = np.zeros((10, 12), dtype=bool)
MASK[2:5, 3:8] = True
TABLES = {"decisions.csv", "decisions.json"}


class TextWriter:
    """One text for each image with its ids, and one that lists the images; no overlaps."""

    name = "text"
    overlaps = False
    incremental = True

    def __init__(self, options: WriterOptions) -> None: ...

    def open(self, folder: Path, head: ExportHead) -> TextSink:
        return TextSink(folder)


class TextSink(MaskSink):
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: list[str] = []

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:
        file = PurePosixPath(image.split) / f"{image.stem}.txt"
        (self._folder / file).parent.mkdir(parents=True, exist_ok=True)
        text = " ".join(f"{each.instance.source_id}:{each.mask.area}" for each in records)
        (self._folder / file).write_text(text)
        self._lines.append(f"{image.image.name} new\n")
        problems = [Problem(each.subject, "It lost its colour.") for each in records]
        return Added([file], len(records), problems)

    def keep(self, image: ExportImage) -> None:
        self._lines.append(f"{image.image.name} kept\n")

    def close(self) -> Sequence[Problem]:
        (self._folder / "images.txt").write_text("".join(self._lines))
        return [Problem("images.txt", "It is a list.")]


def visible(folder: Path) -> dict[str, bytes]:
    return {
        name: content
        for name, content in tree_of(folder).items()
        if name not in TABLES and not name.startswith(".")
    }


def states(folder: Path) -> dict[str, tuple[int, int]]:
    """Time and place on the disk: both change when a file is written again."""
    return {
        name: ((folder / name).stat().st_mtime_ns, (folder / name).stat().st_ino)
        for name in visible(folder)
    }


@pytest.fixture
def records(make_record):
    """Two instances in each of twenty images."""
    return [
        make_record(np.roll(MASK, j * 3, axis=0), 10 * i + j, image=f"{i}.jpg", image_id=i)
        for i in range(20)
        for j in range(2)
    ]


class TestOnlyWhatChanged:
    def test_ten_more_decisions_change_the_files_of_ten_images(self, tmp_path, records, write):
        write(TextWriter, records, tmp_path)
        before = states(tmp_path)
        changed = [
            replace(each, mask=None, decision=Decision.DROPPED)
            if each.instance.source_id % 20 == 1
            else each
            for each in records
        ]
        report = write(TextWriter, changed, tmp_path)
        after = states(tmp_path)
        expected = {f"{i}.txt" for i in range(0, 20, 2)} | {"images.txt"}
        assert {name for name in after if after[name] != before[name]} == expected
        assert {file.name for file in report.files} == expected | TABLES
        assert (report.written, report.unchanged, report.removed) == (30, 10, 0)
        assert (tmp_path / "0.txt").read_text() == "0:15"
        assert (tmp_path / "images.txt").read_text().count("kept") == 10

    def test_the_same_again_writes_nothing(self, tmp_path, records, write):
        first = write(PngWriter, records, tmp_path)
        before = states(tmp_path)
        again = write(PngWriter, records, tmp_path)
        assert states(tmp_path) == before
        assert (again.files, again.removed) == ([], 0)
        assert (again.written, again.unchanged) == (first.written, len(first.files))

    def test_formats_of_one_file_are_left_alone_too(self, tmp_path, records, write):
        write(CocoWriter, records, tmp_path)
        before = states(tmp_path)
        assert write(CocoWriter, records, tmp_path).files == []
        assert states(tmp_path) == before

    def test_problems_of_files_that_stay_are_told_again(self, tmp_path, records, write):
        first = write(TextWriter, records, tmp_path)
        assert len(first.problems) == len(records) + 1
        assert write(TextWriter, records, tmp_path).problems == first.problems

    @pytest.mark.parametrize(
        "change", ["mask", "category", "extra", "image", "options", "documents"]
    )
    def test_whatever_a_file_is_made_from_counts(self, tmp_path, records, write, change):
        write(TextWriter, records, tmp_path)
        first, options, documents = records[0], WriterOptions(), {}
        match change:
            case "mask":
                first = replace(first, mask=records[1].mask)
            case "category":
                category = replace(first.instance.category, name="dog")
                first = replace(first, instance=replace(first.instance, category=category))
            case "extra":
                extra = Extra("text", {"a": 1})
                first = replace(first, instance=replace(first.instance, extra=extra))
            case "image":
                first = replace(first, image=replace(first.image, extra=Extra("text", {"a": 1})))
            case "options":
                options = WriterOptions(feather=3)
            case "documents":
                documents = {"text": {"author": "ann"}}
        write(TextWriter, [first, *records[1:]], tmp_path, options, documents=documents)
        lines = (tmp_path / "images.txt").read_text().splitlines()
        assert "0.jpg new" in lines
        alone = change not in ("options", "documents")
        assert lines.count("1.jpg kept") == alone

    def test_a_photo_that_changed_counts(self, tmp_path, make_record, write):
        photo = tmp_path / "photo.jpg"
        photo.write_bytes(b"1")
        record = make_record(MASK, 1)
        record = replace(record, image=replace(record.image, path=photo))
        for content, word in ((b"1", "new"), (b"1", "kept"), (b"22", "new")):
            if word == "new":
                photo.write_bytes(content)
            write(TextWriter, [record], tmp_path / "out")
            assert (tmp_path / "out" / "images.txt").read_text() == f"photo.jpg {word}\n"

    def test_a_file_that_is_gone_is_written_again(self, tmp_path, records, write):
        write(PngWriter, records, tmp_path)
        (tmp_path / "3" / "31_cat.png").unlink()
        report = write(PngWriter, records, tmp_path)
        assert report.files == [tmp_path / "3" / "31_cat.png"]
        assert (tmp_path / "3" / "31_cat.png").is_file()

    def test_a_file_that_somebody_changed_is_written_again(self, tmp_path, records, write):
        write(PngWriter, records, tmp_path)
        whole = visible(tmp_path)
        (tmp_path / "3" / "31_cat.png").write_bytes(b"painted")
        report = write(PngWriter, records, tmp_path)
        assert report.files == [tmp_path / "3" / "31_cat.png"]
        assert visible(tmp_path) == whole


class TestWhatIsNoLongerPart:
    def test_files_of_dropped_instances_go_with_their_folders(self, tmp_path, records, write):
        write(PngWriter, records, tmp_path)
        report = write(PngWriter, [replace(each, mask=None) for each in records[:3]], tmp_path)
        assert report.removed == 40
        assert visible(tmp_path) == {}
        assert {path.name for path in tmp_path.iterdir()} == {*TABLES, manifest_name("png")}

    def test_a_changed_one_stays(self, tmp_path, records, write):
        write(PngWriter, records, tmp_path)
        painted = tmp_path / "0" / "0_cat.png"
        painted.write_bytes(b"painted")
        beside = tmp_path / "1" / "notes.txt"
        beside.write_text("mine")
        report = write(PngWriter, records[4:], tmp_path)
        assert report.removed == 3
        assert painted.read_bytes() == b"painted"
        assert beside.read_text() == "mine"

    def test_one_that_cannot_go_is_told_and_tried_again(
        self, tmp_path, records, write, monkeypatch
    ):
        write(PngWriter, records, tmp_path)
        real_unlink = Path.unlink

        def unlink(self: Path, missing_ok: bool = False) -> None:
            if self.name == "0_cat.png":
                raise PermissionError(13, "Permission denied")
            real_unlink(self, missing_ok)

        monkeypatch.setattr(Path, "unlink", unlink)
        report = write(PngWriter, records[1:], tmp_path)
        assert report.removed == 0
        assert [(each.subject, each.sentence) for each in report.problems] == [
            ("0/0_cat.png", "It is no longer needed, but cannot be removed: Permission denied.")
        ]
        monkeypatch.undo()
        report = write(PngWriter, records[1:], tmp_path)
        assert (report.removed, report.problems) == (1, [])
        assert not (tmp_path / "0" / "0_cat.png").exists()

    def test_another_split_moves_files(self, tmp_path, records, write):
        write(TextWriter, records, tmp_path)
        before = {name: content for name, content in visible(tmp_path).items() if name[0].isdigit()}
        splits = {i: ("train", "val")[i % 2] for i in range(20)}
        report = write(TextWriter, records, tmp_path, splits=splits)
        assert report.removed == 20
        assert {name for name in visible(tmp_path) if "/" in name} == {
            f"{splits[int(Path(name).stem)]}/{name}" for name in before
        }

    def test_whole_files_of_another_split(self, tmp_path, records, write):
        write(CocoWriter, records, tmp_path, splits=dict.fromkeys(range(20), "train"))
        report = write(CocoWriter, records, tmp_path)
        assert set(visible(tmp_path)) == {"instances.json"}
        assert report.removed == 1


class TestOneFolderForSeveral:
    def test_two_formats_leave_each_other_alone(self, tmp_path, records, write):
        write(PngWriter, records, tmp_path)
        pngs = states(tmp_path)
        assert write(CocoWriter, records, tmp_path).removed == 0
        assert set(visible(tmp_path)) == {*pngs, "instances.json"}
        again = write(PngWriter, records, tmp_path)
        assert (again.files, again.removed) == ([], 0)
        assert {name: state for name, state in states(tmp_path).items() if name in pngs} == pngs

    def test_another_project_takes_nothing_away(self, tmp_path, records, write):
        write(PngWriter, records[:20], tmp_path, project="/a.segrefine")
        first = visible(tmp_path)
        report = write(PngWriter, records[20:], tmp_path, project="/b.segrefine")
        assert report.removed == 0
        assert [(each.subject, each.sentence) for each in report.problems] == [
            (
                tmp_path.name,
                "It holds an export of another project, whose files stay where none of these has "
                "their name.",
            )
        ]
        both = visible(tmp_path)
        assert {name: both[name] for name in first} == first
        assert len(both) == 40
        assert write(PngWriter, records[20:], tmp_path, project="/b.segrefine").problems == []


class TestWholeOrNotAtAll:
    @pytest.fixture
    def folder(self, tmp_path, records, write):
        write(PngWriter, records[:10], tmp_path)
        return tmp_path

    def test_a_cancelled_export_leaves_everything(self, folder, records, write):
        before, times = tree_of(folder), states(folder)
        cancel = CancelToken()

        def on_written(done: int) -> None:
            if done == 7:
                cancel.cancel()

        with pytest.raises(Cancelled):
            write(PngWriter, records, folder, cancel=cancel, on_written=on_written)
        assert (tree_of(folder), states(folder)) == (before, times)
        assert not list(folder.glob("*.part"))

    def test_a_writer_that_fails_leaves_everything(self, folder, records, write):
        class Failing(PngWriter):
            def open(self, folder: Path, head: ExportHead) -> MaskSink:
                sink = super().open(folder, head)
                sink.close = lambda: 1 / 0  # type: ignore[method-assign]
                return sink

        before = tree_of(folder)
        with pytest.raises(ZeroDivisionError):
            write(Failing, records, folder)
        assert tree_of(folder) == before

    @pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
    def test_a_disk_that_takes_no_more_leaves_everything(self, folder, make_record, write):
        import resource

        before = tree_of(folder)
        noise = np.random.default_rng(0).random((1000, 1000)) < 0.5
        records = [make_record(MASK, 1), make_record(noise, 2, image="b.jpg", image_id=2)]
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, hard))
        try:
            with pytest.raises(ExportError, match="larger than the system allows"):
                write(PngWriter, records, folder)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert tree_of(folder) == before

    def test_a_folder_in_the_way_of_a_file(self, folder, records, write):
        (folder / "instances.json").mkdir()
        before = tree_of(folder)
        with pytest.raises(ExportError, match="is a folder where a file should be written"):
            write(CocoWriter, records, folder)
        assert tree_of(folder) == before

    def test_instances_that_do_not_come_together(self, folder, records, make_export):
        before = tree_of(folder)
        export = make_export([records[10], records[12], records[11]])
        exporter = FolderExport(PngWriter(WriterOptions()), WriterOptions())
        with pytest.raises(ExportError, match="did not come together"):
            exporter.write(export, folder, CancelToken(), lambda done: None)
        assert tree_of(folder) == before


class TestDryRun:
    def test_it_says_what_would_be_and_leaves_the_disk(self, tmp_path, records, write):
        write(PngWriter, records[:10], tmp_path)
        before, times = tree_of(tmp_path), states(tmp_path)
        said = write(PngWriter, records[4:], tmp_path, dry_run=True)
        assert (tree_of(tmp_path), states(tmp_path)) == (before, times)
        done = write(PngWriter, records[4:], tmp_path)
        assert said == done
        assert said.removed == 4

    def test_a_folder_that_does_not_exist_is_not_made(self, tmp_path, records, write):
        report = write(PngWriter, records, tmp_path / "new", dry_run=True)
        assert len(report.files) == 42
        assert not (tmp_path / "new").exists()


class TestImagesWithoutInstances:
    @pytest.mark.parametrize("keeps_empty", [True, False])
    def test_they_are_written_where_asked(self, tmp_path, make_record, write, keeps_empty):
        empty = Image(9, Path("/nowhere"), "empty.jpg", 12, 10)
        dropped = make_record(None, 2, image="dropped.jpg", image_id=2)
        records = [make_record(MASK, 1), dropped]
        report = write(TextWriter, records, tmp_path, images=[empty], keeps_empty=keeps_empty)
        expected = {"photo.txt", "images.txt"}
        if keeps_empty:
            expected |= {"empty.txt", "dropped.txt"}
        assert set(visible(tmp_path)) == expected
        assert (report.written, report.listed) == (1, 2)


def test_shared_pixels_are_given_to_one_and_reported(tmp_path, make_record, write):
    large = np.ones_like(MASK)
    report = write(TextWriter, [make_record(large, 1), make_record(MASK, 2)], tmp_path)
    assert (tmp_path / "photo.txt").read_text() == "1:105 2:15"
    assert report.problems[0] == Problem(
        "instance 1 of photo.jpg", "It lost 15 pixels that it shares with others.", 15
    )


def test_progress_counts_every_instance(tmp_path, records, write):
    told: list[int] = []
    report = write(DecisionsWriter, records, tmp_path, on_written=told.append)
    assert told == list(range(1, 41))
    assert report.listed == 40
    assert len(json.loads((tmp_path / "decisions.json").read_text())) == 40
