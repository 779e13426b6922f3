from __future__ import annotations

import pytest

from segrefine_gui.services import review as module
from segrefine_gui.services.arrange import Arrangement
from segrefine_gui.services.review import Review
from segrefine_gui.storage.project import Project


def test_neighbours_are_of_the_same_image(imported: Project) -> None:
    review = Review(imported, "ann")
    first, second, third = (entry.instance_id for entry in review.entries)

    assert [each.id for each in review.neighbours(first)] == [second]
    assert [each.id for each in review.neighbours(second)] == [first]
    assert review.neighbours(third) == []


def test_neighbours_that_the_filter_hides_are_there_too(imported: Project) -> None:
    review = Review(imported, "ann")
    first, second, _ = (entry.instance_id for entry in review.entries)
    review.arrange(Arrangement(text=f"#{review.entries[0].source_id}"))
    assert [entry.instance_id for entry in review.entries] == [first]

    assert [each.id for each in review.neighbours(first)] == [second]


def test_of_a_crowd_only_the_next_ones_count(
    imported: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NEIGHBOURS", 0)
    review = Review(imported, "ann")

    assert review.neighbours(review.entries[0].instance_id) == []
