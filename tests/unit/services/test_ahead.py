"""Work one item ahead: in order, in one thread that always ends, and never further ahead."""

from __future__ import annotations

import threading

import pytest

from segrefine_gui.services.ahead import one_ahead

NAME = "test-ahead"


def threads() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name.startswith(NAME)]


def test_results_come_in_the_order_of_the_items() -> None:
    assert list(one_ahead(range(5), lambda item: item * item, NAME)) == [0, 1, 4, 9, 16]
    assert list(one_ahead([], lambda item: item, NAME)) == []
    assert not threads()


def test_it_is_one_item_ahead_and_no_more() -> None:
    taken: list[int] = []

    def items():
        for item in range(4):
            taken.append(item)
            yield item

    results = one_ahead(items(), lambda item: item, NAME)
    assert next(results) == 0
    assert taken == [0, 1]
    results.close()
    assert taken == [0, 1]
    assert not threads()


def test_what_fails_is_raised_in_its_turn() -> None:
    results = one_ahead([1, 0, 2], lambda item: 1 // item, NAME)
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert not threads()
