"""Exporting: the dialog says how many instances it will write, and hands back what was chosen."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from segrefine_gui.domain.records import Decision, MaskChoice
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.gui.dialogs.export_dialog import ExportChoice, ExportDialog
from segrefine_gui.services.export import Include

FORMATS = FormatRegistry().writable()
COUNTS = {Decision.REFINED: 9, Decision.COARSE: 3, Decision.PENDING: 7, Decision.DROPPED: 2}
WITH_EDITS = {**COUNTS, Decision.EDITED: 4}


def opened(qtbot: QtBot, folder: Path, counts: Mapping[Decision, int] = COUNTS) -> ExportDialog:
    dialog = ExportDialog(FORMATS, folder, counts)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_at_first_it_writes_what_was_accepted_as_coco(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(qtbot, tmp_path / "new")
    assert dialog.summary.text() == "Instances to write: 12 (9 refined, 3 coarse)"
    assert dialog.left_out.text() == "Left out: 7 pending, 2 dropped."
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert dialog.choice() == ExportChoice(
        "coco", tmp_path / "new", MaskChoice.FINAL, Include.ACCEPTED, False
    )


def test_what_was_edited_is_written_like_all_that_was_accepted(
    qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = opened(qtbot, tmp_path / "new", WITH_EDITS)
    assert dialog.summary.text() == "Instances to write: 16 (9 refined, 3 coarse, 4 edited)"


def test_all_of_it_is_chosen(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(qtbot, tmp_path)
    qtbot.mouseClick(dialog.polygons, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(dialog.masks, "Refined")
    qtbot.keyClicks(dialog.include, "All")
    assert dialog.summary.text() == "Instances to write: 19 (9 refined, 3 coarse, 7 pending)"
    assert dialog.left_out.text() == (
        "Left out: 2 dropped. Instances without a refinement are left out."
    )
    assert dialog.choice() == ExportChoice("coco", tmp_path, MaskChoice.REFINED, Include.ALL, True)


def test_polygons_are_for_coco_only(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(qtbot, tmp_path)
    dialog.polygons.setChecked(True)
    dialog.format.choose("png")
    assert not dialog.polygons.isEnabled()
    assert dialog.choice() == ExportChoice(
        "png", tmp_path, MaskChoice.FINAL, Include.ACCEPTED, False
    )


def test_the_table_lists_every_instance(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(qtbot, tmp_path)
    dialog.format.choose("csv")
    assert dialog.summary.text().startswith("Instances to write: 21 ")
    assert not dialog.masks.isEnabled()
    assert not dialog.include.isEnabled()
    assert dialog.choice().format == "csv"


def test_nothing_accepted_is_said_with_the_way_on(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(qtbot, tmp_path, {Decision.PENDING: 4})
    assert dialog.problem_line.text() == "Nothing is accepted yet: decide first, or export all."
    assert not dialog.accept_button.isEnabled()
    dialog.include.setCurrentIndex(1)
    assert dialog.accept_button.isEnabled()


@pytest.mark.parametrize("counts", [{}, {Decision.DROPPED: 3}])
def test_no_instance_at_all_is_said(
    qtbot: QtBot, tmp_path: Path, counts: Mapping[Decision, int]
) -> None:
    dialog = opened(qtbot, tmp_path, counts)
    assert dialog.problem_line.text() == "There is no instance to write."
    assert not dialog.accept_button.isEnabled()


def test_a_folder_that_cannot_be_written_is_refused(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(qtbot, tmp_path)
    file = tmp_path / "a_file"
    file.touch()

    dialog.folder.set_path(None)
    assert dialog.problem_line.text() == "Choose the folder to write into."
    dialog.folder.set_path(Path("somewhere/here"))
    assert dialog.problem_line.text() == "Give the whole path of the folder."
    dialog.folder.set_path(file / "below")
    assert dialog.problem_line.text() == f"{file} is a file: choose a folder."
    assert not dialog.accept_button.isEnabled()


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for root"
)
def test_a_read_only_folder_is_refused(qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "read_only"
    folder.mkdir(mode=0o500)
    dialog = opened(qtbot, folder / "new")
    assert dialog.problem_line.text() == (
        f"You may not write into {folder}: choose another folder."
    )
