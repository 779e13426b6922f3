"""The tool Prompt in the real window: answers, the mask they make, and when there is no engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from support.interactors import ColourFactory, ColourFinder
from support.refined_project import make_refined_project
from support.sam2_models import make_model

from segrefine_gui.engines.base import EngineOptions, EngineStatus
from segrefine_gui.engines.registry import EngineRegistry
from segrefine_gui.engines.sam2.interactor import Sam2Factory, Sam2Interactor
from segrefine_gui.gui.dialogs.interactor_dialog import InteractorDialog
from segrefine_gui.gui.editor.view import COMING_COLOR
from segrefine_gui.services.jobs import RefineRequest
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage.project import Project

Key = Qt.Key
NONE, ALT, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.fixture
def colours() -> ColourFactory:
    return ColourFactory()


@pytest.fixture
def person(
    open_window: Callable[..., Any], coarse_project: Path, tools: Tools, colours: ColourFactory
) -> Any:
    """Editing a coarse mask of the disk, with the tool Prompt in hand."""
    return begin(open_window, coarse_project, tools, colours)


def begin(open_window, project: Path, tools: Tools, *engines: Any) -> Any:
    person = open_window(project, replace(tools, engines=EngineRegistry(engines)))
    person.press(Key.Key_E)
    person.wait_until(lambda: person.window.page.editor.isVisible())
    press(person, Key.Key_Q)
    return person


def press(person: Any, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(person.window.focusWidget() or person.window, key, held)


def place(person: Any, point: tuple[float, float]) -> QPoint:
    x, y = person.window.page.editor.canvas.view().to_widget(*point)
    return QPoint(round(x), round(y))


def click(person: Any, point: tuple[float, float], held: Qt.KeyboardModifier = NONE) -> None:
    canvas = person.window.page.editor.canvas
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, held, place(person, point))


def drag(person: Any, *points: tuple[float, float], held: Qt.KeyboardModifier = NONE) -> None:
    canvas, left = person.window.page.editor.canvas, Qt.MouseButton.LeftButton
    QTest.mousePress(canvas, left, held, place(person, points[0]))
    for point in points[1:]:
        QTest.mouseMove(canvas, place(person, point))
    QTest.mouseRelease(canvas, left, held, place(person, points[-1]))


def mask_of(person: Any) -> np.ndarray:
    return person.window.editing.session.mask.copy()


def strip(person: Any) -> Any:
    return person.window.page.editor.prompts


def wait_answered(person: Any, words: str = "adds this") -> None:
    person.wait_until(lambda: words in strip(person).words.accessibleName())


def yellow(person: Any) -> int:
    """How many pixels of the canvas show that the mask will grow there."""
    canvas = person.window.page.editor.canvas
    image = canvas.grab().toImage()
    wanted = COMING_COLOR
    count = 0
    for y in range(0, image.height(), 4):
        for x in range(0, image.width(), 4):
            color = image.pixelColor(x, y)
            count += color.red() > 150 and color.green() > 130 and color.blue() < wanted.blue() + 90
    return count


def disk(image_mask: np.ndarray) -> tuple[float, float]:
    rows, columns = np.nonzero(image_mask)
    return columns.mean() + 0.5, rows.mean() + 0.5


@pytest.fixture
def truth(disk_mask: np.ndarray) -> np.ndarray:
    return disk_mask


def test_a_click_previews_and_enter_lays_it_in_as_one_step(person, truth, colours):
    before = mask_of(person)
    assert strip(person).isVisible()
    assert "Click on what to add" in strip(person).words.accessibleName()
    bare = yellow(person)
    click(person, disk(truth))
    wait_answered(person)
    np.testing.assert_array_equal(mask_of(person), before)
    assert yellow(person) > bare
    press(person, Key.Key_Return)
    np.testing.assert_array_equal(mask_of(person), before | truth)
    assert person.window.editing.is_active
    assert yellow(person) <= bare
    assert person.window.findChild(object, "undo").text() == "&Undo Prompt"
    person.trigger("undo")
    np.testing.assert_array_equal(mask_of(person), before)
    assert not person.window.findChild(object, "undo").isEnabled()


def test_every_further_prompt_is_part_of_the_question(person, truth, colours):
    x, y = disk(truth)
    click(person, (x, y))
    wait_answered(person)
    click(person, (3, 3), ALT)
    drag(person, (x - 8, y), (x, y + 2), (x + 8, y), held=SHIFT)
    drag(person, (x - 30, y - 30), (x + 30, y + 30))
    (finder,) = colours.made
    person.wait_until(lambda: bool(finder.prompts) and bool(finder.prompts[-1].boxes))
    prompt = finder.prompts[-1]
    assert [mark.is_object for mark in prompt.marks] == [True, False, True]
    assert len(prompt.marks[2].points) == 3
    assert len(prompt.boxes) == 1
    person.wait_until(lambda: not person.window.editing.prompting.is_busy)
    assert len(finder.looks) == 1, "the image was looked at once"


def test_escape_takes_the_last_prompt_back_and_then_leaves(person, truth, colours):
    before = mask_of(person)
    click(person, disk(truth))
    click(person, (3, 3), ALT)
    press(person, Key.Key_Escape)
    wait_answered(person)
    assert len(colours.made[0].prompts[-1].marks) == 1
    press(person, Key.Key_Escape)
    assert "Click on what to add" in strip(person).words.accessibleName()
    np.testing.assert_array_equal(mask_of(person), before)
    assert person.window.editing.is_active
    press(person, Key.Key_Escape)
    person.wait_until(lambda: not person.window.editing.is_active)


def test_another_answer_is_picked_by_its_number(person, truth):
    before = mask_of(person)
    click(person, disk(truth))
    wait_answered(person)
    shown = [button.text() for button in strip(person).buttons if button.isVisible()]
    assert shown == ["1  90% sure", "2  60% sure"]
    press(person, Key.Key_2)
    assert strip(person).buttons[1].isChecked()
    person.wait_until(lambda: person.window.editing.prompting._preview is not None)
    press(person, Key.Key_Return)
    rows, columns = np.nonzero(truth)
    box = before.copy()
    box[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = True
    np.testing.assert_array_equal(mask_of(person), box)


def test_answers_may_replace_the_mask(person, truth):
    before = mask_of(person)
    assert (before & ~truth).any(), "or adding would do the same"
    press(person, Key.Key_Q, SHIFT)
    assert strip(person).replaces.isChecked()
    assert "mask lacks" in strip(person).words.accessibleName()
    x, y = disk(truth)
    drag(person, (x - 50, y - 50), (x + 50, y + 50))
    wait_answered(person, "makes this the mask")
    press(person, Key.Key_Return)
    np.testing.assert_array_equal(mask_of(person), truth)
    person.trigger("undo")
    np.testing.assert_array_equal(mask_of(person), before)


def test_points_that_replace_correct_the_mask_that_is_there(person, truth, colours):
    press(person, Key.Key_Q, SHIFT)
    click(person, (3, 3), ALT)
    person.wait_until(lambda: bool(colours.made) and bool(colours.made[0].prompts))
    np.testing.assert_array_equal(colours.made[0].prompts[-1].mask, mask_of(person))


def test_it_looks_at_what_is_in_sight_and_when_it_corrects_a_mask_at_all_of_that(
    open_window, tools, tmp_path, colours
):
    mask = np.zeros((1500, 2000), np.bool_)
    mask[300:1200, 300:1700] = True
    project = make_refined_project(tmp_path, [(mask, mask.astype(np.uint8) * 255)])
    person = open_window(project, replace(tools, engines=EngineRegistry([colours])))
    person.press(Key.Key_E)
    person.wait_until(lambda: person.window.page.editor.isVisible())
    person.window.page.compare.viewport.zoom_by(20)
    press(person, Key.Key_Q)
    canvas = person.window.page.editor.canvas
    sight = canvas.sight()
    middle = (sight.x0 + sight.x1) / 2, (sight.y0 + sight.y1) / 2
    click(person, middle)
    wait_answered(person, "change nothing")
    (finder,) = colours.made
    assert finder.looks == [(512, 512, 3)]

    press(person, Key.Key_Q, SHIFT)
    wait_answered(person, "makes this the mask")
    assert finder.looks[1:] == [(1500, 2000, 3)]
    np.testing.assert_array_equal(finder.prompts[-1].mask, mask)


def test_beside_alone_asks_for_the_object(person, colours):
    click(person, (3, 3), ALT)
    assert "Show where the object is" in strip(person).words.accessibleName()
    before = mask_of(person)
    press(person, Key.Key_Return)
    assert person.window.editing.is_active, "the edit is not applied instead"
    np.testing.assert_array_equal(mask_of(person), before)
    assert "no answer yet" in person.window.page.note.text


def test_a_mask_that_changes_meanwhile_changes_the_preview_and_is_kept(person, truth):
    click(person, disk(truth))
    wait_answered(person)
    person.trigger("discard_edit")
    person.trigger("take_coarse_mask")
    coarse = mask_of(person)
    person.wait_until(lambda: person.window.editing.prompting._preview is not None)
    press(person, Key.Key_Return)
    np.testing.assert_array_equal(mask_of(person), coarse | truth)


def test_another_tool_forgets_the_prompts(person, truth, colours):
    before = mask_of(person)
    click(person, disk(truth))
    wait_answered(person)
    press(person, Key.Key_B)
    assert not strip(person).isVisible()
    assert not person.window.findChild(object, "pick_1").isEnabled()
    press(person, Key.Key_Q)
    assert "Click on what to add" in strip(person).words.accessibleName()
    np.testing.assert_array_equal(mask_of(person), before)


def test_the_next_instance_of_an_image_is_not_looked_at_again(person, truth, colours):
    click(person, disk(truth))
    wait_answered(person)
    press(person, Key.Key_Return)
    press(person, Key.Key_Return)
    person.wait_until(lambda: not person.window.editing.is_active)
    person.wait_shown()
    press(person, Key.Key_E)
    person.wait_until(lambda: person.window.editing.is_active)
    person.window.page.compare.viewport.fit_image()
    click(person, disk(truth))
    wait_answered(person)
    (finder,) = colours.made
    assert len(finder.prompts) == 2
    assert len(finder.looks) == 1


def test_without_an_interactor_one_sentence_says_what_to_install(
    open_window, coarse_project, tools, tmp_path
):
    missing = ColourFactory("colours is not installed: run `pip install colours`.")
    person = begin(open_window, coarse_project, tools, missing)
    assert "not installed: run" in person.window.page.note.text
    assert "not installed: run" in strip(person).words.accessibleName()
    before = mask_of(person)
    click(person, (80, 60))
    person.wait_until(lambda: not person.window.editing.prompting.is_busy)
    np.testing.assert_array_equal(mask_of(person), before)
    press(person, Key.Key_B)
    drag(person, (10, 10), (40, 40))
    assert not np.array_equal(mask_of(person), before), "other tools go on working"


class Breaking(ColourFactory):
    """Its interactor breaks on every other prompt."""

    def load(self, options: EngineOptions) -> ColourFinder:
        finder = super().load(options)
        predict = finder.predict

        def breaking(embedding, prompt, cancel):
            if len(prompt.marks) % 2:
                raise RuntimeError("CUDA error: an illegal memory access was encountered")
            return predict(embedding, prompt, cancel)

        finder.predict = breaking
        return finder


def test_a_prompt_that_fails_is_told_and_the_next_one_works(
    open_window, coarse_project, tools, truth
):
    person = begin(open_window, coarse_project, tools, Breaking())
    click(person, disk(truth))
    person.wait_until(lambda: "failed on this prompt" in strip(person).words.accessibleName())
    assert "failed on this prompt" in person.window.page.note.text
    click(person, (3, 3), ALT)
    wait_answered(person)


def test_another_interactor_is_chosen_and_asked_the_same_and_remembered(
    open_window, coarse_project, tools, truth, colours
):
    other = ColourFactory()
    other.name = "others"
    person = begin(open_window, coarse_project, tools, colours, other)
    click(person, disk(truth))
    wait_answered(person)
    person.trigger("choose_interactor")
    dialog = person.dialog(InteractorDialog)
    dialog.interactors.list.choose("others")
    person.accept(dialog)
    person.wait_until(lambda: bool(other.made) and bool(other.made[0].prompts))
    wait_answered(person)
    assert len(other.made[0].prompts[-1].marks) == 1
    assert colours.made[0].closed == 1
    store = Project.open(coarse_project)
    assert [setup.engine for setup in store.last_setups("interactor")] == ["others"]
    store.close()


def test_a_prompt_waits_for_the_job_that_runs_and_says_so(
    open_window, coarse_project, tools, truth, colours, slow
):
    person = begin(open_window, coarse_project, tools, colours, slow)
    press(person, Key.Key_B)
    person.wait_until(lambda: not person.window.editing.prompting.is_busy)
    options = EngineOptions(coarse_project.parent, "cpu")
    person.window.jobs.start(RefineRequest(coarse_project, "slow", options))
    press(person, Key.Key_Q)
    click(person, disk(truth))
    assert "Waiting for the jobs" in strip(person).words.accessibleName()
    slow.let_go.set()
    wait_answered(person)
    person.wait_until(lambda: not person.window.jobs.is_busy)


def test_closing_the_project_lets_go_of_the_interactor(person, truth, colours):
    click(person, disk(truth))
    wait_answered(person)
    person.trigger("close_project")
    person.wait_until(lambda: colours.made[0].closed == 1)


class TinySam2(Sam2Factory):
    """The real engine with random weights from a folder; keeps what it loaded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.looks: list[int] = []

    def status(self, options: EngineOptions) -> EngineStatus:
        return super().status(replace(options, model=str(self.folder)))

    def load(self, options: EngineOptions) -> Sam2Interactor:
        loaded = super().load(replace(options, model=str(self.folder)))
        loaded._network.vision_encoder.register_forward_hook(lambda *_: self.looks.append(1))
        return loaded


@pytest.mark.engines
def test_sam_2_answers_in_the_window_and_looks_once(
    open_window, coarse_project, tools, tmp_path, truth
):
    pytest.importorskip("transformers", reason="transformers is not installed")
    make_model(tmp_path / "model")
    engine = TinySam2(tmp_path / "model")
    person = begin(open_window, coarse_project, tools, engine)
    before = mask_of(person)
    x, y = disk(truth)
    for point in [(x, y), (x + 20, y), (x - 20, y + 10)]:
        click(person, point)
        assert "Looking for" in strip(person).words.accessibleName()
        person.wait_until(lambda: strip(person).buttons[0].isVisible())
    assert len(engine.looks) == 1
    wait_answered(person)
    press(person, Key.Key_Return)
    after = mask_of(person)
    assert (after & before).sum() == before.sum()
    assert after.sum() > before.sum()
