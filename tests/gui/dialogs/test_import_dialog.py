"""Importing masks: what is wrong is said, and what would come of it is shown beforehand."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.engines.registry import EngineRegistry
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.gui.dialogs.import_dialog import ImportChoice, ImportDialog
from segrefine_gui.gui.prompts import import_request
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.services.import_preview import ImportPreview
from segrefine_gui.services.jobs import run_import_preview
from segrefine_gui.services.steps import OnStep
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project

TOOLS = Tools(Project.open, Project.open_or_create, image_io, EngineRegistry([]), FormatRegistry())


@pytest.fixture
def masks(tmp_path: Path, coarse_mask: npt.NDArray[np.bool_]) -> Path:
    """Three disks: one in `one.png`, one in a photo that is not there, and a damaged one."""
    shapes = [encode_mask(coarse_mask).to_coco(), encode_mask(coarse_mask).to_coco(), {}]
    document = {
        "images": [
            {"id": number, "file_name": name, "width": 160, "height": 120}
            for number, name in enumerate(("one.png", "gone.png"))
        ],
        "annotations": [
            {"id": 7 + place, "image_id": image, "category_id": 3, "segmentation": shape}
            for place, (image, shape) in enumerate(zip((0, 1, 0), shapes, strict=True))
        ],
        "categories": [{"id": 3, "name": "<b>disk"}],
    }
    path = tmp_path / "coarse.json"
    path.write_text(json.dumps(document))
    return path


def look(choice: ImportChoice, cancel: CancelToken, on_step: OnStep) -> ImportPreview:
    return run_import_preview(TOOLS, import_request(Path(), choice), cancel, on_step)


Make = Callable[..., ImportDialog]


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[Make]:
    """Opens the dialog on what it is given."""
    pool = ReadingPool()

    def make(images: tuple[Path, ...] = (), masks: Path | None = None, look=look) -> ImportDialog:
        dialog = ImportDialog(FormatRegistry().readable(), look, pool, images, masks)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    yield make
    assert pool.shutdown(5000)


def drop(target: object, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    target.dropEvent(  # type: ignore[attr-defined]
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


def focus(qtbot: QtBot, widget: QWidget) -> None:
    widget.window().activateWindow()
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)


def test_it_asks_for_masks_and_then_for_images(
    qtbot: QtBot, make: Make, masks: Path, image_folder: Path
) -> None:
    dialog = make()
    assert dialog.problem_line.text() == "Choose the file or folder with the coarse masks."
    assert not dialog.accept_button.isEnabled()

    qtbot.keyClicks(dialog.masks.edit, str(masks))
    assert dialog.problem_line.text() == "Add the images that the masks belong to."
    assert not dialog.accept_button.isEnabled()

    dialog.images.add([image_folder])
    assert dialog.problem_line.text() == ""
    with qtbot.waitSignal(dialog.accepted):
        qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    assert dialog.choice() == ImportChoice((image_folder,), masks, None, refine=True)


def test_what_it_is_given_is_chosen_at_once(
    qtbot: QtBot, make: Make, masks: Path, image_folder: Path
) -> None:
    dialog = make((image_folder,), masks)
    tick = QPoint(8, dialog.refine.height() // 2)
    qtbot.mouseClick(dialog.refine, Qt.MouseButton.LeftButton, pos=tick)
    dialog.images_json.set_path(masks)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert dialog.choice() == ImportChoice((image_folder,), masks, masks, refine=False)


def test_a_path_that_is_not_there_is_named(
    qtbot: QtBot, make: Make, masks: Path, image_folder: Path, tmp_path: Path
) -> None:
    dialog = make((image_folder,), masks)
    gone = tmp_path / "gone"

    dialog.masks.set_path(gone)
    assert dialog.problem_line.text() == f"There is no file or folder {gone}."
    dialog.masks.set_path(masks)
    dialog.images_json.set_path(gone)
    assert dialog.problem_line.text() == f"There is no file {gone}."
    dialog.images_json.set_path(None)
    dialog.images.add([gone])
    assert dialog.problem_line.text() == f"There is no file or folder {gone}."
    assert not dialog.accept_button.isEnabled()

    dialog.images.list.setCurrentRow(1)
    focus(qtbot, dialog.images.list)
    qtbot.keyClick(dialog.images.list, Qt.Key.Key_Delete)
    assert dialog.images.paths() == (image_folder,)
    assert dialog.accept_button.isEnabled()


def test_enter_does_not_accept_what_is_wrong(qtbot: QtBot, make: Make, masks: Path) -> None:
    dialog = make((), masks)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert dialog.result() == QDialog.DialogCode.Rejected


def test_files_and_folders_may_be_dropped_on_their_fields(
    qtbot: QtBot, make: Make, masks: Path, image_folder: Path
) -> None:
    dialog = make()
    drop(dialog.masks, masks)
    drop(dialog.images, image_folder, image_folder / "one.png")
    drop(dialog.images, image_folder)
    assert dialog.choice() == ImportChoice((image_folder, image_folder / "one.png"), masks, None)


def test_every_control_has_a_name_for_screen_readers(qtbot: QtBot, make: Make) -> None:
    dialog = make()
    assert dialog.masks.edit.accessibleName() == "Coarse masks"
    assert dialog.images.list.accessibleName() == "Images that they belong to"
    assert dialog.images_json.edit.accessibleName().startswith("COCO file")


def found(dialog: ImportDialog, qtbot: QtBot) -> str:
    """What the dialog says once it has looked."""
    shown = dialog.findings
    qtbot.waitUntil(lambda: shown.instances.isVisible(), timeout=10_000)
    return f"{shown.instances.text()}. {shown.images.text()} {shown.categories.text()}"


def test_what_an_import_would_add_is_shown_before_it_does(
    qtbot: QtBot, make: Make, masks: Path, image_folder: Path
) -> None:
    dialog = make((image_folder,), masks)
    assert found(dialog, qtbot) == (
        "1 instance in 1 image. Images that are not among those given: 1. Other things left out: "
        "1. Images given that the masks do not tell of: 1. <b>disk 1"
    )
    assert dialog.format.currentText() == "COCO (recognised)"
    rows = [row.split("\t") for row in dialog.findings.left_out.text().splitlines()]
    assert [subject for subject, _ in rows] == ["instance 8 of gone.png", "annotation 9"]
    assert rows[0][1] == "There is no image gone.png among the files given."


def test_it_follows_what_is_changed(
    qtbot: QtBot, make: Make, masks: Path, image_folder: Path
) -> None:
    dialog = make((image_folder,), masks)
    found(dialog, qtbot)
    (image_folder / "one.png").rename(image_folder / "p_one.png")
    dialog.match.by.setCurrentIndex(dialog.match.by.findText("By a pattern"))
    qtbot.waitUntil(lambda: not dialog.findings.instances.isVisible())
    dialog.match.pattern.setText("{stem")
    assert "is no way to match images" in dialog.problem_line.text()
    assert not dialog.accept_button.isEnabled()
    assert not dialog.findings.instances.isVisible()

    dialog.match.pattern.setText("{stem}")
    assert found(dialog, qtbot).startswith("0 instances in 0 images.")
    (image_folder / "p_one.png").rename(image_folder / "one.png")
    dialog.match.pattern.setText("{stem}*")
    qtbot.waitUntil(lambda: found(dialog, qtbot).startswith("1 instance in 1 image."))
    assert dialog.choice().match == "{stem}*"


def test_masks_that_cannot_be_read_are_not_imported(
    qtbot: QtBot, make: Make, masks: Path, image_folder: Path
) -> None:
    dialog = make((image_folder,), masks)
    dialog.format.setCurrentIndex(dialog.format.findData("detectron2"))
    qtbot.waitUntil(lambda: "not a list" in dialog.problem_line.text(), timeout=10_000)
    assert not dialog.accept_button.isEnabled()
    assert dialog.choice().masks_format == "detectron2"
    dialog.format.setCurrentIndex(0)
    assert dialog.accept_button.isEnabled(), "nobody knows yet that it would fail"
    assert found(dialog, qtbot).startswith("1 instance")


def test_leaving_stops_the_looking(
    qtbot: QtBot, make: Make, masks: Path, image_folder: Path
) -> None:
    started, stopped = threading.Event(), threading.Event()

    def endless(choice: ImportChoice, cancel: CancelToken, on_step: OnStep) -> ImportPreview:
        started.set()
        while not cancel.is_cancelled:
            pass
        stopped.set()
        cancel.raise_if_cancelled()
        raise AssertionError

    dialog = make((image_folder,), masks, endless)
    qtbot.waitUntil(started.is_set)
    assert dialog.findings.line.bar.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert stopped.wait(5)


def test_a_folder_is_looked_into_once_its_path_is_typed(
    qtbot: QtBot, make: Make, image_folder: Path, tmp_path: Path
) -> None:
    asked = []

    def note(choice: ImportChoice, cancel: CancelToken, on_step: OnStep) -> ImportPreview:
        asked.append(choice.masks)
        return ImportPreview("coco", 0, 0)

    dialog = make((image_folder,), None, note)
    focus(qtbot, dialog.masks.edit)
    qtbot.keyClicks(dialog.masks.edit, str(image_folder))
    assert dialog.findings.line.words.text() == "Leave the field to see what an import would add."
    qtbot.keyClick(dialog.masks.edit, Qt.Key.Key_Tab)
    found(dialog, qtbot)
    assert asked == [image_folder]
