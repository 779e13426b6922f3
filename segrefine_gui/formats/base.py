"""What every mask format is to the rest of the app.

A reader turns a file or folder into `MaskFile`: entries that still name their image as the file
does and that become a mask only when the image's true size is known. Matching entries to image
files is the import service's work, so no reader ever opens a path that a file names.

A writer takes an export image by image and knows nothing of how files reach their place, what was
exported before, who cancels, or which instance keeps the pixels that several share: `Exporter`
sees to all of that once for every format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import Protocol

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.extras import Extra
from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.records import Basis, Category, Decision, Image, Instance
from segrefine_gui.domain.soft_masks import SoftMask

_MAX_LINE = 500
"""Longest sentence that people are told, in characters."""


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

    `name` is untrusted text: it is compared with the files a person gave, never opened. `extra` is
    what the file says of it besides.
    """

    name: str | None = None
    source_id: int | None = None
    width: int | None = None
    height: int | None = None
    extra: Extra | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class CategoryEntry:
    """A category as a mask file lists it, with what the file says of it besides."""

    name: str
    source_id: int
    extra: Extra | None = None


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
        extra: what the file says of it besides; a writer of that format gives it back.
    """

    source_id: int
    image: ImageEntry
    segmentation: Segmentation
    category: str
    category_id: int
    score: float | None = None
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was left out, changed or lost, in one sentence.

    Texts of files may be part of it: what is no text, or more than one line, is made such.

    Attributes:
        subject: the entry or file it is about.
        sentence: what happened.
        pixels: pixels of a mask that are other than they were.
    """

    subject: str
    sentence: str
    pixels: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "subject", _one_line(self.subject))
        object.__setattr__(self, "sentence", _one_line(self.sentence))


def _one_line(text: str) -> str:
    line = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    return line if len(line) <= _MAX_LINE else f"{line[: _MAX_LINE - 2]}…."


@dataclass(frozen=True, slots=True)
class MaskFile:
    """What a reader found: all that could be read, and a problem for each thing that could not.

    Attributes:
        format: name of the format.
        images: the images it tells of, also those without an instance.
        masks: the instances.
        problems: what could not be read.
        categories: the categories it lists, also those without an instance; those of `masks` need
            not be among them.
        extra: what it says of none of these.
    """

    format: str
    images: Sequence[ImageEntry]
    masks: Sequence[MaskEntry]
    problems: Sequence[Problem] = ()
    categories: Sequence[CategoryEntry] = ()
    extra: Extra | None = None


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


class OverlapOrder(str, Enum):
    """Who keeps a pixel that several instances of an image share, where a format has but one.

    SMALLEST: the instance of the smallest mask; FIRST and LAST: by their place in the image;
    SCORE: that of the highest score.
    """

    SMALLEST = "smallest"
    FIRST = "first"
    LAST = "last"
    SCORE = "score"


class PngKind(str, Enum):
    """What one PNG file of the format `png` holds.

    BINARY: 0 and 255; CUT_OUT: the photo's colours with the instance's matte as alpha, as large
    as the photo and black where nothing is seen; MATTE: its soft edge, 0..255, at least 128 in the
    mask and nowhere else.
    """

    BINARY = "binary"
    CUT_OUT = "cut-out"
    MATTE = "matte"


@dataclass(frozen=True, slots=True)
class WriterOptions:
    """How to write where formats leave a choice; each takes what concerns it.

    Attributes:
        polygons: polygons instead of run-length code where a format has both.
        tolerance: how far, in pixels, a polygon may stray from the mask's outline; 0 for exact.
        overlap: who keeps shared pixels, of formats that have one instance a pixel.
        png: what a file of the format `png` holds.
        feather: width in pixels of a matte's soft edge, to either side, where the mask has none of
            its own; 0 for a hard one. None for the project's, which an export puts in its place.
    """

    polygons: bool = False
    tolerance: float = 0.0
    overlap: OverlapOrder = OverlapOrder.SMALLEST
    png: PngKind = PngKind.BINARY
    feather: float | None = None


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """One instance to write.

    Attributes:
        instance: the instance; exports keep its `source_id`. Its category is the one to write.
        image: its image.
        mask: the mask to write, over the whole image; None where there is none (dropped, or no
            refinement was asked for), which only the decision tables list.
        decision: what was decided.
        refiner: engine of the refinement, empty where there is none.
        refiner_version: version of the library behind it.
        weights_hash: hash of its weights, empty for an engine without.
        risk: its risk, None where not estimated.
        seconds: time the reviewer spent on it.
        reviewer: who decided, empty while pending.
        decided_at: when, UTC.
        left_out: pixels of the changes that keep the coarse mask; None where the refinement was
            not taken.
        based_on: which mask the edit of an `edited` instance began with; None of all others.
        soft: the soft mask that `mask` was cut from; None where it was cut from none. Where the
            two disagree (changes were left out) the mask counts.
    """

    instance: Instance
    image: Image
    mask: Rle | None
    decision: Decision
    refiner: str = ""
    refiner_version: str = ""
    weights_hash: str = ""
    risk: float | None = None
    seconds: float = 0.0
    reviewer: str = ""
    decided_at: datetime | None = None
    left_out: int | None = None
    based_on: Basis | None = None
    soft: SoftMask | None = field(default=None, compare=False, repr=False)

    @property
    def subject(self) -> str:
        """What to call it in a `Problem`."""
        return f"instance {self.instance.source_id} of {self.image.name}"


@dataclass(frozen=True, slots=True)
class ExportImage:
    """An image of an export.

    Attributes:
        image: the image.
        stem: where its files go, relative and without ending: made of safe names, unlike that of
            any other image of the export also on disks that ignore case, and matched with the
            image again when it is imported.
        split: "train" or "val" where images are split between these, else empty.
    """

    image: Image
    stem: PurePosixPath
    split: str = ""


