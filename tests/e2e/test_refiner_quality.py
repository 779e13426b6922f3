"""The script that measures refiners, on a measuring set of two photos."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPT = REPOSITORY / "benchmarks" / "refiner_quality.py"


def measure(data: Path, out: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, SCRIPT, "--data", data, "--out", out, "--refiners", "grabcut"]
    return subprocess.run(
        [*map(str, command), *words], capture_output=True, text=True, timeout=150, check=False
    )


def test_prints_a_table_and_json_and_draws(data: Path, tmp_path: Path):
    out = tmp_path / "pictures"
    done = measure(data, out)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    quality = json.loads(lines[-1])["sets"]["disks"]["grabcut"]
    assert quality["instances"] == 2
    assert quality["left_out"] == 1
    assert 0.5 < quality["coarse"]["iou"] < quality["refined"]["iou"]
    assert quality["harm"] == 0
    assert lines[0] == "| set | n | coarse | grabcut |"
    assert lines[2].startswith(f"| disks | 2 of 3 | {quality['coarse']['iou']:.3f} / ")
    for name in ("scatter.png", "worst.jpg", "best.jpg"):
        picture = cv2.imread(str(out / f"disks-grabcut-{name}"))
        assert len(np.unique(picture)) > 20


def test_the_truth_itself_can_be_refined(data: Path, tmp_path: Path):
    done = measure(data, tmp_path / "pictures", "--truth-as-coarse", "--limit", "1")
    assert done.returncode == 0, done.stderr
    quality = json.loads(done.stdout.splitlines()[-1])["sets"]["disks"]["grabcut"]
    assert quality["instances"] == 1
    assert quality["coarse"]["iou"] == 1


def test_pictures_are_not_written_into_the_repository(data: Path):
    out = REPOSITORY / "pictures"
    done = measure(data, out)
    assert done.returncode != 0
    assert "outside of the repository" in done.stderr
    assert not out.exists()
