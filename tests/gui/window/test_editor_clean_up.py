"""Cleaning up in the real window: seen first, applied only by its button."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from support.refined_project import make_refined_project

from segrefine_gui.domain import clean_up
from segrefine_gui.gui.editor.clean_up_panel import CleanUpPanel

Key = Qt.Key


def ragged_mask() -> np.ndarray:
    mask = np.zeros((100, 120), dtype=bool)
    mask[30:70, 20:80] = True
    mask[40:44, 40:44] = False
    mask[10:12, 100:103] = True
    return mask


@pytest.fixture
def person(open_window: Callable[..., Any], tmp_path: Path) -> Any:
    soft = ragged_mask().astype(np.uint8) * 255
    person = open_window(make_refined_project(tmp_path, [(ragged_mask(), soft)]))
    person.press(Key.Key_E)
    person.wait_until(lambda: person.window.page.editor.isVisible())
    person.trigger("clean_up")
    return person


def panel(person: Any) -> CleanUpPanel:
    return person.window.page.editor.clean_up


def mask_of(person: Any) -> np.ndarray:
    return person.window.editing.session.mask


def click(button: Any) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_nothing_is_applied_before_the_button_is_pressed(person: Any):
    assert panel(person).isVisible()
    assert not panel(person).apply_button.isEnabled()
    before = person.window.page.editor.canvas.grab().toImage()
    panel(person).boxes["grow"].setValue(5)
    person.wait_until(panel(person).apply_button.isEnabled)
    np.testing.assert_array_equal(mask_of(person), ragged_mask())
    assert person.window.page.editor.canvas.grab().toImage() != before, "it is previewed"
    grown = clean_up.grow(ragged_mask(), 5)
    assert panel(person).words.text().startswith(f"Adds {np.count_nonzero(grown & ~ragged_mask())}")

    click(panel(person).apply_button)
    np.testing.assert_array_equal(mask_of(person), grown)
    assert panel(person).boxes["grow"].value() == 0
    assert person.window.findChild(object, "undo").text() == "&Undo Clean Up"
    person.trigger("undo")
    np.testing.assert_array_equal(mask_of(person), ragged_mask())


def test_several_ways_are_one_step(person: Any):
    panel(person).boxes["holes"].setValue(16)
    panel(person).ticks["largest"].setChecked(True)
    person.wait_until(panel(person).apply_button.isEnabled)
    click(panel(person).apply_button)
    expected = clean_up.keep_largest(clean_up.fill_holes(ragged_mask(), 16))
    np.testing.assert_array_equal(mask_of(person), expected)
    person.trigger("undo")
    np.testing.assert_array_equal(mask_of(person), ragged_mask())


def test_closing_the_panel_changes_nothing_and_esc_closes_it_first(person: Any):
    editor = person.window.page.editor
    panel(person).boxes["grow"].setValue(5)
    person.wait_until(panel(person).apply_button.isEnabled)
    editor.canvas.setFocus()
    QTest.keyClick(editor.canvas, Key.Key_Escape)
    assert not panel(person).isVisible()
    assert editor.isVisible()
    np.testing.assert_array_equal(mask_of(person), ragged_mask())
    person.trigger("clean_up")
    person.wait_until(panel(person).apply_button.isEnabled)
    click(panel(person).close_button)
    assert not panel(person).isVisible()
    assert not person.window.findChild(object, "clean_up").isChecked()
    assert not person.window.editing.session.can_undo


def test_a_stroke_is_previewed_anew(person: Any):
    panel(person).boxes["grow"].setValue(5)
    person.wait_until(panel(person).apply_button.isEnabled)
    canvas = person.window.page.editor.canvas
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
    painted = mask_of(person).copy()
    person.wait_until(panel(person).apply_button.isEnabled)
    click(panel(person).apply_button)
    np.testing.assert_array_equal(mask_of(person), clean_up.grow(painted, 5))


def test_the_matte_is_shown_and_its_edge_is_kept_with_the_project(
    person: Any, open_window: Callable[..., Any]
):
    canvas = person.window.page.editor.canvas
    before = canvas.grab().toImage()
    panel(person).feather.setValue(10)
    assert panel(person).matte_tick.isChecked(), "whoever changes it wants to see it"
    person.wait_until(lambda: canvas.grab().toImage() != before)
    soft = canvas.grab().toImage()
    np.testing.assert_array_equal(mask_of(person), ragged_mask())
    panel(person).feather.setValue(0)
    person.wait_until(lambda: canvas.grab().toImage() not in (soft, before))
    hard = canvas.grab().toImage()
    # The middle of the left side: with a soft edge, half of what is beside the object shows.
    x, y = canvas.view().to_widget(16, 60)
    assert soft.pixelColor(round(x), round(y)) != hard.pixelColor(round(x), round(y))
    panel(person).feather.setValue(12)
    panel(person).matte_tick.click()
    person.wait_until(lambda: canvas.grab().toImage() == before)

    path = person.window.project.path
    person.window.close()
    later = open_window(path)
    later.press(Key.Key_E)
    later.wait_until(lambda: later.window.page.editor.isVisible())
    later.trigger("clean_up")
    assert panel(later).feather.value() == 12
    assert not panel(later).matte_tick.isChecked()


def test_painting_shows_the_mask_and_then_the_matte_again(person: Any):
    canvas = person.window.page.editor.canvas
    panel(person).matte_tick.click()
    plain = canvas.grab().toImage()
    person.wait_until(lambda: canvas.grab().toImage() != plain)
    shown = canvas.grab().toImage()
    x, y = (round(each) for each in canvas.view().to_widget(100, 50))
    ground = shown.pixelColor(x, y)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    person.wait_until(lambda: canvas.grab().toImage().pixelColor(x, y) != ground)
    far = [round(each) for each in canvas.view().to_widget(60, 15)]
    person.wait_until(lambda: canvas.grab().toImage().pixelColor(*far) == shown.pixelColor(*far))
    assert mask_of(person)[50, 100]


def test_leaving_the_panel_shows_the_mask_again(person: Any):
    canvas = person.window.page.editor.canvas
    plain = canvas.grab().toImage()
    panel(person).matte_tick.click()
    person.wait_until(lambda: canvas.grab().toImage() != plain)
    panel(person).close_button.click()
    person.trigger("clean_up")
    assert not panel(person).matte_tick.isChecked()
    person.wait_until(lambda: canvas.grab().toImage() == plain)


def test_in_a_low_window_the_panel_scrolls_and_the_wheel_changes_nothing(person: Any):
    person.window.resize(1000, 480)
    bar = panel(person).verticalScrollBar()
    person.wait_until(lambda: bar.maximum() > 0)
    box = panel(person).boxes["smooth"]
    place = QPointF(box.rect().center())
    wheel = QWheelEvent(
        place,
        QPointF(box.mapToGlobal(place)),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, wheel)
    assert box.value() == 0
    assert not wheel.isAccepted(), "what scrolls has it"
