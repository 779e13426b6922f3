"""A second opinion on a refinement: what GrabCut makes of a small copy of it.

Of everything tried, how far a refiner's changes and GrabCut's agree says most about harm, on
generated scenes and on photographs alike: what is deep, or not held up by colours and edges
together, GrabCut in a narrow band does not repeat. At this size it costs a few milliseconds.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.masks import BoolMask

_SIDE = 128
"""Longest side of the copy, in pixels."""
_BAND = 0.04
"""How far from the coarse boundary GrabCut may change, as a share of sqrt(area)."""
_LEAST_BAND = 1.5
"""The same in pixels of the copy."""
_CORE = 0.6
"""A thin object keeps what is deeper than this share of its deepest."""


def second_opinion(image: npt.NDArray[np.uint8], coarse: BoolMask) -> BoolMask | None:
    """What GrabCut in a narrow band makes of a coarse mask.

    Rother, Kolmogorov, Blake: GrabCut, SIGGRAPH 2004, in OpenCV's implementation.

    Args:
        image: uint8 (h, w, 3) RGB.
        coarse: bool (h, w).

    Returns:
        bool (h, w), sampled from the small copy; None where one side of the mask is too thin to
        learn colours from.
    """
    height, width = coarse.shape
    scale = min(1.0, _SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    cover = cv2.resize(coarse.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    inside = cover > 127
    if not inside.any() or inside.all():
        return None
    depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 3)
    reach = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 3)
    band = max(_LEAST_BAND, _BAND * math.sqrt(np.count_nonzero(inside)))
    core, surroundings = depth > min(band, _CORE * float(depth.max())), reach > band
    if not core.any() or not surroundings.any():
        return None
    labels = np.where(inside, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[core] = cv2.GC_FGD
    labels[surroundings] = cv2.GC_BGD
    cv2.setRNGSeed(0)  # GrabCut's colour models begin with a random k-means
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, labels, None, *models, 1, cv2.GC_INIT_WITH_MASK)
    decided = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    enlarged = cv2.resize(
        decided.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST
    )
    opinion: BoolMask = enlarged > 0
    return opinion
