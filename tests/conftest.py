"""Fixtures that all tests share: photos and masks on disk, and a home of their own."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import settings

settings.register_profile("suite", deadline=None)  # time says how busy the machine is
settings.load_profile("suite")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, logs and weights of a test never touch the person's own."""
    monkeypatch.setenv("SEGREFINE_HOME", str(tmp_path_factory.mktemp("home")))
    for name in ("SEGREFINE_WEIGHTS", "SEGREFINE_MIRROR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def disk_image() -> npt.NDArray[np.uint8]:
    """A 120x160 photo-like image: a bright disk of radius 30 at (x=80, y=60) on a dark ground."""
    rng = np.random.default_rng(7)
    image = np.full((120, 160, 3), (40, 60, 50), dtype=np.uint8)
    cv2.circle(image, (80, 60), 30, (220, 180, 60), -1)
    noise = rng.integers(-8, 9, image.shape)
    return np.clip(image.astype(int) + noise, 0, 255).astype(np.uint8)


@pytest.fixture
def disk_mask() -> npt.NDArray[np.bool_]:
    """The truth of `disk_image`."""
    mask = np.zeros((120, 160), dtype=np.uint8)
    cv2.circle(mask, (80, 60), 30, 1, -1)
    return mask.astype(bool)


@pytest.fixture
def coarse_mask() -> npt.NDArray[np.bool_]:
    """A coarse mask of `disk_image`: shifted, too small on one side and too large on the other."""
    mask = np.zeros((120, 160), dtype=np.uint8)
    cv2.circle(mask, (84, 62), 28, 1, -1)
    return mask.astype(bool)


@pytest.fixture
def image_folder(tmp_path: Path, disk_image: npt.NDArray[np.uint8]) -> Path:
    """A folder `images` with two photos, `one.png` and `two.png`."""
    folder = tmp_path / "images"
    folder.mkdir()
    for name in ("one.png", "two.png"):
        cv2.imwrite(str(folder / name), cv2.cvtColor(disk_image, cv2.COLOR_RGB2BGR))
    return folder
