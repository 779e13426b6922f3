"""Several jobs: what runs, what waits and what was done, and how each can be stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.devices import measure_vitals
from segrefine_gui.gui.controllers.job_controller import JobState
from segrefine_gui.gui.jobs.panel import JobRow, JobsPanel
from segrefine_gui.gui.jobs.strip import JobStrip
from segrefine_gui.services.jobs import RefineRequest, SegmentRequest
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage.project import Project


def refine(person: Any, project: Path, *refiners: str) -> None:
    for refiner in refiners:
        person.window.jobs.start(RefineRequest(project, refiner, EngineOptions(project.parent)))


def states(person: Any) -> list[tuple[str, JobState]]:
    return [(each.title, each.state) for each in person.window.jobs.entries]


def rows(person: Any) -> list[JobRow]:
    return list(person.window.findChild(JobsPanel).rows)


def open_panel(person: Any) -> JobsPanel:
    person.trigger("show_jobs")
    panel = person.window.findChild(JobsPanel)
    person.wait_until(panel.isVisible)
    return panel


def test_a_job_that_fails_does_not_keep_the_others_from_running(
    open_window: Callable[..., Any], coarse_project: Path, slow: Any
):
    person = open_window(coarse_project)
    refine(person, coarse_project, "slow", "nonsense", "grabcut")
    assert states(person) == [
        ("Refining · slow", JobState.RUNNING),
        ("Refining · nonsense", JobState.WAITING),
        ("Refining · grabcut", JobState.WAITING),
    ]
    strip = person.window.findChild(JobStrip)
    person.wait_until(lambda: strip.jobs.text() == "2 waiting")
    assert rows(person)[1].words.text() == "all that is missing"

    slow.let_go.set()
    person.wait_idle()

    assert states(person) == [
        ("Refining · slow", JobState.SUCCEEDED),
        ("Refining · nonsense", JobState.FAILED),
        ("Refining · grabcut", JobState.SUCCEEDED),
    ]
    said = [row.words.text() for row in rows(person)]
    assert said[0] == "Refined 4 instances."
    assert said[1].startswith("There is no refiner named 'nonsense'.")
    assert said[2] == "Refined 4 instances."
    note = person.window.page.note
    assert note.text == "3 jobs: 2 done, 1 failed."
    note.button.click()
    panel = person.window.findChild(JobsPanel)
    assert panel.isVisible()
    panel.close()
    with Project.open(coarse_project) as store:
        assert set(store.refined()) == {"slow", "grabcut"}


def test_two_jobs_of_a_kind_are_told_with_their_engines(
    open_window: Callable[..., Any], coarse_project: Path
):
    person = open_window(coarse_project)
    refine(person, coarse_project, "nonsense", "grabcut")
    person.wait_idle()
    note = person.window.page.note.text
    assert note.startswith("nonsense: There is no refiner named 'nonsense'.")
    assert note.endswith("grabcut: Refined 4 instances.")


def test_what_means_nothing_without_a_job_that_failed_is_not_begun(
    open_window: Callable[..., Any], coarse_project: Path, image_folder: Path
):
    person = open_window(coarse_project)
    options = EngineOptions(coarse_project.parent)
    person.window.jobs.start(
        SegmentRequest(coarse_project, (image_folder,), "nonsense", options),
        RefineRequest(coarse_project, "grabcut", options),
    )
    person.wait_idle()

    assert [state for _, state in states(person)] == [JobState.FAILED, JobState.CANCELLED]
    assert rows(person)[1].words.text() == "Not begun, for what it needs is not there."
    with Project.open(coarse_project) as store:
        assert store.refined() == {}


def test_one_that_waits_is_cancelled_alone(
    open_window: Callable[..., Any], coarse_project: Path, slow: Any
):
    person = open_window(coarse_project)
    refine(person, coarse_project, "slow", "builtin", "grabcut")
    panel = open_panel(person)

    panel.rows[1].cancel.click()
    assert states(person)[0] == ("Refining · builtin", JobState.CANCELLED)
    panel.close()
    slow.let_go.set()
    person.wait_idle()

    with Project.open(coarse_project) as store:
        assert set(store.refined()) == {"slow", "grabcut"}


def test_cancelling_the_running_one_lets_the_next_begin(
    open_window: Callable[..., Any], coarse_project: Path
):
    person = open_window(coarse_project)
    refine(person, coarse_project, "slow", "grabcut")
    strip = person.window.findChild(JobStrip)
    person.wait_until(lambda: "one.png" in strip.text.text())

    person.trigger("cancel_job")
    assert not strip.cancel.isEnabled()
    assert strip.eta.text() == "stopping…"
    person.wait_idle()

    assert [state for _, state in states(person)] == [JobState.CANCELLED, JobState.SUCCEEDED]
    assert strip.cancel.isEnabled()
    with Project.open(coarse_project) as store:
        assert set(store.refined()) == {"grabcut"}


def test_all_are_cancelled_at_once_by_keys(open_window: Callable[..., Any], coarse_project: Path):
    person = open_window(coarse_project)
    refine(person, coarse_project, "slow", "grabcut", "builtin")
    QTest.keyClick(person.window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    panel = person.window.findChild(JobsPanel)
    assert panel.isVisible()
    assert QApplication.focusWidget() is panel.rows[0].cancel, "keys begin at what runs"
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    assert QApplication.focusWidget() is panel.rows[1].cancel
    panel.cancel_all.click()
    person.wait_idle()

    assert [state for _, state in states(person)] == [JobState.CANCELLED] * 3
    assert all(not row.cancel.isVisible() for row in panel.rows)
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    with Project.open(coarse_project) as store:
        assert store.refined() == {}


def test_leaving_the_project_forgets_its_jobs(
    open_window: Callable[..., Any], coarse_project: Path
):
    person = open_window(coarse_project)
    refine(person, coarse_project, "slow", "grabcut")
    person.trigger("close_project")

    assert person.window.jobs.entries == []
    person.window.open_path(coarse_project)
    person.wait_shown()
    panel = open_panel(person)
    assert panel.nothing.isVisible()
    assert not panel.cancel_all.isVisible()
    panel.close()
    with Project.open(coarse_project) as store:
        assert store.refined() == {}


@pytest.fixture
def watched_tools(tools: Tools) -> Tools:
    return replace(tools, measure=measure_vitals)


def test_pace_and_memory_are_shown_while_a_job_runs(
    open_window: Callable[..., Any], coarse_project: Path, watched_tools: Tools, slow: Any
):
    person = open_window(coarse_project, watched_tools)
    person.window.resize(1600, 800)
    refine(person, coarse_project, "slow")
    strip = person.window.findChild(JobStrip)
    panel = open_panel(person)
    (row,) = panel.rows

    person.wait_until(lambda: "masks / min" in strip.pace.text())
    assert "CPU · " in strip.usage.text()
    assert " memory" in strip.usage.text()
    assert "masks / min" in row.words.text()
    assert row.words.text().startswith("0 of 4 · ")
    assert "MB memory" in row.usage.text() or "GB memory" in row.usage.text()
    assert row.bar.isVisible()
    assert "CPU" in strip.text.toolTip()
    panel.close()
    slow.let_go.set()
    person.wait_idle()
    assert not strip.isVisible()
