"""What was split, merged, drawn and taken back, in the files that the real program exports."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
from pycocotools import mask as coco_mask

from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.services import instances
from segrefine_gui.services.arrange import Arrangement
from segrefine_gui.services.review import Review
from segrefine_gui.storage.project import Project


def disk(x: int, y: int, radius: int) -> np.ndarray:
    mask = np.zeros((120, 160), np.uint8)
    cv2.circle(mask, (x, y), radius, 1, -1)
    return mask.astype(bool)


def test_exports_have_what_came_of_instances(segrefine, data: Path) -> None:
    disks = data / "disks"
    path = disks / "work.segrefine"
    done = segrefine(
        "run", disks / "images", "--masks", disks / "coco_instances_results.json",
        "--images-json", disks / "images.json", "--project", path,
        "--refiner", "grabcut", "--device", "cpu",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    two = disk(40, 60, 20) | disk(120, 60, 10)
    with Project.open(path) as store:
        review = Review(store, "ann", order=Arrangement())
        first, second, third = (entry.instance_id for entry in review.entries)
        review.apply_edit(first, encode_mask(two))
        split = instances.split(store, first, encode_mask(two), "ann")
        union = store.instance(second).coarse.decode() | store.instance(third).coarse.decode()
        instances.merge(store, second, [second, third], "ann")
        instances.change_category(store, first, split.made, "wheel", "ann")
        drawn = instances.draw(store, first, encode_mask(disk(80, 20, 9)), "slip", "ann")
        instances.revert(store, drawn, "ann")
        source_ids = {e.instance_id: e.source_id for e in store.queue()}
        (part,) = split.made
        pairs = [first, part, second]

    out = disks / "out"
    for name in ("coco", "png", "csv"):
        done = segrefine("export", path, "--format", name, "--out", out)
        assert done.returncode == 0, done.stderr
    written = json.loads((out / "instances.json").read_text())
    names = {each["id"]: each["name"] for each in written["categories"]}
    assert sorted(names.values()) == ["disk", "wheel"], "no word of what was taken back"
    found = {
        each["segrefine"]["source_id"]: (
            names[each["category_id"]],
            coco_mask.decode(each["segmentation"]).astype(bool),
        )
        for each in written["annotations"]
    }
    wanted = [("disk", disk(40, 60, 20)), ("wheel", disk(120, 60, 10)), ("disk", union)]
    assert sorted(found) == sorted(source_ids[each] for each in pairs)
    for instance_id, (name, mask) in zip(pairs, wanted, strict=True):
        category, pixels = found[source_ids[instance_id]]
        assert category == name
        np.testing.assert_array_equal(pixels, mask)
    pngs = sorted(out.rglob("*.png"))
    assert sum(int((cv2.imread(str(each), 0) > 0).sum()) for each in pngs) == sum(
        int(mask.sum()) for _, mask in wanted
    )
    with next(out.glob("*.csv")).open(newline="") as file:
        rows = {int(row["source_id"]): row["decision"] for row in csv.DictReader(file)}
    assert rows == {
        source_ids[first]: "edited",
        source_ids[part]: "edited",
        source_ids[second]: "edited",
        source_ids[third]: "dropped",
    }
