"""Means over random keys and gates: every route to them, and statements that each refutes."""

from __future__ import annotations

import pytest
import sympy
from sympy import Rational

from longlag.derivations import get_derivations
from longlag.derivations.linear import letters as the
from longlag.derivations.linear.checks import (
    _over_all_sequences,
    _over_drawn,
    all_sequences,
    drawn_gates,
)
from longlag.theory.statement import Level, Settings

STATED = {False: the.over_the_lag(the.KEPT), True: the.over_the_lag(the.KEPT_SQUARE)}


def test_one_key_of_two_leaves_what_its_eigenvalues_say() -> None:
    diagonal, square = all_sequences(3, 1)
    kept = 1 - the.BETA
    assert sympy.expand(diagonal - the.ALPHA * (2 + kept) / 3) == 0
    assert sympy.expand(square - the.ALPHA**2 * (2 + kept**2) / 3) == 0


@pytest.mark.parametrize("of_norm", [False, True])
def test_both_routes_hold_and_refute_by_themselves(of_norm: bool) -> None:
    settings = Settings()
    stated, other = STATED[of_norm], STATED[not of_norm]
    assert _over_all_sequences(stated, of_norm).level is Level.PROVED
    assert _over_all_sequences(other, of_norm).level is Level.REFUTED
    assert _over_drawn(settings, stated, of_norm).level is Level.MEASURED
    assert _over_drawn(settings, other, of_norm).level is Level.REFUTED
    off = the.over_the_lag((the.KEPT_SQUARE if of_norm else the.KEPT) * Rational(199, 200))
    assert _over_drawn(settings, off, of_norm).level is Level.REFUTED


def test_gates_are_drawn_with_their_density() -> None:
    (means, _), (logarithms, _) = drawn_gates(0, 4.0)
    assert float(means[0]) == pytest.approx(4 / 5, rel=1e-3)
    assert float(logarithms[0]) == pytest.approx(-1 / 4, rel=1e-2)


def test_the_chapter_says_what_it_should() -> None:
    (chapter,) = get_derivations("linear_recurrences")
    names = {claim.statement.name for claim in chapter.claims}
    assert {"delta_rule_diagonal", "delta_rule_norm", "typical_rate", "rate_of_the_mean"} <= names
    assert all(claim.wrong for claim in chapter.claims)
