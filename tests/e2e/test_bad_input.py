"""Bad input through the real entry point: one sentence each, the batch goes on, nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage

from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.storage.project import Project


@pytest.fixture
def coco(image_folder: Path, coarse_mask: np.ndarray) -> dict:
    return {
        "images": [{"id": 1, "file_name": "one.png", "width": 160, "height": 120}],
        "categories": [{"id": 1, "name": "disk"}],
        "annotations": [
            {
                "id": 1,
                "image_id": 1,
                "category_id": 1,
                "segmentation": encode_mask(coarse_mask).to_coco(),
            }
        ],
    }


def one_sentence(text: str) -> bool:
    return bool(text.strip()) and "Traceback" not in text


def imported(segrefine, tmp_path: Path, folder: Path, masks: object) -> tuple[str, int]:
    """What was said, and how many instances are in the project after importing `masks`."""
    file = tmp_path / "masks.json"
    file.write_text(masks if isinstance(masks, str) else json.dumps(masks))
    path = tmp_path / "p.segrefine"
    done = segrefine("run", folder, "--masks", file, "--project", path, "--refiner", "grabcut")
    assert "Traceback" not in done.stderr
    if not path.exists():
        return done.stderr, 0
    with Project.open(path) as project:
        return done.stderr, len(project.queue())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"segmentation": {"size": [120, 160], "counts": "ooooo0"}}, "run-length"),
        ({"segmentation": {"size": [120, 160], "counts": [5, 5]}}, "pixels"),
        ({"segmentation": {"size": [90, 90], "counts": [8100]}}, "90x90"),
        ({"segmentation": [[1, 1, 5, 5]]}, "three points"),
        ({"segmentation": [[1, 1, float("nan"), 5, 9, 9]]}, "finite"),
        ({"segmentation": {"size": [120, 160], "counts": [120 * 160]}}, "empty"),
        ({"image_id": 99}, "99"),
        ({"id": 1}, "1"),
    ],
)
def test_a_bad_annotation_is_said_and_the_good_one_stays(
    segrefine, tmp_path: Path, image_folder: Path, coco: dict, change: dict, said: str
) -> None:
    coco["annotations"].append({**coco["annotations"][0], "id": 2, **change})
    text, count = imported(segrefine, tmp_path, image_folder, coco)
    assert count == 1
    assert "Left out" in text
    assert said in text


@pytest.mark.parametrize("name", ["../secret.png", "/etc/passwd", "gone.png"])
def test_a_name_that_fits_no_given_image(
    segrefine, tmp_path: Path, image_folder: Path, coco: dict, name: str
) -> None:
    cv2.imwrite(str(tmp_path / "secret.png"), np.zeros((120, 160, 3), np.uint8))
    coco["images"].append({"id": 2, "file_name": name, "width": 160, "height": 120})
    coco["annotations"].append({**coco["annotations"][0], "id": 2, "image_id": 2})
    text, count = imported(segrefine, tmp_path, image_folder, coco)
    assert count == 1
    assert name in text


@pytest.mark.parametrize(
    "content", [b"", b"no image at all", b"\xff\xd8\xff\xe0 broken", b"\x89PNG\r\n\x1a\n"]
)
def test_a_file_that_is_no_image(
    segrefine, tmp_path: Path, image_folder: Path, coco: dict, content: bytes
) -> None:
    (image_folder / "bad.jpg").write_bytes(content)
    coco["images"].append({"id": 2, "file_name": "bad.jpg", "width": 160, "height": 120})
    coco["annotations"].append({**coco["annotations"][0], "id": 2, "image_id": 2})
    text, count = imported(segrefine, tmp_path, image_folder, coco)
    assert count == 1
    assert "bad.jpg" in text


def test_a_truncated_jpeg_is_said_when_it_is_refined(
    segrefine, tmp_path: Path, image_folder: Path, coco: dict
) -> None:
    rng = np.random.default_rng(0)
    noise = PillowImage.fromarray(rng.integers(0, 256, (120, 160, 3), dtype=np.uint8))
    noise.save(image_folder / "cut.jpg")
    whole = (image_folder / "cut.jpg").read_bytes()
    (image_folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    coco["images"].append({"id": 2, "file_name": "cut.jpg", "width": 160, "height": 120})
    coco["annotations"].append({**coco["annotations"][0], "id": 2, "image_id": 2})
    text, _ = imported(segrefine, tmp_path, image_folder, coco)
    assert "cut.jpg" in text
    with Project.open(tmp_path / "p.segrefine") as project:
        assert sorted(entry.refiner for entry in project.queue()) == ["", "grabcut"]


def test_a_mask_of_the_whole_image_is_kept_and_refined(
    segrefine, tmp_path: Path, image_folder: Path, coco: dict
) -> None:
    full = encode_mask(np.ones((120, 160), dtype=bool))
    coco["annotations"][0]["segmentation"] = full.to_coco()
    _, count = imported(segrefine, tmp_path, image_folder, coco)
    assert count == 1
    with Project.open(tmp_path / "p.segrefine") as project:
        (reviewed,) = project.reviewed()
    assert reviewed.refinement is not None
    assert reviewed.refinement.soft.cut().all()


@pytest.mark.parametrize(
    "text", ["", "{", "[1, 2, 3]", '{"a": 1}', "null", "[" * 100_000, "\x00\x01"]
)
def test_a_json_that_is_not_coco(segrefine, tmp_path: Path, image_folder: Path, text: str) -> None:
    said, count = imported(segrefine, tmp_path, image_folder, text)
    assert count == 0
    assert one_sentence(said)


def test_no_instances_is_fine(segrefine, tmp_path: Path, image_folder: Path, coco: dict) -> None:
    coco["annotations"] = []
    said, count = imported(segrefine, tmp_path, image_folder, coco)
    assert count == 0
    assert "Traceback" not in said


def test_a_project_file_that_is_not_one(
    segrefine, tmp_path: Path, image_folder: Path, coco: dict
) -> None:
    path = tmp_path / "p.segrefine"
    path.write_text("my shopping list")
    said, _ = segrefine("run", image_folder, "--masks", path, "--project", path).stderr, 0
    assert one_sentence(said)
    assert path.read_text() == "my shopping list"
    done = segrefine("export", path, "--format", "coco", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "not a SegRefine project" in done.stderr


def test_a_missing_project_is_not_made_by_an_export(segrefine, tmp_path: Path) -> None:
    done = segrefine("export", "none.segrefine", "--format", "coco", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "There is no project" in done.stderr
    assert not (tmp_path / "none.segrefine").exists()


def test_a_place_that_cannot_be_written(
    segrefine, tmp_path: Path, image_folder: Path, coco: dict
) -> None:
    imported(segrefine, tmp_path, image_folder, coco)
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    done = segrefine(
        "export", tmp_path / "p.segrefine",
        "--format", "coco", "--include", "all", "--out", blocked / "out",
    )  # fmt: skip
    assert done.returncode == 1
    assert one_sentence(done.stderr)
    done = segrefine(
        "run", image_folder, "--masks", tmp_path / "masks.json", "--project", blocked / "p"
    )
    assert done.returncode == 1
    assert one_sentence(done.stderr)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--refiner", "grabcutt"], "grabcut"),
        (["--device", "cuda:99", "--refiner", "cascadepsp"], ""),
        (["--device", "toaster", "--refiner", "grabcut"], ""),
    ],
)
def test_engines_that_cannot_be_had(
    segrefine, tmp_path: Path, image_folder: Path, coco: dict, arguments: list[str], said: str
) -> None:
    masks = tmp_path / "masks.json"
    masks.write_text(json.dumps(coco))
    path = tmp_path / "p.segrefine"
    done = segrefine("run", image_folder, "--masks", masks, "--project", path, *arguments)
    assert one_sentence(done.stdout + done.stderr)
    assert said in done.stderr
    with Project.open(path) as project:
        assert len(project.queue()) == 1


def test_without_a_display_the_window_says_where_to_go(segrefine) -> None:
    done = segrefine(QT_QPA_PLATFORM="", DISPLAY="", WAYLAND_DISPLAY="")
    assert done.returncode == 1
    assert "segrefine run" in done.stderr or "install" in done.stderr
    assert "Traceback" not in done.stderr
