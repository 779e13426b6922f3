import numpy as np
import pytest
from PySide6.QtGui import QColor
from support.light_table import GREY, compared, grey_image, shown

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.gui.canvas.change_ring import RING_COLOR, ChangeRing
from segrefine_gui.gui.canvas.cut_out import CutOut, Ground
from segrefine_gui.gui.canvas.difference import ADDED_COLOR, REMOVED_COLOR, DifferenceLayer
from segrefine_gui.gui.canvas.frame import Frame
from segrefine_gui.gui.canvas.image_layer import ImageLayer
from segrefine_gui.gui.canvas.mask_canvas import MaskCanvas
from segrefine_gui.gui.canvas.outlines import SHARED_COLOR, TwoOutlines
from segrefine_gui.gui.canvas.overlay import COARSE_COLOR, REFINED_COLOR, MaskOverlay
from segrefine_gui.gui.canvas.pixel_grid import PixelGrid
from segrefine_gui.gui.canvas.pyramid import MaskPyramid
from segrefine_gui.gui.canvas.soft_layer import SoftLayer
from segrefine_gui.gui.canvas.view_transform import ViewTransform
from segrefine_gui.gui.canvas.viewport import Viewport

WIDTH, HEIGHT = 300, 200
BACKGROUND = QColor(40, 40, 40)


def rgb(color: QColor) -> list[int]:
    return list(color.getRgb()[:3])


def is_color(pixels: np.ndarray, color: QColor) -> np.ndarray:
    return (pixels == rgb(color)).all(axis=-1)


@pytest.fixture
def canvas(qtbot) -> MaskCanvas:
    """The photo fills the widget, one device pixel a pixel."""
    made = MaskCanvas(Viewport())
    made.resize(WIDTH, HEIGHT)
    qtbot.addWidget(made)
    made.show()
    made.set_image(grey_image(WIDTH, HEIGHT))
    assert made.viewport.scale == 1
    return made


@pytest.fixture
def masks() -> tuple[np.ndarray, np.ndarray]:
    """Added on the left (change 2), removed on the right (change 1, larger)."""
    coarse, refined = np.zeros((2, HEIGHT, WIDTH), np.bool_)
    coarse[50:150, 100:280] = True
    refined[50:150, 40:200] = True
    return coarse, refined


def difference(masks, kept: set[int], **kwargs) -> DifferenceLayer:
    pyramid = compared(*masks).change_pyramid
    assert [change.added for change in pyramid.changes.changes] == [False, True]
    return DifferenceLayer(pyramid, frozenset(kept), ADDED_COLOR, REMOVED_COLOR, **kwargs)


def test_added_and_removed_have_their_colours_and_the_rest_of_the_photo_shows(canvas, masks):
    canvas.set_overlays([difference(masks, {1, 2})])

    seen = shown(canvas)

    added, removed = is_color(seen, ADDED_COLOR), is_color(seen, REMOVED_COLOR)
    assert added[50:150, 40].all(), "the rim"
    assert removed[50:150, 279].all()
    assert not added[:, 100:].any()
    assert not removed[:, :200].any()
    assert (seen[60:140, 110:190] == GREY).all(), "what both masks have"
    assert (seen[:40] == GREY).all()


def test_hatching_alone_tells_added_from_removed(canvas, masks):
    canvas.set_overlays([difference(masks, {1, 2})])

    seen = shown(canvas)

    # Along its own diagonal a hatched patch is constant, along the other it is not.
    for columns, rising in ((slice(45, 95), True), (slice(205, 275), False)):
        patch = seen[55:145, columns]
        falling_steps = np.abs(patch[1:, 1:] - patch[:-1, :-1]).mean()
        rising_steps = np.abs(patch[1:, :-1] - patch[:-1, 1:]).mean()
        assert rising_steps == 0 if rising else falling_steps == 0
        assert max(rising_steps, falling_steps) > 20


def test_hatching_keeps_its_distance_at_any_zoom(canvas, masks):
    canvas.set_overlays([difference(masks, {1, 2})])
    lines = {}
    for zoom in (1, 3):
        canvas.viewport.zoom_by(zoom / canvas.viewport.scale)
        canvas.viewport.centre_on(70, 100)
        x, y = canvas.view().to_widget(70, 100)
        row = is_hatch(shown(canvas)[round(y), round(x) - 24 : round(x) + 24])
        lines[zoom] = np.count_nonzero(np.diff(row.astype(int)) == 1)

    assert lines[1] == pytest.approx(48 / 7, abs=1)
    assert lines[3] == pytest.approx(48 / 7, abs=1)


def is_hatch(pixels: np.ndarray) -> np.ndarray:
    """Lines are nearly the colour itself, the fill between them is dull."""
    distance = np.abs(pixels - rgb(ADDED_COLOR)).sum(axis=-1)
    return distance < 60


