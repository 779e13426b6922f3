"""Batches shrink where memory runs out, and a failure costs the item that failed alone."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segrefine_gui.domain.errors import Cancelled
from segrefine_gui.engines.schedule.backoff import in_batches, is_out_of_memory


class Machine:
    """Doubles numbers; holds `room` of them at once and fails on those in `bad`."""

    def __init__(self, room: int, bad: Sequence[int] = ()) -> None:
        self.room = room
        self.bad = bad
        self.sizes: list[int] = []

    def run(self, items: Sequence[int]) -> list[int]:
        self.sizes.append(len(items))
        if len(items) > self.room:
            raise MemoryError("too many")
        if any(item in self.bad for item in items):
            raise ValueError("bad")
        return [item * 2 for item in items]


@settings(max_examples=25)  # each collects garbage
@given(
    count=st.integers(0, 30),
    size=st.integers(1, 9),
    room=st.integers(1, 9),
    bad=st.lists(st.integers(0, 29), max_size=4),
)
def test_every_item_comes_once_in_its_order(count, size, room, bad):
    machine = Machine(room, bad)
    done = list(in_batches(range(count), size, machine.run))
    assert [item for item, _ in done] == list(range(count))
    for item, result in done:
        assert isinstance(result, ValueError) if item in bad else result == item * 2


def test_the_size_stays_halved_once_memory_ran_out():
    machine = Machine(room=3)
    list(in_batches(range(9), 8, machine.run))
    assert machine.sizes == [8, 4, 2, 2, 2, 2, 1]


def test_after_another_failure_the_size_stays():
    machine = Machine(room=9, bad=[1])
    list(in_batches(range(6), 3, machine.run))
    assert machine.sizes == [3, 1, 1, 1, 3]


def test_what_is_too_large_alone_gets_its_own_error():
    (item, error), (_, result) = in_batches([1, 2], 1, Machine(0).run)
    assert item == 1
    assert is_out_of_memory(error)
    assert is_out_of_memory(result)


def test_cancelling_is_no_failure():
    def cancelled(items):
        raise Cancelled

    with pytest.raises(Cancelled):
        list(in_batches([1], 1, cancelled))


def test_what_failed_is_not_kept_in_memory():
    alive: list[weakref.ref] = []

    def fail_on_two(items):
        held = np.zeros(10)
        if alive:
            gc.collect()
            assert alive[-1]() is None
        alive.append(weakref.ref(held))
        if len(items) > 1:
            raise MemoryError
        return items

    assert [result for _, result in in_batches([1, 2], 2, fail_on_two)] == [1, 2]


def test_torch_says_it_in_two_ways():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    assert is_out_of_memory(torch.cuda.OutOfMemoryError("CUDA out of memory"))
    with pytest.raises(RuntimeError) as error:
        torch.empty(2**55)
    assert is_out_of_memory(error.value)
    assert is_out_of_memory(RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"))
    assert not is_out_of_memory(RuntimeError("shapes differ"))
    assert not is_out_of_memory(ValueError("can't allocate memory"))
