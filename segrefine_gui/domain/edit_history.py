"""One mask while a person edits it, with every stroke to be undone and redone.

A step is kept as the pixels that it flipped: of a binary mask that is all there is to know, and
taking it back is flipping them again. Strokes are kept in tiles, so that one across a large image
costs what it touched, not its bounding box.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.masks import BoolMask, tight_box

DEFAULT_BYTE_LIMIT = 128 << 20
"""Most memory that the steps of one edited mask may use, in bytes."""

_TILE = 256
"""Side of a tile, in pixels: a dab touches one to four, a stroke across 7680x4320 about 70."""

_OVERHEAD = 320
"""About what Python uses for a patch or a step besides its bits, in bytes."""

_EMPTY = Box(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Patch:
    """Flipped pixels of one box: packed eight to the byte, row by row, and compressed."""

    box: Box
    bits: bytes

    @classmethod
    def of(cls, box: Box, flipped: BoolMask) -> _Patch:
        """Pack bool (box.height, box.width)."""
        # Level 1: the packed outline of a stroke is nearly all zeros and ones at any level.
        return cls(box, zlib.compress(np.packbits(flipped).tobytes(), 1))

    def flipped(self) -> BoolMask:
        """What was packed: bool (box.height, box.width)."""
        packed = np.frombuffer(zlib.decompress(self.bits), dtype=np.uint8)
        flat = np.unpackbits(packed, count=self.box.area).view(np.bool_)
        return flat.reshape(self.box.height, self.box.width)


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    number: int
    before: int
    box: Box
    patches: tuple[_Patch, ...]

    @property
    def bytes_used(self) -> int:
        return _OVERHEAD + sum(_OVERHEAD + len(patch.bits) for patch in self.patches)


class EditedMask:
    """One mask being edited, its steps, and the way back and forth through them.

    Not thread-safe: one thread owns it.

    Args:
        mask: bool (h, w) of the whole image; copied.
        byte_limit: most memory for the steps, in bytes. The oldest are forgotten beyond it, and
            so is a step that is larger than it alone.
    """

    def __init__(self, mask: BoolMask, byte_limit: int = DEFAULT_BYTE_LIMIT) -> None:
        if mask.ndim != 2:
            raise ValueError(f"a mask has two dimensions, not {mask.ndim}")
        self._mask: BoolMask = np.array(mask, dtype=np.bool_, order="C")
        self._seen = self._mask.view()
        self._seen.flags.writeable = False
        self._image = image_box(mask.shape[1], mask.shape[0])
        self._byte_limit = byte_limit
        self._done: deque[_Step] = deque()
        self._undone: list[_Step] = []
        self._bytes_used = 0
        self._count = self._step = 0
        self._forgot_some = False
        self._open_name: str | None = None
        self._open_box = _EMPTY
        self._open_tiles: dict[tuple[int, int], BoolMask] = {}

    @property
    def mask(self) -> BoolMask:
        """The mask as it is now: bool (h, w), a view that cannot be written to."""
        return self._seen

    @property
    def can_undo(self) -> bool:
        """Whether `undo` would take something back."""
        return bool(self._done) or self._open_box.area > 0

    @property
    def can_redo(self) -> bool:
        """Whether `redo` would do something again."""
        return bool(self._undone) and self._open_box.area == 0

    @property
    def undo_name(self) -> str:
        """The name of the step that `undo` takes back; empty where there is none."""
        if self._open_box.area > 0:
            return self._open_name or ""
        return self._done[-1].name if self._done else ""

    @property
    def redo_name(self) -> str:
        """The name of the step that `redo` does again; empty where there is none."""
        return self._undone[-1].name if self.can_redo else ""

    @property
    def step(self) -> int:
        """The number of the last step done and not taken back; 0 at the beginning.

        While no stroke is open, the same number means the same mask.
        """
        return self._step

    @property
    def bytes_used(self) -> int:
        """Memory that the finished steps use, in bytes; at most the limit."""
        return self._bytes_used

    @property
    def is_changed(self) -> bool:
        """Whether any step stands between the mask and the one it began as."""
        return self.can_undo or self._forgot_some

    def begin(self, name: str) -> None:
        """Begin a stroke: what is painted until `commit` is one step.

        One that is still open is committed first.

        Args:
            name: what the step is called, for example in the undo menu.
        """
        self.commit()
        self._open_name = name

    def paint(self, box: Box, inside: BoolMask, value: bool | BoolMask) -> Box:
        """Set the pixels of a part of the mask; costs what the box holds.

        Args:
            box: where in the image the part lies; inside the image.
            inside: bool (box.height, box.width), which pixels to set.
            value: what to set them to, one value or bool (box.height, box.width).

        Returns:
            The tight box of the pixels that changed; of area 0 where none did.

        Raises:
            ValueError: the box is not inside the image, or an array is of another size.
            RuntimeError: no stroke has begun.
        """
        if self._open_name is None:
            raise RuntimeError("a stroke must begin before anything is painted")
        if box.area == 0:
            return _EMPTY
        if box.intersection(self._image) != box:
            raise ValueError(f"{box} is not inside a {self._image.width}x{self._image.height} mask")
        shape = (box.height, box.width)
        values = np.asarray(value, dtype=np.bool_)
        if inside.shape != shape or values.shape not in ((), shape):
            raise ValueError(f"{inside.shape} pixels and {values.shape} values do not fit {box}")
        part = self._mask[box.slices]
        flipped: BoolMask = (part != values) & inside
        tight = tight_box(flipped)
        if tight.area == 0:
            return _EMPTY
        flipped = flipped[tight.slices]
        changed = tight.shifted(box.x0, box.y0)
        self._mask[changed.slices] ^= flipped
        for key, tile in self._tiles(changed):
            met = tile.intersection(changed)
            kept = self._open_tiles.get(key)
            if kept is None:
                kept = self._open_tiles[key] = np.zeros((tile.height, tile.width), np.bool_)
            met_flipped = flipped[met.shifted(-changed.x0, -changed.y0).slices]
            kept[met.shifted(-tile.x0, -tile.y0).slices] ^= met_flipped
        self._open_box = self._open_box.union(changed)
        return changed

    def commit(self) -> Box:
        """End the stroke and keep it as one step.

        Returns:
            A box that holds all it changed; of area 0 where it changed nothing, which is no step.
        """
        if self._open_name is None:
            return _EMPTY
        patches = []
        for (row, column), flipped in self._open_tiles.items():
            tight = tight_box(flipped)
            if tight.area:
                where = tight.shifted(column * _TILE, row * _TILE)
                patches.append(_Patch.of(where, flipped[tight.slices]))
        name = self._open_name
        self._close()
        return self._record(name, tuple(patches))

    def rollback(self) -> Box:
        """End the stroke and take it back.

        Returns:
            A box that holds all it had changed; of area 0 where that was nothing.
        """
        box = self._open_box
        for (row, column), flipped in self._open_tiles.items():
            rows, columns = flipped.shape
            where = Box(0, 0, columns, rows).shifted(column * _TILE, row * _TILE)
            self._mask[where.slices] ^= flipped
        self._close()
        return box

    def replace(self, name: str, mask: BoolMask) -> Box:
        """Make the whole mask another, as one step; a stroke that is open is committed first.

        Args:
            name: what the step is called.
            mask: bool (h, w), of the same size.

        Returns:
            The tight box of what changed; of area 0 where nothing did, which is no step.

        Raises:
            ValueError: the mask is of another size.
        """
        if mask.shape != self._mask.shape:
            raise ValueError(f"a mask of {mask.shape} cannot replace one of {self._mask.shape}")
        self.commit()
        flipped: BoolMask = self._mask != mask
        box = tight_box(flipped)
        if box.area == 0:
            return _EMPTY
        self._mask[box.slices] ^= flipped[box.slices]
        return self._record(name, (_Patch.of(box, flipped[box.slices]),))

    def undo(self) -> Box | None:
        """Take the last step back; a stroke that is open is committed first.

        Returns:
            A box that holds all that changed, None where there was nothing to take back.
        """
        self.commit()
        if not self._done:
            return None
        step = self._done.pop()
        self._step = step.before
        self._flip(step)
        self._undone.append(step)
        return step.box

    def redo(self) -> Box | None:
        """Do the step again that was taken back last; a stroke that is open is committed first.

        Returns:
            A box that holds all that changed, None where there was nothing to do again.
        """
        self.commit()
        if not self._undone:
            return None
        step = self._undone.pop()
        self._step = step.number
        self._flip(step)
        self._done.append(step)
        return step.box

    def _tiles(self, box: Box) -> Iterator[tuple[tuple[int, int], Box]]:
        for row in range(box.y0 // _TILE, (box.y1 - 1) // _TILE + 1):
            for column in range(box.x0 // _TILE, (box.x1 - 1) // _TILE + 1):
                tile = Box(0, 0, _TILE, _TILE).shifted(column * _TILE, row * _TILE)
                yield (row, column), tile.intersection(self._image)

    def _close(self) -> None:
        self._open_name = None
        self._open_box = _EMPTY
        self._open_tiles = {}

    def _record(self, name: str, patches: tuple[_Patch, ...]) -> Box:
        if not patches:
            return _EMPTY
        box = _EMPTY
        for patch in patches:
            box = box.union(patch.box)
        self._count += 1
        step = _Step(name, self._count, self._step, box, patches)
        self._step = step.number
        self._bytes_used += step.bytes_used - sum(undone.bytes_used for undone in self._undone)
        self._undone.clear()
        self._done.append(step)
        while self._done and self._bytes_used > self._byte_limit:
            self._bytes_used -= self._done.popleft().bytes_used
            self._forgot_some = True
        return box

    def _flip(self, step: _Step) -> None:
        for patch in step.patches:
            self._mask[patch.box.slices] ^= patch.flipped()
