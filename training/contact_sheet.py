"""Shows what training sees: `python -m training.contact_sheet OUT.png`.

Each row is one sample: the scene with its coarse mask (red) and its truth (green), then the
planes that go with it: signed distance, colour odds, GrabCut, near and far colour difference.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

from segrefine_gui.engines.base import RgbImage
from segrefine_gui.engines.builtin.inputs import CHANNELS
from training.pictures import GREEN, RED, outlined, save, sheet, signed_plane
from training.samples import Scenes

_FIRST_EVIDENCE = 4
"""Index of the signed distance; before it come the colours and the coarse mask."""


def contact_sheet(scenes: Scenes) -> RgbImage:
    """One row for each sample of `scenes`."""
    return sheet([_row(planes) for index in range(len(scenes)) for planes in scenes[index]])


def main() -> None:
    """Parse the command line and write the sheet."""
    parser = argparse.ArgumentParser(prog="python -m training.contact_sheet", description=__doc__)
    parser.add_argument("out", type=Path, help="picture to write")
    parser.add_argument("--scenes", type=int, default=10, help="how many scenes")
    parser.add_argument("--seed", type=int, default=0, help="of the training")
    parser.add_argument("--first", type=int, default=0, help="number of the first scene")
    chosen = parser.parse_args()
    save(contact_sheet(Scenes(chosen.seed, chosen.scenes, chosen.first)), chosen.out)


def _row(planes: npt.NDArray[np.float32]) -> list[RgbImage]:
    image = np.rint((planes[:3].transpose(1, 2, 0) + 1) * 127.5).astype(np.uint8)
    truth, coarse = planes[CHANNELS] > 0, planes[CHANNELS + 1] > 0
    scene = outlined(outlined(image, coarse, RED), truth, GREEN)
    return [image, scene, *map(signed_plane, planes[_FIRST_EVIDENCE:CHANNELS])]


if __name__ == "__main__":
    main()
