"""Models that several tests of engines share, made once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Detectron2's Mask R-CNN with random weights; see `support.detectron2_models.make_models`."""
    pytest.importorskip("detectron2", reason="Detectron2 is not installed")
    from support.detectron2_models import make_models

    folder = tmp_path_factory.mktemp("detectron2")
    make_models(folder)
    return folder


@pytest.fixture(scope="module")
def photo() -> npt.NDArray[np.uint8]:
    """A photo of noise, 60x90."""
    image = np.random.default_rng(0).integers(0, 256, (60, 90, 3), dtype=np.uint8)
    image[..., 0] //= 4  # the channels must differ, or their order could not show
    return image
