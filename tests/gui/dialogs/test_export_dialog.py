"""Exporting: what would come of it is shown beforehand, and what was chosen comes back."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot
from support.flat_format import FLAT

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import Decision, MaskChoice
from segrefine_gui.engines.registry import EngineRegistry
from segrefine_gui.formats.base import OverlapOrder, PngKind, WriterOptions
from segrefine_gui.formats.registry import OWN, FormatRegistry
from segrefine_gui.gui.dialogs.export_choice import (
    ExportChoice,
    ExportTrials,
    choice_from_json,
    choice_to_json,
)
from segrefine_gui.gui.dialogs.export_dialog import ExportDialog
from segrefine_gui.gui.prompts import export_request
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.services.export import ExportOptions
from segrefine_gui.services.jobs import run_export, run_loss
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage import image_io
from segrefine_gui.storage.base import DecisionRecord, NewImage, NewInstance
from segrefine_gui.storage.project import Project

FORMATS = FormatRegistry([*OWN, FLAT])
TOOLS = Tools(Project.open, Project.open_or_create, image_io, EngineRegistry([]), FORMATS)
Make = Callable[..., ExportDialog]
Counts = Mapping[tuple[str, Decision], int]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two images, each with a square of a cat that a smaller one of a hat overlaps by 20 pixels."""
    path = tmp_path / "p.segrefine"
    with Project.create(path) as store:
        for number in range(2):
            new = NewImage(tmp_path / f"{number}.png", f"{number}.png", 60, 40)
            (image,) = store.add_images([new])
            cat, hat = np.zeros((40, 60), bool), np.zeros((40, 60), bool)
            cat[10:30, 10:30] = True
            hat[5:15, 26:34] = True
            store.add_instances(
                image.id,
                "origin",
                [
                    NewInstance(10 * number, "cat", 1, encode_mask(cat)),
                    NewInstance(10 * number + 1, "<i>hat", 2, encode_mask(hat)),
                ],
            )
        store.set_decisions({1: DecisionRecord(Decision.COARSE)}, "decide")
        store.set_decisions({2: DecisionRecord(Decision.COARSE)}, "decide")
        store.set_decisions({4: DecisionRecord(Decision.DROPPED)}, "decide")
    return path


@pytest.fixture
def make(qtbot: QtBot, project: Path, tmp_path: Path) -> Iterator[Make]:
    """Opens the dialog on the project, or on other counts."""
    pool = ReadingPool()
    trials = ExportTrials(
        lambda choice, *how: run_loss(TOOLS, export_request(project, choice), 100, *how),
        lambda choice, *how: run_export(TOOLS, export_request(project, choice, True), *how),
    )

    def make(
        begin: ExportChoice | None = None, counts: Counts | None = None, drafted: int = 0
    ) -> ExportDialog:
        if counts is None:
            with Project.open(project) as store:
                counts = Counter((each.category, each.decision) for each in store.queue())
        begin = begin or ExportChoice("coco", tmp_path / "new")
        dialog = ExportDialog(FORMATS.writable(), counts, drafted, trials, pool, begin)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    yield make
    assert pool.shutdown(5000)


def choose_format(dialog: ExportDialog, name: str) -> None:
    dialog.format.setCurrentIndex(dialog.format.findData(name))


def loss(dialog: ExportDialog, qtbot: QtBot) -> str:
    """What the dialog says of a sample, once it was tried out."""
    line = dialog.findings.loss
    qtbot.waitUntil(lambda: line.isVisible() and not line.bar.isVisible(), timeout=10_000)
    return line.words.text()


def dry_run(dialog: ExportDialog, qtbot: QtBot) -> dict[str, str]:
    """What a dry run reports."""
    qtbot.mouseClick(dialog.findings.run_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.findings.report.isVisible, timeout=10_000)
    return dict(row.split("\t") for row in dialog.findings.report.text().splitlines())


