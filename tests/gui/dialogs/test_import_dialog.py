"""Importing masks: what is missing or wrong is said, and what is chosen comes back."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from segrefine_gui.gui.dialogs.import_dialog import ImportChoice, ImportDialog


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    path = tmp_path / "coarse.json"
    path.write_text("{}")
    return path


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


def opened(qtbot: QtBot, dialog: ImportDialog) -> ImportDialog:
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_it_asks_for_masks_and_then_for_images(
    qtbot: QtBot, masks: Path, image_folder: Path
) -> None:
    dialog = opened(qtbot, ImportDialog())
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


def test_what_it_is_given_is_chosen_at_once(qtbot: QtBot, masks: Path, image_folder: Path) -> None:
    dialog = opened(qtbot, ImportDialog([image_folder], masks))
    tick = QPoint(8, dialog.refine.height() // 2)
    qtbot.mouseClick(dialog.refine, Qt.MouseButton.LeftButton, pos=tick)
    dialog.images_json.set_path(masks)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert dialog.choice() == ImportChoice((image_folder,), masks, masks, refine=False)


def test_a_path_that_is_not_there_is_named(
    qtbot: QtBot, masks: Path, image_folder: Path, tmp_path: Path
) -> None:
    dialog = opened(qtbot, ImportDialog([image_folder], masks))
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


def test_enter_does_not_accept_what_is_wrong(qtbot: QtBot, masks: Path) -> None:
    dialog = opened(qtbot, ImportDialog((), masks))
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert dialog.result() == QDialog.DialogCode.Rejected


def test_files_and_folders_may_be_dropped_on_their_fields(
    qtbot: QtBot, masks: Path, image_folder: Path
) -> None:
    dialog = opened(qtbot, ImportDialog())
    drop(dialog.masks, masks)
    drop(dialog.images, image_folder, image_folder / "one.png")
    drop(dialog.images, image_folder)
    assert dialog.choice() == ImportChoice((image_folder, image_folder / "one.png"), masks, None)


def test_every_control_has_a_name_for_screen_readers(qtbot: QtBot) -> None:
    dialog = opened(qtbot, ImportDialog())
    assert dialog.masks.edit.accessibleName() == "Coarse masks"
    assert dialog.images.list.accessibleName() == "Images that they belong to"
    assert dialog.images_json.edit.accessibleName().startswith("COCO file")
