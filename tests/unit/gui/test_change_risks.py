"""Which changes are risky, and in which order they are asked about."""

from __future__ import annotations

from segrefine_gui.gui.choice import ChangeRisks, Choice, ChoiceState

RISKS = ChangeRisks((0.1, 0.5, 0.8, 0.5), 0.3)


def test_above_the_limit_a_change_is_risky_and_at_it_safe() -> None:
    assert RISKS.risky == {2, 3, 4}
    assert ChangeRisks(RISKS.values, 0.5).risky == {3}
    assert ChangeRisks().risky == frozenset()


def test_the_riskiest_comes_first_and_of_equals_the_largest() -> None:
    assert RISKS.riskiest_first({4, 1, 3, 2}) == [3, 2, 4, 1]
    assert ChangeRisks().riskiest_first({2, 1}) == [1, 2], "nothing is known"


def test_only_the_risky_are_asked_about_and_only_while_the_person_wants_that() -> None:
    assert ChoiceState((), Choice(asks=True), risks=RISKS).asked == {2, 3, 4}
    assert ChoiceState((), Choice(), risks=RISKS).asked == frozenset()
