"""Small grey maps as lossless PNGs, read back without trust."""

from __future__ import annotations

import struct

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.errors import MaskError


def encode_grey(values: npt.NDArray[np.uint8]) -> bytes:
    """uint8 values (h, w) as an 8-bit grey PNG; raises `MaskError` where that fails."""
    done, buffer = cv2.imencode(".png", values, [cv2.IMWRITE_PNG_COMPRESSION, 3])
    if not done:
        raise MaskError("A mask could not be compressed.")
    return bytes(buffer.tobytes())


def grey_size(png: bytes) -> tuple[int, int]:
    """(height, width) in pixels as the PNG's header claims; (0, 0) where there is no header."""
    width, height = struct.unpack(">II", png[16:24].ljust(8, b"\0"))
    return int(height), int(width)


def decode_grey(png: bytes, height: int, width: int, what: str) -> npt.NDArray[np.uint8]:
    """Read what `encode_grey` wrote.

    Args:
        png: the bytes, not trusted.
        height: rows that it must have.
        width: columns that it must have.
        what: what it is, for the sentences: "refined mask".

    Raises:
        MaskError: the bytes are not a grey PNG of that size.
    """
    # The size in the header is checked first: a small file may claim a gigantic picture.
    if not height or not width or grey_size(png) != (height, width):
        raise MaskError(f"A stored {what} has another size than its region.")
    values = cv2.imdecode(np.frombuffer(png, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype != np.uint8:
        raise MaskError(f"A stored {what} is damaged.")
    if values.shape != (height, width):
        raise MaskError(f"A stored {what} is not a grey image.")
    return np.asarray(values, dtype=np.uint8)
