"""NumPy archives, read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.errors import FormatError, MaskError
from segrefine_gui.domain.masks import MAX_SIDE, Rle, encode_mask
from segrefine_gui.formats.base import CategoryEntry, ImageEntry, MaskEntry, MaskFile
from segrefine_gui.formats.free_ids import MAX_ID, free_ids
from segrefine_gui.formats.npz.arrays import Archive, Header, archive
from segrefine_gui.formats.reading.mask_pixels import MAX_PIXELS
from segrefine_gui.formats.reading.problems import Problems
from segrefine_gui.formats.reading.segmentations import require_size
from segrefine_gui.formats.reading.texts import clean_text

MASKS, IDS, SCORES, IMAGE = "masks", "ids", "scores", "image"
CATEGORY_IDS, CATEGORIES = "category_ids", "categories"
PROVENANCE = "provenance"
KEYS = frozenset({MASKS, IDS, CATEGORY_IDS, CATEGORIES, SCORES, IMAGE, PROVENANCE})

CATEGORY = "object"
"""Name of the class of masks whose file tells none."""

MAX_MASKS = 100_000
"""Most masks of one file."""

MAX_STACK = 16 << 30
"""Most bytes of one file's masks, unpacked; they are never in memory together."""

_LOOKED_AT = 16


@dataclass(slots=True)
class MaskStack:
    """The masks of one file; read once, when the first of them is needed, one after the other.

    Attributes:
        path: a file that the person named, or that lies in a folder so named.
        key: name of the array.
        size: (height, width) that its header tells.
    """

    path: Path
    key: str
    size: tuple[int, int]
    _masks: list[Rle] | FormatError | None = field(default=None, repr=False)

    def mask(self, place: int) -> Rle:
        """One of the masks; raises `MaskError`."""
        if self._masks is None:
            try:
                with archive(self.path) as opened:
                    self._masks = self._read(opened)
            except FormatError as error:
                self._masks = error
        if isinstance(self._masks, FormatError):
            raise MaskError(self._masks.sentence, self._masks.detail)
        if place >= len(self._masks):
            raise MaskError(f"“{self.path.name}” has fewer masks than it had.")
        return self._masks[place]

    def _read(self, opened: Archive) -> list[Rle]:
        height, width = self.size
        with opened.opened(self.key) as (stream, header):
            count = _count(header, self.path.name)
            if (header.shape[-2], header.shape[-1]) != self.size:
                raise FormatError(f"“{self.path.name}” has changed since it was opened.")
            masks: list[Rle] = []
            for _ in range(count):
                length = height * width * header.dtype.itemsize
                content = stream.read(length)
                if len(content) != length:
                    raise FormatError(f"The masks of “{self.path.name}” are cut short.")
                order: Literal["F", "C"] = "F" if header.is_fortran else "C"
                pixels = np.frombuffer(content, header.dtype).reshape(height, width, order=order)
                masks.append(encode_mask(pixels != 0))
            return masks


@dataclass(frozen=True, slots=True)
class StackedMask:
    """One mask of a stack."""

    stack: MaskStack
    place: int

    def rasterise(self, height: int, width: int) -> Rle:
        """The mask on an image of (height, width) pixels; see `Segmentation.rasterise`."""
        require_size(self.stack.size, height, width)
        return self.stack.mask(self.place)


class NpzReader:
    """Reads an `.npz` file, or a folder of them, one for each image.

    A file has `masks`, bool or whole numbers of which all but 0 belong to the instance, of shape
    (n, height, width) or, for one instance, (height, width). If it has `ids`, `category_ids`
    (whole numbers), `categories` (text) or `scores` (0..1, NaN for none), these have n values. If
    it has `image`, that is the image's name, else it is the file's own without the ending. Arrays
    of Python objects would have to be unpickled and are refused.
    """

    name = "npz"

    def recognises(self, path: Path) -> bool:
        """Whether it is, or holds, such a file; only some of many are looked at."""
        try:
            files = _files(path)
        except (FormatError, OSError, ValueError):
            return False
        return any(_has_masks(file) for file in files[:_LOOKED_AT])

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:  # noqa: ARG002
        """Read a file or folder; the masks' pixels are read when they are needed.

        Raises:
            FormatError: it is not what it should be; in a folder such a file is a problem.
        """
        files = _files(path)
        if not files:
            raise FormatError(f"“{path.name}” has no .npz files.")
        images: list[ImageEntry] = []
        masks: list[MaskEntry] = []
        problems = Problems()
        for file in files:
            name = file.name if file == path else file.relative_to(path).as_posix()
            try:
                image, found = _read(file, name, problems)
            except FormatError as error:
                if file == path:
                    raise
                problems.add(name, error.sentence)
                continue
            images.append(image)
            masks += found
        if not images:
            raise FormatError(f"No .npz file of “{path.name}” has masks.")
        categories = {mask.category: mask.category_id for mask in masks}
        listed = [CategoryEntry(name, number) for name, number in categories.items()]
        return MaskFile(self.name, images, masks, problems.all(), listed)


