"""Finding a new object in a box that a person drags on the photo."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled
from segrefine_gui.domain.masks import Rle, encode_part
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD
from segrefine_gui.engines.base import RgbImage
from segrefine_gui.engines.classical.strokes import from_box
from segrefine_gui.gui.canvas.mask_canvas import MaskCanvas
from segrefine_gui.gui.canvas.pyramid import ImagePyramid, MaskPyramid
from segrefine_gui.gui.instances.box_layer import BoxLayer
from segrefine_gui.gui.workers.pool import ReadingPool

PRIORITY = 1100
"""In the pool: the person has just let the button go."""

_SLOT = "box"

_Found = tuple[Rle, MaskPyramid]


class BoxDrawing(QObject):
    """From the wish for a new instance over a box to what GrabCut finds in it.

    Args:
        canvases: those on which boxes can be dragged.
        pool: where GrabCut runs.
        window: the window, in which Esc ends it.
    """

    found = Signal(object)
    """The mask of an object, `Rle`; what is drawn stays until `end`."""

    told = Signal(str)
    """A sentence for the person, in passing."""

    def __init__(self, canvases: Sequence[MaskCanvas], pool: ReadingPool, window: QWidget) -> None:
        super().__init__(window)
        self._pool = pool
        self._layers = [BoxLayer(canvas, self._search, self._slip) for canvas in canvases]
        self._image: ImagePyramid | None = None
        self._token = CancelToken()
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), window)
        self._escape.activated.connect(self.escape)
        self._escape.setEnabled(False)

    @property
    def is_active(self) -> bool:
        """Whether a box is being dragged or waited for, or what is in it."""
        return self._image is not None

    def begin(self, image: ImagePyramid) -> None:
        """Wait for a box on the image that the canvases show."""
        self._image = image
        self._escape.setEnabled(True)
        for layer in self._layers:
            layer.begin()
        self.told.emit(self.tr("Drag a box around the object, a little larger. Esc ends it."))

    def end(self) -> None:
        """Abandon the box and what was found in it."""
        self._token.cancel()
        self._pool.withdraw(_SLOT)
        self._image = None
        self._escape.setEnabled(False)
        for layer in self._layers:
            layer.end()

    def escape(self) -> None:
        """Forget the box that is being dragged; where none is, end."""
        taken_back = [layer.take_back() for layer in self._layers]
        if not any(taken_back):
            self.end()

    def _slip(self) -> None:
        self.told.emit(self.tr("This box is too small: drag it around the whole object."))

    def _search(self, box: Box) -> None:
        image = self._image
        if image is None:
            return
        self._show(box)
        self._token.cancel()
        pixels, token = image.levels[0], CancelToken()
        self._token = token

        def take(found: _Found | None) -> None:
            if found is None:
                self._show(None)
                self.told.emit(self.tr("Nothing in this box stands out from what is around it."))
                return
            self._show(box, found[1])
            self.found.emit(found[0])

        def fail(sentence: str) -> None:
            self._show(None)
            self.told.emit(sentence)

        self._pool.request(_SLOT, lambda: _look(pixels, box, token), take, fail, PRIORITY)

    def _show(self, box: Box | None, found: MaskPyramid | None = None) -> None:
        for layer in self._layers:
            layer.show_box(box, found)


def _look(pixels: RgbImage, box: Box, token: CancelToken) -> _Found | None:
    """What GrabCut finds in a box, None for nothing or all of it; for a worker."""
    try:
        soft = from_box(pixels, box, token)
    except Cancelled:
        return None  # which nobody waits for
    mask = soft.cut(DEFAULT_THRESHOLD)
    area = int(mask.sum())
    if area in (0, box.area):
        return None
    height, width = pixels.shape[:2]
    return encode_part(mask, soft.region, height, width), MaskPyramid.build(mask, soft.region)
