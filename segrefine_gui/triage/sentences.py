"""One sentence for each feature of a refinement, with the place to look at.

A sentence is told only where it is true: a low value may raise the risk as well as a high one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.triage.base import Rerun
from segrefine_gui.triage.features import box_overhang, pieces
from segrefine_gui.triage.findings import Findings
from segrefine_gui.triage.working_copy import bounding_box

Found = tuple[str, Box | None]
"""A sentence, and where to look in the image; None for the whole instance."""

_SIDES = ("on the left", "at the top", "on the right", "at the bottom")
_MUCH = 0.03
"""Share of the object's area, or of its square root, below which a change is not called large."""


def _leaves_box(findings: Findings) -> Found | None:
    coarse, refined = bounding_box(findings.copy.coarse), bounding_box(findings.copy.refined)
    passes = box_overhang(coarse, refined)
    side = int(np.argmax(passes))
    if passes[side] <= 0:
        return None
    strips = (
        refined._replace(x1=coarse.x0),
        refined._replace(y1=coarse.y0),
        refined._replace(x0=coarse.x1),
        refined._replace(y0=coarse.y1),
    )
    strip = strips[side]
    beyond = bounding_box(findings.copy.refined[strip.slices]).shifted(strip.x0, strip.y0)
    return f"leaves the coarse box {_SIDES[side]}", findings.in_image(beyond)


def _shrinks_box(findings: Findings) -> Found | None:
    coarse, refined = bounding_box(findings.copy.coarse), bounding_box(findings.copy.refined)
    passes = box_overhang(coarse, refined)
    side = int(np.argmin(passes))
    if passes[side] >= 0:
        return None
    strips = (
        coarse._replace(x1=refined.x0),
        coarse._replace(y1=refined.y0),
        coarse._replace(x0=refined.x1),
        coarse._replace(y0=refined.y1),
    )
    return f"loses what the coarse mask has {_SIDES[side]}", findings.in_image(strips[side])


def _pieces(findings: Findings) -> Found | None:
    before, after = pieces(findings.copy.coarse), pieces(findings.copy.refined)
    if not before or not after or len(before) == len(after):
        return None
    there_was = "there was one" if len(before) == 1 else f"there were {_in_words(len(before))}"
    pieces_now = "one piece" if len(after) == 1 else f"{_in_words(len(after))} pieces"
    smallest = (after if len(after) > len(before) else before)[-1]
    return f"{pieces_now} where {there_was}", findings.in_image(smallest)


def _holes(findings: Findings) -> Found | None:
    before, after = pieces(~findings.copy.coarse), pieces(~findings.copy.refined)
    if len(after) > len(before):
        sentence = "a hole where there was none" if len(before) <= 1 else "a hole more than before"
        return sentence, findings.in_image(after[-1])
    if len(after) < len(before):
        return "a hole was filled", findings.in_image(before[-1])
    return None


def _neighbour(findings: Findings) -> Found | None:
    copy = findings.copy
    if copy.neighbours is None:
        return None
    grown = copy.neighbours & copy.refined & ~copy.coarse
    return _at(findings, "grows into a neighbour", grown)


def _far(findings: Findings) -> Found | None:
    if findings.features["deepest"] < _MUCH:
        return None
    change = findings.change(findings.worst_by("depth", 1))
    sentence = (
        "reaches far out of the coarse mask" if change.added else "cuts deep into the coarse mask"
    )
    return sentence, change.box


def _edges(findings: Findings) -> Found | None:
    gains = (findings.features.get(name) for name in ("moved_edge_gain", "edge_gain"))
    if next(gain for gain in gains if gain is not None) >= 0:
        return None
    number = findings.worst_by("edge_gain", -1)
    return "the edge is weaker along the new boundary", findings.change(number).box


def _colours(findings: Findings) -> Found | None:
    number = findings.worst_by("near_colours", -1)
    if not findings.change_features["near_colours"][number - 1] < 0:
        return None
    return "the colours speak against the change", findings.change(number).box


def _unsure(findings: Findings) -> Found:
    copy = findings.copy
    doubt = np.where(copy.refined_rim, 1 - np.abs(2 * copy.belief - 1), np.float32(0))
    window = (2 * max(1, round(0.1 * copy.extent)) + 1,) * 2
    gathered = cv2.boxFilter(doubt, -1, window, borderType=cv2.BORDER_CONSTANT)
    row, column = np.unravel_index(int(gathered.argmax()), gathered.shape)
    half = window[0] // 2
    spot = Box(int(column) - half, int(row) - half, int(column) + half + 1, int(row) + half + 1)
    return "unsure along the boundary", findings.in_image(spot)


