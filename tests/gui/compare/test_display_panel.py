import pytest

from segrefine_gui.gui.canvas.adjustment import AS_IT_IS, Adjustment
from segrefine_gui.gui.compare.display_panel import DisplayPanel


@pytest.fixture
def panel(qtbot) -> DisplayPanel:
    made = DisplayPanel()
    qtbot.addWidget(made)
    made.show()
    return made


def test_sliders_adjust_and_reset_puts_all_back(panel: DisplayPanel):
    adjustments, opacities = [], []
    panel.adjusted.connect(adjustments.append)
    panel.opacity_changed.connect(opacities.append)

    panel.brightness.slider.setValue(20)
    panel.gamma.slider.setValue(150)
    panel.opacity.slider.setValue(70)

    assert adjustments[-1] == Adjustment(brightness=0.2, gamma=1.5)
    assert opacities == [0.7]

    panel.reset_button.click()
    assert adjustments[-1] == AS_IT_IS
    assert opacities[-1] == pytest.approx(0.3)


def test_no_position_of_the_sliders_is_out_of_bounds(panel: DisplayPanel):
    adjustments = []
    panel.adjusted.connect(adjustments.append)

    for slider in (panel.brightness.slider, panel.contrast.slider, panel.gamma.slider):
        for value in (slider.maximum(), slider.minimum()):
            slider.setValue(value)

    assert all(each.table.shape == (256,) for each in adjustments)


def test_every_slider_has_a_name(panel: DisplayPanel):
    names = {
        row.slider.accessibleName()
        for row in (panel.brightness, panel.contrast, panel.gamma, panel.opacity)
    }
    assert names == {"Brightness", "Contrast", "Gamma", "Opacity of masks"}
