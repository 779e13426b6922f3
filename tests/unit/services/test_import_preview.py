"""What an import would do, told before anything is added."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from support.masks import FixedMask

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, FormatError, MaskError
from segrefine_gui.domain.masks import Rle, encode_mask
from segrefine_gui.engines.registry import EngineRegistry
from segrefine_gui.formats.base import CategoryEntry, ImageEntry, MaskEntry, MaskFile, Problem
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.services.import_masks import import_masks
from segrefine_gui.services.import_preview import ImportPreview, preview_import
from segrefine_gui.services.jobs import ImportRequest, run_import, run_import_preview
from segrefine_gui.services.matching import ImageMatcher
from segrefine_gui.services.steps import ignore_step
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project

Mask = npt.NDArray[np.bool_]


class Damaged:
    def rasterise(self, height: int, width: int) -> Rle:
        raise MaskError("This mask is damaged.")


@pytest.fixture
def masks(image_folder: Path, coarse_mask: Mask) -> MaskFile:
    """Of three photos: one fits, one could be two, one is damaged; and one photo is not there."""
    for name in ("a/same.png", "b/same.png"):
        (image_folder / name).parent.mkdir()
        (image_folder / name).write_bytes((image_folder / "one.png").read_bytes())
    (image_folder / "broken.png").write_bytes(b"not an image")
    shape = FixedMask(coarse_mask)
    entries = [
        MaskEntry(1, ImageEntry("one.png", 1), shape, "disk", 1),
        MaskEntry(2, ImageEntry("one.png", 1), Damaged(), "disk", 1),
        MaskEntry(3, ImageEntry("one.png", 1), FixedMask(np.zeros_like(coarse_mask)), "ring", 2),
        MaskEntry(4, ImageEntry("same.png", 2), shape, "disk", 1),
        MaskEntry(5, ImageEntry("gone.png", 3), shape, "disk", 1),
        MaskEntry(6, ImageEntry("gone.png", 3), shape, "disk", 1),
        MaskEntry(7, ImageEntry("broken.png", 4), shape, "ring", 2),
    ]
    images = [*dict.fromkeys(entry.image for entry in entries), ImageEntry("lost.png", 5)]
    categories = [CategoryEntry(name, number) for number, name in enumerate(("disk", "ring"), 1)]
    return MaskFile("test", images, entries, [Problem("annotation 9", "It is bad.")], categories)


def preview(masks: MaskFile, folder: Path, most: int | None = None) -> ImportPreview:
    files = image_io.find_images([folder])
    matcher = ImageMatcher(files, [folder])
    return preview_import(
        masks, files, matcher, image_io, frozenset(), CancelToken(), ignore_step, most
    )


def test_everything_that_would_happen_is_told(masks: MaskFile, image_folder: Path) -> None:
    found = preview(masks, image_folder)
    assert (found.images, found.instances, found.untold) == (2, 1, 3)
    assert found.categories == {"disk": 1, "ring": 0}
    assert [(each.name, list(each.source_ids)) for each in found.missing] == [
        ("gone.png", [5, 6]),
        ("lost.png", []),
    ]
    (ambiguous,) = found.ambiguous
    assert list(ambiguous.candidates) == [image_folder / "a/same.png", image_folder / "b/same.png"]
    assert {each.subject for each in found.skipped} == {
        "annotation 9",
        "instance 2 of one.png",
        "instance 3 of one.png",
        "broken.png",
    }
    assert found.left_out[0].subject == "instance 4 of same.png"


def test_it_foretells_the_import(masks: MaskFile, image_folder: Path, project: Project) -> None:
    found = preview(masks, image_folder)
    assert project.images() == []
    files = image_io.find_images([image_folder])
    matcher = ImageMatcher(files, [image_folder])
    report = import_masks(project, masks, "origin", files, matcher, image_io, CancelToken())
    assert report.instances == found.instances
    assert set(report.skipped) == {each for each in found.left_out if each.subject != "lost.png"}


def test_a_sample_looks_at_fewer_masks(masks: MaskFile, image_folder: Path) -> None:
    found = preview(masks, image_folder, most=1)
    assert (found.images, found.looked_at) == (2, 1)
    assert found.instances == 3, "those not looked at are taken for whole"


def test_two_images_of_the_file_that_one_photo_fits_are_never_mixed(
    image_folder: Path, coarse_mask: Mask
) -> None:
    shape = FixedMask(coarse_mask)
    entries = [
        MaskEntry(number, ImageEntry(name, number), shape, "disk", 1)
        for number, name in enumerate(["x/one.png", "y/one.png", "two.png", "z/two.png"])
    ]
    found = preview(MaskFile("test", (), entries), image_folder)
    assert found.instances == 1
    assert [each.name for each in found.ambiguous] == ["x/one.png", "y/one.png", "z/two.png"]


def test_a_cancelled_preview_stops(masks: MaskFile, image_folder: Path) -> None:
    files = image_io.find_images([image_folder])
    matcher, cancel = ImageMatcher(files, [image_folder]), CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        preview_import(masks, files, matcher, image_io, frozenset(), cancel)


@pytest.fixture
def tools() -> Tools:
    engines = EngineRegistry([])
    return Tools(Project.open, Project.open_or_create, image_io, engines, FormatRegistry())


@pytest.fixture
def request_(tmp_path: Path, image_folder: Path, coarse_mask: Mask) -> ImportRequest:
    annotation = {
        "id": 1,
        "image_id": 1,
        "category_id": 1,
        "segmentation": encode_mask(coarse_mask).to_coco(),
    }
    document = {
        "images": [{"id": 1, "file_name": "one_m.png", "width": 160, "height": 120}],
        "annotations": [annotation],
        "categories": [{"id": 1, "name": "disk"}],
    }
    path = tmp_path / "masks.json"
    path.write_text(json.dumps(document))
    return ImportRequest(tmp_path / "p.segrefine", [image_folder], path, match="{stem}_m")


def test_a_preview_makes_no_project_and_knows_one(tools: Tools, request_: ImportRequest) -> None:
    found = run_import_preview(tools, request_, CancelToken(), ignore_step)
    assert (found.format, found.instances, found.known) == ("coco", 1, 0)
    assert not request_.project.exists()
    assert run_import(tools, request_, CancelToken(), ignore_step).instances == 1
    found = run_import_preview(tools, request_, CancelToken(), ignore_step)
    assert (found.instances, found.known) == (0, 1)


def test_a_format_is_taken_at_the_word_of_the_person(tools: Tools, request_: ImportRequest) -> None:
    wrong = ImportRequest(
        request_.project, request_.images, request_.masks, masks_format="detectron2"
    )
    with pytest.raises(FormatError, match="not a list of Detectron2"):
        run_import_preview(tools, wrong, CancelToken(), ignore_step)
