"""Scenes to learn the risk of refining from: harder to refine than those a refiner learns from.

What makes refiners harm real masks is seldom noise: it is a part of the thing that looks like what
lies behind it (dark tyres on a dark road, black trousers before a black door). The colours speak
for removing it, a strong edge lies along it, and only a mask can know better. Here such parts are
painted into generated scenes, and the coarse masks err as segmenters do: generously all around,
seldom deeply.
"""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.masks import BoolMask
from training.coarse_masks import imitate_coarse_mask
from training.noise import smooth_noise
from training.scenes import Scene, make_scene
from training.shapes import blob
from training.texture_bank import TextureBank

SIDES = (256, 448)
"""Least and greatest side of a scene, in pixels."""
_PERFECT = 0.05
"""Share of coarse masks that may be the very truth."""
_DEEP = 0.06
"""An error farther than this from the truth's rim, as a share of sqrt(area), is deep."""
_DEEP_KEPT = 0.4
"""Share of the coarse masks with deep errors that are kept; segmenters make few."""
_GENEROUS = 0.75
"""Share of the coarse masks that are drawn generously: a low mask resolution rounds outwards."""
_TRIES = 12


def make_risk_scene(rng: np.random.Generator, bank: TextureBank) -> Scene:
    """A scene with up to four parts that look like their surroundings, or lie in shadow."""
    scene = make_scene(rng, int(rng.integers(SIDES[0], SIDES[1] + 1)), bank)
    image = scene.image.astype(np.float32)
    for _ in range(int(rng.integers(0, 5))):
        paint = (_camouflage, _camouflage, _plain, _shade)[rng.integers(4)]
        paint(rng, image, scene.truth)
    return replace(scene, image=np.clip(np.rint(image), 0, 255).astype(np.uint8))


def imitate_segmenter(rng: np.random.Generator, scene: Scene) -> BoolMask:
    """A coarse mask of the scene's subject: often generous, seldom perfect or deeply wrong."""
    inner, outer = _distances(scene.truth)
    reach = _DEEP * math.sqrt(np.count_nonzero(scene.truth))
    for _ in range(_TRIES):
        coarse = imitate_coarse_mask(rng, scene)
        wrong = coarse != scene.truth
        if not wrong.any():
            if rng.random() < _PERFECT:
                return np.ascontiguousarray(coarse)
        elif (inner + outer)[wrong].max() <= reach or rng.random() < _DEEP_KEPT:
            break
    return generous(rng, coarse) if rng.random() < _GENEROUS else np.ascontiguousarray(coarse)


def broken(rng: np.random.Generator, soft: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """What is left of a refinement when something went wrong: rare, and never to be trusted."""
    height, width = soft.shape
    kind = rng.integers(4)
    if kind == 0:  # blocks of noise
        cells = rng.integers(4, 24, 2)
        blocks = rng.integers(0, 2, cells).astype(np.uint8) * 255
        return np.asarray(cv2.resize(blocks, (width, height), interpolation=cv2.INTER_NEAREST))
    if kind == 1:  # moved
        shift = np.rint(rng.choice([-1, 1], 2) * rng.uniform(0.1, 0.5, 2) * soft.shape)
        return np.roll(soft, tuple(shift.astype(int)), (0, 1))
    if kind == 2:  # holes and lumps
        noise = smooth_noise(rng, max(height, width), rng.uniform(4, 24))[:height, :width]
        return np.where(noise > rng.uniform(0.5, 1.5), 255 - soft, soft)
    size = 2 * round(rng.uniform(0.05, 0.2) * math.sqrt(max(1, int(np.count_nonzero(soft))))) + 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray((cv2.dilate if rng.random() < 0.5 else cv2.erode)(soft, disk))


def generous(rng: np.random.Generator, coarse: BoolMask) -> BoolMask:
    """The mask grown by about 2% of sqrt(area), here more and there less."""
    inner, outer = _distances(coarse)
    grown = rng.normal(0.02, 0.012) * math.sqrt(np.count_nonzero(coarse))
    uneven = 1 + 0.5 * smooth_noise(rng, coarse.shape[0], rng.uniform(3, 10))
    mask: BoolMask = inner - outer + np.float32(grown) * uneven > 0
    return mask if mask.any() else np.ascontiguousarray(coarse)


def _distances(mask: BoolMask) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Pixels to the rim, of those inside and of those outside."""
    inner = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    outer = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
    return inner, outer


def _part(
    rng: np.random.Generator, truth: BoolMask
) -> tuple[npt.NDArray[np.float32], tuple[int, int]]:
    """How much of each pixel a part at the rim covers, 0..1, and where on the rim it sits."""
    rim = cv2.morphologyEx(truth.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero(rim)
    at = int(rng.integers(len(rows)))
    radius = max(3.0, math.sqrt(np.count_nonzero(truth)) * rng.uniform(0.05, 0.4))
    place = (float(columns[at]), float(rows[at]))
    cover = blob(rng, truth.shape[0], place, radius).astype(np.float32) / 255
    cover = cv2.GaussianBlur(cover, (0, 0), float(rng.uniform(0.4, 1.5)))
    return cover, (int(rows[at]), int(columns[at]))


def _camouflage(rng: np.random.Generator, image: npt.NDArray[np.float32], truth: BoolMask) -> None:
    """Cover a part with what lies outside nearby, in place."""
    cover, (row, column) = _part(rng, truth)
    rows, columns = np.nonzero(~truth)
    if rows.size == 0:
        return
    # Of some places outside, the one nearest to the part.
    some = rng.integers(len(rows), size=8)
    nearest = some[np.argmin((rows[some] - row) ** 2 + (columns[some] - column) ** 2)]
    shift = (row - int(rows[nearest]), column - int(columns[nearest]))
    beside = np.roll(image, shift, (0, 1)) + rng.normal(0, 6, 3).astype(np.float32)
    _blend(image, beside, cover * truth * np.float32(rng.uniform(0.6, 1)))


def _plain(rng: np.random.Generator, image: npt.NDArray[np.float32], truth: BoolMask) -> None:
    """Cover a part with one colour, about that of the outside around it, in place."""
    cover, _ = _part(rng, truth)
    around = (cv2.dilate(cover, np.ones((9, 9), np.uint8)) > 0.05) & ~truth
    if not around.any():
        return
    colour = image[around].mean(0) + rng.normal(0, 12, 3).astype(np.float32)
    grain = smooth_noise(rng, truth.shape[0], rng.uniform(5, 60))[..., None]
    paint = colour + np.float32(rng.uniform(0, 10)) * grain
    _blend(image, paint, cover * truth * np.float32(rng.uniform(0.8, 1)))


def _shade(rng: np.random.Generator, image: npt.NDArray[np.float32], truth: BoolMask) -> None:
    """Darken both sides of a part of the rim until little can be told apart, in place."""
    cover, _ = _part(rng, truth)
    cover = cv2.GaussianBlur(cover, (0, 0), float(rng.uniform(1, 6)))
    _blend(image, np.float32(rng.uniform(0.1, 0.5)) * image, cover)


def _blend(
    image: npt.NDArray[np.float32],
    other: npt.NDArray[np.float32],
    share: npt.NDArray[np.float32],
) -> None:
    image += share[..., None] * (other - image)