def test_a_change_that_is_left_out_is_only_a_dashed_outline(canvas, masks):
    canvas.set_overlays([difference(masks, {1})])

    seen = shown(canvas)

    assert (seen[55:145, 45:95] == GREY).all(), "no fill"
    edge = seen[55:145, 40]
    dashes = (edge[:, 1] > edge[:, 0] + 40).astype(int)
    assert 0.3 < dashes.mean() < 0.7
    assert np.count_nonzero(np.diff(dashes)) >= 12
    assert is_color(seen, REMOVED_COLOR)[50:150, 279].all(), "the other one is as it was"


def test_opacity_of_nothing_leaves_the_outlines(canvas, masks):
    canvas.set_overlays([difference(masks, {1, 2}, opacity=0.0)])

    seen = shown(canvas)

    assert (seen[55:145, 45:95] == GREY).all()
    assert is_color(seen, ADDED_COLOR)[50:150, 40].all()


def test_the_directions_can_be_told_by_the_side_for_a_blind_comparison(canvas, masks):
    canvas.set_overlays([difference(masks, {1, 2}, added_rises=False)])

    patch = shown(canvas).sum(axis=-1)[55:145, 45:95]

    np.testing.assert_array_equal(patch[1:, 1:], patch[:-1, :-1])


def test_a_small_change_is_seen_far_out(canvas):
    coarse, refined = np.zeros((2, 4000, 6000), np.bool_)
    refined[2000:2006, 3000:3006] = True
    canvas.set_image(grey_image(6000, 4000))
    canvas.set_overlays([difference_of(coarse, refined)])
    assert canvas.viewport.scale == 0.05

    assert is_color(shown(canvas), ADDED_COLOR).any()


def difference_of(coarse: np.ndarray, refined: np.ndarray) -> DifferenceLayer:
    comparison = compared(coarse, refined)
    return DifferenceLayer(
        comparison.change_pyramid, comparison.all_numbers, ADDED_COLOR, REMOVED_COLOR
    )


def test_the_ring_lies_around_its_change_and_nowhere_else(canvas, masks):
    canvas.set_overlays([ChangeRing(compared(*masks).change_pyramid, 2)])

    seen = shown(canvas)

    white = is_color(seen, RING_COLOR)
    assert white[60:140, 36:38].all()
    assert (seen[50:150, 40:100] == GREY).all(), "the change itself stays in sight"
    assert not white[:, 110:].any()
    assert (seen[60:140, 35] < GREY).all(), "the dark rim"


@pytest.mark.parametrize("scale", [1, 4, 11])
def test_two_outlines_are_one_pixel_wide_at_any_zoom(canvas, masks, scale):
    coarse, refined = (MaskPyramid.build(mask, image_box(WIDTH, HEIGHT)) for mask in masks)
    canvas.set_overlays([TwoOutlines(coarse, refined, COARSE_COLOR, REFINED_COLOR)])
    canvas.viewport.zoom_by(scale)
    canvas.viewport.centre_on(100, 100)
    view = canvas.view()

    row = shown(canvas)[round(view.to_widget(0, 100)[1])]

    orange = is_color(row, COARSE_COLOR).nonzero()[0]
    assert orange.tolist() == [view.left + 100 * scale]
    assert not is_color(row, SHARED_COLOR).any()


def test_where_outlines_meet_they_are_neither_colour(canvas, masks):
    coarse, refined = (MaskPyramid.build(mask, image_box(WIDTH, HEIGHT)) for mask in masks)
    canvas.set_overlays([TwoOutlines(coarse, refined, COARSE_COLOR, REFINED_COLOR)])

    seen = shown(canvas)

    assert is_color(seen, SHARED_COLOR)[50, 105:195].all()
    assert is_color(seen, REFINED_COLOR)[50, 45:95].all()
    assert is_color(seen, COARSE_COLOR)[50, 205:275].all()
    assert (seen[60:140, 110:190] == GREY).all(), "no fill"


@pytest.mark.parametrize(
    ("ground", "colors"),
    [
        (Ground.BLACK, {(0, 0, 0)}),
        (Ground.WHITE, {(255, 255, 255)}),
        (Ground.CHECKER, {(0xCC,) * 3, (0x99,) * 3}),
    ],
)
def test_a_cut_out_shows_the_object_on_its_ground(canvas, masks, ground, colors):
    mask = MaskPyramid.build(masks[0], image_box(WIDTH, HEIGHT))
    canvas.set_overlays([CutOut(mask, ground, image_box(WIDTH, HEIGHT))])

    seen = shown(canvas)

    assert (seen[masks[0]] == GREY).all()
    assert set(map(tuple, seen[~masks[0]].tolist())) == colors


def test_the_checkerboard_has_squares_of_one_size_on_the_screen(canvas):
    canvas.set_overlays([CutOut(None, Ground.CHECKER, image_box(WIDTH, HEIGHT))])
    canvas.viewport.zoom_by(4)

    row = shown(canvas)[100, :, 0]

    edges = np.diff(np.diff(row).nonzero()[0])
    assert (edges == 8).all()


def test_a_cut_out_does_not_cover_what_lies_beside_the_image(canvas):
    canvas.set_overlays([CutOut(None, Ground.WHITE, image_box(WIDTH, HEIGHT))])
    canvas.viewport.zoom_by(0.5)

    assert (shown(canvas)[10, 10] == canvas.background_color().red()).all()


