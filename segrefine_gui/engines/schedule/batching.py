"""Views through a network in batches: as many at once as there is memory for, and no fewer.

One piece for every refiner. A batch holds views of one shape, of one instance or of several. While
a batch runs on a device that works by itself, the next one is prepared. When memory runs out, the
batch is halved and tried again; a single view that has no room is handed back as `NoRoom`, for its
refiner to make smaller. An error of another kind costs the view that caused it alone.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled

Item = TypeVar("Item")
Ready = TypeVar("Ready")
Answer = TypeVar("Answer")
ItemIn = TypeVar("ItemIn", contravariant=True)
AnswerOut = TypeVar("AnswerOut", covariant=True)
Shape = tuple[int, int]
"""Height and width in pixels of what the network is given."""

_log = logging.getLogger(__name__)


class NoRoom(Exception):
    """The device has no room for a single view, even alone."""


class Passes(Protocol[ItemIn, Ready, AnswerOut]):
    """How a refiner's network is run on several views at once."""

    @property
    def works_by_itself(self) -> bool:
        """Whether `launch` returns before the work is done, as on a GPU."""
        ...

    def shape(self, item: ItemIn) -> Shape:
        """What the network is given for a view; only equal ones share a batch."""
        ...

    def prepare(self, items: Sequence[ItemIn]) -> Ready:
        """Bring views to the device: the part of the work that is done while a batch runs."""
        ...

    def launch(self, ready: Ready) -> Callable[[], Sequence[AnswerOut]]:
        """Start the network; the function that it returns waits for the answers, one a view."""
        ...

    def ran_out(self, error: Exception) -> bool:
        """Whether an error of the others says that memory ran out."""
        ...

    def release(self) -> None:
        """Give back the memory that is kept between passes."""
        ...


@dataclass(slots=True)
class Budget:
    """How much one pass may hold. It shrinks when memory runs out, and is kept for later passes.

    Attributes:
        items: most views.
        pixels: most pixels of all views together; a single view may have more.
    """

    items: int
    pixels: int

    def fits(self, shape: Shape) -> int:
        """How many views of a shape go into one pass, at least 1."""
        return max(1, min(self.items, self.pixels // (shape[0] * shape[1])))

    def halve(self, shape: Shape, count: int) -> None:
        """Allow half of what `count` views of a shape need."""
        self.pixels = min(self.pixels, shape[0] * shape[1] * count // 2)


@dataclass(frozen=True, slots=True)
class Done(Generic[Item, Answer]):
    """What became of one view.

    Attributes:
        item: the view.
        answer: the network's answer, `NoRoom`, or what else went wrong.
        seconds: its share of the time that its batch took.
    """

    item: Item
    answer: Answer | Exception
    seconds: float


@dataclass(slots=True, eq=False)
class _Batch(Generic[Item, Ready, Answer]):
    """A batch on its way; `error` once something went wrong, and then nothing else."""

    items: list[Item]
    shape: Shape
    ready: Ready | None = None
    wait: Callable[[], Sequence[Answer]] | None = None
    answers: Sequence[Answer] = ()
    error: Exception | None = None
    seconds: float = 0.0


def run_batches(
    items: Sequence[Item],
    passes: Passes[Item, Ready, Answer],
    budget: Budget,
    cancel: CancelToken,
) -> Iterator[Done[Item, Answer]]:
    """Run a network on views, in batches; what is done is given back at once.

    Args:
        items: the views; those of one shape go together, in their order.
        passes: the network.
        budget: of each pass; changed where memory runs out.
        cancel: asked before each pass.

    Yields:
        One `Done` for each view, in the order in which they are done.

    Raises:
        Cancelled: all that was done before has been yielded.
    """
    waiting = _grouped(items, passes)
    running: _Batch[Item, Ready, Answer] | None = None
    while waiting or running is not None:
        cancel.raise_if_cancelled()
        if running is None:
            running = _taken(waiting, budget)
            _prepare(running, passes)
            _launch(running, passes)
        following: _Batch[Item, Ready, Answer] | None = None
        if waiting and passes.works_by_itself:
            following = _taken(waiting, budget)
            _prepare(following, passes)
        _collect(running)
        if running.error is not None and following is not None:
            # It holds memory, and its turn comes again.
            waiting.appendleft((following.shape, following.items))
            following = None
        finished = _settled(running, passes, budget, waiting)
        running = following
        if running is not None:
            # Begun before the answers go out, it runs while somebody works on them.
            _launch(running, passes)
        yield from finished


def _grouped(
    items: Sequence[Item], passes: Passes[Item, Ready, Answer]
) -> deque[tuple[Shape, list[Item]]]:
    groups: dict[Shape, list[Item]] = {}
    for item in items:
        groups.setdefault(passes.shape(item), []).append(item)
    return deque(groups.items())


def _taken(waiting: deque[tuple[Shape, list[Item]]], budget: Budget) -> _Batch[Item, Ready, Answer]:
    """As much of the first group as fits; the rest stays first."""
    shape, items = waiting.popleft()
    count = budget.fits(shape)
    if items[count:]:
        waiting.appendleft((shape, items[count:]))
    return _Batch(items[:count], shape)


def _prepare(batch: _Batch[Item, Ready, Answer], passes: Passes[Item, Ready, Answer]) -> None:
    def prepare() -> None:
        batch.ready = passes.prepare(batch.items)

    _try(batch, prepare)


def _launch(batch: _Batch[Item, Ready, Answer], passes: Passes[Item, Ready, Answer]) -> None:
    def launch() -> None:
        ready, batch.ready = batch.ready, None
        assert ready is not None
        batch.wait = passes.launch(ready)

    _try(batch, launch)


def _collect(batch: _Batch[Item, Ready, Answer]) -> None:
    def collect() -> None:
        wait, batch.wait = batch.wait, None
        assert wait is not None
        batch.answers = wait()

    _try(batch, collect)


def _try(batch: _Batch[Item, Ready, Answer], step: Callable[[], None]) -> None:
    """One step of a batch, unless one before it failed already."""
    if batch.error is not None:
        return
    began = time.perf_counter()
    try:
        step()
    except Exception as error:  # noqa: BLE001 - told to the caller, view by view
        # Its frames would keep alive what they hold on the device.
        batch.error = error.with_traceback(None)
        batch.error.__context__ = batch.error.__cause__ = None
        batch.ready = batch.wait = None
    finally:
        batch.seconds += time.perf_counter() - began


def _settled(
    batch: _Batch[Item, Ready, Answer],
    passes: Passes[Item, Ready, Answer],
    budget: Budget,
    waiting: deque[tuple[Shape, list[Item]]],
) -> list[Done[Item, Answer]]:
    """What to tell of a batch; a failed batch of several goes back in smaller ones instead."""
    items, error = batch.items, batch.error
    share = batch.seconds / len(items)
    if error is None:
        return [
            Done(item, answer, share) for item, answer in zip(items, batch.answers, strict=True)
        ]
    if isinstance(error, Cancelled):
        raise error
    if passes.ran_out(error):
        passes.release()
        if len(items) > 1:
            _log.warning("no memory for %d views of %s pixels at once", len(items), batch.shape)
            budget.halve(batch.shape, len(items))
            waiting.appendleft((batch.shape, items))
            return []
        return [Done(items[0], NoRoom(str(error)), share)]
    if len(items) > 1:
        waiting.extendleft((batch.shape, [item]) for item in reversed(items))
        return []
    return [Done(items[0], error, share)]
