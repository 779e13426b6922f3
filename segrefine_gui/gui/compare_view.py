"""Coarse beside refined, moving together."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QTimer, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from segrefine_gui.gui.actions import key_text
from segrefine_gui.gui.canvas.mask_canvas import MaskCanvas
from segrefine_gui.gui.canvas.overlay import COARSE_COLOR, REFINED_COLOR, MaskOverlay
from segrefine_gui.gui.canvas.pyramid import MaskPyramid
from segrefine_gui.gui.canvas.viewport import Viewport
from segrefine_gui.gui.scene import Scene
from segrefine_gui.gui.widgets.veil import Veil

MARGIN = 0.2
"""What is left free around an instance, as a share of its longer side."""

PATIENCE_MS = 120
"""How long a scene may take before the view says that it is loading."""


class CompareView(QWidget):
    """Two canvases with one zoom and pan: the coarse mask left, the refined one right."""

    zoomed = Signal(float)
    """Screen pixels per image pixel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.viewport = Viewport(self)
        self.left = MaskCanvas(self.viewport)
        self.right = MaskCanvas(self.viewport)
        self._splitter = QSplitter()
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(3)
        self._splitter.addWidget(self.left)
        self._splitter.addWidget(self.right)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._splitter)
        self._veil = Veil(self)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._veil.show)
        self._scene: Scene | None = None
        self._framed: int | None = None
        self._keeps_zoom = False
        self._hides_overlays = False
        self._outlines_only = False
        self._shows_coarse = False
        self.viewport.changed.connect(self._tell_zoom)

    # What is shown

    def show_scene(self, scene: Scene) -> None:
        """Show an instance, and zoom to it when it is another one than before."""
        self._patience.stop()
        self._veil.hide()
        self._scene = scene
        self._draw()
        # An instance that could not be shown before is framed once its image is there.
        if scene.image is not None and scene.instance_id != self._framed:
            if not self._keeps_zoom or self._framed is None:
                self.fit_instance()
            self._framed = scene.instance_id

    def show_waiting(self) -> None:
        """Keep what is shown, and dim it when the next scene is long in coming."""
        self._patience.start()

    def show_nothing(self, message: str) -> None:
        """Show no instance, and say why."""
        self._patience.stop()
        self._veil.hide()
        self._scene = None
        self._framed = None
        self.left.set_message(message)
        self.right.set_message("")
        for canvas in (self.left, self.right):
            canvas.set_image(None)
            canvas.set_overlays(())
            canvas.set_caption("")

    # How it is shown

    def set_keeps_zoom(self, keeps: bool) -> None:
        """Leave zoom and pan when another instance is shown."""
        self._keeps_zoom = keeps

    def set_hides_overlays(self, hides: bool) -> None:
        """Show the photo alone."""
        self._hides_overlays = hides
        self._draw()

    def set_outlines_only(self, only: bool) -> None:
        """Draw masks without fill."""
        self._outlines_only = only
        self._draw()

    def set_shows_coarse(self, shows: bool) -> None:
        """Show the coarse mask on the right too, to see what refining changed."""
        self._shows_coarse = shows
        self._draw()

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

    def splitter_state(self) -> QByteArray:
        """Where the line between the canvases is."""
        return self._splitter.saveState()

    def restore_splitter(self, state: QByteArray) -> None:
        """Put the line back to where `splitter_state` found it."""
        self._splitter.restoreState(state)

    def _draw(self) -> None:
        scene = self._scene
        if scene is None:
            return
        coarse = self._overlays(scene.coarse, COARSE_COLOR)
        self._fill(self.left, self.tr("Coarse"), COARSE_COLOR, coarse)
        if self._shows_coarse:
            self._fill(self.right, self.tr("Coarse"), COARSE_COLOR, coarse)
        elif scene.refiner:
            caption = self.tr("Refined · {}").format(scene.refiner)
            refined = self._overlays(scene.refined, REFINED_COLOR)
            self._fill(self.right, caption, REFINED_COLOR, refined)
        else:
            self._say_unrefined(scene)

    def _fill(
        self, canvas: MaskCanvas, caption: str, color: QColor, overlays: tuple[MaskOverlay, ...]
    ) -> None:
        assert self._scene is not None
        canvas.set_message(self._scene.problem)
        canvas.set_image(self._scene.image)
        canvas.set_caption(caption, color)
        canvas.set_overlays(overlays)

    def _say_unrefined(self, scene: Scene) -> None:
        hint = self.tr("Not refined yet — {}").format(key_text("refine"))
        self.right.set_message(scene.problem or hint)
        self.right.set_image(None)
        self.right.set_caption(self.tr("Refined"), REFINED_COLOR)
        self.right.set_overlays(())

    def _overlays(self, mask: MaskPyramid | None, color: QColor) -> tuple[MaskOverlay, ...]:
        if mask is None or self._hides_overlays:
            return ()
        return (MaskOverlay(mask, color, filled=not self._outlines_only),)

    def _tell_zoom(self) -> None:
        self.zoomed.emit(self.viewport.scale * self.devicePixelRatioF())
