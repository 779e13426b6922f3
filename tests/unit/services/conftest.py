from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from support.masks import a_mask_file

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.services.import_masks import import_masks
from segrefine_gui.services.matching import ImageMatcher
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """An empty project."""
    with Project.create(tmp_path / "work.segrefine") as project:
        yield project


@pytest.fixture
def imported(project: Project, image_folder: Path, coarse_mask: npt.NDArray[np.bool_]) -> Project:
    """A project with three instances: two in `one.png`, one in `two.png`."""
    masks = a_mask_file(["one.png", "one.png", "two.png"], coarse_mask)
    files = image_io.find_images([image_folder])
    matcher = ImageMatcher(files, [image_folder])
    import_masks(project, masks, "origin", files, matcher, image_io, CancelToken())
    return project
