"""One edit of one instance: what tools paint on, step by step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Signal

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.masks import BoolMask, Rle, encode_part
from segrefine_gui.gui.editor.live_mask import MaskVersion
from segrefine_gui.gui.editor.start import EditStart, Source


class EditSession(QObject):
    """The mask being edited, with its steps and what is drawn of it.

    Args:
        start: what the edit begins with; it is used up.
        parent: the controller.
    """

    changed = Signal(object)
    """Pixels are not what they were in this `Box` of the image."""

    stepped = Signal()
    """A step was made, taken back or made again."""

    def __init__(self, start: EditStart, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.start = start
        self._edited = start.edited
        self._live = start.live
        self._extent = start.extent
        self._is_stroking = False
        height, width = self._edited.mask.shape
        self.bounds = image_box(width, height)
        """The whole image."""

    @property
    def mask(self) -> BoolMask:
        """The mask of the whole image, bool (height, width); only to be read."""
        return self._edited.mask

    @property
    def version(self) -> MaskVersion:
        """The mask of now, to be drawn."""
        return self._live.version

    @property
    def extent(self) -> Box:
        """A box of the image that holds all of the mask."""
        return self._extent

    @property
    def is_stroking(self) -> bool:
        """Whether a step is being made."""
        return self._is_stroking

    @property
    def is_changed(self) -> bool:
        """Whether the mask has steps, made since the edit began, that count."""
        return self._edited.is_changed

    @property
    def step(self) -> int:
        """See `EditedMask.step`."""
        return self._edited.step

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self._edited.can_undo and not self._is_stroking

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to make again."""
        return self._edited.can_redo and not self._is_stroking

    @property
    def undo_name(self) -> str:
        """What that step is called."""
        return self._edited.undo_name

    @property
    def redo_name(self) -> str:
        """What that step is called."""
        return self._edited.redo_name

    def begin(self, name: str) -> None:
        """Begin a step; what is painted until `commit` is taken back together."""
        self._edited.begin(name)
        self._is_stroking = True

    def paint(self, box: Box, inside: BoolMask, value: bool | BoolMask) -> None:
        """Give the pixels of a box that are `inside` a value, or each its own.

        Args:
            box: inside the image; may be empty.
            inside: bool (box.height, box.width).
            value: one for all, or bool (box.height, box.width).
        """
        if box.area:
            self._tell(self._edited.paint(box, inside, value))

    def commit(self) -> None:
        """End the step."""
        self._is_stroking = False
        self._edited.commit()
        self.stepped.emit()

    def rollback(self) -> None:
        """Take the step that is being made back; nothing where none is."""
        if self._is_stroking:
            self._is_stroking = False
            self._tell(self._edited.rollback())

    def fill(self, name: str, box: Box, inside: BoolMask, value: bool | BoolMask) -> None:
        """A whole step at once; see `paint`."""
        self.begin(name)
        self.paint(box, inside, value)
        self.commit()

    def replace(self, name: str, mask: BoolMask) -> None:
        """A step that makes the whole mask another one.

        Args:
            name: of the step.
            mask: bool, of the image's size.
        """
        self.rollback()
        self._tell(self._edited.replace(name, mask))
        self.stepped.emit()

    def take(self, name: str, source: Source) -> None:
        """A step that makes the mask that of a source."""
        box = self._extent.union(source.region).intersection(self.bounds)
        self.rollback()
        if box.area:
            everything = np.ones((box.height, box.width), dtype=np.bool_)
            self.fill(name, box, everything, source.crop(box))

    def undo(self) -> None:
        """Take the last step back, or the one that is being made."""
        if self._is_stroking:
            self.rollback()
        else:
            self._tell(self._edited.undo())
        self.stepped.emit()

    def redo(self) -> None:
        """Make the step again that was taken back last."""
        if not self._is_stroking:
            self._tell(self._edited.redo())
            self.stepped.emit()

    def part(self, reach: int) -> tuple[BoolMask, Box]:
        """A copy of all that is in the mask, with so many pixels around it, and where it lies."""
        region = self._extent.grown(reach, self.bounds)
        return self.mask[region.slices].copy(), region

    def encoder(self) -> Callable[[], Rle]:
        """Work for a thread that compresses the mask of now, of which it has its own copy."""
        part, box, bounds = self.mask[self._extent.slices].copy(), self._extent, self.bounds
        return lambda: encode_part(part, box, bounds.height, bounds.width)

    def draft_encoder(self) -> Callable[[], Rle | None]:
        """The same; of a mask that is what was shown when the edit began, it gives None."""
        part, box, bounds = self.mask[self._extent.slices].copy(), self._extent, self.bounds
        first = self.start.first

        def encode() -> Rle | None:
            is_first = np.array_equal(part, first.crop(box))
            return None if is_first else encode_part(part, box, bounds.height, bounds.width)

        return encode

    def _tell(self, box: Box | None) -> None:
        if box is None or box.area == 0:
            return
        self._extent = self._extent.union(box)
        self._live.update(self._edited.mask, box)
        self.changed.emit(box)
