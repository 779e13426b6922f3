"""The risk of the instance shown, and the way from a reason to its place on the image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from support.risky_project import make_risky_project

from segrefine_gui.domain.assessment import Assessment, Reason
from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.widgets.risk_bar import RiskBar

BLOCK = Box(85, 25, 105, 40)

REASONS = (
    Reason("box", "leaves the coarse box on the right", 1.5, BLOCK),
    Reason("pieces", "two pieces where there was one", 0.4, None),
)


@pytest.fixture
def person(open_window: Callable[..., Any], tmp_path: Path) -> Any:
    """Somebody before one risky instance and one that nothing speaks against."""
    risky = Assessment(0.73, REASONS, (0.1, 0.8, 0.2), {}, "made")
    calm = Assessment(0.02, (), (0.0, 0.0, 0.0), {}, "made")
    return open_window(make_risky_project(tmp_path, [risky, calm]))


def bar(person: Any) -> RiskBar:
    return person.window.page.risk


def corners(person: Any, box: Box) -> tuple[float, float, float, float]:
    """Where a box of the image lies on the right canvas, in widget pixels."""
    view = person.window.page.compare.right.view()
    return *view.to_widget(box.x0, box.y0), *view.to_widget(box.x1, box.y1)


def test_it_says_how_risky_and_why(person: Any):
    assert bar(person).words.text() == "Risk 0.73"
    said = [button.accessibleName() for button in bar(person).reasons]
    assert said == [reason.sentence for reason in REASONS]
    assert not bar(person).calm.isVisible()

    person.press(Qt.Key.Key_Right)
    person.wait_until(lambda: bar(person).words.text() == "Risk 0.02")
    assert bar(person).reasons == []
    assert bar(person).calm.isVisible()


def test_a_click_on_a_reason_zooms_to_its_place_and_frames_it(person: Any):
    canvas = person.window.page.compare.right
    scale = person.window.page.compare.viewport.scale
    before = person.right_pixels()

    QTest.mouseClick(bar(person).reasons[0], Qt.MouseButton.LeftButton)

    left, top, right, bottom = corners(person, BLOCK)
    assert person.window.page.compare.viewport.scale > 1.3 * scale
    assert 0 < left < right < canvas.width()
    assert 0 < top < bottom < canvas.height()
    assert right - left > canvas.width() / 5
    pixels = person.right_pixels()
    assert not np.array_equal(pixels, before)
    edge = pixels[round(top) - 6 : round(top) + 1, round(left) : round(right)]
    assert (edge == 255).all(axis=2).any(), "white dashes above the box"
    assert bar(person).reasons[0].isChecked()


def test_the_key_goes_from_reason_to_reason(person: Any):
    viewport = person.window.page.compare.viewport
    whole = viewport.scale
    person.press(Qt.Key.Key_R)
    assert viewport.scale > whole
    person.press(Qt.Key.Key_R)
    assert viewport.scale == pytest.approx(whole), "a reason without a place is the whole instance"
    assert bar(person).reasons[1].isChecked()
    person.press(Qt.Key.Key_R)
    assert bar(person).reasons[0].isChecked()

    person.press(Qt.Key.Key_N)
    assert not bar(person).reasons[0].isChecked(), "now a change is looked at"


def test_blind_neither_risk_nor_reasons_show(person: Any):
    person.trigger("blind_mode")

    assert not bar(person).isVisible()
    assert not person.window.findChild(object, "next_reason").isEnabled()
    person.press(Qt.Key.Key_Right)
    person.wait_shown()
    assert not bar(person).isVisible()

    person.trigger("blind_mode")
    assert bar(person).words.text() == "Risk 0.02"
    assert bar(person).isVisible()


def test_without_an_assessment_there_is_no_bar(open_window: Callable[..., Any], tmp_path: Path):
    person = open_window(make_risky_project(tmp_path, [None]))

    assert not bar(person).isVisible()
    assert not person.window.findChild(object, "next_reason").isEnabled()


def test_it_goes_with_the_contact_sheet(person: Any):
    person.window.review.go_to(1)
    person.trigger("contact_sheet")  # before the instance is on the canvases
    person.wait_until(lambda: person.window.page.compare.scene.instance_id == 2)
    assert not bar(person).isVisible()
    assert not person.window.page.choices.isVisible()
    person.trigger("contact_sheet")
    person.wait_until(bar(person).isVisible)
    assert person.window.page.choices.isVisible()
