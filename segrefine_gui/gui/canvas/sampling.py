"""Bring pixels of an image or a mask onto the device pixels of a widget. No Qt.

The work depends on the pixels drawn, never on the size of the image.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.pyramid import ImagePyramid, MaskSource, Pixels, Pyramid
from segrefine_gui.gui.canvas.view_transform import ViewTransform

SHARP_FROM = 2.0
"""Device pixels per image pixel above which image pixels are drawn as squares."""


def sample_image(image: ImagePyramid, view: ViewTransform, window: Box) -> Pixels:
    """The part of an image under `window`: smooth when small, square pixels when large.

    Args:
        image: the image.
        view: where the image lies.
        window: device pixels to sample, all of them over the image; not empty.

    Returns:
        BGRA uint8 array of shape (window.height, window.width, 4), C-contiguous, opaque.
    """
    if view.scale > SHARP_FROM:
        rows, columns, source = _pixels_under(image, view, window)
        squares = _to_bgra(image.crop(0, source)).view(np.uint32)[..., 0]
        sampled = squares.take(columns, axis=1).take(rows, axis=0)
        return sampled[..., np.newaxis].view(np.uint8)
    crop, matrix = _crop_under(image, view, window)
    # OpenCV warps four channels several times faster than three.
    return _warp(_to_bgra(crop), matrix, window, cv2.BORDER_REPLICATE)


def sample_mask(mask: MaskSource, view: ViewTransform, window: Box) -> Pixels:
    """The share of a mask in each device pixel of `window`, 0..255.

    From one device pixel per image pixel up it is exact: 0 or 255, with edges where the image's
    pixels have theirs. Below, it is the area share up to bilinear interpolation.

    Args:
        mask: the mask.
        view: where the image lies.
        window: device pixels to sample, inside or outside the widget; not empty.

    Returns:
        uint8 array of shape (window.height, window.width).
    """
    if view.scale < 1:
        crop, matrix = _crop_under(mask, view, window)
        if crop.size == 0:
            return np.zeros((window.height, window.width), dtype=np.uint8)
        return _warp(crop, matrix, window, cv2.BORDER_CONSTANT)
    sampled = np.zeros((window.height, window.width), dtype=np.uint8)
    part = view.device_box(mask.region).intersection(window)
    if part.area:
        rows, columns, source = _pixels_under(mask, view, part)
        inside = part.shifted(-window.x0, -window.y0).slices
        crop = mask.crop(0, source)
        if crop.shape == (part.height, part.width):
            sampled[inside] = crop
        else:
            sampled[inside] = crop.take(columns, axis=1).take(rows, axis=0)
    return sampled


def _pixels_under(
    pyramid: Pyramid | MaskSource, view: ViewTransform, window: Box
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Box]:
    """The pixels of level 0 in which the centres of the device pixels of `window` lie.

    Returns:
        Their rows and columns, counted from the corner of the box of level 0 that just holds
        them, and that box.
    """
    region = pyramid.region
    rows = (np.arange(window.y0, window.y1) + 0.5 - view.top) / view.scale - region.y0
    columns = (np.arange(window.x0, window.x1) + 0.5 - view.left) / view.scale - region.x0
    rows = np.clip(np.floor(rows), 0, region.height - 1).astype(np.intp)
    columns = np.clip(np.floor(columns), 0, region.width - 1).astype(np.intp)
    x0, y0 = int(columns[0]), int(rows[0])
    return rows - y0, columns - x0, Box(x0, y0, int(columns[-1]) + 1, int(rows[-1]) + 1)


def _crop_under(
    pyramid: Pyramid | MaskSource, view: ViewTransform, window: Box
) -> tuple[Pixels, npt.NDArray[np.float64]]:
    """What of the best level lies under `window`, and the affine map from window to that crop.

    OpenCV warps only sources below 32,768 pixels a side, so a level is cut before it is warped.
    """
    level = pyramid.level_for(view.scale)
    bounds = pyramid.level_box(level)
    share = 0.5**level
    step = share / view.scale
    # Indices count pixel centres, positions count pixel edges: hence the halves.
    start_x = (window.x0 + 0.5 - view.left) * step - pyramid.region.x0 * share - 0.5
    start_y = (window.y0 + 0.5 - view.top) * step - pyramid.region.y0 * share - 0.5
    x0, x1 = _source_span(start_x, step, window.width, bounds.width)
    y0, y1 = _source_span(start_y, step, window.height, bounds.height)
    matrix = np.array([[step, 0.0, start_x - x0], [0.0, step, start_y - y0]])
    return pyramid.crop(level, Box(x0, y0, x1, y1)), matrix


def _source_span(start: float, step: float, count: int, limit: int) -> tuple[int, int]:
    first = max(0, math.floor(start) - 1)
    last = min(limit, math.ceil(start + step * count) + 2)
    return first, max(first, last)


def _warp(source: Pixels, matrix: npt.NDArray[np.float64], window: Box, border: int) -> Pixels:
    warped = cv2.warpAffine(
        source,
        matrix,
        (window.width, window.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=border,
    )
    return np.asarray(warped, dtype=np.uint8)


def _to_bgra(rgb: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA), dtype=np.uint8)
