"""How many inputs it takes to mend a bad mask, by doing again in the window what did.

    python benchmarks/editing_effort.py --data DATA

Each replay of `editing_replays.py` opens the window, without a screen, on a project with one coarse
mask of the set `pennfudan_dev`, and mends it by events of mouse and keys alone: whole pixels of the
canvas, at the zoom that the editor opens with. What is scored is the mask that the project has
afterwards. An input is one stroke (pressed, moved, released) or one key: E to open the editor and
Enter to apply, a tool's own, Ctrl+0 where a stroke would leave what is in sight, and Alt for each
stroke that takes away. A table in Markdown, then JSON on the last line.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before anything imports Qt

import numpy as np
from editing_replays import REPLAYS, Lasso, Replay
from measuring_sets import DEFAULT_DATA, MeasuringSet
from pycocotools.coco import COCO
from PySide6.QtCore import QEventLoop, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from segrefine_gui.cli.assembly import assemble
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.metrics import iou
from segrefine_gui.domain.records import Instance
from segrefine_gui.gui.editor.canvas import EditorCanvas
from segrefine_gui.gui.main_window import MainWindow
from segrefine_gui.gui.preferences import Preferences
from segrefine_gui.storage.base import NewImage, NewInstance
from segrefine_gui.storage.project import Project

SET = "pennfudan_dev"
AIM = 0.95
SIZE = 1360, 860
"""Of the window, in widget pixels."""

WAIT_SECONDS = 30.0
NONE, ALT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
)


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
        zoom: device pixels of the canvas per pixel of the image.
    """

    image: str
    source_id: int
    before: float
    after: float
    strokes: int
    keys: int
    zoom: float


class Annotator:
    """Sits at the window with a mouse and a keyboard, which count what they are used for."""

    def __init__(self, project: Path, home: Path) -> None:
        self.strokes = self.keys = 0
        self.window = MainWindow(assemble(), Preferences(home / "settings.json"), home, home)
        self.window.resize(*SIZE)
        self.window.show()
        self.window.activateWindow()
        self.window.open_path(project)
        wait_until(lambda: self.window.review.is_seen)

    @property
    def canvas(self) -> EditorCanvas:
        """Where masks are painted."""
        return self.window.page.editor.canvas

    @property
    def mask(self) -> BoolMask:
        """The mask as it is painted."""
        session = self.window.editing.session
        assert session is not None
        return session.mask

    def begin(self) -> None:
        """Open the editor."""
        self.press(Qt.Key.Key_E)
        wait_until(lambda: self.canvas.isVisible())

    def apply(self) -> None:
        """Use the mask."""
        self.press(Qt.Key.Key_Return)
        wait_until(lambda: not self.window.editing.is_active)

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
        """Press a key wherever the focus is."""
        QTest.keyClick(self.window.focusWidget() or self.window, key, held)
        self.keys += 1

    def draw(self, lasso: Lasso) -> None:
        """Draw one outline with the left button down."""
        if not self._is_in_sight(self._places(lasso)):
            self.press(Qt.Key.Key_0, CTRL)
        places, left = self._places(lasso), Qt.MouseButton.LeftButton
        held = NONE if lasso.add else ALT
        self.keys += not lasso.add
        QTest.mouseMove(self.canvas, places[0])
        QTest.mousePress(self.canvas, left, held, places[0])
        for place in places[1:]:
            QTest.mouseMove(self.canvas, place)
        QTest.mouseRelease(self.canvas, left, held, places[-1])
        self.strokes += 1

    def check_undo(self, coarse: BoolMask) -> None:
        """Take every stroke back, which must give the coarse mask, and draw them all again."""
        keys, painted = self.keys, self.mask.copy()
        for _ in range(self.strokes):
            self.press(Qt.Key.Key_Z, CTRL)
        if not np.array_equal(self.mask, coarse):
            raise SystemExit("Undoing all of a replay did not give the coarse mask back.")
        for _ in range(self.strokes):
            self.press(Qt.Key.Key_Y, CTRL)
        if not np.array_equal(self.mask, painted):
            raise SystemExit("Redoing all of a replay did not give the edited mask back.")
        self.keys = keys

    def _is_in_sight(self, places: list[QPoint]) -> bool:
        """Whether all of it lies on the canvas, and nothing is over where the button goes down."""
        rect = self.canvas.rect()
        return all(map(rect.contains, places)) and self.canvas.childAt(places[0]) is None

    def _places(self, lasso: Lasso) -> list[QPoint]:
        places = (self.canvas.view().to_widget(*point) for point in lasso.points)
        return [QPoint(round(x), round(y)) for x, y in places]


