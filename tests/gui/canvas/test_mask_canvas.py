import os

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QNativeGestureEvent,
    QPalette,
    QPointingDevice,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.mask_canvas import MaskCanvas
from segrefine_gui.gui.canvas.overlay import COARSE_COLOR, REFINED_COLOR, MaskOverlay
from segrefine_gui.gui.canvas.picture import Fade, Swipe
from segrefine_gui.gui.canvas.pyramid import ImagePyramid
from segrefine_gui.gui.canvas.view_transform import ViewTransform
from segrefine_gui.gui.canvas.viewport import Viewport

RATIO = float(os.environ.get("QT_SCALE_FACTOR", "1"))
LINE = np.array(REFINED_COLOR.getRgb()[:3])
GREY = np.array([128, 128, 128])


@pytest.fixture
def canvas(qtbot) -> MaskCanvas:
    made = MaskCanvas(Viewport())
    made.resize(300, 200)
    qtbot.addWidget(made)
    made.show()
    assert made.devicePixelRatioF() == RATIO
    return made


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


def plain(height: int, width: int) -> ImagePyramid:
    return ImagePyramid.build(np.full((height, width, 3), 128, np.uint8))


def view_of(canvas: MaskCanvas) -> ViewTransform:
    return canvas.viewport.transform(QSizeF(canvas.size()), canvas.devicePixelRatioF())


def look_at(canvas: MaskCanvas, x: float, y: float, device_scale: float) -> ViewTransform:
    """Bring an image point about to the middle, at a scale in device pixels."""
    viewport = canvas.viewport
    viewport.zoom_by(device_scale / RATIO / viewport.scale)
    move = (viewport.centre - QPointF(x, y)) * viewport.scale
    viewport.pan_by(move.x(), move.y())
    assert view_of(canvas).scale == pytest.approx(device_scale)
    return view_of(canvas)


def shown(canvas: MaskCanvas) -> np.ndarray:
    """What the person sees: int array (height, width, 3) of RGB, in device pixels."""
    grabbed = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGBX8888)
    size = (grabbed.height(), grabbed.width(), 4)
    return np.frombuffer(grabbed.constBits(), np.uint8).reshape(size)[..., :3].astype(int)


def image_indices(view: ViewTransform) -> tuple[np.ndarray, np.ndarray]:
    """Image row of every device row, and image column of every device column."""
    rows = (np.arange(view.height) + 0.5 - view.top) / view.scale
    columns = (np.arange(view.width) + 0.5 - view.left) / view.scale
    return np.floor(rows).astype(int), np.floor(columns).astype(int)


def is_line(pixels: np.ndarray) -> np.ndarray:
    return (pixels == LINE).all(axis=-1)


@pytest.mark.parametrize("scale", [1, 2.5, 3, 7.3, 40])
def test_pixels_aligned_image_is_shown_pixel_by_pixel(canvas: MaskCanvas, scale: float):
    pixels = noise(60, 80)
    canvas.set_image(ImagePyramid.build(pixels))
    view = look_at(canvas, 33.3, 21.7, scale)

    seen = shown(canvas)

    rows, columns = image_indices(view)
    inside = np.ix_((rows >= 0) & (rows < 60), (columns >= 0) & (columns < 80))
    expected = np.full((view.height, view.width, 3), canvas.background_color().red())
    expected[inside] = pixels[rows.clip(0, 59)][:, columns.clip(0, 79)][inside]
    np.testing.assert_array_equal(seen, expected)


@pytest.mark.parametrize("scale", [0.07, 0.13, 0.3, 0.5, 0.77, 1.6])
def test_pixels_aligned_smooth_image_is_where_it_belongs(canvas: MaskCanvas, scale: float):
    ramp = np.zeros((1600, 2000, 3), np.uint8)
    ramp[..., 0] = np.linspace(0, 255, 2000)
    ramp[..., 1] = np.linspace(0, 255, 1600)[:, None]
    canvas.set_image(ImagePyramid.build(ramp))
    view = look_at(canvas, 1000, 800, scale)

    seen = shown(canvas)

    rows, columns = image_indices(view)
    rows_in, columns_in = (rows >= 0) & (rows < 1600), (columns >= 0) & (columns < 2000)
    across = np.abs(seen[rows_in][:, columns_in, 0] - ramp[0, columns[columns_in], 0])
    down = np.abs(seen[rows_in][:, columns_in, 1] - ramp[rows[rows_in], 0, 1][:, None])
    grey_per_pixel = 255 / 1600 / scale
    assert across.max() <= 1.5 + 0.6 * grey_per_pixel
    assert down.max() <= 1.5 + 0.6 * grey_per_pixel
    assert (seen[~rows_in] == canvas.background_color().red()).all()