def _files(path: Path) -> Sequence[Path]:
    if not path.is_dir():
        return [path]
    found = (file for file in path.rglob("*.npz") if file.is_file())
    return sorted(
        file
        for file in found
        if not any(part.startswith(".") for part in file.relative_to(path).parts)
    )


def _has_masks(path: Path) -> bool:
    try:
        with archive(path) as opened:
            return MASKS in opened.names
    except FormatError:
        return False


def _read(path: Path, name: str, problems: Problems) -> tuple[ImageEntry, list[MaskEntry]]:
    with archive(path) as opened:
        if MASKS not in opened.names:
            raise FormatError(f"“{path.name}” has no array “{MASKS}”.")
        header = opened.header(MASKS)
        count = _count(header, path.name)
        columns = _Columns(opened, count, name, problems)
        ids, numbers = columns.whole(IDS), columns.whole(CATEGORY_IDS)
        names, scores = columns.text(CATEGORIES), columns.numbers(SCORES)
        own_name = _image_name(opened)
        if others := sorted(set(opened.names) - KEYS):
            shown = ", ".join(" ".join(clean_text(other).split())[:40] for other in others[:5])
            problems.add(name, f"It has other arrays, which are not kept: {shown}.")
    height, width = header.shape[-2:]
    image = ImageEntry(clean_text(own_name or name.rsplit(".", 1)[0]) or None, None, width, height)
    stack = MaskStack(path, MASKS, (height, width))
    source_ids = _unique(ids, count, name, problems)
    category_ids = [1] * count if numbers is None else numbers
    masks = []
    for place in range(count):
        category = names[place] if names else ""
        if not category.strip():
            category = CATEGORY if numbers is None else f"category {category_ids[place]}"
        score = None if scores is None or math.isnan(scores[place]) else scores[place]
        if score is not None and not 0 <= score <= 1:
            sentence = "Its score is not between 0 and 1 and was ignored."
            problems.add(f"mask {place} of {name}", sentence)
            score = None
        mask = StackedMask(stack, place)
        number = category_ids[place]
        masks.append(MaskEntry(source_ids[place], image, mask, category, number, score))
    return image, masks


class _Columns:
    """Arrays with a value for each mask; a damaged one is a problem and counts as missing."""

    def __init__(self, opened: Archive, count: int, name: str, problems: Problems) -> None:
        self._opened = opened
        self._count = count
        self._name = name
        self._problems = problems

    def whole(self, key: str) -> list[int] | None:
        values = self._values(key, "biu")
        found = None if values is None else [int(value) for value in values.tolist()]
        if found is not None and any(abs(value) > MAX_ID for value in found):
            self._refuse(key)
            return None
        return found

    def numbers(self, key: str) -> list[float] | None:
        values = self._values(key, "biuf")
        return None if values is None else [float(value) for value in values.tolist()]

    def text(self, key: str) -> list[str] | None:
        values = self._values(key, "U")
        return None if values is None else [clean_text(text) for text in values.tolist()]

    def _values(self, key: str, kinds: str) -> npt.NDArray[Any] | None:
        if key not in self._opened.names:
            return None
        try:
            values = self._opened.small(key)
        except FormatError as error:
            self._problems.add(self._name, error.sentence)
            return None
        if values.dtype.kind not in kinds or values.shape != (self._count,):
            self._refuse(key)
            return None
        return values

    def _refuse(self, key: str) -> None:
        sentence = f"Its array “{key}” has no right value for each mask and was ignored."
        self._problems.add(self._name, sentence)


def _image_name(opened: Archive) -> str:
    try:
        values = opened.small(IMAGE) if IMAGE in opened.names else None
        is_name = values is not None and values.dtype.kind == "U" and values.size == 1
        return str(values.item()) if values is not None and is_name else ""
    except FormatError:
        return ""


def _count(header: Header, name: str) -> int:
    """How many masks a stack has; raises `FormatError` where it is no stack."""
    if header.dtype.kind not in "biu" or len(header.shape) not in (2, 3):
        raise FormatError(f"The masks of “{name}” are no stack of whole numbers or truth values.")
    height, width = header.shape[-2:]
    count = header.shape[0] if len(header.shape) == 3 else 1
    if header.is_fortran and count > 1:
        raise FormatError(f"The masks of “{name}” are in Fortran order; save them in C order.")
    if not (0 < height <= MAX_SIDE and 0 < width <= MAX_SIDE and height * width <= MAX_PIXELS):
        raise FormatError(f"The masks of “{name}” are {width}x{height}, which no image is.")
    if count > MAX_MASKS or header.size > MAX_STACK:
        raise FormatError(f"“{name}” has more masks than can be read.")
    return count


def _unique(ids: Sequence[int] | None, count: int, name: str, problems: Problems) -> Sequence[int]:
    if ids is None:
        return range(count)
    free = free_ids(set(ids))
    seen: set[int] = set()
    found = []
    for number in ids:
        if number in seen:
            new = next(free)
            problems.add(name, f"The id {number} occurs twice; the later one became {new}.")
            number = new
        seen.add(number)
        found.append(number)
    return found
