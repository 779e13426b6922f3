"""What every engine is to the rest of the app: small protocols and their values.

An engine never sees a widget or a project: it gets arrays and returns arrays. Building one
(`EngineFactory.load`, which may import torch and read hundreds of megabytes) is kept apart from
running it, and both happen in the worker that owns it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.head_masks import HeadMask
from segrefine_gui.domain.masks import BoolMask, Rle
from segrefine_gui.domain.prompts import Prompt
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.engines.parameters import Parameter

RgbImage = npt.NDArray[np.uint8]
"""An image: uint8, shape (height, width, 3), channels in RGB order."""

SoftValues = npt.NDArray[np.uint8]
"""A refiner's answer: uint8 0..255, shape (height, width), 255 = surely the object."""

EngineKind = Literal["segmenter", "refiner", "interactor"]

Progress = Callable[[float], None]
"""Called with the share done, 0..1, between the steps of one run."""


def ignore_progress(share: float) -> None:
    """A `Progress` for those who do not watch."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One object that a segmenter found.

    Attributes:
        mask: its mask over the whole image.
        category: name of its class.
        category_id: the number of that class in the segmenter's own data set.
        score: confidence 0..1.
        head: what its mask head said before the cut; None where it does not tell.
    """

    mask: Rle
    category: str
    category_id: int
    score: float
    head: HeadMask | None = None


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What a person chose for an engine.

    Attributes:
        weights_folder: where fetched weights are kept.
        device: "auto", "cpu", "cuda" or "cuda:N".
        model: the engine's own model name or configuration file; None for its default.
        weights: a weights file of the person's own; None for the engine's own.
        score_threshold: segmenters leave out detections below this, 0..1.
        parameters: values of the engine's own parameters by name, JSON values; those that are
            not named keep their defaults. See `parameters.checked`.
        trusted: the person said that they trust the files chosen here, which may run code.
    """

    weights_folder: Path
    device: str = "auto"
    model: str | None = None
    weights: Path | None = None
    score_threshold: float = 0.5
    parameters: Mapping[str, object] = field(default_factory=dict)
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """Whether an engine could run now, found without importing its libraries.

    Attributes:
        usable: it can be loaded with the options asked about.
        problem: one sentence with the cure when it is not usable, else empty.
        version: version of the library behind it, empty where not installed.
        weights: the weights file it would load, None for an engine without weights.
        weights_found: whether that file is there (True for an engine without weights).
        needs_trust: the model chosen is code, which is run only with `EngineOptions.trusted`.
            Whether a weights file asks to run something is known only when it is read: `load`
            then raises `TrustError`.
    """

    usable: bool
    problem: str = ""
    version: str = ""
    weights: Path | None = None
    weights_found: bool = True
    needs_trust: bool = False


@runtime_checkable
class Segmenter(Protocol):
    """Makes coarse masks from an image."""

    run: EngineRun
    """How it was set up; its `seconds` is 0 and filled in by the caller for each run."""

    def segment(
        self, image: RgbImage, cancel: CancelToken, progress: Progress = ignore_progress
    ) -> list[Detection]:
        """Find the objects of an image.

        Args:
            image: uint8 (h, w, 3) RGB.
            cancel: asked between steps; raises `Cancelled`.
            progress: told the share done.

        Raises:
            EngineError: the engine failed on this image; others may still work.
            Cancelled: the person cancelled.
        """
        ...


@runtime_checkable
class BatchSegmenter(Segmenter, Protocol):
    """A segmenter that is faster with several images at once."""

    batch: int
    """How many images to hand it together, at least 1; those of one size are best."""

    def segment_many(
        self,
        images: Sequence[RgbImage],
        cancel: CancelToken,
        progress: Progress = ignore_progress,
    ) -> list[list[Detection] | EngineError]:
        """Find the objects of several images, as `segment` finds those of each.

        Short of memory it takes fewer at a time, down to one.

        Args:
            images: uint8 (h, w, 3) RGB each; their sizes may differ.
            cancel: asked between steps; raises `Cancelled`.
            progress: told the share done.

        Returns:
            For each image what was found, or why the engine failed on it.

        Raises:
            Cancelled: the person cancelled.
        """
        ...


@runtime_checkable
class Refiner(Protocol):
    """Makes a soft mask from an image and a coarse mask."""

    run: EngineRun
    """How it was set up; its `seconds` is 0 and filled in by the caller for each run."""

    def refine(
        self,
        image: RgbImage,
        mask: BoolMask,
        cancel: CancelToken,
        progress: Progress = ignore_progress,
    ) -> SoftValues:
        """Refine one mask.

        Args:
            image: uint8 (h, w, 3) RGB, already cropped to the region around the instance.
            mask: bool (h, w), the coarse mask in that crop; may be empty or full.
            cancel: asked between steps; raises `Cancelled`.
            progress: told the share done.

        Returns:
            uint8 (h, w), 0..255. An empty mask comes back empty and a full one full.

        Raises:
            EngineError: the engine failed on this instance; others may still work.
            Cancelled: the person cancelled.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """What a refiner gets of one instance, as `Refiner.refine` does.

    Attributes:
        image: uint8 (h, w, 3) RGB.
        mask: bool (h, w), the coarse mask in it.
    """

    image: RgbImage
    mask: BoolMask


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of one of many crops.

    Attributes:
        index: its place among them.
        soft: its soft mask, or why there is none.
        seconds: what the engine spent on it; of a pass that it shared, its share.
    """

    index: int
    soft: SoftValues | EngineError
    seconds: float


@runtime_checkable
class BatchRefiner(Refiner, Protocol):
    """A refiner that is faster with several instances at once."""

    crops_at_once: int
    """How many crops `refine_many` makes good use of; 1 where one by one is as good."""

    def refine_many(
        self, crops: Sequence[Crop], cancel: CancelToken, progress: Progress = ignore_progress
    ) -> Iterator[Outcome]:
        """Refine several masks; each gives what `refine` gives, up to rounding.

        Args:
            crops: of any sizes and images.
            cancel: asked between steps; raises `Cancelled`.
            progress: told the share of all that is done.

        Yields:
            One outcome for each crop, as soon as it is done, in any order. A failure of one is
            its outcome and ends none of the others. Between two outcomes `refine` may be called.

        Raises:
            Cancelled: the person cancelled; what was done before has been yielded.
        """
        ...


class Embedding(Protocol):
    """What an interactor remembers of an image, so that any number of prompts cost little."""

    @property
    def nbytes(self) -> int:
        """Memory that it takes, wherever that is, in bytes."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """One mask that a prompt may mean.

    Attributes:
        soft: its soft mask, in pixels of the image that was prompted on.
        score: how good the interactor thinks it is, 0..1.
    """

    soft: SoftMask
    score: float


@runtime_checkable
class Interactor(Protocol):
    """Makes soft masks of what a person shows, in two steps of which the first is the slow one."""

    run: EngineRun
    """How it was set up; its `seconds` is 0."""

    def embed(self, image: RgbImage, cancel: CancelToken) -> Embedding:
        """Look at an image once, before any prompt.

        Args:
            image: uint8 (h, w, 3) RGB, already cropped to the region around what is prompted for.
            cancel: asked between steps; raises `Cancelled`.

        Returns:
            What `predict` wants; valid as long as the interactor is not closed.

        Raises:
            EngineError: the engine failed on this image.
            Cancelled: the person cancelled.
        """
        ...

    def predict(
        self, embedding: Embedding, prompt: Prompt, cancel: CancelToken
    ) -> Sequence[Answer]:
        """The masks that a prompt may mean.

        Args:
            embedding: of the image, as `embed` of this interactor gave it.
            prompt: in pixels of that image; not empty, and nothing of it lies outside.
            cancel: asked between steps; raises `Cancelled`.

        Returns:
            At least one answer, the best first.

        Raises:
            EngineError: the engine failed on this prompt; others may still work.
            Cancelled: the person cancelled.
        """
        ...


@runtime_checkable
class Closable(Protocol):
    """An engine that holds memory beyond its own objects, on a GPU for example."""

    def close(self) -> None:
        """Give it back; the engine cannot run any more."""
        ...


class EngineFactory(Protocol):
    """A registered engine: what it is called, whether it can run, and how to build it."""

    name: str
    kind: EngineKind
    summary: str
    """One line for menus and `segrefine engines`."""

    def parameters(self, options: EngineOptions) -> Sequence[Parameter]:
        """The settings that it offers for the model of `options`, without importing its libraries.

        A factory of another package may leave this out: it then offers none; see
        `parameters_of`.
        """
        ...

    def status(self, options: EngineOptions) -> EngineStatus:
        """Say whether it could run, in a few milliseconds and without importing its libraries."""
        ...

    def load(self, options: EngineOptions) -> Segmenter | Refiner | Interactor:
        """Build the engine; slow, called in the worker that will run it.

        Raises:
            EngineError: it is not installed or cannot be set up as asked.
                TrustError: a file chosen would run code and `options.trusted` does not allow it.
            WeightsError: its weights are missing or damaged.
        """
        ...


def parameters_of(factory: EngineFactory, options: EngineOptions) -> Sequence[Parameter]:
    """The settings that an engine offers; none where its factory does not say."""
    offered = getattr(factory, "parameters", None)
    return () if offered is None else tuple(offered(options))


def models_of(factory: EngineFactory, options: EngineOptions) -> Sequence[str]:
    """Names for `EngineOptions.model` that an engine knows, in the order to show them.

    None where it has one model only. A factory says them by `models(options)`, found in
    milliseconds and without importing its libraries; it may take other names and paths besides.
    """
    known = getattr(factory, "models", None)
    return () if known is None else tuple(known(options))


def close_engine(engine: object) -> None:
    """After a job: let an engine give back what it holds, if it has a way to."""
    if isinstance(engine, Closable):
        engine.close()


class EngineCatalog(Protocol):
    """Which engines there are; `engines.registry.EngineRegistry` is one."""

    def segmenters(self) -> list[EngineFactory]:
        """Every segmenter, sorted by name."""
        ...

    def refiners(self) -> list[EngineFactory]:
        """Every refiner, sorted by name."""
        ...

    def interactors(self) -> list[EngineFactory]:
        """Every interactor, sorted by name."""
        ...

    def choose(self, kind: EngineKind, name: str, options: EngineOptions) -> EngineFactory:
        """The engine of that name, or for "auto" the best one that can run; raises EngineError."""
        ...
