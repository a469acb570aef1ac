"""Theorems on gradient descent: wrong constants, exponents and steps are refuted."""

from __future__ import annotations

import pytest
from sympy import Expr

from longlag.derivations.descent.theorems import growth_rows
from longlag.derivations.descent.theorems_checks import logarithm_verdict
from longlag.theory.statement import Settings

SETTINGS = Settings()
Exponents = tuple[Expr, Expr, Expr]


@pytest.mark.parametrize("change", ["n", "T"])
def test_the_union_bound_grows_and_the_mean_square_does_not(change: str) -> None:
    for quantity, grows in (("width", True), ("mean_square", False)):
        for said in (True, False):
            verdict = logarithm_verdict(SETTINGS, change=change, quantity=quantity, grows=said)
            assert verdict.holds == (said == grows)


def test_the_table_has_a_row_for_every_variable_and_every_side() -> None:
    rows = growth_rows(SETTINGS)
    assert len(rows) == 7
    assert all(len(row) == 4 for row in rows)
    assert "T^{6}" in rows[1][2]
    assert "T^{10}" in rows[1][3]
