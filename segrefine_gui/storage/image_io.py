"""Reading photos: RGB uint8 in the orientation that a person sees, from files that may be broken.

Every file is treated as hostile: its kind is told from its first bytes, never from its name, its
size is checked before a pixel is decoded, and whatever a decoder raises becomes an `ImageError`.
All functions may be called from many threads at once.
"""

from __future__ import annotations

import os
import re
import stat
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
import numpy.typing as npt
from PIL.BmpImagePlugin import BmpImageFile
from PIL.ExifTags import Base as ExifTag
from PIL.Image import DecompressionBombError, Transpose, fromarray
from PIL.Image import Image as PillowImage
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from segrefine_gui.domain.errors import ImageError

RgbImage = npt.NDArray[np.uint8]
"""A photo in memory: uint8 RGB, shape (height, width, 3), C-contiguous."""

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp"})
"""Endings, in lower case, by which images are found in a folder."""

MAX_PIXELS = 512 * 1024 * 1024
"""Largest image that is opened, in pixels: 1.5 GB as RGB; a bigger one is likely an attack."""

# Pillow's classes are called directly because `PIL.Image.open` judges the size by a limit that
# is global to the process (179 megapixels), and changing that would change it for other code.
_DECODERS: tuple[tuple[re.Pattern[bytes], type[ImageFile]], ...] = (
    (re.compile(rb"\xff\xd8\xff"), JpegImageFile),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), PngImageFile),
    (re.compile(rb"II[*+]\0|MM\0[*+]"), TiffImageFile),
    (re.compile(rb"BM"), BmpImageFile),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), WebPImageFile),
)

_UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
"""What turns an image of each EXIF orientation upright; 1 is upright already."""
_QUARTER_TURNS = frozenset({5, 6, 7, 8})

_BIT_DEPTH_16 = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})
_COLOUR_MODES = frozenset({"1", "L", "LA", "P", "PA", "RGBA", "RGBX", "CMYK", "YCbCr"})
"""Pillow's modes that it converts to RGB truly: it also converts integers, by clipping them."""
_WHITE_IS_ZERO = 0
"""TIFF's photometric interpretation of grey that is stored inverted."""


class _UnshowablePixels(Exception):
    """The pixels have no meaning as colours; the argument is Pillow's mode."""


def read_rgb(path: Path) -> RgbImage:
    """Read a photo as a person sees it: EXIF orientation applied, colours as RGB.

    JPEG, PNG, TIFF, BMP and WebP; the first page or frame of many. 16-bit values lose their low
    byte, grey TIFFs of floats are taken as 0..1, CMYK is converted without its colour profile,
    and alpha is dropped, not blended: the stored colours are what was labelled.

    Returns:
        uint8 RGB, shape (height, width, 3), C-contiguous and writable.

    Raises:
        ImageError: the file is missing, unreadable, not an image, damaged, cut short, larger
            than `MAX_PIXELS` or of a kind of pixels that cannot be shown as a photo.
    """
    with _opened(path) as image:
        orientation = _orientation(image)
        return _upright_rgb(image, orientation)


def read_size(path: Path) -> tuple[int, int]:
    """The (width, height) in pixels that `read_rgb` would give, from the file's header alone.

    Raises:
        ImageError: the header cannot be read; damage behind it is not noticed here.
    """
    with _opened(path) as image:
        width, height = _stored_size(image)
        if _orientation(image) in _QUARTER_TURNS:
            return height, width
        return width, height


def read_thumbnail(path: Path, max_side: int) -> tuple[RgbImage, float]:
    """Read a photo reduced to fit a square, several times faster than `read_rgb` for JPEG.

    Args:
        path: the image file.
        max_side: longest side of the thumbnail in pixels, at least 1; nothing is enlarged.

    Returns:
        The thumbnail as `read_rgb` returns it, and its scale: thumbnail pixels per image pixel.

    Raises:
        ImageError: as `read_rgb`.
    """
    with _opened(path) as image:
        stored_side = max(_stored_size(image))
        orientation = _orientation(image)
        if isinstance(image, JpegImageFile):
            # The decoder skips high frequencies: the smallest eighths not below what is asked.
            image.draft(None, (max_side, max_side))
        rgb = _upright_rgb(image, orientation)
    scale = min(1.0, max_side / stored_side)
    height, width = rgb.shape[:2]
    shrink = max_side / max(width, height)
    if shrink < 1:
        size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return rgb, scale


