"""The records of a project as frozen values, safe to hand to another thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path

import numpy as np

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.extras import Extra
from segrefine_gui.domain.head_masks import HeadMask
from segrefine_gui.domain.masks import Rle, encode_part
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD, SoftMask


class Decision(str, Enum):
    """What a person decided about an instance."""

    PENDING = "pending"
    REFINED = "refined"
    COARSE = "coarse"
    EDITED = "edited"
    DROPPED = "dropped"

    @property
    def is_accepted(self) -> bool:
        """Whether the instance has a final mask that a person chose."""
        return self in (Decision.REFINED, Decision.COARSE, Decision.EDITED)


class Basis(str, Enum):
    """Which mask of an instance an edit began with."""

    COARSE = "coarse"
    REFINED = "refined"


class MaskChoice(str, Enum):
    """Which of an instance's masks an export writes."""

    FINAL = "final"
    REFINED = "refined"
    COARSE = "coarse"


@dataclass(frozen=True, slots=True)
class Image:
    """One photo on disk.

    Attributes:
        id: the project's own id.
        path: absolute path of the file.
        name: the name that imports and exports know it by, with forward slashes.
        width: pixels, in EXIF orientation.
        height: pixels, in EXIF orientation.
        source_id: the id that the imported file gave it, if any.
        extra: what that file said of it besides.
    """

    id: int
    path: Path
    name: str
    width: int
    height: int
    source_id: int | None = None
    extra: Extra | None = field(default=None, compare=False)

    @property
    def box(self) -> Box:
        """The box of the whole image."""
        return image_box(self.width, self.height)


@dataclass(frozen=True, slots=True)
class Category:
    """A class of objects; `source_id` is the number that imports and exports use."""

    id: int
    name: str
    source_id: int
    extra: Extra | None = field(default=None, compare=False)
    """What the imported file said of it besides."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One object in one image, with its coarse mask.

    Attributes:
        id: the project's own id.
        image_id: the project's id of its image.
        category: its class.
        coarse: the mask that came in; never overwritten.
        source_id: the annotation's id, else its 0-based position in the results list; of one that
            a person made the next number that no other instance of the project has.
        score: the segmenter's confidence 0..1, None where the input had none.
        head: what the segmenter's mask head said before the cut; None where not known.
        extra: what the imported file said of it besides.
    """

    id: int
    image_id: int
    category: Category
    coarse: Rle
    source_id: int
    score: float | None = None
    head: HeadMask | None = field(default=None, compare=False)
    extra: Extra | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class EngineRun:
    """How a refinement was made: enough to make it again.

    Attributes:
        engine: registered name of the refiner.
        version: version of the library behind it.
        parameters: the engine's own settings, JSON values only.
        weights_hash: hash of the weights file, empty for an engine without weights.
        device: "cpu", "cuda:0", ...
        seconds: wall time of the run.
    """

    engine: str
    version: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    weights_hash: str = ""
    device: str = "cpu"
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Refinement:
    """The record of one refiner run on one instance.

    Attributes:
        id: the project's own id; 0 before it is stored.
        instance_id: the instance that was refined.
        soft: what the refiner returned, over the region it saw.
        run: the engine and how it ran.
        assessment: its risk with the reasons; None where not estimated.
        created_at: when it was stored, UTC.
    """

    id: int
    instance_id: int
    soft: SoftMask
    run: EngineRun
    assessment: Assessment | None = None
    created_at: datetime | None = None

    @property
    def risk(self) -> float | None:
        """Probability 0..1 that accepting it makes the mask worse; None where not estimated."""
        return None if self.assessment is None else self.assessment.risk


def refined_mask(
    refinement: Refinement,
    coarse: Rle,
    threshold: int = DEFAULT_THRESHOLD,
    left_out: Rle | None = None,
) -> Rle:
    """The refinement cut at `threshold`, as a mask of the whole image of `coarse`.

    Args:
        refinement: of the instance.
        coarse: the instance's coarse mask.
        threshold: 1..255; soft values at or above it belong to the mask.
        left_out: pixels at which the coarse mask is kept; None for nowhere.
    """
    height, width = coarse.height, coarse.width
    refined = encode_part(refinement.soft.cut(threshold), refinement.soft.region, height, width)
    if left_out is None:
        return refined
    part = refinement.soft.region.union(left_out.box)
    mask = np.where(left_out.decode(part), coarse.decode(part), refined.decode(part))
    return encode_part(mask, part, height, width)