@pytest.mark.parametrize("scale", [1, 1.5, 2, 2.7, 8])
def test_pixels_aligned_outline_follows_the_masks_pixel_edges(canvas: MaskCanvas, scale: float):
    mask = np.zeros((60, 80), np.bool_)
    mask[20:41, 30:50] = True
    mask[41:44, 30] = True
    canvas.set_image(plain(60, 80))
    canvas.set_overlays([MaskOverlay.of(mask, Box(0, 0, 80, 60), REFINED_COLOR)])
    view = look_at(canvas, 40, 31, scale)

    seen = shown(canvas)

    rows, columns = image_indices(view)
    over = np.pad(mask, 200)[np.ix_(rows.clip(-200, 250) + 200, columns.clip(-200, 270) + 200)]
    assert (seen[~over] != LINE).any(axis=-1).all(), "no outline outside the mask"
    padded = np.pad(over, 1, mode="edge")  # beyond the widget nothing is known
    rim = over & ~(padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:])
    assert is_line(seen)[rim].all(), "the outermost pixels of the mask are outline"
    halo = (seen < GREY * 0.8).all(axis=-1) & ~over
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    beside = cv2.dilate(rim.astype(np.uint8), cross).astype(bool) & ~over
    in_image = np.ix_((rows >= 0) & (rows < 60), (columns >= 0) & (columns < 80))
    assert halo[in_image][beside[in_image]].all(), "just outside is the dark halo"


@pytest.mark.parametrize("scale", [0.1, 0.26, 1, 8])
def test_outline_is_crisp_and_in_place_at_any_zoom(canvas: MaskCanvas, scale: float):
    canvas.set_image(plain(1500, 2000))
    box = Box(985, 742, 1015, 760) if scale >= 1 else Box(500, 400, 1200, 1000)
    mask = np.ones((box.height, box.width), np.bool_)
    canvas.set_overlays([MaskOverlay.of(mask, box, REFINED_COLOR, filled=False)])
    view = look_at(canvas, 1000, 750, scale)

    line = is_line(shown(canvas))

    row = line[round(view.top + (box.y0 + box.y1) / 2 * scale)].nonzero()[0]
    left, right = view.left + box.x0 * scale, view.left + box.x1 * scale
    width = round(RATIO if scale < 2 * RATIO else 2 * RATIO)
    assert len(row) == 2 * width
    assert row[0] == pytest.approx(left, abs=1)
    assert row[-1] == pytest.approx(right, abs=1)


def test_a_speck_stays_in_sight_when_zoomed_out(canvas: MaskCanvas):
    canvas.set_image(plain(1500, 2000))
    speck = np.ones((6, 6), np.bool_)
    canvas.set_overlays([MaskOverlay.of(speck, Box(993, 747, 999, 753), REFINED_COLOR)])
    look_at(canvas, 1000, 750, 0.1)

    assert is_line(shown(canvas)).any()


def test_a_hole_has_an_outline(canvas: MaskCanvas):
    canvas.set_image(plain(40, 40))
    mask = np.ones((40, 40), np.bool_)
    mask[18:22, 18:22] = False
    canvas.set_overlays([MaskOverlay.of(mask, Box(0, 0, 40, 40), REFINED_COLOR)])
    view = look_at(canvas, 20, 20, 10)

    seen = shown(canvas)

    hole = view.device_box(Box(18, 18, 22, 22))
    assert is_line(seen)[hole.y0 : hole.y1, hole.x0 - 1].all()
    assert (seen[hole.y0 + 5, hole.x0 + 5] == GREY).all()


def test_a_mask_that_fills_the_widget_has_no_outline_at_the_widgets_rim(canvas: MaskCanvas):
    canvas.set_image(plain(500, 500))
    mask = np.ones((500, 500), np.bool_)
    canvas.set_overlays([MaskOverlay.of(mask, Box(0, 0, 500, 500), REFINED_COLOR)])
    look_at(canvas, 250, 250, 4)

    seen = shown(canvas)

    assert not is_line(seen).any()
    assert len(np.unique(seen.reshape(-1, 3), axis=0)) == 1


