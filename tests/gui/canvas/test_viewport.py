import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QSizeF

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.viewport import MAX_SCALE, Viewport

WIDGET = QSizeF(800, 600)
sides = st.integers(1, 20_000)


def viewport(width: int = 4000, height: int = 3000, view: QSizeF = WIDGET) -> Viewport:
    made = Viewport()
    made.set_view_size("view", view)
    made.set_image_size(width, height)
    return made


def image_point(made: Viewport, point: QPointF) -> tuple[float, float]:
    """The image point under a point of WIDGET, without the snap to device pixels."""
    x = made.centre.x() + (point.x() - WIDGET.width() / 2) / made.scale
    y = made.centre.y() + (point.y() - WIDGET.height() / 2) / made.scale
    return x, y


@given(sides, sides, st.floats(20, 3000), st.floats(20, 3000))
def test_fit_shows_the_whole_image_and_fills_a_side(w: int, h: int, view_w: float, view_h: float):
    made = viewport(w, h, QSizeF(view_w, view_h))
    made.zoom_by(3)
    made.fit_image()

    shown = (w * made.scale, h * made.scale)
    assert shown[0] <= view_w * (1 + 1e-9)
    assert shown[1] <= view_h * (1 + 1e-9)
    fills = shown[0] == pytest.approx(view_w) or shown[1] == pytest.approx(view_h)
    assert fills or made.scale == MAX_SCALE
    assert (made.centre.x(), made.centre.y()) == (w / 2, h / 2)


@given(st.floats(0, 800), st.floats(0, 600), st.lists(st.floats(0.3, 4), min_size=1, max_size=6))
def test_zoom_keeps_the_image_point_under_the_cursor(x: float, y: float, factors: list[float]):
    made = viewport()
    made.zoom_by(2)
    cursor = QPointF(x, y)
    before = image_point(made, cursor)

    for factor in factors:
        made.zoom_at(cursor, factor, WIDGET)
        # At the image's rim the canvas stops instead.
        assume(0 < made.centre.x() < 4000)
        assume(0 < made.centre.y() < 3000)

    assert image_point(made, cursor) == pytest.approx(before, abs=1e-6)


@given(st.floats(1e-6, 1e6), sides, sides)
def test_zoom_stays_within_its_limits(factor: float, w: int, h: int):
    made = viewport(w, h)

    made.zoom_at(QPointF(100, 100), factor, WIDGET)

    smallest, largest = made.scale_limits
    assert smallest <= made.scale <= largest
    assert smallest == pytest.approx(min(made.fit_scale / 4, 0.25))
    assert largest == 64


@given(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_image_never_leaves_the_middle(dx: float, dy: float):
    made = viewport()

    made.pan_by(dx, dy)

    assert 0 <= made.centre.x() <= 4000
    assert 0 <= made.centre.y() <= 3000


def test_pan_moves_the_image_with_the_hand():
    made = viewport()
    made.zoom_by(10)
    before = made.transform(WIDGET).to_widget(2000, 1500)

    made.pan_by(30, -20)

    after = made.transform(WIDGET).to_widget(2000, 1500)
    assert (after[0] - before[0], after[1] - before[1]) == pytest.approx((30, -20))


def test_fit_box_shows_the_box_with_its_margin_in_the_middle():
    made = viewport()

    made.fit_box(Box(1000, 1000, 1400, 1200), margin=0.25)

    assert made.scale == pytest.approx(800 / 600)  # 400 wide and 100 on each side
    assert (made.centre.x(), made.centre.y()) == (1200, 1100)


def test_fit_box_at_the_rim_shows_no_outside():
    made = viewport()

    made.fit_box(Box(0, 0, 400, 200), margin=0.5)

    assert made.centre.x() == 300
    assert made.centre.y() == 200


def test_fit_of_an_empty_box_shows_the_image():
    made = viewport()

    made.fit_box(Box(7, 7, 7, 7))

    assert made.scale == made.fit_scale


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("width", [8, 4000])
def test_actual_size_is_one_device_pixel_per_image_pixel(ratio: float, width: int):
    made = viewport(width, width)

    made.actual_size(ratio)

    assert made.transform(WIDGET, ratio).scale == 1


def test_fit_holds_when_a_canvas_is_resized_and_ends_with_the_first_zoom():
    made = viewport(1000, 1000)
    made.set_view_size("view", QSizeF(400, 300))
    assert made.scale == pytest.approx(0.3)

    made.zoom_by(2)
    made.set_view_size("view", QSizeF(800, 700))

    assert made.scale == pytest.approx(0.6)


def test_fit_shows_everything_in_the_smaller_of_two_canvases():
    made = viewport(1000, 1000)
    made.set_view_size("other", QSizeF(200, 900))
    assert made.scale == pytest.approx(0.2)

    made.remove_view("other")
    made.fit_image()

    assert made.scale == pytest.approx(0.6)


def test_two_widget_sizes_show_the_same_centre_and_scale():
    made = viewport()
    made.zoom_at(QPointF(10, 20), 7, WIDGET)
    centre = (made.centre.x(), made.centre.y())

    small, large = made.transform(QSizeF(300, 200)), made.transform(QSizeF(900, 700))

    assert small.scale == large.scale
    assert small.to_widget(*centre) == pytest.approx((150, 100), abs=0.5)
    assert large.to_widget(*centre) == pytest.approx((450, 350), abs=0.5)


def test_zoom_is_kept_between_images_of_one_size_and_fitted_for_another():
    made = viewport()
    made.zoom_by(5)
    zoomed = made.scale

    made.set_image_size(4000, 3000)
    assert made.scale == zoomed

    made.set_image_size(1000, 500)
    assert made.scale == pytest.approx(0.8)


def test_changed_is_sent_for_changes_only(qtbot):
    made = viewport()

    with qtbot.assertNotEmitted(made.changed):
        made.pan_by(0, 0)
        made.set_image_size(4000, 3000)
    with qtbot.waitSignal(made.changed):
        made.pan_by(1, 0)


def test_an_image_without_pixels_is_refused():
    with pytest.raises(ValueError, match="positive size"):
        Viewport().set_image_size(0, 10)
