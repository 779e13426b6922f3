"""Pixels of mask images, and what they are: one mask, a map of labels, or a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL.Image import Image as PillowImage
from PIL.ImageFile import ImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.masks import MAX_SIDE
from segrefine_gui.formats.reading.files import files_in

Values = npt.NDArray[np.integer]
"""Pixel values of a mask image: whole numbers >= 0, shape (height, width), 0 for background."""

MAX_PIXELS = 512 * 1024 * 1024
"""Largest mask image that is opened, in pixels."""

MAX_PNG_PIXELS_A_BYTE = 8 * 1032
"""Most pixels that a byte of a PNG file can hold: eight a byte, of which deflate makes 1032."""

FEW_VALUES = 64
"""Grey photos have more different values than this."""

MIN_FLAT_SHARE = 0.7
"""Least share of a label map's pixels that equal their right and lower neighbours.

Measured: label maps 0.94 and more, 471 photos in grey at most 0.66."""

MIN_FLAT_SHARE_OF_FEW = 0.2
"""The same for images of few values, which may be labels of tiny instances or a soft mask.

A label of 3x3 pixels has 0.44; measured on soft masks: below 0.02."""

VOID = 255
"""In images with a palette: PASCAL VOC's border that belongs to no instance."""

LEAST_MATTE = 128
"""Least value of a soft edge that belongs to the mask."""

MATTE_NOTE = "The mask is where this, or else its alpha, is 128 or more."
"""The description inside of a PNG that is no picture: a matte, or an instance cut out."""

_SAMPLES = 16
_GREY_MODES = frozenset({"1", "L", "P", "I", "I;16", "I;16L", "I;16B", "I;16N"})
_COLOUR_MODES = frozenset({"LA", "PA", "RGB", "RGBA"})


class Kind(Enum):
    """What the values of a mask image mean.

    MASK: at most one value besides 0, in 8 bits; LABELS: flat regions, a value for each
    instance, or 16 bits; PICTURE: colours, or grey levels that change from pixel to pixel.
    """

    MASK = "mask"
    LABELS = "labels"
    PICTURE = "picture"


def read_mask_image(path: Path) -> tuple[Values, Kind]:
    """Read a PNG or TIFF mask image.

    A palette is passed over for its indices. Where transparency varies it is the mask, from
    `LEAST_MATTE` on where it has levels, as are the values of a PNG that says it is a matte;
    otherwise colours count only by being black or not.

    Raises:
        FormatError: it cannot be read, is damaged or is too large.
    """
    with opened_mask_image(path) as image:
        return _values_and_kind(image, path.name)


@contextmanager
def opened_mask_image(path: Path) -> Iterator[PillowImage]:
    """A PNG or TIFF, decoded; whatever goes wrong inside is a `FormatError`, as in here."""
    name = path.name
    try:
        with path.open("rb") as stream:
            decoder = TiffImageFile if path.suffix.lower() in (".tif", ".tiff") else PngImageFile
            image: ImageFile = decoder(stream)
            if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
                raise FormatError(f"The mask image “{name}” claims to be too large to open.")
            most = path.stat().st_size * MAX_PNG_PIXELS_A_BYTE
            if decoder is PngImageFile and image.width * image.height > most:
                raise FormatError(f"The mask image “{name}” claims more pixels than it holds.")
            image.load()
            yield image
    except FormatError:
        raise
    except MemoryError as error:
        raise FormatError(f"The mask image “{name}” does not fit into memory.") from error
    except Exception as error:
        # Decoders raise nearly anything for hostile bytes.
        sentence = f"The mask image “{name}” is damaged or is no image."
        raise FormatError(sentence, f"{type(error).__name__}: {error}") from error


def mask_images(folder: Path, suffixes: Sequence[str]) -> list[Path]:
    """The files below a folder with one of these endings (lower case), sorted, hidden ones not.

    Raises:
        FormatError: it is not a folder.
    """
    if not folder.is_dir():
        raise FormatError(f"“{folder.name}” is not a folder of mask images.")
    return files_in(folder, *suffixes)


def sample_kinds(files: Sequence[Path]) -> Mapping[Path, Kind]:
    """The kinds of up to 16 files spread over a list; damaged ones are left out."""
    kinds: dict[Path, Kind] = {}
    for path in files[:: -(-len(files) // _SAMPLES) or 1]:
        try:
            kinds[path] = read_mask_image(path)[1]
        except FormatError:
            continue  # reading the folder reports each damaged file
    return kinds


def refuse_pictures(folder: Path, kinds: Mapping[Path, Kind]) -> None:
    """Raise `FormatError` when there are pictures among the sampled masks of a folder."""
    for path, kind in kinds.items():
        if kind is Kind.PICTURE:
            raise FormatError(
                f"The folder “{folder.name}” mixes masks with pictures such as “{path.name}”; "
                "put the masks into a folder of their own."
            )


def distinct_values(values: Values) -> npt.NDArray[np.int64]:
    """The values that occur besides 0, ascending."""
    if values.dtype.itemsize <= 2:  # counting is many times faster than sorting
        found = np.flatnonzero(np.bincount(values.ravel()))
    else:
        found = np.unique(values)
    besides_zero: npt.NDArray[np.int64] = found[found != 0].astype(np.int64)
    return besides_zero


def _values_and_kind(image: PillowImage, name: str) -> tuple[Values, Kind]:
    if image.mode in _COLOUR_MODES:
        return _coloured(image)
    if image.mode not in _GREY_MODES:
        raise FormatError(f"The mask image “{name}” holds values of a kind that no mask has.")
    values: Values = np.asarray(image)
    if image.mode == "L" and _is_matte(image):
        return (values >= LEAST_MATTE).astype(np.uint8), Kind.MASK
    if image.mode == "1":
        values = values.astype(np.uint8)
    if image.mode == "P":
        values = np.where(values == VOID, 0, values)
    if image.mode == "I" and values.min() < 0:
        raise FormatError(f"The mask image “{name}” holds values below 0.")
    return values, _kind(values)


def _coloured(image: PillowImage) -> tuple[Values, Kind]:
    rgba = np.asarray(image.convert("RGBA"))
    alpha = rgba[..., 3]
    if alpha.min() != alpha.max() or _is_matte(image):
        levels = distinct_values(alpha).size
        has_one = levels == 1 and not _is_matte(image)
        return (alpha if has_one else (alpha >= LEAST_MATTE).astype(np.uint8)), Kind.MASK
    if (rgba[..., :3] == rgba[..., :1]).all():
        values: Values = rgba[..., 0]
    else:
        values = rgba[..., :3].astype(np.int64) @ (1 << 16, 1 << 8, 1)
        is_mask = distinct_values(values).size <= 1
        return (values != 0).astype(np.uint8), Kind.MASK if is_mask else Kind.PICTURE
    return values, _kind(values)


def _is_matte(image: PillowImage) -> bool:
    return image.info.get("Description") == MATTE_NOTE


def _kind(values: Values) -> Kind:
    """Labels come in regions, which grey levels and soft edges do not."""
    distinct = distinct_values(values).size
    if distinct <= 1 and values.dtype == np.uint8:
        return Kind.MASK
    here = values[:-1, :-1]
    between = (here != 0) & (here != values.max())
    if not between.any():
        return Kind.LABELS
    equal = (here == values[:-1, 1:]) & (here == values[1:, :-1])
    least = MIN_FLAT_SHARE if distinct > FEW_VALUES else MIN_FLAT_SHARE_OF_FEW
    return Kind.LABELS if equal[between].mean() >= least else Kind.PICTURE