def test_a_soft_mask_is_grey_in_its_region_and_dark_around_it(canvas):
    region = Box(50, 40, 250, 160)
    values = np.tile(np.arange(200, dtype=np.uint8), (120, 1))
    layer = SoftLayer(MaskPyramid.of_values(values, region), image_box(WIDTH, HEIGHT))
    canvas.set_overlays([layer])

    seen = shown(canvas)

    np.testing.assert_array_equal(seen[region.slices], np.repeat(values[..., None], 3, axis=2))
    outside = np.ones((HEIGHT, WIDTH), np.bool_)
    outside[region.slices] = False
    assert seen[outside].max() < 60


@pytest.mark.parametrize(("scale", "is_there"), [(1, False), (7, False), (8, True), (20, True)])
def test_the_grid_is_there_only_when_zoomed_in(canvas, scale, is_there):
    canvas.set_overlays([PixelGrid(image_box(WIDTH, HEIGHT))])
    canvas.set_image(bright(WIDTH, HEIGHT))
    canvas.viewport.zoom_by(scale / canvas.viewport.scale)

    seen = shown(canvas)

    lines = (seen[:, :, 0] < 255).all(axis=0).nonzero()[0]
    assert bool(lines.size) == is_there
    if is_there:
        assert (np.diff(lines) == scale).all()
        assert lines[0] == canvas.view().left % scale


def bright(width: int, height: int):
    image = grey_image(width, height)
    image.levels[0][:] = 255
    return image


def pixels(frame: Frame, layers, view: ViewTransform) -> np.ndarray:
    finished = frame.show(layers, view, BACKGROUND)
    image = finished.image.copy(finished.part)
    return np.frombuffer(image.constBits(), np.uint8).reshape(view.height, view.width, 4).copy()


def layers_of(comparison, kept) -> list:
    """One of everything that depends on a choice."""
    box = image_box(WIDTH, HEIGHT)
    kept = frozenset(kept)
    final = comparison.final(kept)
    return [
        ImageLayer(grey_image(WIDTH, HEIGHT)),
        CutOut(final, Ground.CHECKER, box),
        DifferenceLayer(comparison.change_pyramid, kept, ADDED_COLOR, REMOVED_COLOR),
        TwoOutlines(comparison.coarse, final, COARSE_COLOR, REFINED_COLOR),
        MaskOverlay(final, REFINED_COLOR),
    ]


@pytest.mark.parametrize("scale", [0.13, 0.4, 0.99, 1, 2.6, 9])
def test_toggling_a_change_draws_its_part_alone_and_as_a_fresh_frame_would(scale):
    random = np.random.default_rng(4)
    coarse, refined = (
        np.kron(random.random((20, 30)) < 0.6, np.ones((10, 10))).astype(np.bool_) for _ in "ab"
    )
    comparison = compared(coarse, refined)
    image = ImageLayer(grey_image(WIDTH, HEIGHT))
    view = ViewTransform.centred((150, 100), scale, (320, 220))
    kept = set(comparison.all_numbers)
    frame = Frame()
    pixels(frame, [image, *layers_of(comparison, kept)[1:]], view)

    for number in sorted(comparison.all_numbers)[:12]:
        before = pixels(frame, [image, *layers_of(comparison, kept)[1:]], view)
        kept ^= {number}
        layers = [image, *layers_of(comparison, kept)[1:]]

        after = pixels(frame, layers, view)

        np.testing.assert_array_equal(after, pixels(Frame(), layers, view))
        rows, columns = (after != before).any(axis=-1).nonzero()
        if rows.size:
            box = comparison.change_pyramid.box_of([number])
            reach = 2 + 3 / min(scale, 1)
            low_x, low_y = view.to_image(int(columns.min()), int(rows.min()))
            high_x, high_y = view.to_image(int(columns.max()) + 1, int(rows.max()) + 1)
            assert box.x0 - reach <= low_x <= high_x <= box.x1 + reach
            assert box.y0 - reach <= low_y <= high_y <= box.y1 + reach


@pytest.mark.parametrize("scale", [1, 2.7, 9])
def test_panned_layers_have_the_pixels_of_fresh_ones(scale):
    random = np.random.default_rng(5)
    coarse, refined = (
        np.kron(random.random((20, 30)) < 0.6, np.ones((10, 10))).astype(np.bool_) for _ in "ab"
    )
    comparison = compared(coarse, refined)
    layers = [
        *layers_of(comparison, {1, 3}),
        SoftLayer(comparison.believed, image_box(WIDTH, HEIGHT)),
        PixelGrid(image_box(WIDTH, HEIGHT)),
        ChangeRing(comparison.change_pyramid, 2),
    ]
    frame = Frame()
    for x, y in ((150, 100), (153.4, 98), (120, 100), (121, 131), (100, 60)):
        view = ViewTransform.centred((x, y), scale, (220, 160))
        np.testing.assert_array_equal(pixels(frame, layers, view), pixels(Frame(), layers, view))