def _opinion(findings: Findings) -> Found | None:
    copy = findings.copy
    if copy.opinion is None:
        return None
    alone = (copy.opinion == copy.coarse) & (copy.labels > 0)
    return _at(findings, "GrabCut would leave this as it was", alone)


def _shape(findings: Findings) -> Found | None:
    number = findings.worst_by("shape", -1)
    if not findings.change_features["shape"][number - 1] < 0:
        return None
    sentence = "makes a bump" if findings.change(number).added else "makes a dent"
    return sentence, findings.change(number).box


def _even(findings: Findings) -> Found | None:
    if findings.features["inner_edge"] > 0.5:
        return None
    number = findings.worst_by("depth", 1)
    return "cuts through an even surface", findings.change(number).box


def _flipped(findings: Findings) -> Found | None:
    return _disputed(findings, "flipped", "disagrees with itself when flipped")


def _larger(findings: Findings) -> Found | None:
    return _disputed(findings, "larger", "disagrees with itself in a larger view")


def _other(findings: Findings) -> Found | None:
    return _disputed(findings, "other", "another refiner disagrees")


def _disputed(findings: Findings, rerun: Rerun, sentence: str) -> Found | None:
    """What was changed and another run left as it was."""
    copy = findings.copy
    if rerun not in copy.reruns:
        return None
    return _at(findings, sentence, (copy.labels > 0) & (copy.reruns[rerun] != copy.refined))


def _border(findings: Findings) -> Found | None:
    changed = findings.copy.labels > 0
    framed = np.zeros_like(changed)
    for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        framed[edge] = changed[edge]
    return _at(findings, "changes at the border of the view", framed)


def _ragged(findings: Findings) -> Found | None:
    if findings.features["thinness_change"] <= 0:
        return None
    return "the outline became more ragged", None


def _added(findings: Findings) -> Found | None:
    return _much(findings, added=True)


def _removed(findings: Findings) -> Found | None:
    return _much(findings, added=False)


def _larger_or_smaller(findings: Findings) -> Found | None:
    return _much(findings, added=findings.features["area_change"] > 0)


def _much(findings: Findings, *, added: bool) -> Found | None:
    share = findings.features["added" if added else "removed"]
    largest = [change for change in findings.changes.changes if change.added == added][:1]
    if share < _MUCH or not largest:
        return None
    return ("much was added" if added else "much was removed"), largest[0].box


def _large(findings: Findings) -> Found | None:
    if findings.features["largest"] < _MUCH:
        return None
    return "one large change", findings.change(1).box


def _on_edge(findings: Findings) -> Found | None:
    if findings.features["coarse_edge"] < 0.5:
        return None
    return "the coarse boundary already follows an edge", None


def _faint(findings: Findings) -> Found | None:
    if findings.features.get("new_edge", 1.0) > 0.55:
        return None
    number = findings.worst_by("new_edge", -1)
    return "hardly an edge along the new boundary", findings.change(number).box


def _alike(findings: Findings) -> Found | None:
    if findings.features["contrast"] > 0.7:
        return None
    number = findings.worst_by("contrast", -1)
    return "inside and outside look alike", findings.change(number).box


def _at(findings: Findings, sentence: str, where: BoolMask) -> Found | None:
    """A sentence about the largest connected part of some pixels; None where there are none."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(where.astype(np.uint8), connectivity=8)
    if count < 2:
        return None
    x, y, width, height, _ = (int(value) for value in stats[1 + stats[1:, -1].argmax()])
    return sentence, findings.in_image(Box(x, y, x + width, y + height))


def _in_words(number: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six")
    return words[number] if number < len(words) else str(number)


SENTENCES: Mapping[str, Callable[[Findings], Found | None]] = {
    "leaves_box": _leaves_box,
    "shrinks_box": _shrinks_box,
    "pieces": _pieces,
    "holes": _holes,
    "neighbour": _neighbour,
    "opinion": _opinion,
    "shape": _shape,
    "inner_edge": _even,
    "new_edge": _faint,
    "confidence": _unsure,
    "depth": _far,
    "deep_share": _far,
    "deepest": _far,
    "beyond_2": _far,
    "beyond_5": _far,
    "beyond_10": _far,
    "edge_gain": _edges,
    "moved_edge_gain": _edges,
    "near_colours": _colours,
    "far_colours": _colours,
    "against": _colours,
    "softness": _unsure,
    "doubt": _unsure,
    "flipped": _flipped,
    "larger": _larger,
    "other": _other,
    "border": _border,
    "thinness_change": _ragged,
    "area_change": _larger_or_smaller,
    "added": _added,
    "removed": _removed,
    "largest": _large,
    "coarse_edge": _on_edge,
    "refined_edge": _faint,
    "edge_height": _faint,
    "contrast": _alike,
}
