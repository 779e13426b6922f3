"""Has an interactor answer what a person shows, previews the answer, and lays it into the mask."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.masks import BoolMask, tight_box
from segrefine_gui.domain.prompts import Mark, Prompt
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.engines.base import Answer, EngineCatalog, EngineOptions, Interactor
from segrefine_gui.gui.editor.clean_up import Preview
from segrefine_gui.gui.editor.live_mask import NOWHERE
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.workers.lane import JobHandle, Lane
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.services.prompting import Prompter, prompt_region
from segrefine_gui.services.steps import OnStep

Usual = Callable[[], tuple[str, EngineOptions]]

MOST_ANSWERS = 4
"""As many as there are keys to pick one."""

PRIORITY = 1050
"""In the pool: what the person looks at right now."""

_SLOT = "prompt"


@dataclass(frozen=True, slots=True)
class PromptState:
    """What there is to say of the prompts.

    Attributes:
        words: a sentence on what happens, or on what to do; the key that lays an answer in is
            written as {} in it.
        scores: of the answers that can be picked, 0..1, the best first.
        chosen: number of the one that is previewed, counted from 0.
    """

    words: str
    scores: tuple[float, ...] = ()
    chosen: int = 0


class Prompting(QObject):
    """One interactor, which stays loaded, and what it remembers, from edit to edit.

    Args:
        lane: where the interactor runs, after the jobs that run already.
        pool: where previews are computed.
        engines: the interactors.
        usual: tells which of them the person chose, with its options.
        parent: the window.
    """

    changed = Signal(object)
    """The `PromptState`; None while no prompts come."""

    previewed = Signal(object)
    """The `Preview` of what laying in would change; None for none."""

    told = Signal(str)
    """A sentence for the person."""

    def __init__(
        self,
        lane: Lane,
        pool: ReadingPool,
        engines: EngineCatalog,
        usual: Usual,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._lane = lane
        self._pool = pool
        self._engines = engines
        self._usual = usual
        self._loaded: list[tuple[str, EngineOptions, Prompter]] = []
        self._session: EditSession | None = None
        self._sight: Callable[[], Box] = lambda: NOWHERE
        self._prompt = Prompt()
        self._region: Box | None = None
        self._replaces = False
        self._answers: Sequence[Answer] = ()
        self._number = 0
        self._preview: Preview | None = None
        self._words = ""
        self._handle: JobHandle | None = None
        self._open: set[JobHandle] = set()

    @property
    def is_active(self) -> bool:
        """Whether prompts may come."""
        return self._session is not None

    @property
    def is_busy(self) -> bool:
        """Whether the interactor still works for this, also where nobody waits for it any more."""
        return bool(self._open)

    # What the tool says; see `tools.prompt.PromptDesk`

    def begin(self, session: EditSession, sight: Callable[[], Box]) -> None:
        """Prompts for this edit will come: look at what is in sight before the first one does."""
        self.end()
        self._session, self._sight = session, sight
        session.changed.connect(self._look_again)
        self.restart()

    def restart(self) -> None:
        """Begin with the interactor that is chosen now, and ask it what was asked already."""
        if self._session is None:
            return
        name, options = self._usual()
        problem = self._problem(name, options)
        if problem:
            self._stop()
            self._say(problem)
            self.told.emit(problem)
        elif self._prompt.marks or self._prompt.boxes:
            self.ask(self._prompt.marks, self._prompt.boxes)
        else:
            self._say_what_to_do()
            self._look_ahead()

    def ask(self, marks: Sequence[Mark], boxes: Sequence[Box]) -> None:
        """Answer these prompts instead of those before; none to forget them."""
        session = self._session
        if session is None:
            return
        self._stop()
        self._prompt = Prompt(tuple(marks), tuple(boxes))
        if not marks and not boxes:
            self._region = None
            self._say_what_to_do()
            return
        prompt = self._prompt
        if self._replaces and not boxes:
            # Points correct the mask that is there; a box says anew where the object is.
            prompt = Prompt(prompt.marks, mask=session.mask.copy())
        if not prompt.shows_object:
            self._say(self.tr("Show where the object is, too: click on it, or drag a box."))
            return
        if self._lane.jobs > len(self._open):
            self._say(self.tr("Waiting for the jobs that were begun before…"))
        else:
            self._say(self.tr("Looking for what you mean…"))
        self._submit(prompt)

    def lay(self) -> bool:
        """Lay the answer into the mask as one step; False, which is told, where there is none."""
        session, preview = self._session, self._preview
        if session is None or session.is_stroking:
            return False
        if preview is None:
            self.told.emit(self.tr("There is no answer yet that could be laid in."))
            return False
        self.ask((), ())
        everything = np.ones_like(preview.cleaned)
        session.fill(self.tr("Prompt"), preview.region, everything, preview.cleaned)
        return True

    def end(self) -> None:
        """No prompts will come any more."""
        if self._session is None:
            return
        self._stop()
        self._session.changed.disconnect(self._look_again)
        self._session, self._prompt, self._region = None, Prompt(), None
        self.changed.emit(None)

    # What else the person says

    def pick(self, number: int) -> None:
        """Preview another answer.

        Args:
            number: counted from 0; nothing happens where there is no such answer.
        """
        if number < len(self._answers):
            self._number = number
            self._say(self._words)
            self._look_again()

    def set_replaces(self, replaces: bool) -> None:
        """Have answers replace the mask, or be added to it."""
        self._replaces = replaces
        if self._prompt.marks or self._prompt.boxes:
            self.ask(self._prompt.marks, self._prompt.boxes)
        elif self._session is not None:
            self._say_what_to_do()

    def release(self) -> None:
        """Let go of the interactor that is loaded: the project closes."""
        self.end()
        loaded = self._loaded

        def job(token: CancelToken, note: OnStep) -> None:  # noqa: ARG001
            while loaded:
                loaded.pop()[2].close()

        if (loaded or self._open) and not self._lane.is_shut:
            self._lane.submit(job)

    # Inside

    def _submit(self, prompt: Prompt) -> None:
        session = self._session
        assert session is not None
        # What corrects a mask must see all of it: what it does not see would be lost.
        needed = prompt.extent if prompt.mask is None else prompt.extent.union(session.extent)
        if self._region is None or self._region.union(needed) != self._region:
            self._region = self._place(session, needed)
        region, image = self._region, session.start.image
        name, options = self._usual()

        def job(token: CancelToken, note: OnStep) -> Sequence[Answer]:  # noqa: ARG001
            prompter = self._prompter(name, options)
            return prompter.ask(image.levels[0], weakref.ref(image), region, prompt, token)

        handle = self._start(job)
        handle.succeeded.connect(lambda answers: self._take(handle, answers))

        def fail(sentence: str, _: str) -> None:
            if handle is self._handle:
                self._say(sentence)
                self.told.emit(sentence)

        handle.failed.connect(fail)

    def _look_ahead(self) -> None:
        """Have the interactor look at what is in sight while the person still aims."""
        session = self._session
        assert session is not None
        region = self._place(session, session.extent if self._replaces else NOWHERE)
        image = session.start.image
        name, options = self._usual()

        def job(token: CancelToken, note: OnStep) -> None:  # noqa: ARG001
            prompter = self._prompter(name, options)
            prompter.look(image.levels[0], weakref.ref(image), region, token)

        self._start(job)  # what fails is told at the first prompt

    def _place(self, session: EditSession, needed: Box) -> Box:
        """The region to look at: what is in sight, and what is needed besides."""
        width, height = session.bounds.width, session.bounds.height
        return prompt_region(self._sight().union(needed), width, height)

    def _start(self, job: Callable[[CancelToken, OnStep], object]) -> JobHandle:
        handle = self._handle = self._lane.submit(job)
        self._open.add(handle)
        handle.finished.connect(lambda: self._open.discard(handle))
        return handle

    def _problem(self, name: str, options: EngineOptions) -> str:
        """Why the chosen interactor cannot run, in one sentence; empty where it can."""
        try:
            return self._engines.choose("interactor", name, options).status(options).problem
        except EngineError as error:
            return error.sentence

    def _prompter(self, name: str, options: EngineOptions) -> Prompter:
        """Load the interactor, unless it is loaded; in the thread of the lane."""
        for engine, kept, prompter in self._loaded:
            if (engine, kept) == (name, options):
                return prompter
        factory = self._engines.choose("interactor", name, options)
        while self._loaded:
            self._loaded.pop()[2].close()
        interactor = factory.load(options)
        if not isinstance(interactor, Interactor):
            raise EngineError(f"The engine {factory.name} is not an interactor.")
        prompter = Prompter(interactor)
        self._loaded.append((name, options, prompter))
        return prompter

    def _take(self, handle: JobHandle, answers: Sequence[Answer]) -> None:
        if handle is self._handle:
            self._answers, self._number = answers[:MOST_ANSWERS], 0
            self._look_again()

    def _look_again(self, box: Box | None = None) -> None:  # noqa: ARG002 - what `changed` tells
        """Preview the answer on the mask as it is now."""
        session = self._session
        self._forget_preview()
        if session is None or not self._answers or session.is_stroking:
            return
        answer = self._answers[self._number]
        region = answer.soft.region
        if self._replaces:
            region = region.union(session.extent)
        mask = session.mask[region.slices].copy()
        work = partial(_preview, mask, region, answer.soft, self._replaces)
        self._pool.request(_SLOT, work, self._show, self.told.emit, PRIORITY)

    def _show(self, preview: Preview) -> None:
        self._preview = preview
        self.previewed.emit(preview)
        if preview.changes_nothing:
            words = self.tr("This would change nothing: show more of what you mean.")
        elif self._replaces:
            words = self.tr("{} makes this the mask; another prompt makes it better.")
        else:
            words = self.tr("{} adds this to the mask; another prompt makes it better.")
        self._say(words)

    def _stop(self) -> None:
        """Wait for nothing any more, and forget the answers."""
        if self._handle is not None:
            self._handle.cancel()
        self._handle, self._answers, self._number = None, (), 0
        self._forget_preview()

    def _forget_preview(self) -> None:
        self._pool.withdraw(_SLOT)
        if self._preview is not None:
            self._preview = None
            self.previewed.emit(None)

    def _say_what_to_do(self) -> None:
        if self._replaces:
            words = self.tr(
                "Click where the mask lacks something, Alt+click where it has too much, "
                "or drag a box around the object."
            )
        else:
            words = self.tr(
                "Click on what to add, Alt+click beside it, drag a box around it, "
                "or Shift+drag a stroke."
            )
        self._say(words)

    def _say(self, words: str) -> None:
        self._words = words
        scores = tuple(answer.score for answer in self._answers)
        self.changed.emit(PromptState(words, scores, self._number))


def _preview(mask: BoolMask, region: Box, soft: SoftMask, replaces: bool) -> Preview:
    """What an answer would change; for a worker.

    Args:
        mask: bool (region.height, region.width), the mask there as it is.
        region: holds the answer, and where that replaces the mask, all of the mask.
        soft: the answer.
        replaces: whether nothing of the mask stays.
    """
    after = np.zeros_like(mask) if replaces else mask.copy()
    after[soft.region.shifted(-region.x0, -region.y0).slices] |= soft.cut()
    changed = tight_box(after != mask)
    box = changed.shifted(region.x0, region.y0)
    return Preview.of(mask[changed.slices], after[changed.slices], box)