def find_images(paths: Iterable[Path]) -> list[Path]:
    """The image files that a person means by naming files and folders.

    A named file is taken whatever its ending, since only reading it tells what it is; folders
    are searched with all that is in them for `IMAGE_SUFFIXES`. Hidden files and folders (a
    leading dot) are skipped, links are followed once.

    Args:
        paths: files and folders, in any order.

    Returns:
        Absolute paths in natural order (`img2` before `img10`), each file once.

    Raises:
        ImageError: a path does not exist or a folder cannot be read.
    """
    found: dict[str, Path] = {}
    for path in paths:
        for image in _images_at(path):
            found.setdefault(os.path.realpath(image), image.absolute())
    return sorted(found.values(), key=_natural_key)


def _images_at(path: Path) -> Iterable[Path]:
    try:
        if path.is_dir():
            return _images_below(path)
        if path.exists():
            return (path,)
    except OSError as error:
        raise ImageError(f"“{_shown(path)}” cannot be read.", str(error)) from error
    raise ImageError(f"“{_shown(path)}” does not exist.", str(path))


def _images_below(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        name = _shown(Path(error.filename or folder))
        raise ImageError(f"The folder “{name}” cannot be read.", str(error)) from error

    entered: set[str] = set()
    for here, folders, files in os.walk(folder, onerror=refuse, followlinks=True):
        real = os.path.realpath(here)
        if real in entered:  # a link that leads back
            folders.clear()
            continue
        entered.add(real)
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(here, name)
            if not name.startswith(".") and path.suffix.lower() in IMAGE_SUFFIXES:
                yield path


def _natural_key(path: Path) -> list[tuple[tuple[bool, int, str], ...]]:
    return [
        # isdecimal, not isdigit: int() refuses superscripts, which are digits too.
        tuple(
            (not part.isdecimal(), int(part) if part.isdecimal() else 0, part.casefold())
            for part in re.split(r"(\d{1,18})", piece)
        )
        for piece in path.parts
    ]


@contextmanager
def _opened(path: Path) -> Iterator[ImageFile]:
    """The identified, not yet decoded image; whatever goes wrong inside is an `ImageError`."""
    name = _shown(path)
    with _stream(path) as stream:
        try:
            image = _identified(stream, name)
            width, height = _stored_size(image)
            if width * height > MAX_PIXELS:
                raise DecompressionBombError(f"{width} x {height}")
            yield image
        except ImageError:
            raise
        except _UnshowablePixels as error:
            sentence = (
                f"The values in “{name}” are no colours; save it as an 8-bit RGB image first."
            )
            raise ImageError(sentence, f"mode {error}") from error
        except DecompressionBombError as error:
            sentence = f"The image “{name}” claims to be too large to open."
            raise ImageError(sentence, str(error)) from error
        except MemoryError as error:
            raise ImageError(f"The image “{name}” does not fit into memory.") from error
        except Exception as error:
            # Decoders raise nearly anything for hostile bytes, from KeyError to zlib.error.
            sentence = f"The image file “{name}” is damaged or cut short."
            raise ImageError(sentence, f"{type(error).__name__}: {error}") from error


def _stream(path: Path) -> BinaryIO:
    name = _shown(path)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ImageError(f"“{name}” is a folder, not an image.", str(path))
        if not stat.S_ISREG(mode):  # opening a pipe would wait for ever
            raise ImageError(f"“{name}” is not a file.", str(path))
        return path.open("rb")
    except FileNotFoundError as error:
        raise ImageError(f"The image file “{name}” does not exist.", str(error)) from error
    except PermissionError as error:
        sentence = f"You have no permission to read the image file “{name}”."
        raise ImageError(sentence, str(error)) from error
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL
        raise ImageError(f"The image file “{name}” cannot be opened.", str(error)) from error


def _identified(stream: BinaryIO, name: str) -> ImageFile:
    start = stream.read(16)
    stream.seek(0)
    if not start:
        raise ImageError(f"The image file “{name}” is empty.")
    for magic, decoder in _DECODERS:
        if magic.match(start):
            return decoder(stream)
    raise ImageError(f"“{name}” is not a JPEG, PNG, TIFF, BMP or WebP image.")


def _stored_size(image: ImageFile) -> tuple[int, int]:
    # Some versions of Pillow give a TIFF's size upright before it is loaded, some after.
    if isinstance(image, TiffImageFile):
        return int(image.tag_v2[ExifTag.ImageWidth]), int(image.tag_v2[ExifTag.ImageLength])
    return image.size


def _orientation(image: ImageFile) -> int:
    """EXIF orientation 1..8 from the header, 1 where it is missing or damaged."""
    if isinstance(image, PngImageFile) and "Raw profile type exif" not in image.info:
        # Pillow would decode all pixels to look for EXIF data behind them.
        image.info.setdefault("exif", _exif_chunk(image))
    try:
        value = image.getexif().get(ExifTag.Orientation, 1)
    except Exception:  # noqa: BLE001 - as every viewer does: a photo is more than its EXIF data
        return 1
    return value if value in _UPRIGHT else 1


def _exif_chunk(image: PngImageFile) -> bytes:
    """The content of a PNG's eXIf chunk, which may stand behind the pixels; b"" without one."""
    stream = image.fp
    if stream is None:
        return b""
    position = stream.tell()
    stream.seek(8)
    content = b""
    while len(header := stream.read(8)) == 8:
        length, kind = struct.unpack(">I4s", header)
        if kind == b"eXIf":
            content = stream.read(min(length, 1 << 16))
            break
        stream.seek(length + 4, os.SEEK_CUR)
    stream.seek(position)
    return content


def _upright_rgb(image: ImageFile, orientation: int) -> RgbImage:
    image.load()
    upright: PillowImage = _as_rgb(image)
    # Pillow turns a TIFF itself when it loads it.
    if orientation in _UPRIGHT and not isinstance(image, TiffImageFile):
        upright = upright.transpose(_UPRIGHT[orientation])
    return np.array(upright, dtype=np.uint8, order="C")


def _as_rgb(image: ImageFile) -> PillowImage:
    if image.mode in _BIT_DEPTH_16 or (image.mode == "I" and isinstance(image, PngImageFile)):
        return _grey_as_rgb(_high_bytes(image))
    if image.mode == "F":
        values = np.asarray(image)
        # Written so that NaN is refused as well.
        if not (values.min() >= 0 and values.max() <= 1):
            raise _UnshowablePixels(image.mode)
        return _grey_as_rgb(np.rint(values * 255).astype(np.uint8))
    if image.mode == "RGB":
        return image
    if image.mode == "RGBa":  # colours multiplied by alpha; Pillow divides on the way to RGBA
        return image.convert("RGBA").convert("RGB")
    if image.mode in _COLOUR_MODES:
        return image.convert("RGB")
    raise _UnshowablePixels(image.mode)


def _high_bytes(image: ImageFile) -> npt.NDArray[np.uint8]:
    grey = (np.asarray(image) >> 8).astype(np.uint8)
    if isinstance(image, TiffImageFile):
        photometric = image.tag_v2.get(ExifTag.PhotometricInterpretation)
        if photometric == _WHITE_IS_ZERO:  # Pillow inverts these at 8 bits only
            return 255 - grey
    return grey


def _grey_as_rgb(grey: npt.NDArray[np.uint8]) -> PillowImage:
    return fromarray(grey).convert("RGB")


def _shown(path: Path) -> str:
    """A file's name for a sentence: bytes that are no text are replaced."""
    return (path.name or str(path)).encode("utf-8", "replace").decode("utf-8")
