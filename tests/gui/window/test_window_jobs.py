"""Jobs in the window: cancelled, failing, and running while the person goes on."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer

from segrefine_gui.domain.records import Decision
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.gui.dialogs.export_dialog import ExportDialog
from segrefine_gui.gui.dialogs.refine_dialog import RefineDialog
from segrefine_gui.gui.dialogs.report_dialog import ReportDialog
from segrefine_gui.gui.jobs.strip import JobStrip
from segrefine_gui.services.jobs import ExportRequest, RefineRequest
from segrefine_gui.storage.project import Project


def refine(person: Any, project: Path, refiner: str) -> None:
    person.window.jobs.start(RefineRequest(project, refiner, EngineOptions(project.parent)))


def test_the_window_lives_while_a_job_runs_and_cancel_leaves_a_project_that_opens(
    open_window: Callable[..., Any], coarse_project: Path
):
    person = open_window(coarse_project)
    beats: list[float] = []
    timer = QTimer(person.window, interval=10, timeout=lambda: beats.append(time.monotonic()))
    timer.start()
    strip = person.window.findChild(JobStrip)
    refine(person, coarse_project, "slow")
    person.wait_until(lambda: "one.png" in strip.text.text())
    assert strip.isVisible()
    assert strip.bar.maximum() > 0
    beats.clear()
    person.wait_until(lambda: len(beats) > 20)
    assert max(b - a for a, b in pairwise(beats)) < 0.5
    person.press(Qt.Key.Key_X)
    assert person.decisions()[0] is Decision.COARSE, "deciding goes on meanwhile"

    strip.cancel.click()
    person.wait_idle()

    timer.stop()
    assert not strip.isVisible()
    assert "Stopped" in person.window.page.note.text
    person.window.close()
    with Project.open(coarse_project) as store:
        assert [entry.refiner for entry in store.queue()] == [""] * 4
        assert store.queue()[0].decision is Decision.COARSE


def test_closing_the_window_ends_the_job(open_window: Callable[..., Any], coarse_project: Path):
    person = open_window(coarse_project)
    refine(person, coarse_project, "slow")
    person.wait_until(lambda: person.window.findChild(JobStrip).bar.maximum() > 0)

    began = time.monotonic()
    person.window.close()

    assert time.monotonic() - began < 2
    assert not person.window.is_stuck
    with Project.open(coarse_project) as store:
        assert len(store.queue()) == 4


def test_leaving_the_project_ends_its_job_and_the_next_project_hears_nothing(
    open_window: Callable[..., Any], coarse_project: Path, tmp_path: Path, slow: Any
):
    person = open_window(coarse_project)
    refine(person, coarse_project, "slow")
    person.wait_until(lambda: person.window.findChild(JobStrip).isVisible())

    person.trigger("close_project")

    assert not person.window.jobs.is_busy
    person.window.open_path(coarse_project)
    refine(person, coarse_project, "grabcut")
    person.wait_idle()
    assert "Refined 4 instances" in person.window.page.note.text
    assert "Stopped" not in person.window.page.note.text


def test_opening_another_project_ends_the_job_of_the_first(
    open_window: Callable[..., Any], coarse_project: Path, tmp_path: Path
):
    other = tmp_path / "other.segrefine"
    shutil.copy(coarse_project, other)
    person = open_window(coarse_project)
    refine(person, coarse_project, "slow")
    person.wait_until(lambda: person.window.findChild(JobStrip).isVisible())

    person.window.open_path(other)
    person.wait_shown()

    assert person.window.project.path == other
    assert not person.window.jobs.is_busy
    assert not person.window.findChild(JobStrip).isVisible()
    assert [entry.refiner for entry in person.window.review.entries] == [""] * 4


def test_refinements_show_as_they_are_made(
    open_window: Callable[..., Any], coarse_project: Path, slow: Any
):
    person = open_window(coarse_project)
    compare = person.window.page.compare
    assert not person.window.findChild(object, "use_refined").isEnabled()
    assert "Not refined yet" in compare.right.accessibleDescription()

    person.trigger("refine")
    dialog = person.dialog(RefineDialog)
    dialog.refiners.list.choose("grabcut")
    person.accept(dialog)
    person.wait_idle()

    assert person.window.findChild(object, "use_refined").isEnabled()
    assert "grabcut" in compare.right.accessibleName()
    person.press(Qt.Key.Key_Return)
    assert person.decisions()[0] is Decision.REFINED


def test_a_failing_engine_is_told_and_the_batch_goes_on(
    open_window: Callable[..., Any], coarse_project: Path
):
    person = open_window(coarse_project)
    refine(person, coarse_project, "failing")
    person.wait_idle()

    note = person.window.page.note
    assert "Refined 2 instances. 2 were left out." in note.text
    assert [entry.refiner for entry in person.window.review.entries] == ["", "failing"] * 2
    note.button.click()
    report = person.dialog(ReportDialog)
    table = report.table.model()
    words = [table.index(row, 1).data() for row in range(table.rowCount())]
    assert words == ["The refiner failing failed on this instance; see the log."] * 2
    report.close()


def test_an_unknown_engine_is_one_sentence(open_window: Callable[..., Any], coarse_project: Path):
    person = open_window(coarse_project)
    refine(person, coarse_project, "nonsense")
    person.wait_idle()

    assert "There is no refiner named 'nonsense'." in person.window.page.note.text


def test_an_export_reports_all_that_it_did(
    open_window: Callable[..., Any], project: Path, tmp_path: Path
):
    person = open_window(project)
    person.press(Qt.Key.Key_Return)
    person.trigger("export")
    dialog = person.dialog(ExportDialog)
    dialog.folder.set_path(tmp_path / "out")
    person.accept(dialog)
    person.wait_idle()

    note = person.window.page.note
    assert note.text == f"Exported 1 instance to {tmp_path / 'out'}; files: 3 new."
    note.button.click()
    report = person.dialog(ReportDialog)
    rows = dict(row.split("\t") for row in report.table.text().splitlines())
    assert rows == {
        "Instances": "1 of 4 are in the files.",
        "Left out": "3 pending.",
        "Files": "3 new.",
        "Loss": "None: every mask is in the files as it is.",
    }
    report.close()


def test_an_export_begins_as_the_last_one_of_the_project(
    open_window: Callable[..., Any], project: Path, tmp_path: Path
):
    person = open_window(project)
    (tmp_path / "out").mkdir()
    person.trigger("export")
    dialog = person.dialog(ExportDialog)
    dialog.format.setCurrentIndex(dialog.format.findData("png"))
    dialog.folder.set_path(tmp_path / "out")
    dialog.instances.boxes[Decision.PENDING].click()
    dialog.categories.item(0, 2).setText("ring")
    chosen = dialog.choice()
    person.accept(dialog)
    person.wait_idle()
    assert len(list((tmp_path / "out").glob("*/*_ring.png"))) == 4
    person.window.close()

    person = open_window(project)
    person.trigger("export")
    dialog = person.dialog(ExportDialog)
    assert dialog.choice() == chosen
    dialog.close()


def test_closing_the_window_stops_what_a_dialog_tries_out(
    open_window: Callable[..., Any], project: Path, tools: Any, monkeypatch: pytest.MonkeyPatch
):
    started, stopped = threading.Event(), threading.Event()
    reviewed = Project.reviewed

    def endless(store: Project, *ids: Any) -> Any:
        first = next(reviewed(store, *ids))
        try:
            while True:
                started.set()
                yield first
        finally:
            stopped.set()

    person = open_window(project)
    person.press(Qt.Key.Key_Return)
    monkeypatch.setattr(Project, "reviewed", endless)
    person.trigger("export")
    dialog = person.dialog(ExportDialog)
    person.wait_until(started.is_set)
    assert dialog.findings.loss.bar.isVisible()
    person.window.close()
    assert stopped.wait(5)
    assert not person.window.is_stuck


def test_an_export_that_fails_is_told(
    open_window: Callable[..., Any], project: Path, tmp_path: Path
):
    (tmp_path / "taken").write_text("a file, no folder")
    person = open_window(project)
    person.press(Qt.Key.Key_Return)

    person.window.jobs.start(ExportRequest(project, "coco", tmp_path / "taken"))
    person.wait_idle()

    assert person.window.page.note.isVisible()
    assert "taken" in person.window.page.note.text
    assert (tmp_path / "taken").read_text() == "a file, no folder"


def test_the_next_job_waits_for_the_running_one(
    open_window: Callable[..., Any], coarse_project: Path, slow: Any
):
    person = open_window(coarse_project)
    refine(person, coarse_project, "slow")
    refine(person, coarse_project, "grabcut")
    slow.let_go.set()
    person.wait_idle()

    assert [entry.refiner for entry in person.window.review.entries] == ["grabcut"] * 4
    with Project.open(coarse_project) as store:
        assert store.unrefined("slow") == []
