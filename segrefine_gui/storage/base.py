"""What a project is to the services: a store of records, safe to use from one thread.

Each thread opens its own store on the same path; the database keeps them consistent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.domain.extras import Extra
from segrefine_gui.domain.head_masks import HeadMask
from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.recalibration import Recalibration
from segrefine_gui.domain.records import (
    Basis,
    Category,
    Decision,
    EngineRun,
    Image,
    Instance,
    Refinement,
)
from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD


@dataclass(frozen=True, slots=True)
class NewImage:
    """An image to add: its absolute path, its name for imports and exports, its size in pixels.

    `extra` is what the mask file says of it besides; likewise of `NewInstance`.
    """

    path: Path
    name: str
    width: int
    height: int
    source_id: int | None = None
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class NewInstance:
    """An instance to add to an image; see `Instance`."""

    source_id: int
    category: str
    category_source_id: int
    coarse: Rle
    score: float | None = None
    head: HeadMask | None = None
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class NewCategory:
    """A category to add; a number that is taken gives way to the next free."""

    name: str
    source_id: int
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """The decision about one instance, with what it rests on.

    Attributes:
        decision: what was decided; pending before anybody decided.
        refinement_id: the refinement that was looked at, None where there was none.
        threshold: cut of that refinement's soft mask, 1..255.
        left_out: pixels of the whole image where a `refined` decision, or the mask that an
            edit began with, keeps the coarse mask, because the person left those changes out;
            None where all were taken.
        seconds: time spent on the instance until then.
        reviewer: who decided.
        decided_at: when, UTC; None while pending.
        edited: the mask of an `edited` decision, of the whole image; None of all others.
        based_on: which mask that edit began with: the coarse one, or the refined one as
            `refinement_id`, `threshold` and `left_out` tell; None of all other decisions.
    """

    decision: Decision = Decision.PENDING
    refinement_id: int | None = None
    threshold: int = DEFAULT_THRESHOLD
    seconds: float = 0.0
    reviewer: str = ""
    decided_at: datetime | None = None
    left_out: Rle | None = None
    edited: Rle | None = None
    based_on: Basis | None = None

    def __post_init__(self) -> None:
        """Refuse an edited decision without its mask, and a mask of any other decision."""
        if (self.decision is Decision.EDITED) != (self.edited is not None):
            raise ValueError("just an edited decision has an edited mask")


@dataclass(frozen=True, slots=True)
class InstanceUpdate:
    """What is to be another for one instance; None leaves it as it is.

    Attributes:
        category: name of its category; one that the project does not have is added.
        decision: what is decided about it.
        is_withdrawn: whether the making of it was taken back: it is in no queue and no export
            then, and its records stay for the case that it is made again.
    """

    category: str | None = None
    decision: DecisionRecord | None = None
    is_withdrawn: bool | None = None


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One line of the review queue: what can be listed without decoding a mask."""

    instance_id: int
    image_id: int
    source_id: int
    category: str
    score: float | None
    decision: Decision
    refiner: str
    """Engine of the refinement decided about, else of the newest; empty where there is none."""
    risk: float | None
    """Of the same refinement."""
    area: int
    """Pixels of the coarse mask."""
    is_drafted: bool = False
    """Whether an edit was begun and not applied."""


@dataclass(frozen=True, slots=True)
class RefinementEntry:
    """What can be said of a stored refinement without decoding its soft mask."""

    id: int
    run: EngineRun
    risk: float | None


@dataclass(frozen=True, slots=True)
class ReviewedInstance:
    """An instance with everything known about it, as exports and evaluations read it."""

    instance: Instance
    image: Image
    decision: DecisionRecord
    refinement: Refinement | None
    """The refinement the decision rests on, else the newest, None where there is none."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the append-only journal."""

    at: datetime
    who: str
    what: str
    instance_id: int | None
    decision: Decision | None
    seconds: float
    threshold: int | None
    left_out_area: int | None
    """Pixels of the changes that were left out."""
    edited_area: int | None = None
    """Pixels of the edited mask; None where nothing was edited."""
    based_on: Basis | None = None
    """Which mask the edit began with."""
    category: str | None = None
    """The category from now on. A line with neither this nor a decision withdraws the instance."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person made of one refinement whose risk had been estimated.

    Attributes:
        instance_id: the instance.
        image_id: its image.
        risk: of the refinement, 0..1, as it was estimated: never recalibrated.
        decision: refined, coarse or edited.
        left_out: whether a `refined` decision left changes out.
        seconds: time spent on the instance; 0 where it was decided unseen, with many others.
    """

    instance_id: int
    image_id: int
    risk: float
    decision: Decision
    left_out: bool
    seconds: float


