from __future__ import annotations

from segrefine_gui.formats.base import Problem
from segrefine_gui.formats.reading.problems import MAX_ALIKE, MAX_PROBLEMS, Problems


def test_few_problems_are_all_told_in_their_order():
    problems = Problems("a.json: ")
    problems.add("annotation 1", "It is empty.")
    problems.add("annotation 2", "It is full.")
    assert problems.all() == [
        Problem("a.json: annotation 1", "It is empty."),
        Problem("a.json: annotation 2", "It is full."),
    ]


def test_many_alike_are_counted():
    problems = Problems()
    for number in range(MAX_ALIKE + 1234):
        problems.add(f"annotation {number}", "It has no segmentation.")
    *told, more = problems.all()
    assert len(told) == MAX_ALIKE
    assert more == Problem("1,234 more", "It has no segmentation.")


def test_many_of_all_kinds_are_counted_and_none_is_forgotten():
    problems = Problems()
    problems.add("the first", "It is alike.")
    for number in range(3 * MAX_PROBLEMS):
        problems.add(f"annotation {number}", f"There is no image {number}.")
    problems.add("the last", "It is alike.")
    found = problems.all()
    assert len(found) == MAX_PROBLEMS + 2
    assert found[-2:] == [
        Problem("1 more", "It is alike."),
        Problem(
            f"{2 * MAX_PROBLEMS + 1:,} more",
            "They were left out or changed, each for a reason of its own.",
        ),
    ]
