"""Finding a name by some of its letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_AT_WORD = 8
_IN_A_ROW = 5
_GAP = 1


@dataclass(frozen=True, slots=True)
class Match:
    """Where the letters of a query are in a text.

    Attributes:
        score: the higher the better the text fits.
        places: for each letter of the query its index in the text, rising.
    """

    score: int
    places: Sequence[int]


def match(query: str, text: str) -> Match | None:
    """Find all letters of a query in a text, in their order, others between them allowed.

    Letters at the beginning of words and in a row count more. Of all ways to find them the best
    is taken, by dynamic programming over (letters of the query) x (letters of the text).

    Args:
        query: what was typed; its case and its spaces do not matter.
        text: what is looked through.

    Returns:
        The best match; None where a letter is missing. An empty query matches with score 0.
    """
    letters = "".join(query.split()).lower()
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters, such as İ, become two
        lowered = text
    best: dict[int, Match] = {-1: Match(0, ())}
    for letter in letters:
        best = _step(best, letter, lowered)
    return max(best.values(), key=lambda found: found.score, default=None)


def _step(best: dict[int, Match], letter: str, text: str) -> dict[int, Match]:
    """The best match that ends at each place of one more letter."""
    found: dict[int, Match] = {}
    for place, here in enumerate(text):
        if here != letter:
            continue
        starts_word = place == 0 or not text[place - 1].isalnum()
        ways = []
        for before, earlier in best.items():
            if before < place:
                in_a_row = before == place - 1 and before >= 0
                gain = _IN_A_ROW if in_a_row else -_GAP * min(place - before - 1, 3)
                gain += _AT_WORD if starts_word else 0
                ways.append(Match(earlier.score + gain, (*earlier.places, place)))
        if ways:
            found[place] = max(ways, key=lambda way: way.score)
    return found
