"""Finding names by some of their letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.gui.keys.fuzzy import match


def score(query: str, text: str) -> int:
    found = match(query, text)
    assert found is not None
    return found.score


def test_letters_are_found_in_their_order_whatever_their_case():
    found = match("KC", "Keep Coarse")
    assert found is not None
    assert found.places == (0, 5)
    assert match("ck", "Keep Coarse") is None
    assert match("keepx", "Keep Coarse") is None


def test_spaces_do_not_matter():
    assert match("keep  coa", "Keep Coarse") == match("keepcoa", "Keep Coarse")


def test_nothing_typed_fits_all():
    assert score("", "Keep Coarse") == 0
    assert score("", "") == 0


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("coa", "Keep Coarse", "Accept All below a Risk"),
        ("ex", "Export", "Next Change"),
        ("to", "Take or Leave", "Actual Size to Go"),
        ("fi", "Fit Image", "Cut-Off Idea"),
    ],
)
def test_beginnings_of_words_and_runs_go_first(query: str, better: str, worse: str):
    assert score(query, better) > (match(query, worse).score if match(query, worse) else -99)


@given(st.text(max_size=20), st.data())
def test_places_spell_the_query(text: str, data: st.DataObject):
    places = sorted(data.draw(st.sets(st.integers(0, max(len(text) - 1, 0)), max_size=5)))
    query = "".join(text[place] for place in places if place < len(text))

    found = match(query, text)

    assert found is not None
    assert len(found.places) == len("".join(query.split()).lower())
    assert list(found.places) == sorted(set(found.places))
