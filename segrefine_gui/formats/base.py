"""What every mask format is to the rest of the app.

A reader turns a file or folder into `MaskFile`: entries that still name their image as the file
does and that become a mask only when the image's true size is known. Matching entries to image
files is the import service's work, so no reader ever opens a path that a file names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.records import Basis, Category, Decision, Image, Instance


class Segmentation(Protocol):
    """The shape of one instance as its file gives it."""

    def rasterise(self, height: int, width: int) -> Rle:
        """The mask on an image of (height, width) pixels.

        Raises:
            MaskError: it is damaged or was made for an image of another size.
        """
        ...


@dataclass(frozen=True, slots=True)
class ImageEntry:
    """An image as a mask file names it; whatever the file does not say is None.

    `name` is untrusted text: it is compared with the files a person gave, never opened.
    """

    name: str | None = None
    source_id: int | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class MaskEntry:
    """One instance of a mask file.

    Attributes:
        source_id: the annotation's id, else its 0-based position.
        image: the image it belongs to.
        segmentation: its shape.
        category: name of its class.
        category_id: number of its class in that file.
        score: confidence 0..1, None where the file has none.
    """

    source_id: int
    image: ImageEntry
    segmentation: Segmentation
    category: str
    category_id: int
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was left out, in one sentence; `subject` is the entry or file it is about."""

    subject: str
    sentence: str


@dataclass(frozen=True, slots=True)
class MaskFile:
    """What a reader found: all that could be read, and a problem for each thing that could not."""

    format: str
    images: Sequence[ImageEntry]
    masks: Sequence[MaskEntry]
    problems: Sequence[Problem] = ()


class MaskReader(Protocol):
    """Reads one format."""

    name: str

    def recognises(self, path: Path) -> bool:
        """Whether the content of a file or folder looks like this format; never raises."""
        ...

    def read(self, path: Path, images_json: Path | None = None) -> MaskFile:
        """Read a file or folder.

        Args:
            path: the masks.
            images_json: a COCO file whose `images` and `categories` complete a format that has
                none of its own.

        Raises:
            FormatError: it is not this format at all; damaged entries are `problems` instead.
        """
        ...


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """One instance to write.

    Attributes:
        instance: the instance; exports keep its `source_id`.
        image: its image.
        mask: the mask to write, over the whole image; None where there is none (dropped, or no
            refinement was asked for), which only the decision table lists.
        decision: what was decided.
        refiner: engine of the refinement, empty where there is none.
        risk: its risk, None where not estimated.
        seconds: time the reviewer spent on it.
        reviewer: who decided, empty while pending.
        decided_at: when, UTC.
        left_out: pixels of the changes that keep the coarse mask; None where the refinement was
            not taken.
        based_on: which mask the edit of an `edited` instance began with; None of all others.
    """

    instance: Instance
    image: Image
    mask: Rle | None
    decision: Decision
    refiner: str = ""
    risk: float | None = None
    seconds: float = 0.0
    reviewer: str = ""
    decided_at: datetime | None = None
    left_out: int | None = None
    based_on: Basis | None = None


@dataclass(frozen=True, slots=True)
class ExportSet:
    """Everything a writer needs; `records` may be a generator and is read once."""

    images: Sequence[Image]
    categories: Sequence[Category]
    records: Iterable[ExportRecord]


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What a writer did."""

    files: Sequence[Path]
    written: int
    problems: Sequence[Problem] = field(default=())
    drafts: int = 0
    """How many of the problems are edits that were begun and not applied."""


class MaskWriter(Protocol):
    """Writes one format."""

    name: str

    def write(
        self,
        export: ExportSet,
        folder: Path,
        cancel: CancelToken,
        on_written: Callable[[int], None],
    ) -> ExportReport:
        """Write into `folder`, beside the files' places first, then renamed over them.

        Args:
            export: what to write.
            folder: where; created when missing.
            cancel: asked between instances.
            on_written: told the number of instances done so far.

        Raises:
            ExportError: nothing was changed: the files that were there before are whole.
            Cancelled: likewise.
        """
        ...
