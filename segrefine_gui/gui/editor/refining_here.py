"""Has a refiner look again at a part of the mask that is edited, with alternatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from segrefine_gui.domain.blending import blend_in
from segrefine_gui.domain.boxes import Box, context_region
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.soft_masks import DEFAULT_THRESHOLD, SoftMask
from segrefine_gui.engines.base import (
    EngineCatalog,
    EngineOptions,
    Refiner,
    RgbImage,
    close_engine,
)
from segrefine_gui.gui.editor.answer_pictures import draw_answer
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.queue.crops import square_around
from segrefine_gui.gui.workers.lane import JobHandle, Lane
from segrefine_gui.gui.workers.once import Once
from segrefine_gui.services.refine_here import LARGER_PADDING, PADDING, refine_here
from segrefine_gui.services.steps import OnStep

AUTO = "auto"

LOWER_THRESHOLD = 64
"""Cut of the alternative that takes in more."""

OTHER_REFINERS = ("grabcut", "builtin")
"""Refiners that run everywhere; the first that is not the usual one is an alternative."""

REFINERS_KEPT = 2
"""Refiners that stay loaded: the usual one and the other."""

Usual = Callable[[], tuple[str, EngineOptions]]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to refine a part.

    Attributes:
        name: what it is called, translated.
        engine: the refiner.
        options: of the refiner.
        padding: surroundings that it sees, as a share of the part's side.
        threshold: where its soft mask is cut, 1..255.
    """

    name: str
    engine: str
    options: EngineOptions
    padding: float = PADDING
    threshold: int = DEFAULT_THRESHOLD


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A part of the image with what is around it, to be refined in another thread."""

    pixels: RgbImage
    mask: BoolMask
    region: Box
    where: Box
    inside: Callable[[], BoolMask] | None
    picture_side: int


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """What one way makes of the mask in a box of the image, with a picture of that."""

    box: Box
    mask: BoolMask
    picture: QImage
    changed: int


class RefiningHere(QObject):
    """The first way that answers is laid into the mask as a step; others take its place.

    Args:
        lane: where refiners run, after the jobs that run already.
        engines: the refiners.
        usual: tells which refiner was used last, with its options.
        parent: the window.
    """

    offered = Signal(object, object, object)
    """Names of all ways, and the numbers, counted from 0, of those that can be picked by now, and
    of those that failed."""

    pictured = Signal(int, QImage, int)
    """The number of a way, what the part is with it, and how many pixels it changes."""

    picked = Signal(object)
    """The number of the way whose answer is in the mask now; None for none."""

    told = Signal(str)
    """A sentence for the person."""

    def __init__(
        self, lane: Lane, engines: EngineCatalog, usual: Usual, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._lane = lane
        self._engines = engines
        self._usual = usual
        self._kept: list[tuple[str, EngineOptions, Refiner]] = []
        self._session: EditSession | None = None
        self._ways: Sequence[Way] = ()
        self._answers: dict[int, _Answer] = {}
        self._failed: set[int] = set()
        self._laid: int | None = None
        self._handles: list[JobHandle] = []
        self._open: set[JobHandle] = set()
        self._asked_at = self._laid_at = 0
        self.picture_side = 64
        """Longer side of pictures, in device pixels."""

    @property
    def is_awaited(self) -> bool:
        """Whether the first answer is still to come."""
        return bool(self._ways) and not self._answers

    def ask(
        self, session: EditSession, where: Box, inside: Callable[[], BoolMask] | None = None
    ) -> None:
        """Refine a part of the mask as it is now; `offered` tells when there are answers.

        Args:
            session: the edit.
            where: the part, inside the image.
            inside: gives, in another thread, the pixels of the part that may change, bool
                (where.height, where.width); None for all of them.
        """
        self.forget()
        self._session = session
        self._asked_at = self._laid_at = session.step
        session.stepped.connect(self._tell_picked)
        self._ways = self._all_ways()
        width, height = session.bounds.width, session.bounds.height
        region = context_region(where, width, height, padding=LARGER_PADDING)
        region = region.union(square_around(where, width, height))  # for pictures
        image = session.start.image.levels[0]
        part = _Part(
            image[region.slices],
            session.mask[region.slices].copy(),
            region,
            where.shifted(-region.x0, -region.y0),
            None if inside is None else Once(inside),
            self.picture_side,
        )
        self._offer()
        made: dict[tuple[str, float], SoftMask] = {}
        for number, way in enumerate(self._ways):
            self._submit(number, way, part, made)

    def pick(self, number: int) -> None:
        """Lay another answer into the mask, in place of the one that was.

        Args:
            number: of the way, counted from 0; nothing happens where it has not answered.
        """
        session, answer = self._session, self._answers.get(number)
        if session is None or answer is None or session.is_stroking:
            return
        if session.step not in (self._asked_at, self._laid_at):
            self.told.emit(self.tr("The mask has changed since: refine this part once more."))
            return
        if session.step != self._asked_at:
            session.undo()
        self._lay(session, number)

    def forget(self) -> bool:
        """Stop what runs and offer nothing; False where there was nothing."""
        had_any = bool(self._ways)
        if self._session is not None:
            self._session.stepped.disconnect(self._tell_picked)
        for handle in self._handles:
            handle.cancel()
        self._handles.clear()
        self._answers.clear()
        self._failed.clear()
        self._ways, self._session, self._laid = (), None, None
        if had_any:
            self._offer()
        return had_any

    def release(self) -> None:
        """Let go of the refiners that are loaded: the edit has ended."""
        self.forget()
        kept = self._kept

        def job(token: CancelToken, note: OnStep) -> None:  # noqa: ARG001
            while kept:
                close_engine(kept.pop()[2])

        if kept and not self._lane.is_shut:
            self._lane.submit(job)

    @property
    def is_busy(self) -> bool:
        """Whether a refiner still works for this, also where nobody waits for it any more."""
        return bool(self._open)

    # Inside

    def _all_ways(self) -> Sequence[Way]:
        name, options = self._usual()
        other = next(each for each in OTHER_REFINERS if each != name)
        bare = EngineOptions(options.weights_folder, options.device)
        return [
            Way(self.tr("best refiner") if name == AUTO else name, name, options),
            Way(self.tr("larger crop"), name, options, LARGER_PADDING),
            Way(self.tr("lower threshold"), name, options, threshold=LOWER_THRESHOLD),
            Way(other, other, bare),
        ]

    def _submit(
        self, number: int, way: Way, part: _Part, made: dict[tuple[str, float], SoftMask]
    ) -> None:
        def job(token: CancelToken, note: OnStep) -> _Answer:  # noqa: ARG001
            # In the thread of the lane, which alone touches `made` and the refiners.
            soft = made.get((way.engine, way.padding))
            if soft is None:
                refiner = self._refiner(way)
                soft = refine_here(
                    refiner, part.pixels, part.mask, part.where, token, padding=way.padding
                )
                made[way.engine, way.padding] = soft
            inside = None if part.inside is None else part.inside()
            box, mask = blend_in(part.mask, soft, inside, threshold=way.threshold)
            whole = part.mask.copy()
            whole[box.slices] = mask
            picture = draw_answer(part.pixels, part.mask, whole, box, part.picture_side)
            changed = int(np.count_nonzero(whole != part.mask))
            return _Answer(box.shifted(part.region.x0, part.region.y0), mask, picture, changed)

        handle = self._lane.submit(job)
        self._handles.append(handle)
        self._open.add(handle)
        handle.finished.connect(lambda: self._open.discard(handle))

        def take(answer: _Answer) -> None:
            if handle in self._handles:
                self._take(number, answer)

        def fail(sentence: str, _: str) -> None:
            if handle in self._handles:
                self._failed.add(number)
                self.told.emit(f"{way.name}: {sentence}")
                self._offer()

        handle.succeeded.connect(take)
        handle.failed.connect(fail)

    def _refiner(self, way: Way) -> Refiner:
        """Load the refiner of a way, unless it is loaded; in the thread of the lane."""
        for engine, options, refiner in self._kept:
            if (engine, options) == (way.engine, way.options):
                return refiner
        factory = self._engines.choose("refiner", way.engine, way.options)
        loaded = factory.load(way.options)
        if not isinstance(loaded, Refiner):
            raise EngineError(f"The engine {factory.name} is not a refiner.")
        while len(self._kept) >= REFINERS_KEPT:
            close_engine(self._kept.pop(0)[2])
        self._kept.append((way.engine, way.options, loaded))
        return loaded

    def _take(self, number: int, answer: _Answer) -> None:
        session = self._session
        if session is None:
            return
        is_first = not self._answers
        self._answers[number] = answer
        self._offer()
        self.pictured.emit(number, answer.picture, answer.changed)
        if is_first and session.step == self._asked_at and not session.is_stroking:
            self._lay(session, number)

    def _offer(self) -> None:
        names = [way.name for way in self._ways]
        if names and len(self._failed) == len(names):
            self.forget()
        else:
            self.offered.emit(names, frozenset(self._answers), frozenset(self._failed))

    def _lay(self, session: EditSession, number: int) -> None:
        answer = self._answers[number]
        self._laid = number
        session.fill(self.tr("Refine Here"), answer.box, np.ones_like(answer.mask), answer.mask)
        self._laid_at = session.step
        self._tell_picked()

    def _tell_picked(self) -> None:
        """Say which answer is in the mask, also after steps, undo and redo."""
        session = self._session
        is_in = session is not None and session.step == self._laid_at
        self.picked.emit(self._laid if is_in else None)
