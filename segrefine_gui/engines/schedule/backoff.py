"""Working in batches that shrink when memory runs out, so that one failure costs one item."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from segrefine_gui.domain.errors import Cancelled

Item = TypeVar("Item")
Result = TypeVar("Result")

_NO_MEMORY = ("can't allocate memory", "CUDNN_STATUS_ALLOC_FAILED")


def in_batches(
    items: Sequence[Item], size: int, run: Callable[[Sequence[Item]], Sequence[Result]]
) -> Iterator[tuple[Item, Result | Exception]]:
    """Run a function on portions of a list; what fails together is tried again in smaller ones.

    Out of memory halves the size for the rest of the list, down to one item; any other failure of
    several items tries these one by one.

    Args:
        items: all there is to do.
        size: how many at once, at least 1.
        run: gives one result for each of its items, in their order.

    Yields:
        Each item in its order with its result, or with what its own run alone raised.

    Raises:
        Cancelled: `run` raised it.
    """
    start, alone = 0, 0
    while start < len(items):
        portion = items[start : start + (1 if start < alone else size)]
        problem: Exception | None = None
        results: Sequence[Result] = ()
        try:
            results = run(portion)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - an engine may fail in any way
            # Its traceback would keep the arrays of the failed run in memory.
            problem = error.with_traceback(None)
        if problem is None:
            yield from zip(portion, results, strict=True)
        else:
            short = is_out_of_memory(problem)
            if short:
                release_memory()
            if len(portion) > 1:
                size, alone = (len(portion) // 2, alone) if short else (size, start + len(portion))
                continue
            yield portion[0], problem
        start += len(portion)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, on a GPU or, as far as that is ever said, in the machine."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(error, torch.cuda.OutOfMemoryError):
        return True
    # torch's allocator for the CPU and cuDNN have no type of their own for it.
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(words in str(error) for words in _NO_MEMORY)
    )


def release_memory() -> None:
    """Give back what nothing refers to any more, on a GPU, too."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
