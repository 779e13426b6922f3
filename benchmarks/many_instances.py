"""Seconds and memory of the program when a mask file has a hundred thousand instances.

Each word runs as a person runs it, in a process of its own, whose highest resident memory the
system tells. The photos are grey and the masks are drawn; nothing is refined, as only reading and
writing are measured.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage

from segrefine_gui.domain.masks import Rle, encode_mask
from segrefine_gui.formats.writing.polygons import polygons_of

WIDTH, HEIGHT = 640, 480
SHAPES = 50
EXPORTS: Sequence[tuple[str, ...]] = (
    ("coco",),
    ("coco", "--polygons"),
    ("coco", "--polygons", "--tolerance", "1"),
    ("lvis",),
    ("npz",),
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=100_000)
    parser.add_argument("--images", type=int, default=2_000)
    parser.add_argument("--polygons", action="store_true", help="import polygons, not RLE")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        photos, masks, project = work / "photos", work / "masks.json", work / "a.segrefine"
        draw_photos(photos, arguments.images)
        write_coco(masks, arguments.images, arguments.instances, arguments.polygons)
        rows = [("masks", masks.stat().st_size / 1e6, 0.0, 0.0)]
        run = ("run", photos, "--masks", masks, "--project", project, "--refiner", "none")
        rows.append(measured("run --masks", masks, *run))
        for words in EXPORTS:
            out = work / "out"
            options = ("--include", "all", "--out", out, "--format", *words)
            rows.append(measured("export " + " ".join(words), out, "export", project, *options))
            shutil.rmtree(out)
    print("| what | MB on disk | seconds | peak MB |\n|---|---|---|---|")
    for name, size, seconds, peak in rows:
        print(f"| `{name}` | {size:.0f} | {seconds:.1f} | {peak:.0f} |")
    print(json.dumps({name: [size, seconds, peak] for name, size, seconds, peak in rows}))


def draw_photos(folder: Path, count: int) -> None:
    """Grey JPEG files."""
    folder.mkdir()
    PillowImage.new("RGB", (WIDTH, HEIGHT), (128, 128, 128)).save(folder / "000000.jpg")
    content = (folder / "000000.jpg").read_bytes()
    for number in range(count):
        (folder / f"{number:06d}.jpg").write_bytes(content)


def write_coco(path: Path, images: int, instances: int, polygons: bool) -> None:
    """A COCO file whose instances are shared out among the images."""
    shapes = [wavy_disk(number) for number in range(SHAPES)]
    segmentations = [_polygons(each) if polygons else each.to_coco() for each in shapes]
    annotations = [
        {
            "id": number + 1,
            "image_id": number * images // instances,
            "category_id": 1,
            "segmentation": segmentations[number % SHAPES],
            "area": shapes[number % SHAPES].area,
            "bbox": shapes[number % SHAPES].box.to_xywh(),
            "iscrowd": 0,
        }
        for number in range(instances)
    ]
    listed = [
        {"id": number, "file_name": f"{number:06d}.jpg", "width": WIDTH, "height": HEIGHT}
        for number in range(images)
    ]
    categories = [{"id": 1, "name": "disk"}]
    with path.open("w") as stream:
        json.dump({"images": listed, "categories": categories, "annotations": annotations}, stream)


def wavy_disk(number: int) -> Rle:
    """A mask whose outline is as long as those of photos are."""
    random = np.random.default_rng(number)
    y, x = random.integers(80, HEIGHT - 80), random.integers(80, WIDTH - 80)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    angle = np.arctan2(rows - y, columns - x)
    waves = 1 + 0.2 * np.sin(5 * angle + number) + 0.05 * np.sin(31 * angle)
    return encode_mask(np.hypot(rows - y, columns - x) < random.integers(20, 80) * waves)


def measured(name: str, made: Path, *words: str | Path) -> tuple[str, float, float, float]:
    """Run the program; MB of what it was given or made, its seconds, and its peak in MB."""
    program = shutil.which("segrefine", path=Path(sys.executable).parent)
    if program is None:
        raise SystemExit("segrefine is not installed in this Python: `pip install -e .`")
    started = time.perf_counter()
    output = (os.POSIX_SPAWN_DUP2, 2, 1)  # what it says is no part of this program's output
    arguments = [program, *map(str, words)]
    child = os.posix_spawn(program, arguments, os.environ, file_actions=[output])
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"`segrefine {words[0]}` failed.")
    files = [made] if made.is_file() else [file for file in made.rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files)
    unit = 1 if sys.platform == "darwin" else 1024
    seconds = time.perf_counter() - started
    return name, size / 1e6, seconds, usage.ru_maxrss * unit / 1e6


def _polygons(mask: Rle) -> Sequence[list[float]]:
    found = polygons_of(mask)
    assert found is not None
    return found.parts


if __name__ == "__main__":
    main()
