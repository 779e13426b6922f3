"""Batches that shrink when memory runs out, on devices that work by themselves and on others."""

import weakref

import pytest

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled
from segrefine_gui.engines.schedule.batching import Budget, NoRoom, run_batches

ITEMS = list(range(10))
BUDGET = (4, 40)


class OnDevice(list):
    """Views on the device; a list that can be given a `mark`."""


class Doubling:
    """A network that doubles numbers; even ones are views of 2x4 pixels, odd ones of 2x5.

    Args:
        by_itself: works as a GPU does.
        fail: what the n-th step of all raises; the steps are upload, launch and wait.
        bad: a number that breaks every batch it is in.
        room: the most numbers at once that there is memory for.
    """

    def __init__(self, by_itself, fail=None, bad=None, room=99):
        self.works_by_itself = by_itself
        self.fail, self.bad, self.room = fail or {}, bad, room
        self.steps, self.log, self.released = 0, [], 0
        self.on_device = weakref.WeakSet()

    def shape(self, number):
        return 2, 4 + number % 2

    def step(self, name, numbers):
        self.log.append((name, tuple(numbers)))
        self.steps += 1
        if self.steps in self.fail:
            raise self.fail[self.steps]

    def prepare(self, numbers):
        ready = OnDevice(numbers)
        ready.mark = Mark()
        self.on_device.add(ready.mark)
        self.step("prepare", numbers)
        return ready

    def launch(self, ready):
        self.step("launch", ready)
        if self.bad in ready:
            raise ValueError("bad")
        if len(ready) > self.room:
            raise MemoryError

        def wait():
            self.step("wait", ready)
            return [2 * number for number in ready]

        return wait

    def ran_out(self, error):
        return isinstance(error, MemoryError)

    def release(self):
        self.released += 1


class Mark:
    """Lives as long as what it hangs on, which itself cannot be put into a set."""


modes = pytest.mark.parametrize("by_itself", [False, True])


def run(passes, items=ITEMS, budget=None, cancel=None):
    return list(run_batches(items, passes, budget or Budget(*BUDGET), cancel or CancelToken()))


def answers(done):
    assert len({each.item for each in done}) == len(done)
    return {each.item: each.answer for each in done}


@modes
def test_each_view_is_answered_once_and_batches_are_of_one_shape(by_itself):
    passes = Doubling(by_itself)
    assert answers(run(passes)) == {number: 2 * number for number in ITEMS}
    batches = [numbers for name, numbers in passes.log if name == "launch"]
    assert batches == [(0, 2, 4, 6), (8,), (1, 3, 5, 7), (9,)]


@modes
def test_the_budget_counts_views_and_pixels_and_one_view_always_goes(by_itself):
    passes = Doubling(by_itself)
    run(passes, budget=Budget(4, 20))
    assert {len(numbers) for name, numbers in passes.log if name == "launch"} == {1, 2}
    passes = Doubling(by_itself)
    assert len(run(passes, budget=Budget(4, 1))) == 10


@modes
def test_memory_that_runs_out_at_any_step_costs_nothing(by_itself):
    steps = Doubling(by_itself)
    run(steps)
    for step in range(1, steps.steps + 1):
        passes = Doubling(by_itself, fail={step: MemoryError("full")})
        found = answers(run(passes))
        lost = {item for item, answer in found.items() if isinstance(answer, NoRoom)}
        # A view that was alone in its batch is for its refiner to make smaller.
        assert lost in (set(), {8}, {9})
        assert passes.released == 1
        assert all(found[item] == 2 * item for item in set(ITEMS) - lost)


@modes
def test_what_there_is_memory_for_is_found_out_once(by_itself):
    passes, budget = Doubling(by_itself, room=1), Budget(*BUDGET)
    assert answers(run(passes, budget=budget)) == {number: 2 * number for number in ITEMS}
    assert passes.released >= 2
    passes = Doubling(by_itself, room=1)
    run(passes, budget=budget)
    assert passes.released == 0


@modes
def test_a_view_that_has_no_room_alone_is_handed_back(by_itself):
    found = answers(run(Doubling(by_itself, room=0)))
    assert set(found) == set(ITEMS)
    assert all(isinstance(answer, NoRoom) for answer in found.values())


@modes
def test_an_error_costs_the_view_that_caused_it_alone(by_itself):
    found = answers(run(Doubling(by_itself, bad=4)))
    assert isinstance(found.pop(4), ValueError)
    assert found == {number: 2 * number for number in ITEMS if number != 4}


def test_nothing_of_a_failed_batch_is_alive_when_memory_is_given_back():
    class Watching(Doubling):
        alive = None

        def release(self):
            self.alive = len(self.on_device)

    passes = Watching(by_itself=True, fail={4: MemoryError("full")})
    run(passes)
    # It failed with the next batch on the device already, which went back as well.
    assert passes.log[2:4] == [("prepare", (8,)), ("wait", (0, 2, 4, 6))]
    assert passes.alive == 0


def test_a_gpu_is_given_the_next_batch_before_the_answers_go_out():
    passes = Doubling(by_itself=True)
    for _ in run_batches(ITEMS, passes, Budget(*BUDGET), CancelToken()):
        passes.log.append(("answer", ()))
        break
    assert [name for name, _ in passes.log] == [
        *("prepare", "launch"),
        *("prepare", "wait"),
        *("launch", "answer"),
    ]


def test_a_cpu_is_not_given_the_next_batch_before_the_answers_are_out():
    passes = Doubling(by_itself=False)
    for _ in run_batches(ITEMS, passes, Budget(*BUDGET), CancelToken()):
        passes.log.append(("answer", ()))
    assert [name for name, _ in passes.log] == 2 * [
        *("prepare", "launch", "wait", *4 * ["answer"]),
        *("prepare", "launch", "wait", "answer"),
    ]


@modes
def test_cancelling_at_any_step_keeps_what_was_done(by_itself):
    steps = Doubling(by_itself)
    run(steps)
    for step in range(1, steps.steps + 1):
        token, done = CancelToken(), []
        passes = Doubling(by_itself, fail={step: Cancelled()})
        with pytest.raises(Cancelled):
            done.extend(run_batches(ITEMS, passes, Budget(*BUDGET), token))
        del passes.log[step - 1]  # the one that was cancelled
        waited = [numbers for name, numbers in passes.log if name == "wait"]
        assert [each.item for each in done] == [number for batch in waited for number in batch]


@modes
def test_a_set_token_is_answered_before_the_next_batch(by_itself):
    token, passes = CancelToken(), Doubling(by_itself)
    found = run_batches(ITEMS, passes, Budget(*BUDGET), token)
    done = [next(found).item]
    token.cancel()
    with pytest.raises(Cancelled):
        done.extend(each.item for each in found)
    assert done == [0, 2, 4, 6]
    assert len([name for name, _ in passes.log if name == "wait"]) == 1


@modes
def test_the_time_of_a_batch_is_shared(by_itself):
    done = run(Doubling(by_itself))
    assert done[0].seconds == done[3].seconds > 0