def test_at_first_it_writes_what_was_accepted_as_coco(
    qtbot: QtBot, make: Make, tmp_path: Path
) -> None:
    dialog = make()
    assert dialog.findings.summary.text() == "Instances to write: 2 (2 coarse)"
    assert dialog.findings.left_out.text() == "Left out: 1 pending, 1 dropped."
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert dialog.choice() == ExportChoice("coco", tmp_path / "new")


def test_all_of_it_is_chosen(qtbot: QtBot, make: Make, tmp_path: Path) -> None:
    dialog = make()
    dialog.instances.boxes[Decision.PENDING].click()
    dialog.instances.boxes[Decision.EDITED].click()
    qtbot.keyClicks(dialog.instances.masks, "Their r")
    for fold in (dialog.category_fold, dialog.more_fold, dialog.writing_fold):
        fold.toggle.click()
    dialog.writing.polygons.click()
    dialog.writing.tolerance.setValue(1.5)
    dialog.categories.item(1, 2).setText("cap")
    dialog.min_area.setValue(25)
    dialog.val_share.setValue(20)
    dialog.keeps_empty.click()
    assert dialog.findings.left_out.text() == (
        "Left out: 1 dropped. Instances without a refinement are left out. "
        "Masks of fewer than 25 pixels are left out."
    )
    assert dialog.choice().options == ExportOptions(
        MaskChoice.REFINED,
        frozenset({Decision.REFINED, Decision.COARSE, Decision.PENDING}),
        None,
        {"<i>hat": "cap"},
        25,
        False,
        0.2,
        WriterOptions(polygons=True, tolerance=1.5),
    )


def test_a_category_that_is_not_ticked_is_left_out(make: Make) -> None:
    dialog = make()
    name = dialog.categories.item(1, 0)
    assert name.text() == "<i>hat"
    name.setCheckState(Qt.CheckState.Unchecked)
    assert dialog.findings.summary.text() == "Instances to write: 1 (1 coarse)"
    assert "Categories left out: <i>hat." in dialog.findings.left_out.text()
    assert dialog.choice().options.categories == {"<i>hat": ""}


def test_categories_are_renamed_and_left_out_by_keys(qtbot: QtBot, make: Make) -> None:
    dialog = make()
    dialog.category_fold.toggle.click()
    table = dialog.categories
    table.setCurrentCell(0, 0)
    qtbot.keyClick(table, Qt.Key.Key_Space)
    table.setCurrentCell(1, 2)
    qtbot.keyClick(table, Qt.Key.Key_F2)
    editor = table.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, " cap ")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    wanted = {"cat": "", "<i>hat": "cap"}
    qtbot.waitUntil(lambda: dialog.choice().options.categories == wanted)
    assert dialog.isVisible(), "Return ends the typing, no more"


def test_only_what_concerns_a_format_is_asked_for(make: Make) -> None:
    dialog = make()
    dialog.writing_fold.toggle.click()
    writing = dialog.writing
    assert (writing.polygons.isVisible(), writing.overlap.isVisible()) == (True, False)
    assert not writing.tolerance.isEnabled(), "run-length code is exact"

    choose_format(dialog, "flat")
    assert (writing.polygons.isVisible(), writing.overlap.isVisible()) == (False, True)
    writing.overlap.setCurrentIndex(writing.overlap.findData(OverlapOrder.LAST))
    assert dialog.choice().options.writing == WriterOptions(overlap=OverlapOrder.LAST)

    choose_format(dialog, "png")
    assert (writing.png.isVisible(), writing.overlap.isVisible()) == (True, False)
    assert not writing.feather.isEnabled()
    writing.png.setCurrentIndex(writing.png.findData(PngKind.MATTE))
    writing.feather.setValue(3)
    assert dialog.choice().options.writing == WriterOptions(png=PngKind.MATTE, feather=3)

    choose_format(dialog, "csv")
    assert not dialog.writing_fold.isVisible()
    assert not dialog.instances.isVisible()
    assert dialog.findings.summary.text() == "Instances to list: 4"
    assert dialog.accept_button.isEnabled()


