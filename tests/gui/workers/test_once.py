"""Work that is done once."""

from __future__ import annotations

import threading

import pytest

from segrefine_gui.gui.workers.once import Once


def test_it_is_done_once_for_all_threads_that_ask():
    begun, go_on, done = threading.Event(), threading.Event(), []

    def work() -> object:
        begun.set()
        assert go_on.wait(20)
        return object()

    once = Once(work)
    first = threading.Thread(target=lambda: done.append(once()))
    first.start()
    assert begun.wait(20)
    second = threading.Thread(target=lambda: done.append(once()))
    second.start()
    assert not done
    go_on.set()
    first.join(20)
    second.join(20)
    assert done[0] is done[1] is once()


def test_what_failed_is_tried_again():
    answers: list[object] = [MemoryError(), None]

    def work() -> object:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    once = Once(work)
    with pytest.raises(MemoryError):
        once()
    assert once() is None
    assert once() is None, "also a value that is None is remembered"