@pytest.mark.parametrize("outlined", [True, False])
def test_fill_is_blended_with_its_opacity(canvas: MaskCanvas, outlined: bool):
    canvas.set_image(plain(40, 40))
    mask = np.ones((20, 20), np.bool_)
    overlay = MaskOverlay.of(
        mask, Box(10, 10, 30, 30), COARSE_COLOR, opacity=0.4, outlined=outlined
    )
    canvas.set_overlays([overlay])
    view = look_at(canvas, 20, 20, 4)

    inside = shown(canvas)[view.height // 2, view.width // 2]

    expected = 0.6 * GREY + 0.4 * np.array(COARSE_COLOR.getRgb()[:3])
    assert inside == pytest.approx(expected, abs=2)


def test_later_overlays_lie_on_top_and_can_be_taken_away(canvas: MaskCanvas):
    canvas.set_image(plain(40, 40))
    mask, box = np.ones((20, 20), np.bool_), Box(10, 10, 30, 30)
    coarse = MaskOverlay.of(mask, box, COARSE_COLOR)
    refined = MaskOverlay.of(mask, box, REFINED_COLOR)
    look_at(canvas, 20, 20, 4)

    canvas.set_overlays([coarse, refined])
    assert is_line(shown(canvas)).any()

    canvas.set_overlays([refined, coarse])
    assert not is_line(shown(canvas)).any()

    canvas.set_overlays([])
    assert (shown(canvas)[30:-30, 80:-80] == GREY).all()


@pytest.mark.parametrize("button", [Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton])
def test_dragging_moves_the_image_by_exactly_the_drag(canvas, qtbot, button):
    canvas.set_image(ImagePyramid.build(noise(200, 200)))
    look_at(canvas, 100, 100, 5.5)
    before = shown(canvas)

    qtbot.mousePress(canvas, button, pos=QPoint(100, 100))
    qtbot.mouseMove(canvas, QPoint(110, 95))
    qtbot.mouseMove(canvas, QPoint(137, 81))
    qtbot.mouseRelease(canvas, button, pos=QPoint(137, 81))
    qtbot.mouseMove(canvas, QPoint(10, 10))

    np.testing.assert_array_equal(shown(canvas)[:-19, 37:], before[19:, :-37])


def wheel(
    canvas: MaskCanvas, at: QPointF, angle: int = 0, pixels: int = 0, **kwargs
) -> QWheelEvent:
    event = QWheelEvent(
        at,
        canvas.mapToGlobal(at),
        QPoint(0, pixels),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        kwargs.get("modifiers", Qt.KeyboardModifier.NoModifier),
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)
    return event


@pytest.mark.parametrize(
    "modifiers", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier]
)
@pytest.mark.parametrize("delta", [{"angle": 120}, {"pixels": 60}])
def test_wheel_and_trackpad_zoom_at_the_cursor(canvas: MaskCanvas, modifiers, delta):
    canvas.set_image(plain(200, 300))
    look_at(canvas, 150, 100, 3)
    cursor = QPointF(220, 60)
    scale, under = canvas.viewport.scale, view_of(canvas).to_image(220, 60)

    event = wheel(canvas, cursor, modifiers=modifiers, **delta)

    assert event.isAccepted()
    assert canvas.viewport.scale == pytest.approx(scale * 1.25)
    assert view_of(canvas).to_image(220, 60) == pytest.approx(under, abs=0.5)

    wheel(canvas, cursor, modifiers=modifiers, **{key: -value for key, value in delta.items()})
    assert canvas.viewport.scale == pytest.approx(scale)


def test_a_wheel_that_does_not_turn_upwards_is_left_to_the_parent(canvas: MaskCanvas):
    canvas.set_image(plain(200, 300))

    assert not wheel(canvas, QPointF(10, 10)).isAccepted()


