"""Critical gains and isotropy, in exact numbers."""

from __future__ import annotations

import pytest
from sympy import Expr, Rational, S, oo, sqrt

from longlag.theory import LonglagError
from longlag.theory.cells import CELLS
from longlag.theory.stability.criticality import critical_gain, isotropy_at
from longlag.theory.stability.linearised import at_rest


@pytest.mark.parametrize(
    ("name", "gain"),
    [
        ("plain", S.One),
        ("diag_gate", S.One),
        ("gru", S(2)),
        ("gru_reset_before", S(2)),
        ("minimal_gated_unit", S(2)),
        ("lstm", S(2)),
        ("coupled_lstm", S(2)),
        ("cfc", sqrt(2)),
        ("min_gru", oo),
        ("ran", oo),
    ],
)
def test_critical_gains_at_rest(name: str, gain: Expr) -> None:
    assert critical_gain(CELLS[name]) == gain


@pytest.mark.parametrize("alpha", [Rational(1, 100), Rational(1, 3), Rational(9, 10)])
def test_a_leak_does_not_move_the_critical_gain(alpha: Expr) -> None:
    assert critical_gain(CELLS["leaky"], {"alpha": alpha}) == 1


def test_a_parameter_that_is_missing_or_outside_is_refused() -> None:
    with pytest.raises(LonglagError, match="without the parameters alpha"):
        critical_gain(CELLS["leaky"])
    with pytest.raises(LonglagError, match="lives in"):
        critical_gain(CELLS["leaky"], {"alpha": 2})


def test_an_eigenvalue_of_one_without_weights_is_told() -> None:
    with pytest.raises(LonglagError, match="eigenvalue 1 by itself"):
        critical_gain(CELLS["nbrc"])


@pytest.mark.parametrize(
    ("name", "isotropy"),
    [("plain", S.One), ("gru", Rational(5, 16)), ("recurrent_highway", Rational(1, 8))],
)
def test_isotropy_at_rest(name: str, isotropy: Expr) -> None:
    assert isotropy_at(at_rest(CELLS[name], {})) == isotropy
