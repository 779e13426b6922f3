"""What the canvases show in each mode: layers and captions, made from a scene and a look."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.change_pyramid import ChangePyramid
from segrefine_gui.gui.canvas.change_ring import ChangeRing
from segrefine_gui.gui.canvas.cut_out import CutOut, Ground
from segrefine_gui.gui.canvas.difference import ADDED_COLOR, REMOVED_COLOR, DifferenceLayer
from segrefine_gui.gui.canvas.frame import Layer
from segrefine_gui.gui.canvas.lettering import Caption, Swatch
from segrefine_gui.gui.canvas.outlines import TwoOutlines
from segrefine_gui.gui.canvas.overlay import COARSE_COLOR, EDITED_COLOR, REFINED_COLOR, MaskOverlay
from segrefine_gui.gui.canvas.picture import Blend, Fade, Swipe
from segrefine_gui.gui.canvas.pixel_grid import PixelGrid
from segrefine_gui.gui.canvas.place_frame import PlaceFrame
from segrefine_gui.gui.canvas.pyramid import ImagePyramid, MaskPyramid, MaskSource
from segrefine_gui.gui.canvas.risk_flags import RiskFlags
from segrefine_gui.gui.canvas.soft_layer import SoftLayer
from segrefine_gui.gui.compare.comparison import Comparison
from segrefine_gui.gui.compare.modes import ViewMode
from segrefine_gui.gui.scene import Scene

translate = QCoreApplication.translate

A_COLOR, B_COLOR = QColor("#F0E442"), QColor("#CC79A7")
"""Yellow and reddish purple of Okabe and Ito's palette: the sides of a blind comparison wear
colours that stand for neither mask."""

NEIGHBOUR_COLOR = QColor(255, 255, 255, 120)
NEIGHBOUR_OPACITY = 0.25

DEFAULT_OPACITY = 0.3

_GROUNDS = {
    ViewMode.CUT_OUT_BLACK: Ground.BLACK,
    ViewMode.CUT_OUT_WHITE: Ground.WHITE,
    ViewMode.CUT_OUT_CHECKER: Ground.CHECKER,
}


@dataclass(frozen=True)
class Look:
    """How a person wants to look at instances, and what they chose of the one in sight.

    Attributes:
        mode: the way of comparing.
        kept: numbers of the changes that are taken; None for all.
        current: number of the change that is looked at, None for none.
        risky: numbers of the changes that are not to be taken unseen.
        place: a box of the image to look at, None for none.
        opacity: of fills, 0..1.
        hides_overlays: show the photo alone.
        outlines_only: draw masks without fill.
        shows_first: show the left side in place of the right one.
        shows_grid: draw lines between large pixels.
        divider: where a swipe is divided, as a share of the width, 0..1.
        onion: opacity of the right side over the left one, 0..1.
        blind: do not tell which side is which.
        swapped: the refined mask is on the left side; only while blind.
        neighbours: masks of the other instances.
        refine_key: the key that begins to refine, to be named where nothing is refined yet.
    """

    mode: ViewMode = ViewMode.SIDE_BY_SIDE
    kept: frozenset[int] | None = None
    current: int | None = None
    risky: frozenset[int] = frozenset()
    place: Box | None = None
    opacity: float = DEFAULT_OPACITY
    hides_overlays: bool = False
    outlines_only: bool = False
    shows_first: bool = False
    shows_grid: bool = True
    divider: float = 0.5
    onion: float = 0.5
    blind: bool = False
    swapped: bool = False
    neighbours: tuple[MaskPyramid, ...] = ()
    refine_key: str = ""


@dataclass(frozen=True)
class Show:
    """What one canvas shows.

    Attributes:
        captions: in its top left corner.
        layers: over the image.
        others: over its second showing, where there is a blend.
        blend: how both showings make one.
        right_captions: in its top right corner.
        message: what it says instead of showing the image, empty to show it.
    """

    captions: tuple[Caption, ...]
    layers: tuple[Layer, ...] = ()
    others: tuple[Layer, ...] = ()
    blend: Blend | None = None
    right_captions: tuple[Caption, ...] = ()
    message: str = ""


@dataclass(frozen=True)
class _Side:
    """One of the masks that are compared: what it is called, and its colour."""

    name: str
    color: QColor
    mask: MaskSource | None

    @property
    def caption(self) -> Caption:
        return Caption(self.name, self.color)


def stage(scene: Scene, look: Look) -> tuple[Show, Show | None]:
    """What the left canvas shows, and the right one; None where that is not needed.

    Args:
        scene: an instance; with or without a refinement, and without an image if need be.
        look: how to look at it.
    """
    comparison, is_edited = scene.comparison, False
    # Sides are hidden to judge a refinement, whatever was made of it since.
    if scene.edited is not None and not (look.blind and comparison is not None):
        first, second = _sides_of_edit(scene.coarse, scene.edited)
        is_edited = True
    elif comparison is not None:
        first, second = _sides(scene, comparison, look)
    else:
        return _unrefined(scene, look)
    shown = first if look.shows_first else second
    stagehand = _Stagehand(scene.image, None if is_edited else comparison, look)
    mode = look.mode
    if mode is ViewMode.SIDE_BY_SIDE:
        return stagehand.mask(first), stagehand.mask(shown)
    if mode is ViewMode.BLINK or (
        look.shows_first and mode in (ViewMode.SWIPE, ViewMode.ONION_SKIN)
    ):
        fade = Fade(0.0 if look.shows_first else 1.0)
        return stagehand.both(first, second, fade, (shown.caption,)), None
    if mode is ViewMode.SWIPE:
        swipe = Swipe(look.divider)
        return (
            stagehand.both(first, second, swipe, (first.caption,), (second.caption,)),
            None,
        )
    if mode is ViewMode.ONION_SKIN:
        captions = (first.caption, second.caption)
        return stagehand.both(first, second, Fade(look.onion), captions), None
    if mode in _GROUNDS:
        return stagehand.cut_out(shown, _GROUNDS[mode]), None
    if look.shows_first:
        return stagehand.mask(first), None
    changes = scene.edited_changes
    if comparison is not None and not is_edited:
        changes = comparison.change_pyramid
    if mode is ViewMode.DIFFERENCE and changes is not None:
        return stagehand.difference(first, second, changes), None
    if mode in (ViewMode.DIFFERENCE, ViewMode.OUTLINES):
        return stagehand.outlines(first, second), None
    return stagehand.soft(second), None


def side_names(look: Look, is_edited: bool = False) -> tuple[str, str]:
    """What the left and the right side are called, in a word."""
    if look.blind:
        return translate("compare", "A"), translate("compare", "B")
    if is_edited:
        return translate("compare", "Coarse"), translate("compare", "Edited")
    return translate("compare", "Coarse"), translate("compare", "Refined")


def _sides(scene: Scene, comparison: Comparison, look: Look) -> tuple[_Side, _Side]:
    kept = comparison.all_numbers if look.kept is None else look.kept
    first_name, second_name = side_names(look)
    final = comparison.final(kept)
    if look.blind:
        left, right = (final, comparison.coarse) if look.swapped else (comparison.coarse, final)
        return _Side(first_name, A_COLOR, left), _Side(second_name, B_COLOR, right)
    details = [second_name, scene.refiner]
    if len(kept) < len(comparison.all_numbers):
        count = translate("compare", "{} of {} changes")
        details.append(count.format(len(kept), len(comparison.all_numbers)))
    refined = _Side(" · ".join(details), REFINED_COLOR, final)
    return _Side(first_name, COARSE_COLOR, comparison.coarse), refined


def _sides_of_edit(coarse: MaskPyramid | None, edited: MaskPyramid) -> tuple[_Side, _Side]:
    """An edit is what counts, whatever the refinement beside it."""
    first_name, second_name = side_names(Look(), is_edited=True)
    first = _Side(first_name, COARSE_COLOR, MaskPyramid.empty() if coarse is None else coarse)
    return first, _Side(second_name, EDITED_COLOR, edited)


def _unrefined(scene: Scene, look: Look) -> tuple[Show, Show | None]:
    coarse_name, refined_name = side_names(replace(look, blind=False))
    coarse = _Side(coarse_name, COARSE_COLOR, scene.coarse)
    hint = translate("compare", "Not refined yet")
    if look.refine_key:
        hint = f"{hint} — {look.refine_key}"
    stagehand = _Stagehand(scene.image, None, look)
    if look.mode is ViewMode.SIDE_BY_SIDE:
        if look.shows_first:
            return stagehand.mask(coarse), stagehand.mask(coarse)
        return stagehand.mask(coarse), Show((Caption(refined_name, REFINED_COLOR),), message=hint)
    captions = (coarse.caption, Caption(hint))
    if look.mode in _GROUNDS:
        return stagehand.cut_out(coarse, _GROUNDS[look.mode], captions), None
    return stagehand.mask(coarse, captions), None


class _Stagehand:
    """Stacks layers for one instance and one look.

    Args:
        image: its image.
        comparison: its masks and their changes, None while it is not refined.
        look: how to look at it.
    """

    def __init__(
        self, image: ImagePyramid | None, comparison: Comparison | None, look: Look
    ) -> None:
        self._image = image
        self._comparison = comparison
        self._look = look

    def mask(self, side: _Side, captions: tuple[Caption, ...] = ()) -> Show:
        """One mask over the photo."""
        return Show(captions or (side.caption,), self._stack(self._overlay(side)))

    def both(
        self,
        first: _Side,
        second: _Side,
        blend: Blend,
        captions: tuple[Caption, ...],
        right_captions: tuple[Caption, ...] = (),
    ) -> Show:
        """Each mask over a showing of the photo, and both blended."""
        layers, others = self._stack(self._overlay(first)), self._stack(self._overlay(second))
        return Show(captions, layers, others, blend, right_captions)

    def difference(self, first: _Side, second: _Side, changes: ChangePyramid) -> Show:
        """The changes over the photo."""
        look, comparison = self._look, self._comparison
        kept = look.kept
        if kept is None or comparison is None or changes is not comparison.change_pyramid:
            kept = frozenset(range(1, changes.count + 1))  # there is nothing to choose from
        added = Caption(translate("compare", "Added"), ADDED_COLOR, Swatch.RISING)
        removed = Caption(translate("compare", "Removed"), REMOVED_COLOR, Swatch.FALLING)
        legend = (added, removed)
        if look.blind:
            only = translate("compare", "Only in {}")
            legend = (
                Caption(only.format(first.name), first.color, Swatch.RISING),
                Caption(only.format(second.name), second.color, Swatch.FALLING),
            )
            # What the refined mask has and the coarse one has not was added.
            added, removed = legend if look.swapped else legend[::-1]
        layer = DifferenceLayer(
            changes,
            kept,
            added.color or ADDED_COLOR,
            removed.color or REMOVED_COLOR,
            self._opacity,
            added_rises=added.swatch is Swatch.RISING,
        )
        return Show(legend, self._stack(layer))

    def outlines(self, first: _Side, second: _Side) -> Show:
        """The outlines of both masks over the photo."""
        assert first.mask is not None
        assert second.mask is not None
        layer = TwoOutlines(first.mask, second.mask, first.color, second.color)
        return Show((first.caption, second.caption), self._stack(layer))

    def cut_out(self, side: _Side, ground: Ground, captions: tuple[Caption, ...] = ()) -> Show:
        """The object alone."""
        captions = captions or (side.caption,)
        if self._image is None:
            return Show(captions)
        return Show(captions, self._stack(ground=CutOut(side.mask, ground, self._image.region)))

    def soft(self, side: _Side) -> Show:
        """What the refiner believes, with the outline of what is made of it."""
        if self._comparison is None or self._image is None or self._look.blind:
            return self.mask(side)  # blind, the soft mask would tell which side is refined
        ground = SoftLayer(self._comparison.believed, self._image.region)
        captions = (Caption(translate("compare", "Soft mask")), side.caption)
        return Show(captions, self._stack(self._overlay(side, filled=False), ground=ground))

    @property
    def _opacity(self) -> float:
        return 0.0 if self._look.outlines_only else self._look.opacity

    def _overlay(self, side: _Side, *, filled: bool = True) -> Layer | None:
        if side.mask is None:
            return None
        return MaskOverlay(side.mask, side.color, self._opacity if filled else 0.0)

    def _stack(
        self, layer: Layer | None = None, *, ground: Layer | None = None
    ) -> tuple[Layer, ...]:
        """Layers in their order: what hides the photo, grid, neighbours, masks, marks."""
        look = self._look
        stack: list[Layer] = []
        if look.hides_overlays:
            ground = layer = None
        if ground is not None:
            stack.append(ground)
        if look.shows_grid and self._image is not None:
            stack.append(PixelGrid(self._image.region))
        if look.hides_overlays:
            return tuple(stack)
        stack += [MaskOverlay(mask, NEIGHBOUR_COLOR, NEIGHBOUR_OPACITY) for mask in look.neighbours]
        if layer is not None:
            stack.append(layer)
        if look.current is not None and self._comparison is not None:
            stack.append(ChangeRing(self._comparison.change_pyramid, look.current))
        if look.place is not None:
            stack.append(PlaceFrame(look.place))
        flagged = self._flagged()
        if flagged and self._comparison is not None:
            stack.append(RiskFlags(self._comparison.change_pyramid, flagged))
        return tuple(stack)

    def _flagged(self) -> frozenset[int]:
        """The risky changes that are marked: all where changes are drawn, else the current one."""
        look = self._look
        if look.blind:
            return frozenset()
        return look.risky if look.mode is ViewMode.DIFFERENCE else look.risky & {look.current}
