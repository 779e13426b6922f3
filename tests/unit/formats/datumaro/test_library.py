"""Datumaro itself reads what is written; skipped where it is not installed.

It pins Pillow and OpenCV and brings 500 MB, so it is no part of the development install but of the
extra `readers`. Its readers of YOLO and of Cityscapes know no instances and that of COCO takes no
LVIS, so they are not asked.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from pycocotools import mask as coco_mask

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.formats.base import WriterOptions
from segrefine_gui.formats.registry import FormatRegistry

datumaro = pytest.importorskip("datumaro")
pytestmark = pytest.mark.readers

HEIGHT, WIDTH = 20, 26


def drawn(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    for top, left, bottom, right in boxes:
        mask[top:bottom, left:right] ^= True
    return mask


MASKS = [
    ("one.png", "cat", drawn((1, 1, 12, 14), (4, 4, 8, 9))),
    ("one.png", "пёс", drawn((2, 20, 6, 25), (14, 0, 19, 5))),
    ("one.png", "cat", drawn((13, 10, 18, 22))),
    ("two.png", "пёс", drawn((0, 0, 20, 3))),
]
"""A hole, two parts, no pixel in two masks."""


def nothing(folder: Path) -> None:
    """It lies as Datumaro wants it."""


def photos(folder: Path) -> None:
    (folder / "images").mkdir()
    for name in ("one.png", "two.png"):
        PIL.Image.new("RGB", (WIDTH, HEIGHT)).save(folder / "images" / name)


def as_coco(folder: Path) -> None:
    photos(folder)
    (folder / "annotations").mkdir()
    (file,) = folder.glob("[!.d]*.json")
    file.rename(folder / "annotations" / "instances_default.json")


@pytest.mark.parametrize(
    ("name", "importer", "options", "arrange"),
    [
        ("datumaro", "datumaro", WriterOptions(), nothing),
        ("coco", "coco_instances", WriterOptions(), as_coco),
        ("coco", "coco_instances", WriterOptions(polygons=True), as_coco),
        ("cvat", "cvat", WriterOptions(), photos),
        ("voc", "voc_instance_segmentation", WriterOptions(), nothing),
    ],
)
def test_every_pixel_is_read(
    tmp_path: Path,
    make_record: Callable[..., Any],
    make_export: Callable[..., Any],
    name: str,
    importer: str,
    options: WriterOptions,
    arrange: Callable[[Path], None],
) -> None:
    categories = {"cat": 1, "пёс": 2}
    records = [
        make_record(
            mask,
            number,
            image=image,
            image_id=1 + (image == "two.png"),
            category=category,
            category_id=categories[category],
            category_source_id=categories[category],
        )
        for number, (image, category, mask) in enumerate(MASKS, 1)
    ]
    exporter = FormatRegistry().exporter(name, options)
    report = exporter.write(make_export(records), tmp_path, CancelToken(), lambda done: None)
    assert sum(problem.pixels for problem in report.problems) == 0
    arrange(tmp_path)
    found = sorted(as_read(datumaro.Dataset.import_from(str(tmp_path), importer)))
    assert found == sorted(
        (Path(image).stem, category, mask.tobytes()) for image, category, mask in MASKS
    )


def as_read(dataset: Any) -> list[tuple[str, str, bytes]]:
    """Image, label and pixels of each instance; polygons of a group are one."""
    labels = dataset.categories()[datumaro.AnnotationType.label]
    found = []
    for item in dataset:
        groups: dict[object, np.ndarray] = {}
        for place, each in enumerate(item.annotations):
            if each.type == datumaro.AnnotationType.bbox:
                continue  # it makes one of each COCO annotation
            if each.type == datumaro.AnnotationType.mask:
                key, mask = place, np.asarray(each.image).astype(bool)
                assert not each.attributes.get("is_crowd")
            else:
                assert each.type == datumaro.AnnotationType.polygon
                key = (each.group,) if each.group else place
                (code,) = coco_mask.frPyObjects([list(each.points)], HEIGHT, WIDTH)
                mask = coco_mask.decode(code).astype(bool)
            known = groups.setdefault((key, labels[each.label].name), np.zeros_like(mask))
            known |= mask
        found += [(item.id, label, mask.tobytes()) for (_, label), mask in groups.items()]
    return found