def wait_until(condition: Callable[[], bool]) -> None:
    """Let the window work until something is so."""
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("The window did not get on within half a minute.")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def replay(measured: MeasuringSet, truth: COCO, wanted: Replay, home: Path) -> Effort:
    """Replay one, on the coarse mask it began from."""
    path, instance = next(
        found for found in measured.instances() if found[1].source_id == wanted.source_id
    )
    coarse = instance.coarse.decode()
    photo = next(key for key, image in truth.imgs.items() if image["file_name"] == path.name)
    objects = truth.loadAnns(truth.getAnnIds(imgIds=[photo]))
    masks = [truth.annToMask(entry).astype(np.bool_) for entry in objects]
    right = max(masks, key=lambda mask: iou(mask, coarse))
    project = make_project(home / f"{wanted.source_id}.segrefine", path, instance)
    annotator = Annotator(project, home)
    annotator.begin()
    annotator.press(Qt.Key.Key_F)  # the lasso
    for lasso in wanted.lassos:
        annotator.draw(lasso)
    annotator.check_undo(coarse)
    zoom = annotator.canvas.view().scale
    annotator.apply()
    annotator.window.close()
    return Effort(
        path.name,
        wanted.source_id,
        round(iou(coarse, right), 4),
        round(iou(edited_mask(project), right), 4),
        annotator.strokes,
        annotator.keys,
        round(zoom, 2),
    )


def make_project(path: Path, photo: Path, instance: Instance) -> Path:
    """A project with one instance; the photo stays where it is."""
    coarse, category = instance.coarse, instance.category
    new = NewInstance(instance.source_id, category.name, category.source_id, coarse)
    with Project.open_or_create(path) as project:
        (image,) = project.add_images([NewImage(photo, photo.name, coarse.width, coarse.height)])
        project.add_instances(image.id, SET, [new])
    return path


def edited_mask(path: Path) -> BoolMask:
    """The edit that a project has of its one instance."""
    with Project.open(path) as project:
        (entry,) = project.queue()
        edited = project.decision(entry.instance_id).edited
    if edited is None:
        raise SystemExit("The edit was not applied.")
    return edited.decode()


def main() -> None:
    """Print a table, and the same as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    measured = MeasuringSet(parser.parse_args().data / SET)
    if not measured.is_complete:
        raise SystemExit(f"There is no {measured.folder}: say where the sets are by --data.")
    app = QApplication([])
    truth = COCO(str(measured.truth))
    print("| photo | zoom | IoU before | after | strokes | keys | inputs |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as home:
        efforts = [replay(measured, truth, wanted, Path(home)) for wanted in REPLAYS]
    app.quit()
    for found in efforts:
        print(
            f"| {found.image} | {found.zoom} | {found.before:.3f} | {found.after:.3f} | "
            f"{found.strokes} | {found.keys} | {found.strokes + found.keys} |"
        )
    rows = [
        {name: getattr(found, name) for name in Effort.__slots__}
        | {"inputs": found.strokes + found.keys, "reached": found.after > AIM}
        for found in efforts
    ]
    print(json.dumps({"set": SET, "aim": AIM, "masks": rows}))


if __name__ == "__main__":
    main()