def test_pinch_on_a_trackpad_zooms_at_the_fingers(canvas: MaskCanvas):
    canvas.set_image(plain(200, 300))
    look_at(canvas, 150, 100, 3)
    scale, under = canvas.viewport.scale, view_of(canvas).to_image(50, 150)
    fingers = QPointF(50, 150)

    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        fingers,
        fingers,
        canvas.mapToGlobal(fingers),
        0.5,
        QPointF(),
    )
    QApplication.sendEvent(canvas, pinch)

    assert canvas.viewport.scale == pytest.approx(scale * 1.5)
    assert view_of(canvas).to_image(50, 150) == pytest.approx(under, abs=0.5)


def test_double_click_fits(canvas, qtbot):
    canvas.set_image(plain(200, 300))
    look_at(canvas, 10, 10, 9)

    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))

    assert canvas.viewport.scale == canvas.viewport.fit_scale
    assert canvas.viewport.centre == QPointF(150, 100)


def test_a_click_is_told_and_a_drag_is_none(canvas, qtbot):
    canvas.set_image(plain(200, 300))
    clicks: list[QPointF] = []
    canvas.clicked.connect(clicks.append)
    centre = canvas.viewport.centre

    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(50, 60))
    qtbot.mouseMove(canvas, QPoint(51, 61))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(51, 61))
    assert clicks == [QPointF(51, 61)]
    assert canvas.viewport.centre == centre, "a trembling hand does not pan"

    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(50, 60))
    qtbot.mouseMove(canvas, QPoint(80, 60))
    qtbot.mouseMove(canvas, QPoint(50, 60))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(50, 60))
    qtbot.mouseClick(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(50, 60))
    assert len(clicks) == 1


def test_a_double_click_on_a_hot_spot_is_two_clicks_and_no_fit(canvas, qtbot):
    canvas.set_image(plain(200, 300))
    look_at(canvas, 150, 100, 9)
    canvas.set_hot_spots(lambda point: point.x() < 100)
    clicks: list[QPointF] = []
    canvas.clicked.connect(clicks.append)

    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    assert len(clicks) == 2
    assert canvas.viewport.scale != canvas.viewport.fit_scale

    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(150, 50))
    assert canvas.viewport.scale == canvas.viewport.fit_scale


def test_the_cursor_shows_hot_spots(canvas, qtbot):
    canvas.set_image(plain(200, 300))
    canvas.set_hot_spots(lambda point: point.x() < 100)

    qtbot.mouseMove(canvas, QPoint(50, 50))
    assert canvas.cursor().shape() == Qt.CursorShape.PointingHandCursor

    qtbot.mouseMove(canvas, QPoint(150, 50))
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_the_wheel_with_alt_is_for_the_opacity_of_masks(canvas: MaskCanvas):
    canvas.set_image(plain(200, 300))
    scale, turned = canvas.viewport.scale, []
    canvas.opacity_turned.connect(turned.append)

    alt = Qt.KeyboardModifier.AltModifier
    assert wheel(canvas, QPointF(50, 50), angle=240, modifiers=alt).isAccepted()
    assert wheel(canvas, QPointF(50, 50), angle=-60, modifiers=alt).isAccepted()

    assert turned == [2.0, -0.5]
    assert canvas.viewport.scale == scale


def test_a_swipe_shows_one_mask_left_and_the_other_right_of_the_line(canvas: MaskCanvas):
    canvas.set_image(plain(200, 300))
    mask, box = np.ones((200, 300), np.bool_), Box(0, 0, 300, 200)
    first = MaskOverlay.of(mask, box, COARSE_COLOR, opacity=1.0, outlined=False)
    second = MaskOverlay.of(mask, box, REFINED_COLOR, opacity=1.0, outlined=False)

    canvas.set_overlays([first], [second], Swipe(0.25))

    row = shown(canvas)[round(100 * RATIO)]
    line = round(75 * RATIO)
    assert (row[:line] == COARSE_COLOR.getRgb()[:3]).all()
    assert is_line(row[line:]).all()


@pytest.mark.parametrize("opacity", [0.0, 0.3, 1.0])
def test_a_fade_lays_one_mask_over_the_other(canvas: MaskCanvas, opacity: float):
    canvas.set_image(plain(200, 300))
    mask, box = np.ones((200, 300), np.bool_), Box(0, 0, 300, 200)
    first = MaskOverlay.of(mask, box, COARSE_COLOR, opacity=1.0, outlined=False)
    second = MaskOverlay.of(mask, box, REFINED_COLOR, opacity=1.0, outlined=False)

    canvas.set_overlays([first], [second], Fade(opacity))

    expected = opacity * LINE + (1 - opacity) * np.array(COARSE_COLOR.getRgb()[:3])
    assert shown(canvas)[round(100 * RATIO), round(150 * RATIO)] == pytest.approx(expected, abs=2)