@dataclass(frozen=True, slots=True)
class ExportHead:
    """What is known of an export before its first instance.

    Attributes:
        images: every image that may come, in their order.
        categories: every category, by `source_id`, which no two share.
        documents: what imported files said besides of no image or instance, by format.
        read_rgb: the pixels of an image, uint8 (h, w, 3); raises `ImageError`.
        project: tells the project from others that may have been exported into the same folder.
    """

    images: Sequence[ExportImage]
    categories: Sequence[Category]
    documents: Mapping[str, Mapping[str, object]]
    read_rgb: Callable[[Image], npt.NDArray[np.uint8]]
    project: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one image of an export.

    Attributes:
        files: its own files, relative to the export's folder; empty where files tell of several
            images.
        written: instances written.
        problems: what was left out, changed or lost.
    """

    files: Sequence[PurePosixPath] = ()
    written: int = 0
    problems: Sequence[Problem] = ()


class MaskSink(Protocol):
    """Takes the instances of one export, image by image.

    It neither asks whether the person cancelled nor tells of progress: what calls it does, between
    images. What it raises ends the export, and nothing was changed. A class of this kind inherits
    from this one what it has no use for.
    """

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:
        """Write an image that has not come before.

        Args:
            image: the image.
            records: its instances, each with a mask; may be empty. Where the writer's format
                cannot overlap no two masks share a pixel.
        """
        ...

    def keep(self, image: ExportImage) -> None:  # noqa: ARG002
        """Take note of an image whose own files are there from an earlier export and stay."""
        return

    def close(self) -> Sequence[Problem]:
        """Write what tells of several images; called once, when all went well."""
        return ()


class MaskWriter(Protocol):
    """Writes one format.

    Attributes:
        name: the format's name.
        overlaps: whether a pixel may belong to several instances of an image.
        incremental: whether an image's own files tell of nothing but that image, so that they
            need not be written again while nothing of it changed.
    """

    name: str
    overlaps: bool
    incremental: bool

    def open(self, folder: Path, head: ExportHead) -> MaskSink:
        """Begin an export.

        Args:
            folder: an empty folder to write into; the files move to their place at the end.
            head: what is known before the first instance.

        Raises:
            ExportError: the format cannot hold such an export at all.
        """
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format by name, with what reads and writes it.

    Other packages add one by an entry point in the group `segrefine.formats` that names a `Format`.

    Attributes:
        name: what a person types.
        title: what it is called in the window.
        summary: one sentence: which files, and what it cannot hold.
        reader: reads it; None where it is only written.
        writer: makes what writes it; None where it is only read.
        has_polygons: whether `WriterOptions.tolerance` concerns it.
        only_polygons: whether it has nothing else, so that `WriterOptions.polygons` does not.
    """

    name: str
    title: str
    summary: str
    reader: MaskReader | None = None
    writer: Callable[[WriterOptions], MaskWriter] | None = None
    has_polygons: bool = False
    only_polygons: bool = False


@dataclass(frozen=True, slots=True)
class ExportSet:
    """Everything to export.

    Attributes:
        head: what is known before the first instance.
        records: every instance, the ones of an image together; read once.
        keeps_empty: whether images without an instance to write are written, too.
    """

    head: ExportHead
    records: Iterable[ExportRecord]
    keeps_empty: bool = True


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export did, or would do.

    Attributes:
        files: the files that are new or changed.
        written: instances whose masks are in the export, also in files that were there already.
        listed: instances in the decision tables, which is all of them.
        unchanged: files that were there already as they should be.
        removed: files of an earlier export that are no longer part of it.
        problems: what was left out, changed or lost; each with the pixels lost.
        new: how many of `files` were not there.
        left_out: how many instances the options left out, by words for why.
        drafts: how many of the problems are edits that were begun and not applied.
    """

    files: Sequence[Path]
    written: int
    listed: int
    unchanged: int = 0
    removed: int = 0
    problems: Sequence[Problem] = ()
    new: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    drafts: int = 0

    @property
    def pixels(self) -> int:
        """Pixels of masks that are other in the files than in the project."""
        return sum(problem.pixels for problem in self.problems)


class FormatCatalog(Protocol):
    """All formats."""

    def readable(self) -> Sequence[Format]:
        """The formats that are read."""
        ...

    def writable(self) -> Sequence[Format]:
        """The formats that are written."""
        ...

    def recognise(self, path: Path) -> MaskReader:
        """The reader for a mask file or folder, by its content; raises `FormatError`."""
        ...

    def reader(self, name: str) -> MaskReader:
        """The reader of a format by name; raises `FormatError`."""
        ...

    def exporter(self, name: str, options: WriterOptions) -> Exporter:
        """What writes a format; raises `FormatError`."""
        ...

    def stems_of(self, images: Sequence[Image]) -> Mapping[int, PurePosixPath]:
        """The `ExportImage.stem` of each image, by the project's id."""
        ...


class Exporter(Protocol):
    """Brings an export in one format to the disk."""

    def write(
        self,
        export: ExportSet,
        folder: Path,
        cancel: CancelToken,
        on_written: Callable[[int], None],
        *,
        dry_run: bool = False,
    ) -> ExportReport:
        """Write into `folder`, beside the files' places first, then renamed over them.

        Args:
            export: what to write.
            folder: where; created when missing.
            cancel: asked between instances.
            on_written: told the number of instances done so far.
            dry_run: leave the disk as it is and only report.

        Raises:
            ExportError: nothing was changed: the files that were there before are whole.
            Cancelled: likewise.
        """
        ...
