"""How many inputs it takes to mend a bad mask, by replaying the edits that did.

    python benchmarks/editing_effort.py --data DATA

Each replay of `editing_replays.py` begins from a coarse mask of the set `pennfudan_dev`, runs the
functions that the editor's tools are made of, and ends with the IoU with the truth. An input is
one stroke (pressed, moved, released) or one key: E to open the editor and Enter to apply, a tool's
own whenever the tool changes, and Alt for each stroke that takes away. A table in Markdown, then
JSON on the last line.
"""

from __future__ import annotations

import argparse
import itertools
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from editing_replays import REPLAYS, Brush, Lasso, Paint, Replay
from measuring_sets import DEFAULT_DATA, MeasuringSet
from pycocotools.coco import COCO

from segrefine_gui.domain.boxes import image_box
from segrefine_gui.domain.brushes import dab, line, polygon
from segrefine_gui.domain.edit_history import EditedMask
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.metrics import iou

SET = "pennfudan_dev"
AIM = 0.95


@dataclass(frozen=True, slots=True)
class Effort:
    """What one replay came to.

    Attributes:
        image: name of the photo.
        source_id: of the annotation in the set's results.
        before: IoU of the coarse mask with the truth.
        after: that of the edited mask.
        strokes: how many were drawn.
        keys: how many were pressed or held.
    """

    image: str
    source_id: int
    before: float
    after: float
    strokes: int
    keys: int


class Editor:
    """One mask being edited, and what that has taken."""

    def __init__(self, mask: BoolMask) -> None:
        self.edited = EditedMask(mask)
        self.within = image_box(mask.shape[1], mask.shape[0])
        self.strokes = 0
        self.keys = 2  # E and Enter
        self._tool: type[Paint] | None = None

    def do(self, paint: Paint) -> None:
        """Replay one use of a tool."""
        if type(paint) is not self._tool:
            self._tool = type(paint)
            self.keys += 1
        self.edited.begin(type(paint).__name__)
        self.strokes += 1
        self.keys += not paint.add
        if isinstance(paint, Lasso):
            self.edited.paint(*polygon(paint.points, self.within), paint.add)
        else:
            self._brush(paint)
        self.edited.commit()

    def _brush(self, paint: Brush) -> None:
        self.edited.paint(*dab(*paint.points[0], paint.radius, self.within), paint.add)
        for before, after in itertools.pairwise(paint.points):
            for piece in line(before, after, paint.radius, self.within):
                self.edited.paint(*piece, paint.add)


def replay(measured: MeasuringSet, truth: COCO, wanted: Replay) -> Effort:
    """Replay one, on the coarse mask it began from."""
    path, instance = next(
        found for found in measured.instances() if found[1].source_id == wanted.source_id
    )
    coarse = instance.coarse.decode()
    photo = next(key for key, image in truth.imgs.items() if image["file_name"] == path.name)
    objects = truth.loadAnns(truth.getAnnIds(imgIds=[photo]))
    masks = [truth.annToMask(entry).astype(np.bool_) for entry in objects]
    right = max(masks, key=lambda mask: iou(mask, coarse))
    editor = Editor(coarse)
    for paint in wanted.paints:
        editor.do(paint)
    after = editor.edited.mask.copy()
    while editor.edited.can_undo:
        editor.edited.undo()
    if not np.array_equal(editor.edited.mask, coarse):
        raise SystemExit("Undoing all of a replay did not give the coarse mask back.")
    return Effort(
        path.name,
        wanted.source_id,
        round(iou(coarse, right), 4),
        round(iou(after, right), 4),
        editor.strokes,
        editor.keys,
    )


def main() -> None:
    """Print a table, and the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    measured = MeasuringSet(parser.parse_args().data / SET)
    if not measured.is_complete:
        raise SystemExit(f"There is no {measured.folder}: say where the sets are by --data.")
    truth = COCO(str(measured.truth))
    print("| photo | IoU before | after | strokes | keys | inputs |")
    print("|---|---|---|---|---|---|")
    efforts = [replay(measured, truth, wanted) for wanted in REPLAYS]
    for found in efforts:
        print(
            f"| {found.image} | {found.before:.3f} | {found.after:.3f} | {found.strokes} | "
            f"{found.keys} | {found.strokes + found.keys} |"
        )
    rows = [
        {name: getattr(found, name) for name in Effort.__slots__}
        | {"inputs": found.strokes + found.keys, "reached": found.after > AIM}
        for found in efforts
    ]
    print(json.dumps({"set": SET, "aim": AIM, "masks": rows}))


if __name__ == "__main__":
    main()
