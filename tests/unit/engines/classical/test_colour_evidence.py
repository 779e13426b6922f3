import numpy as np
import pytest

from segrefine_gui.engines.classical.colour_evidence import (
    COLOUR_ODDS_LIMIT,
    ColourOdds,
    contradicted_changes,
    separation,
)


def halves(left, right):
    image = np.zeros((20, 20, 3), np.uint8)
    image[:, :10], image[:, 10:] = left, right
    is_left = np.zeros((20, 20), bool)
    is_left[:, :10] = True
    return image, is_left


def log_odds(image, inside):
    return ColourOdds.learn(image, inside, ~inside).log_odds(image)


def test_the_sign_of_the_odds_says_which_side_a_colour_belongs_to():
    image, left = halves((250, 10, 10), (10, 10, 250))
    odds = log_odds(image, left)
    assert np.all(odds[left] == COLOUR_ODDS_LIMIT)
    assert np.all(odds[~left] == -COLOUR_ODDS_LIMIT)
    assert separation(odds, left, ~left) == 1.0
    assert separation(odds, ~left, left) == 0.0


def test_one_colour_everywhere_says_nothing():
    image, left = halves((90, 90, 90), (90, 90, 90))
    odds = log_odds(image, left)
    assert np.abs(odds).max() < 1e-3
    assert separation(odds, left, ~left) == pytest.approx(0.5)
    assert separation(odds, left, np.zeros_like(left)) == 0.5


def test_what_was_learnt_from_one_picture_judges_another():
    image, left = halves((250, 10, 10), (10, 10, 250))
    odds = ColourOdds.learn(image, left, ~left)
    other = np.array([[(245, 5, 15), (5, 5, 245), (10, 250, 10)]], np.uint8)
    red, blue, green = odds.log_odds(other)[0]
    assert red == COLOUR_ODDS_LIMIT
    assert blue == -COLOUR_ODDS_LIMIT
    assert green == 0, "a colour of neither side speaks for none"


def test_only_the_change_that_the_colours_speak_against_is_named():
    image, left = halves((250, 10, 10), (10, 10, 250))
    odds = log_odds(image, left)
    coarse = left.copy()
    coarse[:, 8:10] = False
    decided = left.copy()  # rightly adds columns 8 and 9 ...
    decided[5:8, 12:15] = True  # ... wrongly adds a blue spot ...
    decided[10:13, 2:5] = False  # ... and wrongly removes a red one
    expected = np.zeros_like(left)
    expected[5:8, 12:15] = expected[10:13, 2:5] = True

    def judged(least_odds, least_area):
        return contradicted_changes(
            coarse, decided, odds, least_odds=least_odds, least_area=least_area
        )

    assert np.array_equal(judged(1.5, 9), expected)
    assert not judged(1.5, 10).any()
    assert not judged(4.5, 9).any()


def test_without_evidence_every_change_stands():
    coarse, decided = np.zeros((2, 5, 5), bool)
    decided[2, 2] = True
    nothing = np.zeros((5, 5), np.float32)
    assert not contradicted_changes(coarse, decided, nothing, least_odds=1, least_area=0).any()