class ImageReader(Protocol):
    """How photos are found and read; the module `storage.image_io` is one."""

    def find_images(self, paths: Iterable[Path]) -> list[Path]:
        """Absolute paths of the image files among files and folders."""
        ...

    def read_size(self, path: Path) -> tuple[int, int]:
        """(width, height) in pixels in EXIF orientation, from the header alone."""
        ...

    def read_rgb(self, path: Path) -> npt.NDArray[np.uint8]:
        """The image as uint8 (h, w, 3) RGB in EXIF orientation; raises `ImageError`."""
        ...

    def read_thumbnail(self, path: Path, max_side: int) -> tuple[npt.NDArray[np.uint8], float]:
        """The image as `read_rgb` gives it, reduced to `max_side` pixels, and its scale."""
        ...


class ProjectStore(Protocol):
    """Every record of a project. All methods raise `ProjectError` when the file cannot serve.

    Risks are stored as they were estimated and read as the project's recalibration corrects them.
    """

    path: Path

    def close(self) -> None:
        """Release the file; the store is not used again."""
        ...

    def add_images(self, images: Iterable[NewImage]) -> list[Image]:
        """Add images and return them all; one whose path is known is returned as it is."""
        ...

    def images(self) -> list[Image]:
        """All images, in the order in which they were added."""
        ...

    def categories(self) -> list[Category]:
        """All categories, by their source id; one that a person typed only while it is used."""
        ...

    def add_categories(self, categories: Sequence[NewCategory]) -> None:
        """Add categories; one whose name is known stays as it is."""
        ...

    def documents(self) -> Mapping[str, Mapping[str, object]]:
        """What imported files said of no image, instance or category, by format."""
        ...

    def add_document(self, extra: Extra) -> None:
        """Keep what an imported file said; of two of one format the later one is believed."""
        ...

    def add_instances(self, image_id: int, origin: str, instances: Sequence[NewInstance]) -> int:
        """Add all that an origin has for an image, and remember that it is done with it.

        Args:
            image_id: the project's id of the image.
            origin: where they came from: a mask file's fingerprint, a segmenter's name.
            instances: what to add, all at once or not at all; may be empty.

        Returns:
            How many were added: 0 where that origin was done with the image before.
        """
        ...

    def prepare_instances(
        self, image_id: int, origin: str, category: str, masks: Sequence[Rle]
    ) -> list[int]:
        """Add instances that a person makes, withdrawn until `update_instances` brings them in.

        Args:
            image_id: the project's id of the image.
            origin: how they are made.
            category: name of their category; one that the project does not have is added.
            masks: their coarse masks, of the whole image.

        Returns:
            Their ids, in the order of the masks. Their source ids are the next free ones.
        """
        ...

    def update_instances(self, updates: Mapping[int, InstanceUpdate], what: str, who: str) -> None:
        """Change instances and write that into the journal; on disk when this returns.

        Args:
            updates: what is another from now on, by instance; all are stored, or none.
            what: the journal's verb: how they are made or changed, or "undo".
            who: the person.
        """
        ...

    def uncovered_images(self, origin: str) -> list[Image]:
        """The images that an origin is not done with, in the order in which they were added."""
        ...

    def next_source_id(self, origin: str) -> int:
        """The number after the highest that an origin has used, 0 at first."""
        ...

    def instance(self, instance_id: int) -> Instance:
        """One instance, also one that is withdrawn."""
        ...

    def image_instances(self, image_id: int) -> list[Instance]:
        """All instances of an image, as they came in."""
        ...

    def unrefined(self, refiner: str) -> list[int]:
        """Ids of the instances that a refiner has not refined yet, image by image."""
        ...

    def refined(self) -> Mapping[str, frozenset[int]]:
        """Ids of the instances that each refiner has refined, by its name."""
        ...

    def refinement_entries(self, instance_id: int) -> list[RefinementEntry]:
        """All refinements of an instance, the oldest first."""
        ...

    def add_refinement(self, refinement: Refinement) -> Refinement:
        """Store a refinement and return it with its id and time."""
        ...

    def unassessed(self) -> list[int]:
        """Ids of the refinements whose risk has not been estimated, image by image."""
        ...

    def set_assessment(self, refinement_id: int, assessment: Assessment) -> None:
        """Store what triage says about a refinement that is stored already."""
        ...

    def refinement(self, refinement_id: int) -> Refinement:
        """One refinement."""
        ...

    def newest_refinement(self, instance_id: int) -> Refinement | None:
        """The newest refinement of an instance, None where there is none."""
        ...

    def queue(self) -> list[QueueEntry]:
        """All instances in review order: image by image, as they came in."""
        ...

    def queue_entries(self, instance_ids: Sequence[int]) -> list[QueueEntry]:
        """Those of the queue that have these ids, in review order."""
        ...

    def reviewed(self, instance_ids: Collection[int] | None = None) -> Iterator[ReviewedInstance]:
        """Instances with their decisions and refinements, one at a time, image by image.

        Args:
            instance_ids: which; None for all.
        """
        ...

    def decision(self, instance_id: int) -> DecisionRecord:
        """What was decided about an instance."""
        ...

    def decisions(self, instance_ids: Sequence[int]) -> dict[int, DecisionRecord]:
        """What was decided about several instances, by their ids."""
        ...

    def newest_refinement_ids(self, instance_ids: Sequence[int]) -> dict[int, int]:
        """Ids of the newest refinements of those instances that have one, by instance."""
        ...

    def set_decisions(self, records: Mapping[int, DecisionRecord], what: str) -> None:
        """Store decisions and write them into the journal; on disk when this returns.

        Args:
            records: the decisions from now on, by instance; all are stored, or none.
            what: the journal's verb: "decide", "undo" or "gate".
        """
        ...

    def judgements(self) -> list[Judgement]:
        """The decisions for or against refinements whose risk is known, in review order."""
        ...

    def recalibration(self) -> Recalibration | None:
        """How risks are corrected when they are read; None where they are left as estimated."""
        ...

    def set_recalibration(self, recalibration: Recalibration | None) -> None:
        """Correct risks from now on; None leaves them as they were estimated."""
        ...

    def feather(self) -> int:
        """How soft the edges of mattes are: pixels to either side, 0..`MOST_FEATHER`."""
        ...

    def set_feather(self, feather: int) -> None:
        """Give mattes a soft edge of so many pixels from now on."""
        ...

    def presets(self, kind: str) -> dict[str, EngineSetup]:
        """The engines with their options that were kept under names, sorted by these.

        Args:
            kind: "segmenter", "refiner" or "interactor".
        """
        ...

    def set_preset(self, kind: str, name: str, setup: EngineSetup | None) -> None:
        """Keep an engine with its options under a name; None forgets what was kept there."""
        ...

    def last_setups(self, kind: str) -> list[EngineSetup]:
        """What was run last, the main one first; empty before anything was."""
        ...

    def set_last_setups(self, kind: str, setups: Sequence[EngineSetup]) -> None:
        """Remember what was run last."""
        ...

    def last_export(self) -> Mapping[str, object]:
        """What was chosen at the last export, JSON values; empty before any, and where damaged."""
        ...

    def set_last_export(self, values: Mapping[str, object]) -> None:
        """Remember what was chosen at an export."""
        ...

    def draft(self, instance_id: int) -> Rle | None:
        """The edit of an instance that was begun and not applied yet, None where there is none."""
        ...

    def set_draft(self, instance_id: int, mask: Rle | None) -> None:
        """Keep an edit that is not applied yet, on disk when this returns; None forgets it.

        Args:
            instance_id: the instance.
            mask: of the whole image, as it is edited now.
        """
        ...

    def drafted(self) -> frozenset[int]:
        """Ids of the instances that have a draft."""
        ...

    def notes(self) -> dict[int, str]:
        """All notes, by instance."""
        ...

    def set_note(self, instance_id: int, text: str) -> None:
        """Keep a note on an instance; an empty one takes it away."""
        ...

    def journal(self) -> list[JournalEntry]:
        """The whole journal, oldest first."""
        ...

    def bookmark(self) -> int | None:
        """The instance at which the review was left, None at the start."""
        ...

    def set_bookmark(self, instance_id: int) -> None:
        """Remember where the review is."""
        ...
