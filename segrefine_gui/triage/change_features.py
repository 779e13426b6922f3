"""Features of the single changes of a refinement, computed for all of them at once."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.changes import ChangeMap
from segrefine_gui.triage.feature import Feature, FeatureTable
from segrefine_gui.triage.working_copy import Plane, WorkingCopy, bounding_box

CHANGE_FEATURES: FeatureTable = (
    Feature("added", "1 where the change was added, 0 where it was removed", 0, 1),
    Feature("area", "share of the object's area, as log10", -5, 1),
    Feature("depth", "farthest from the coarse boundary, share of sqrt(area)", 0, 2),
    Feature("mean_depth", "mean distance to the coarse boundary, share of sqrt(area)", 0, 2),
    Feature("width", "mean width, share of sqrt(area)", 0, 2),
    Feature("confidence", "mean |2 soft - 1|: how sure the refiner was", 0, 1),
    Feature("near_colours", "the colours nearby speak for (1) or against (-1) it", -1, 1),
    Feature("far_colours", "the same, compared with a wider neighbourhood", -1, 1),
    Feature("contrast", "how far the colours of inside and outside differ there", 0, 1),
    Feature("new_edge", "how far the edge stands out along its new boundary", 0, 1),
    Feature("old_edge", "the same along the coarse boundary that it leaves", 0, 1),
    Feature("edge_gain", "new_edge less old_edge", -1, 1),
    Feature("inner_edge", "the mean edge inside the change", 0, 1),
    Feature("shape", "it fills a dent or cuts a bump (1), or makes one (-1)", -1, 1),
    Feature("new_rim", "share of its outline that is the new boundary", 0, 1),
    Feature("outside_box", "share of it outside the coarse mask's box", 0, 1),
    Feature("border", "share of its outline at the border of the crop", 0, 1),
    Feature("neighbour", "share of it that lies in a neighbour", 0, 1),
    Feature("parts", "pieces of the object that it touches (joins or splits), less one", -1, 5),
    Feature("opinion", "share of it in its reach that a quick other method changes too", 0, 1),
    Feature("flipped", "share of it that a run on the mirror image changes too", 0, 1),
    Feature("larger", "share of it that a run on a larger crop changes too", 0, 1),
    Feature("other", "share of it that another refiner changes too", 0, 1),
    Feature("coarse_edge", "how far the edge stands out along the whole coarse boundary", 0, 1),
    Feature("changed_share", "all changes together, share of the object's area, as log10", -5, 1),
)
"""Each is read from maps that all changes share; together they cost a few milliseconds."""


def describe_changes(copy: WorkingCopy, changes: ChangeMap) -> npt.NDArray[np.float64]:
    """The features of every change.

    Args:
        copy: of the refinement.
        changes: of the same refinement.

    Returns:
        float64 (changes, features) in the order of `CHANGE_FEATURES`, each within its range; NaN
        where a feature could not be had. A change of which the copy shows no pixel has its
        area alone.
    """
    count = len(changes.changes)
    values = {feature.name: np.full(count, np.nan) for feature in CHANGE_FEATURES}
    object_area = copy.extent**2 / copy.scale**2
    areas = np.array([change.area for change in changes.changes], float)
    values["area"] = np.log10(np.maximum(areas / object_area, 1e-5))
    rows, columns = np.nonzero(copy.labels)
    if rows.size == 0:
        return _in_order(values)
    at = _Pixels(copy.labels[rows, columns], rows, columns, count)
    sign = at.of(copy.gain)
    depth = np.abs(at.of(copy.distance)) / copy.extent
    edge = at.of(copy.edge)
    new, old = at.of(copy.refined_rim), at.of(copy.coarse_rim)
    outline, border = _outline(copy.labels)
    outlined, at_border = at.total(at.of(outline)), at.total(at.of(border))
    values["added"] = at.mean(sign > 0)
    values["depth"] = at.most(depth)
    values["mean_depth"] = at.mean(depth)
    values["width"] = 2 * at.area / (np.maximum(outlined, 1) * copy.extent)
    values["confidence"] = at.mean(np.abs(2 * at.of(copy.belief) - 1))
    values["near_colours"] = at.mean(sign * at.of(copy.near_colours))
    values["far_colours"] = at.mean(sign * at.of(copy.far_colours))
    values["contrast"] = at.mean(at.of(copy.contrast))
    values["new_edge"] = at.mean(edge, new)
    values["old_edge"] = at.mean(edge, old)
    values["edge_gain"] = values["new_edge"] - values["old_edge"]
    values["inner_edge"] = at.mean(edge, 1 - np.maximum(new, old))
    values["shape"] = at.mean(sign * at.of(copy.bulk))
    values["new_rim"] = at.total(at.of(outline) * new) / np.maximum(outlined, 1)
    values["border"] = at_border / np.maximum(outlined, 1)
    box = bounding_box(copy.coarse)
    inside = np.zeros(copy.coarse.shape, np.float32)
    inside[box.slices] = 1
    values["outside_box"] = at.mean(1 - at.of(inside))
    if copy.neighbours is not None:
        values["neighbour"] = at.mean(at.of(copy.neighbours))
    if copy.opinion is not None:
        values["opinion"] = at.mean(at.of(copy.opinion) == (sign > 0), at.of(copy.asked))
    for kind, rerun in copy.reruns.items():
        values[kind] = at.mean(at.of(rerun) == (sign > 0))
    values["parts"] = _parts_touched(copy, at) - 1.0
    shown = at.area > 0
    rim = copy.edge[copy.coarse_rim]
    values["coarse_edge"] = np.where(shown, rim.mean() if rim.size else np.nan, np.nan)
    share = np.log10(max(at.area.sum() / copy.extent**2, 1e-5))
    values["changed_share"] = np.where(shown, share, np.nan)
    return _in_order(values)


class _Pixels:
    """The changed pixels, to be summed by change."""

    def __init__(
        self,
        numbers: npt.NDArray[np.int32],
        rows: npt.NDArray[np.intp],
        columns: npt.NDArray[np.intp],
        count: int,
    ) -> None:
        self.numbers, self.rows, self.columns, self.count = numbers, rows, columns, count
        self.area = self.total(np.ones(len(numbers)))

    def of(self, plane: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
        return plane[self.rows, self.columns].astype(np.float64)

    def total(self, values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        sums = np.bincount(self.numbers, weights=values, minlength=self.count + 1)
        return sums[1:].astype(np.float64)

    def mean(
        self, values: npt.NDArray[Any], weights: npt.NDArray[np.float64] | None = None
    ) -> npt.NDArray[np.float64]:
        """The mean of each change; NaN where there is nothing to take it over."""
        if weights is None:
            weights = np.ones(len(self.numbers))
        whole = self.total(weights)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean: npt.NDArray[np.float64] = self.total(values * weights) / whole
        return mean

    def most(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        highest = np.full(self.count + 1, -np.inf)
        np.maximum.at(highest, self.numbers, values)
        return np.where(np.isfinite(highest), highest, np.nan)[1:]


def _outline(labels: npt.NDArray[np.int32]) -> tuple[Plane, Plane]:
    """The pixels at the edge of their change, and among them those at the border of the crop."""
    framed = np.pad(labels, 1, constant_values=-1)
    centre = framed[1:-1, 1:-1]
    beside = (framed[:-2, 1:-1], framed[2:, 1:-1], framed[1:-1, :-2], framed[1:-1, 2:])
    outline = np.zeros(labels.shape, np.float32)
    border = np.zeros(labels.shape, np.float32)
    for other in beside:
        np.copyto(outline, 1, where=other != centre)
        np.copyto(border, 1, where=other == -1)
    return outline, border


def _parts_touched(copy: WorkingCopy, at: _Pixels) -> npt.NDArray[np.float64]:
    """How many pieces of what stays inside each change touches.

    Two are joined by an added change, or parted by a removed one; none makes a piece of its own.
    """
    kept = (copy.coarse & copy.refined).astype(np.uint8)
    found, pieces = cv2.connectedComponents(kept, connectivity=8)
    framed = np.pad(pieces, 1)
    pairs = []
    for down in range(3):
        for right in range(3):
            piece = framed[at.rows + down, at.columns + right]
            pairs.append(np.unique(at.numbers[piece > 0] * np.int64(found) + piece[piece > 0]))
    numbers = np.unique(np.concatenate(pairs)) // found
    touched: npt.NDArray[np.float64] = np.bincount(numbers, minlength=at.count + 1)[1:].astype(
        float
    )
    return touched


def _in_order(values: dict[str, npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    return np.stack(
        [np.clip(values[feature.name], feature.low, feature.high) for feature in CHANGE_FEATURES],
        axis=1,
    )