def test_the_loss_follows_what_is_chosen(qtbot: QtBot, make: Make) -> None:
    dialog = make()
    assert loss(dialog, qtbot) == "No pixel is lost (all 2 instances)."
    choose_format(dialog, "flat")
    assert dialog.findings.loss.bar.isVisible()
    assert (
        loss(dialog, qtbot)
        == "20 pixels change in 1 instance: about 4.2% of the area (all 2 instances)."
    )
    dialog.categories.item(1, 0).setCheckState(Qt.CheckState.Unchecked)
    assert loss(dialog, qtbot) == "No pixel is lost (all 1 instance)."


@pytest.mark.parametrize("name", [each.name for each in FORMATS.writable() if each.name != "csv"])
def test_every_format_can_be_tried_out(qtbot: QtBot, make: Make, tmp_path: Path, name: str) -> None:
    dialog = make(ExportChoice(name, tmp_path / "out"))
    of = "(all 2 instances)."
    cut = "20 pixels change in 1 instance: about 4.2% of the area " + of
    said = loss(dialog, qtbot)
    assert said in ("No pixel is lost " + of, cut)
    assert (said == cut) == dialog.writing.overlap.isVisibleTo(dialog.writing)
    assert dry_run(dialog, qtbot)["Instances"] == "2 of 4 are in the files."
    assert not (tmp_path / "out").exists()


def test_a_larger_tolerance_loses_more(qtbot: QtBot, make: Make, tmp_path: Path) -> None:
    writing = WriterOptions(polygons=True, tolerance=9.0)
    dialog = make(ExportChoice("coco", tmp_path, ExportOptions(writing=writing)))
    assert dialog.writing_fold.toggle.isChecked()
    assert "pixels change in" in loss(dialog, qtbot)
    dialog.writing.tolerance.setValue(0)
    assert loss(dialog, qtbot).startswith("No pixel is lost")
    choose_format(dialog, "lvis")
    assert not dialog.writing.polygons.isVisible(), "it has nothing else"
    assert dialog.writing.tolerance.isEnabled()
    dialog.writing.tolerance.setValue(9)
    assert "pixels change in" in loss(dialog, qtbot)


def test_a_dry_run_reports_and_writes_nothing(qtbot: QtBot, make: Make, tmp_path: Path) -> None:
    dialog = make(ExportChoice("flat", tmp_path / "out"))
    report = dry_run(dialog, qtbot)
    assert report == {
        "Instances": "2 of 4 are in the files.",
        "Left out": "1 pending, 1 dropped.",
        "Files": "4 new.",
        "Loss": "20 pixels are other than in the project, in 1 instance.",
        "instance 0 of 0.png": "It lost 20 pixels that it shares with others.",
    }
    assert not (tmp_path / "out").exists()

    qtbot.mouseClick(dialog.findings.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().startswith("Instances\t2 of 4")
    qtbot.mouseClick(dialog.findings.save_button, Qt.MouseButton.LeftButton)
    (asked,) = dialog.findings.report.findChildren(QFileDialog)
    asked.selectFile(str(tmp_path / "report.txt"))
    asked.accept()
    saved = (tmp_path / "report.txt").read_text()
    assert saved.startswith("Instances to write: 2 (2 coarse)\nInstances\t2 of 4")

    dialog.instances.boxes[Decision.PENDING].click()
    assert not dialog.findings.report.isVisible(), "it was about something else"


def test_a_dry_run_can_be_stopped_and_may_fail(
    qtbot: QtBot, make: Make, project: Path, tmp_path: Path
) -> None:
    dialog = make()
    button, line = dialog.findings.run_button, dialog.findings.run_line
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (button.text(), line.bar.isVisible()) == ("Stop", True)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (button.text(), line.isVisible()) == ("Dry &run", False)

    project.unlink()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: line.isVisible() and not line.bar.isVisible())
    assert "p.segrefine" in line.words.text()
    assert button.text() == "Dry &run"


