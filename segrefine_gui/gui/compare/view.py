"""Coarse against refined, in whichever way a person likes to compare."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QByteArray, QPointF, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.masks import Rle
from segrefine_gui.gui.canvas.adjustment import AS_IT_IS, Adjustment
from segrefine_gui.gui.canvas.loupe import Loupe
from segrefine_gui.gui.canvas.mask_canvas import MaskCanvas
from segrefine_gui.gui.canvas.minimap import Minimap
from segrefine_gui.gui.canvas.pyramid import MaskPyramid
from segrefine_gui.gui.canvas.viewport import Viewport
from segrefine_gui.gui.compare.comparison import Comparison
from segrefine_gui.gui.compare.divider import Divider
from segrefine_gui.gui.compare.mode_bar import BlinkBar, OnionBar
from segrefine_gui.gui.compare.modes import ViewMode
from segrefine_gui.gui.compare.neighbours import decode_neighbours
from segrefine_gui.gui.compare.recutter import Recutter
from segrefine_gui.gui.compare.stage import Look, Show, side_names, stage
from segrefine_gui.gui.scene import Scene
from segrefine_gui.gui.widgets.veil import Veil
from segrefine_gui.gui.workers.pool import ReadingPool

MARGIN = 0.2
"""What is left free around an instance, as a share of its longer side."""

CHANGE_MARGIN, LEAST_CHANGE_SIDE = 0.6, 48
"""What is left free around a change, and the least of the image, in pixels, that zooming to one
shows before that: a speck means nothing without what is around it."""

PATIENCE_MS = 120
"""How long a scene may take before the view says that it is loading."""

BLINK_MS = 250
"""How long each mask is shown when the view blinks by itself: both of them twice a second."""

OPACITY_PER_NOTCH = 0.05

NEIGHBOURS_PRIORITY = 800
"""In the pool: after the instances themselves, before thumbnails."""

_NEIGHBOURS = "neighbours"


class CompareView(QWidget):
    """Canvases with one zoom and pan: two side by side, or one in which both masks are compared.

    Args:
        pool: where masks are cut and decoded.
        parent: the widget that holds this one.
    """

    zoomed = Signal(float)
    """Screen pixels per image pixel."""

    hovered = Signal(object)
    """The image point (QPointF) under the cursor, or None."""

    mode_changed = Signal(object)
    """The `ViewMode` from now on."""

    change_clicked = Signal(int)
    """The number of a change that was clicked."""

    opacity_changed = Signal(float)
    """The opacity of fills that the wheel was turned to, 0..1."""

    auto_blink_changed = Signal(bool)
    """Whether the view blinks by itself in blink mode was switched in the view."""

    recut = Signal(object)
    """The `Scene` on the canvases, cut at the threshold asked for; its changes are other ones."""

    failed = Signal(str)
    """One sentence on what could not be shown."""

    def __init__(self, pool: ReadingPool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pool = pool
        self.viewport = Viewport(self)
        self.left = MaskCanvas(self.viewport)
        self.right = MaskCanvas(self.viewport)
        self._canvases = (self.left, self.right)
        self._splitter = QSplitter()
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(3)
        self._splitter.addWidget(self.left)
        self._splitter.addWidget(self.right)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._splitter)
        self.divider = Divider(self.left)
        self.onion_bar = OnionBar(self.left)
        self.blink_bar = BlinkBar(self.left)
        self.minimaps = [Minimap(canvas) for canvas in self._canvases]
        self._loupes = [Loupe(canvas) for canvas in self._canvases]
        self._veil = Veil(self)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._veil.show)
        self._blinking = QTimer(self)
        self._blinking.setInterval(BLINK_MS)
        self._recutter = Recutter(pool, self)

        self._scene: Scene | None = None
        self._look = Look()
        self._framed: int | None = None
        self._has_neighbours = False
        self._keeps_zoom = False
        self._adjustment = AS_IT_IS
        self._blinks_by_itself = False
        self._shows_minimap = True
        self._shows_neighbours = False
        self._neighbours_of: Callable[[int], Sequence[Rle]] = lambda _: ()
        self._connect()

    def _connect(self) -> None:
        for canvas in self._canvases:
            canvas.clicked.connect(partial(self._tell_click, canvas))
            canvas.set_hot_spots(partial(self._is_on_change, canvas))
            canvas.hovered.connect(self.hovered)
            canvas.opacity_turned.connect(self.turn_opacity)
        self.viewport.changed.connect(self._tell_zoom)
        self.divider.dragged.connect(self.set_divider)
        self.onion_bar.moved.connect(self.set_onion)
        self.blink_bar.toggled.connect(self._switch_auto_blink)
        self._blinking.timeout.connect(self._blink)
        self._recutter.ready.connect(self._take_recut)
        self._recutter.failed.connect(self.failed)

    # What is shown

    @property
    def scene(self) -> Scene | None:
        """The instance on the canvases, at the threshold it is cut at now."""
        return self._scene

    def show_scene(self, scene: Scene) -> None:
        """Show an instance with all its changes, and zoom to it when it is another than before."""
        self._patience.stop()
        self._veil.hide()
        self._recutter.withdraw()
        is_other = self._scene is None or self._scene.instance_id != scene.instance_id
        self._scene = scene
        self._look = replace(
            self._look,
            kept=None,
            current=None,
            risky=frozenset(),
            place=None,
            neighbours=() if is_other else self._look.neighbours,
        )
        self._draw()
        if is_other or not self._has_neighbours:
            self._load_neighbours()
        # An instance that could not be shown before is framed once its image is there.
        if scene.image is not None and scene.instance_id != self._framed:
            if not self._keeps_zoom or self._framed is None:
                self.fit_instance()
            self._framed = scene.instance_id

    def stay(self, instance_id: int) -> None:
        """Leave zoom and pan when this instance comes, whose neighbours are other ones now."""
        self._framed = instance_id
        self._has_neighbours = False

    def show_waiting(self) -> None:
        """Keep what is shown, and dim it when the next scene is long in coming."""
        self._patience.start()

    def show_nothing(self, message: str) -> None:
        """Show no instance, and say why."""
        self._patience.stop()
        self._veil.hide()
        self._recutter.withdraw()
        self._scene = None
        self._framed = None
        for canvas, words in ((self.left, message), (self.right, "")):
            canvas.set_message(words)
            _clear(canvas)
        self._arrange()

    def set_choice(
        self, kept: Collection[int], current: int | None, risky: Collection[int] = ()
    ) -> None:
        """Show which changes are taken, and which one is looked at.

        Args:
            kept: numbers of the changes that are taken.
            current: number of the one to emphasise, None for none.
            risky: numbers of those to mark as risky.
        """
        place = None if current is not None else self._look.place
        self._change_look(
            kept=frozenset(kept), current=current, risky=frozenset(risky), place=place
        )

    def set_threshold(self, threshold: int) -> None:
        """Cut the soft mask elsewhere; `recut` comes when that is shown, at once if it is small.

        Args:
            threshold: 1..255.
        """
        if self._scene is not None and self._scene.comparison is not None:
            self._recutter.cut(self._scene.comparison, threshold)

    def set_neighbour_source(self, neighbours_of: Callable[[int], Sequence[Rle]]) -> None:
        """Tell where the masks of the other instances of an image come from.

        Args:
            neighbours_of: called with the id of the instance shown, in the thread of the window
                and only while neighbours are shown; answers quickly, without decoding.
        """
        self._neighbours_of = neighbours_of

    def set_keys(self, refine: str, show_coarse: str) -> None:
        """Name keys in hints: the one that begins to refine, and the held one; may be empty."""
        self.blink_bar.set_key(show_coarse)
        self._change_look(refine_key=refine)

    # How it is shown

    @property
    def mode(self) -> ViewMode:
        """The way of comparing."""
        return self._look.mode

    def set_mode(self, mode: ViewMode) -> None:
        """Compare in another way; zoom and pan stay."""
        if mode is not self._look.mode:
            self._change_look(mode=mode, shows_first=False)
            self.mode_changed.emit(mode)

    def cycle_mode(self, step: int = 1) -> None:
        """Compare in the next way, or the one before when `step` is -1."""
        self.set_mode(self._look.mode.stepped(step))

    def set_shows_coarse(self, shows: bool) -> None:
        """Show the coarse mask in place of the refined one; while blind, A in place of B."""
        self._change_look(shows_first=shows)

    def set_hides_overlays(self, hides: bool) -> None:
        """Show the photo alone."""
        self._change_look(hides_overlays=hides)

    def set_outlines_only(self, only: bool) -> None:
        """Draw masks without fill."""
        self._change_look(outlines_only=only)

    @property
    def opacity(self) -> float:
        """Opacity of fills, 0..1."""
        return self._look.opacity

    def set_opacity(self, opacity: float) -> None:
        """Fill masks with another opacity, 0..1."""
        self._change_look(opacity=min(max(opacity, 0.0), 1.0))

    def turn_opacity(self, notches: float) -> None:
        """Fill masks with another opacity, by notches of a wheel; above 0 for more."""
        self.set_opacity(self._look.opacity + notches * OPACITY_PER_NOTCH)
        self.opacity_changed.emit(self._look.opacity)

    @property
    def adjustment(self) -> Adjustment:
        """The brightness, contrast and gamma with which images are shown."""
        return self._adjustment

    def set_adjustment(self, adjustment: Adjustment) -> None:
        """Show images with other brightness, contrast and gamma."""
        self._adjustment = adjustment
        for canvas in self._canvases:
            canvas.set_adjustment(adjustment)

    def set_shows_grid(self, shows: bool) -> None:
        """Draw lines between image pixels where these are large."""
        self._change_look(shows_grid=shows)

    def set_shows_neighbours(self, shows: bool) -> None:
        """Show the masks of the other instances of the image, faintly."""
        self._shows_neighbours = shows
        self._change_look(neighbours=())
        self._load_neighbours()

    def set_shows_minimap(self, shows: bool) -> None:
        """Show an overview in the corner while not all of the image is in sight."""
        self._shows_minimap = shows
        self._arrange()

    def set_loupe(self, on: bool) -> None:
        """Magnify what is under the cursor."""
        for loupe in self._loupes:
            loupe.set_on(on)

    def set_divider(self, position: float) -> None:
        """Divide a swipe at a share of the width, 0..1."""
        self._change_look(divider=min(max(position, 0.0), 1.0))

    def move_divider(self, step: float) -> None:
        """Move the line of a swipe by a share of the width; to the left when negative."""
        self.set_divider(self._look.divider + step)

    def set_onion(self, opacity: float) -> None:
        """Blend the masks of an onion skin: 0 is the left one alone, 1 the right one."""
        self._change_look(onion=min(max(opacity, 0.0), 1.0))

    @property
    def blinks_by_itself(self) -> bool:
        """Whether blink mode blinks by itself."""
        return self._blinks_by_itself

    @property
    def is_blinking(self) -> bool:
        """Whether it does so right now."""
        return self._blinking.isActive()

    def set_auto_blink(self, on: bool) -> None:
        """Let blink mode blink by itself, or only while a key is held."""
        self._blinks_by_itself = on
        self.blink_bar.button.setChecked(on)
        self._arrange()

    def set_blind(self, blind: bool, swapped: bool = False) -> None:
        """Call the sides A and B and do not tell which one is refined.

        Args:
            blind: whether to.
            swapped: the refined mask is A.
        """
        self._change_look(blind=blind, swapped=swapped, place=None)

    # Zoom and pan

    def set_keeps_zoom(self, keeps: bool) -> None:
        """Leave zoom and pan when another instance is shown."""
        self._keeps_zoom = keeps

    def fit_instance(self) -> None:
        """Zoom to the instance."""
        if self._scene is not None and self._scene.image is not None:
            self.viewport.fit_box(self._scene.box, MARGIN)

    def fit_image(self) -> None:
        """Show the whole image."""
        self.viewport.fit_image()

    def actual_size(self) -> None:
        """Show each image pixel as one screen pixel."""
        self.viewport.actual_size(self.devicePixelRatioF())

    def zoom_to_change(self, number: int) -> None:
        """Zoom to one change, with what is around it."""
        comparison = self._comparison
        if comparison is None:
            return
        self._zoom_to(comparison.change_pyramid.box_of([number]))

    def show_place(self, box: Box | None) -> None:
        """Zoom to a box of the image and frame it; None for the instance, without a frame."""
        self._change_look(place=box)
        if box is None:
            self.fit_instance()
        else:
            self._zoom_to(box)

    def _zoom_to(self, box: Box) -> None:
        """Zoom to a part of the instance, with what is around it."""
        lacking = max(0, LEAST_CHANGE_SIDE - max(box.width, box.height))
        image = image_box(*self.viewport.image_size)
        self.viewport.fit_box(box.grown((lacking + 1) // 2, image), CHANGE_MARGIN)

    def splitter_state(self) -> QByteArray:
        """Where the line between the canvases is."""
        return self._splitter.saveState()

    def restore_splitter(self, state: QByteArray) -> None:
        """Put the line back to where `splitter_state` found it."""
        self._splitter.restoreState(state)

    def showEvent(self, event: QShowEvent) -> None:
        """Blink again."""
        super().showEvent(event)
        self._arrange()

    def hideEvent(self, event: QHideEvent) -> None:
        """Do not blink unseen."""
        super().hideEvent(event)
        self._blinking.stop()

    # Inside

    @property
    def _comparison(self) -> Comparison | None:
        return None if self._scene is None else self._scene.comparison

    def _change_look(self, **changes: Any) -> None:
        self._look = replace(self._look, **changes)
        self._draw()

    def _draw(self) -> None:
        scene = self._scene
        if scene is not None:
            left, right = stage(scene, self._look)
            _fill(self.left, left, scene)
            if right is not None:
                _fill(self.right, right, scene)
            else:
                _clear(self.right)
        self._arrange()

    def _arrange(self) -> None:
        """Show the canvases and controls that the mode needs."""
        look, is_double = self._look, self._look.mode is ViewMode.SIDE_BY_SIDE
        self.right.setVisible(is_double)
        is_edited = self._scene is not None and self._scene.edited is not None
        has_two = (self._comparison is not None or is_edited) and self.left.picture is not None
        self.divider.setVisible(has_two and look.mode is ViewMode.SWIPE and not look.shows_first)
        self.divider.set_position(look.divider)
        self.onion_bar.setVisible(has_two and look.mode is ViewMode.ONION_SKIN)
        self.onion_bar.set_value(look.onion)
        self.onion_bar.set_names(*side_names(look, is_edited))
        self.blink_bar.setVisible(has_two and look.mode is ViewMode.BLINK)
        right_has_map = is_double and self.right.picture is not None
        self.minimaps[0].set_wanted(self._shows_minimap and not right_has_map)
        self.minimaps[1].set_wanted(self._shows_minimap and right_has_map)
        blinks = self.isVisible() and self._blinks_by_itself and self.blink_bar.isVisibleTo(self)
        if blinks != self._blinking.isActive():
            self._blinking.start() if blinks else self._blinking.stop()

    def _blink(self) -> None:
        self._change_look(shows_first=not self._look.shows_first)

    def _switch_auto_blink(self, on: bool) -> None:
        if on != self._blinks_by_itself:
            self.set_auto_blink(on)
            self.auto_blink_changed.emit(on)

    def _take_recut(self, comparison: Comparison) -> None:
        assert self._scene is not None
        self._scene = self._scene.recut(comparison)
        self._look = replace(self._look, kept=None, current=None, risky=frozenset())
        self._draw()
        self.recut.emit(self._scene)

    def _load_neighbours(self) -> None:
        self._pool.withdraw(_NEIGHBOURS)
        self._has_neighbours = True
        scene = self._scene
        if scene is None or not self._shows_neighbours:
            return
        masks, box = self._neighbours_of(scene.instance_id), scene.box
        self._pool.request(
            _NEIGHBOURS,
            lambda: decode_neighbours(masks, box),
            self._take_neighbours,
            self.failed.emit,
            NEIGHBOURS_PRIORITY,
        )

    def _take_neighbours(self, masks: tuple[MaskPyramid, ...]) -> None:
        self._change_look(neighbours=masks)

    def _change_at(self, canvas: MaskCanvas, position: QPointF) -> int | None:
        comparison, look = self._comparison, self._look
        if comparison is None or canvas.picture is None or look.hides_overlays:
            return None
        if self._scene is not None and self._scene.edited is not None and not look.blind:
            return None  # the edit is in sight, and no change of the refinement
        return comparison.change_pyramid.number_near(canvas.view(), position.x(), position.y())

    def _is_on_change(self, canvas: MaskCanvas, position: QPointF) -> bool:
        return self._change_at(canvas, position) is not None

    def _tell_click(self, canvas: MaskCanvas, position: QPointF) -> None:
        number = self._change_at(canvas, position)
        if number is not None:
            self.change_clicked.emit(number)

    def _tell_zoom(self) -> None:
        self.zoomed.emit(self.viewport.scale * self.devicePixelRatioF())


def _fill(canvas: MaskCanvas, show: Show, scene: Scene) -> None:
    canvas.set_message(scene.problem or show.message)
    canvas.set_overlays(show.layers, show.others, show.blend)
    canvas.set_image(None if show.message else scene.image)
    canvas.set_captions(show.captions, show.right_captions)


def _clear(canvas: MaskCanvas) -> None:
    canvas.set_overlays(())
    canvas.set_image(None)
    canvas.set_captions(())