def test_two_canvases_show_the_same_place(canvas, qtbot):
    other = MaskCanvas(canvas.viewport)
    other.resize(220, 260)
    qtbot.addWidget(other)
    other.show()
    image = ImagePyramid.build(noise(100, 100))
    for each in (canvas, other):
        each.set_image(image)
    look_at(canvas, 40, 60, 6)

    wheel(canvas, QPointF(30, 40), angle=240)

    here, there = view_of(canvas), view_of(other)
    assert here.scale == there.scale
    # Both cut to where they overlap, counted from the image's corner.
    first = shown(canvas)[max(0, here.top - there.top) :, max(0, here.left - there.left) :]
    second = shown(other)[max(0, there.top - here.top) :, max(0, there.left - here.left) :]
    height, width = min(len(first), len(second)), min(first.shape[1], second.shape[1])
    assert height > 100
    assert width > 100
    np.testing.assert_array_equal(first[:height, :width], second[:height, :width])


def test_hovering_tells_the_image_point(canvas, qtbot):
    canvas.set_image(plain(200, 300))
    view = look_at(canvas, 150, 100, 2)
    points: list[QPointF | None] = []
    canvas.hovered.connect(points.append)

    qtbot.mouseMove(canvas, QPoint(120, 70))
    assert (points[-1].x(), points[-1].y()) == pytest.approx(view.to_image(120, 70))

    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert points[-1] is None


def test_hovering_beside_the_image_tells_nothing(canvas, qtbot):
    canvas.set_image(plain(20, 300))
    points: list[QPointF | None] = []
    canvas.hovered.connect(points.append)

    qtbot.mouseMove(canvas, QPoint(120, 3))

    assert points[-1] is None


def test_caption_is_readable_on_a_bright_image_and_names_the_canvas(canvas: MaskCanvas):
    canvas.set_image(ImagePyramid.build(np.full((200, 300, 3), 255, np.uint8)))
    canvas.set_caption("Refined", REFINED_COLOR)

    corner = shown(canvas)[: round(45 * RATIO), : round(110 * RATIO)]

    assert is_line(corner).any(), "the dot"
    assert (corner.max(axis=-1) < 100).any(), "the dark pill"
    assert (corner.min(axis=-1) > 200).any(), "the light text"
    assert canvas.accessibleName() == "Refined"


def test_message_is_shown_in_the_middle_only_without_an_image(canvas: MaskCanvas):
    canvas.set_message("The image cat.jpg is missing.")
    empty = shown(canvas)
    assert (empty[60:-60].min(axis=-1) > 120).any()
    assert (empty[:40] == canvas.background_color().red()).all()
    assert canvas.accessibleDescription() == "The image cat.jpg is missing."

    canvas.set_image(plain(200, 300))
    assert (shown(canvas) == GREY).all()

    canvas.set_image(None)
    np.testing.assert_array_equal(shown(canvas), empty)


def test_background_is_dark_in_both_themes_and_follows_a_change(canvas: MaskCanvas):
    grey = {}
    for window in ("#202020", "#f0f0f0"):
        palette = QPalette(canvas.palette())
        palette.setColor(QPalette.ColorRole.Window, QColor(window))
        canvas.setPalette(palette)
        grey[window] = shown(canvas)[100, 150].tolist()
        assert len(set(grey[window])) == 1

    assert grey["#202020"][0] < grey["#f0f0f0"][0] < 80


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (1, 300)])
def test_a_canvas_without_room_paints_nothing_and_does_not_fail(canvas: MaskCanvas, size):
    canvas.set_image(plain(200, 300))
    canvas.set_overlays([MaskOverlay.of(np.ones((3, 9), np.bool_), Box(0, 0, 9, 3), COARSE_COLOR)])
    canvas.set_caption("Coarse")

    canvas.setMinimumSize(0, 0)
    canvas.resize(*size)
    canvas.repaint()

    canvas.resize(300, 200)
    assert (shown(canvas)[100, 150] == GREY).all()