def test_a_dry_run_of_a_second_export_tells_what_changed(
    qtbot: QtBot, make: Make, project: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    pending = ExportOptions(decisions=frozenset({Decision.COARSE, Decision.PENDING}))
    request = export_request(project, ExportChoice("flat", folder, pending))
    run_export(TOOLS, request, CancelToken(), lambda step: None)
    dialog = make(ExportChoice("flat", folder))
    assert dry_run(dialog, qtbot)["Files"] == "1 changed, 3 unchanged."
    dialog.keeps_empty.click()
    assert dry_run(dialog, qtbot)["Files"] == "3 unchanged, 1 removed."


def test_it_begins_with_what_was_chosen_last(make: Make, tmp_path: Path) -> None:
    options = ExportOptions(
        decisions=frozenset({Decision.PENDING}),
        categories={"cat": "animal", "<i>hat": ""},
        min_area=9,
        val_share=0.25,
        writing=WriterOptions(overlap=OverlapOrder.SCORE),
    )
    last = ExportChoice("flat", tmp_path, options)
    kept = choice_from_json(choice_to_json(last), tmp_path / "elsewhere")
    dialog = make(kept)
    assert dialog.choice() == last
    assert dialog.category_fold.toggle.isChecked()
    assert dialog.categories.item(0, 2).text() == "animal"


def test_what_was_remembered_elsewhere_does_no_harm(make: Make, tmp_path: Path) -> None:
    gone = choice_to_json(ExportChoice("of a plugin", tmp_path / "gone"))
    dialog = make(choice_from_json(gone, tmp_path / "here"))
    assert dialog.choice() == ExportChoice("coco", tmp_path / "here")
    for values in ({}, {"folder": "a\0b", "format": 3, "options": []}, {"folder": "relative"}):
        assert choice_from_json(values, tmp_path) == ExportChoice("", tmp_path, ExportOptions())


def test_nothing_accepted_is_said_with_the_way_on(make: Make) -> None:
    dialog = make(counts={("cat", Decision.PENDING): 4})
    assert dialog.problem_line.text() == "Nothing is accepted yet: decide first, or tick Pending."
    assert not dialog.accept_button.isEnabled()
    assert not dialog.findings.run_button.isEnabled()
    dialog.instances.boxes[Decision.PENDING].click()
    assert dialog.accept_button.isEnabled()


@pytest.mark.parametrize("counts", [{}, {("cat", Decision.DROPPED): 3}])
def test_no_instance_at_all_is_said(make: Make, counts: Counts) -> None:
    dialog = make(counts=counts)
    assert dialog.problem_line.text() == "There is no instance to write."
    assert not dialog.accept_button.isEnabled()


def test_a_folder_that_cannot_be_written_is_refused(make: Make, tmp_path: Path) -> None:
    dialog = make()
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
def test_a_read_only_folder_is_refused(make: Make, tmp_path: Path) -> None:
    folder = tmp_path / "read_only"
    folder.mkdir(mode=0o500)
    dialog = make(ExportChoice("coco", folder / "new"))
    assert dialog.problem_line.text() == (
        f"You may not write into {folder}: choose another folder."
    )


@pytest.mark.parametrize(
    ("drafted", "said"), [(0, ""), (1, " 1 edit is a draft"), (3, " 3 edits are drafts")]
)
def test_it_says_how_many_edits_are_not_applied(make: Make, drafted: int, said: str) -> None:
    dialog = make(drafted=drafted)
    end = f"{said} and will not be in the files." if said else ""
    assert dialog.findings.left_out.text() == "Left out: 1 pending, 1 dropped." + end
