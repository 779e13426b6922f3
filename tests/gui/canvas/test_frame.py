import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage, QPainter

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.frame import MARGIN, Finished, Frame
from segrefine_gui.gui.canvas.image_layer import ImageLayer
from segrefine_gui.gui.canvas.overlay import COARSE_COLOR, REFINED_COLOR, MaskOverlay
from segrefine_gui.gui.canvas.pyramid import ImagePyramid
from segrefine_gui.gui.canvas.view_transform import ViewTransform

SIZE = (120, 90)
BACKGROUND = QColor(40, 40, 40)


def pixels(finished: Finished) -> np.ndarray:
    image: QImage = finished.image.copy(finished.part)
    shape = (image.height(), image.width(), 4)
    return np.frombuffer(image.constBits(), np.uint8).reshape(shape)[..., :3].astype(int)


class Recorder:
    """A layer that covers `box` and notes in which windows it was drawn."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.windows: list[Box] = []

    def device_box(self, view: ViewTransform) -> Box:
        return view.device_box(self.box)

    def draw(self, painter: QPainter, view: ViewTransform, window: Box) -> None:
        self.windows.append(window)


def layers() -> list[ImageLayer | MaskOverlay]:
    random = np.random.default_rng(3)
    image = random.integers(0, 256, (70, 100, 3), dtype=np.uint8)
    masks = random.random((2, 70, 100)) < 0.8
    masks[:, :, 60:] = False
    return [
        ImageLayer(ImagePyramid.build(image)),
        MaskOverlay.of(masks[0], Box(0, 0, 100, 70), COARSE_COLOR),
        MaskOverlay.of(masks[1, :30, :50], Box(20, 10, 70, 40), REFINED_COLOR, outlined=False),
    ]


LAYERS = layers()
steps = st.tuples(st.floats(-20, 120), st.floats(-20, 90), st.sets(st.integers(0, 2)).map(sorted))


@pytest.mark.parametrize("scale", [1, 3.3])
@settings(max_examples=40)
@given(walk=st.lists(steps, min_size=2, max_size=6))
def test_a_kept_frame_has_the_pixels_of_a_fresh_one(scale, walk):
    kept = Frame()
    for x, y, chosen in walk:
        view = ViewTransform.centred((x, y), scale, SIZE)
        shown = [LAYERS[index] for index in chosen]

        after = pixels(kept.show(shown, view, BACKGROUND))

        np.testing.assert_array_equal(after, pixels(Frame().show(shown, view, BACKGROUND)))


@settings(max_examples=40)
@given(walk=st.lists(st.tuples(st.integers(-30, 30), st.integers(-30, 30)), max_size=5))
def test_a_pan_of_a_smooth_image_leaves_no_seams(walk):
    kept, smooth = Frame(), LAYERS[:1]
    x, y = 50.0, 35.0
    for dx, dy in walk:
        x, y = x + dx, y + dy
        view = ViewTransform.centred((x, y), 0.7, SIZE)

        after = pixels(kept.show(smooth, view, BACKGROUND))

        # OpenCV places samples to 1/32 of a pixel.
        fresh = pixels(Frame().show(smooth, view, BACKGROUND))
        assert np.abs(after - fresh).max() <= 255 / 16


def test_a_pan_draws_only_the_strips_that_come_into_sight():
    frame, layer = Frame(), Recorder(Box(0, 0, 500, 500))
    frame.show([layer], ViewTransform.centred((200, 200), 1, SIZE), BACKGROUND)
    assert layer.windows == [Box(0, 0, 120, 90)]
    layer.windows.clear()

    frame.show([layer], ViewTransform.centred((205, 197), 1, SIZE), BACKGROUND)

    assert sorted(layer.windows) == [Box(0, 0, 120, 3), Box(115, 3, 120, 90)]


def test_a_changed_layer_draws_only_its_own_box():
    frame, below = Frame(), Recorder(Box(0, 0, 500, 500))
    view = ViewTransform.centred((60, 45), 1, SIZE)
    frame.show([below], view, BACKGROUND)
    below.windows.clear()

    frame.show([below, Recorder(Box(10, 20, 30, 50))], view, BACKGROUND)

    assert below.windows == [Box(10, 20, 30, 50)]


def test_a_long_pan_uses_up_the_margin_and_keeps_its_pixels():
    kept, shown = Frame(), LAYERS
    for x in range(0, 3 * MARGIN, 41):
        view = ViewTransform.centred((x / 8, 35), 8, SIZE)

        after = pixels(kept.show(shown, view, BACKGROUND))

        np.testing.assert_array_equal(after, pixels(Frame().show(shown, view, BACKGROUND)))


class Patch(Recorder):
    """A layer that says that it differs from the one before only in `patch`."""

    def __init__(self, box: Box, patch: Box) -> None:
        super().__init__(box)
        self.patch = patch

    def changed_since(self, before: Recorder, view: ViewTransform) -> Box | None:
        return view.device_box(self.patch) if isinstance(before, Patch) else None


def test_a_layer_that_differs_in_a_part_draws_only_that_part():
    frame, below, whole = Frame(), Recorder(Box(0, 0, 500, 500)), Box(0, 0, 100, 80)
    view = ViewTransform.centred((60, 45), 1, SIZE)
    frame.show([below, Patch(whole, whole)], view, BACKGROUND)
    below.windows.clear()

    frame.show([below, Patch(whole, Box(7, 9, 20, 12))], view, BACKGROUND)
    assert below.windows == [Box(7, 9, 20, 12)]

    below.windows.clear()
    frame.show([below, Recorder(whole)], view, BACKGROUND)
    assert below.windows == [whole]


def test_layers_in_another_order_are_drawn_anew():
    frame, first, second = Frame(), Recorder(Box(0, 0, 9, 9)), Recorder(Box(3, 3, 12, 12))
    view = ViewTransform.centred((60, 45), 1, SIZE)
    frame.show([first, second], view, BACKGROUND)
    first.windows.clear()

    frame.show([second, first], view, BACKGROUND)

    assert first.windows == [view.widget_box]


def test_what_did_not_change_is_not_drawn_again():
    frame, layer = Frame(), Recorder(Box(0, 0, 500, 500))
    view = ViewTransform.centred((60, 45), 1, SIZE)
    frame.show([layer], view, BACKGROUND)
    layer.windows.clear()

    frame.show([layer], view, BACKGROUND)

    assert layer.windows == []


@pytest.mark.parametrize("change", ["zoom", "size", "background", "far"])
def test_all_is_drawn_again_where_nothing_can_be_kept(change: str):
    frame, layer = Frame(), Recorder(Box(0, 0, 5000, 5000))
    frame.show([layer], ViewTransform.centred((60, 45), 1, SIZE), BACKGROUND)
    layer.windows.clear()

    view = ViewTransform.centred(
        (600 if change == "far" else 60, 45),
        1.5 if change == "zoom" else 1,
        (130, 90) if change == "size" else SIZE,
    )
    frame.show([layer], view, QColor("red") if change == "background" else BACKGROUND)

    assert layer.windows == [view.widget_box]
