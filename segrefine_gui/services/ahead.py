"""Work that is done one item ahead of who uses it, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def one_ahead(
    items: Iterable[Item], work: Callable[[Item], Result], name: str
) -> Generator[Result, None, None]:
    """The result of each item; while one is in use, a thread works on the next.

    Args:
        items: taken one ahead, in the calling thread.
        work: done in the thread, one item at a time.
        name: of the thread, for logs.

    Yields:
        The results in the order of the items. Close the generator to end the thread early; it
        ends with it anyway.
    """
    with ThreadPoolExecutor(1, name) as thread:
        ahead: Future[Result] | None = None
        for item in items:
            begun = thread.submit(work, item)
            if ahead is not None:
                yield ahead.result()
            ahead = begun
        if ahead is not None:
            yield ahead.result()
