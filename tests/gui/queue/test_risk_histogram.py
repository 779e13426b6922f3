"""The histogram of risks: bars, what of them is decided, and what a screen reader hears."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from support.light_table import shown

from segrefine_gui.gui.colors import risk_color
from segrefine_gui.gui.queue.risk_histogram import RiskHistogram
from segrefine_gui.services.arrange import RISK_STEPS, RiskCounts, risk_below


def counts_of(**at: tuple[int, int]) -> RiskCounts:
    """Pending and decided entries at some steps, as `s10=(3, 1)`."""
    pending, decided = np.zeros((2, RISK_STEPS), dtype=np.intp)
    for step, (left, done) in at.items():
        pending[int(step[1:])], decided[int(step[1:])] = left, done
    return RiskCounts(pending, decided)


@pytest.fixture
def histogram(qtbot: QtBot) -> RiskHistogram:
    histogram = RiskHistogram()
    qtbot.addWidget(histogram)
    histogram.resize(274, histogram.sizeHint().height())
    histogram.setValue(RISK_STEPS)
    histogram.show()
    return histogram


def column(histogram: RiskHistogram, risk: float) -> np.ndarray:
    """The pixels of a column of the histogram, from top to bottom, without the handle's part."""
    pixels = shown(histogram)
    return pixels[:, round(histogram.x_of(risk) * pixels.shape[1] / histogram.width())]


def has(pixels: np.ndarray, color: QColor) -> int:
    """How many pixels have a colour."""
    wanted = [color.red(), color.green(), color.blue()]
    return int((abs(pixels - wanted).max(axis=1) <= 3).sum())


def test_bars_have_the_colour_of_their_risk_and_the_height_of_their_count(
    histogram: RiskHistogram,
):
    histogram.show_counts(counts_of(s10=(100, 0), s62=(25, 0)))

    low, high = risk_color(0.1, histogram.palette()), risk_color(0.62, histogram.palette())
    safe, risky = (
        has(column(histogram, risk), color) for risk, color in ((0.1, low), (0.62, high))
    )
    assert safe > 35
    assert risky == pytest.approx(safe / 2, abs=2), "the root of a quarter"
    assert has(column(histogram, 0.3), low) == 0


def test_a_single_entry_is_seen_beside_thousands(histogram: RiskHistogram):
    histogram.show_counts(counts_of(s10=(90_000, 0), s62=(1, 0)))

    assert has(column(histogram, 0.62), risk_color(0.62, histogram.palette())) >= 1


def test_the_axis_ends_above_the_highest_risk(histogram: RiskHistogram, qtbot: QtBot):
    histogram.show_counts(counts_of(s90=(50, 0)))
    whole = histogram.x_of(1.0)
    with qtbot.assertNotEmitted(histogram.valueChanged):
        histogram.show_counts(counts_of(s3=(9, 0), s12=(2, 0)))

    assert histogram.x_of(0.2) == pytest.approx(whole)
    assert histogram.threshold == 0.1, "the handle is in sight, in the middle"
    assert has(column(histogram, 0.034), risk_color(0.035, histogram.palette())) > 35


def test_what_is_decided_is_paler(histogram: RiskHistogram):
    histogram.show_counts(counts_of(s10=(50, 0)))
    whole = has(column(histogram, 0.1), risk_color(0.1, histogram.palette()))
    histogram.show_counts(counts_of(s10=(25, 25)))
    pixels = column(histogram, 0.1)

    half = has(pixels, risk_color(0.1, histogram.palette()))
    assert half == pytest.approx(whole / 2, abs=2)
    ground = pixels[0]
    assert (abs(pixels - ground).max(axis=1) > 8).sum() >= whole, "the bar is as high as before"


def test_what_the_filter_hides_fades(histogram: RiskHistogram):
    histogram.show_counts(counts_of(s10=(50, 0), s62=(50, 0)))
    histogram.show_span(risk_below(0.3))

    assert has(column(histogram, 0.1), risk_color(0.1, histogram.palette())) > 35
    assert has(column(histogram, 0.62), risk_color(0.62, histogram.palette())) == 0


def test_a_screen_reader_can_read_and_move_the_threshold(histogram: RiskHistogram):
    interface = QAccessible.queryAccessibleInterface(histogram)
    value = interface.valueInterface()

    assert interface.text(QAccessible.Text.Name) == "Risk threshold"
    assert value.currentValue() == RISK_STEPS
    value.setCurrentValue(30)
    assert histogram.threshold == 0.3


def test_the_right_button_drags_nothing(histogram: RiskHistogram):
    QTest.mouseClick(histogram, Qt.MouseButton.RightButton)

    assert histogram.threshold == 1.0
