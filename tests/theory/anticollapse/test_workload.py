"""The stationary law of a workload: its transform, its root and its boundary."""

from __future__ import annotations

import mpmath
import pytest
import sympy
from sympy import Rational, S

from longlag.theory.anticollapse import workload as process
from longlag.theory.anticollapse.workload import EXPONENTIAL, JUMPS, STABLE, TEMPERED
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.evaluate import evaluate

VALUES = {
    process.pull: S.One,
    process.rate: Rational(3, 4),
    process.decay: S(2),
    process.index: Rational(3, 2),
    process.weight: S.One,
    process.temper: S.One,
}


@pytest.mark.parametrize("jumps", JUMPS, ids=lambda jumps: jumps.name)
def test_the_drift_is_the_slope_of_the_exponent_at_zero(jumps: process.Jumps) -> None:
    slope = sympy.diff(jumps.exponent.subs(VALUES), process.frequency)
    assert sympy.simplify(sympy.limit(slope, process.frequency, 0) - jumps.drift.subs(VALUES)) == 0


def test_the_root_of_exponential_jumps_is_their_exponent() -> None:
    assert float(EXPONENTIAL.root(VALUES)) == pytest.approx(1.25, abs=1e-12)
    assert process.exponent().subs(VALUES) == Rational(5, 4)


def test_stable_jumps_are_tempered_ones_without_a_temper() -> None:
    s = {process.frequency: S(3)}
    without = evaluate(TEMPERED.exponent, {**VALUES, **s, process.temper: Rational(1, 10**16)})
    assert float(without) == pytest.approx(float(evaluate(STABLE.exponent, {**VALUES, **s})))
    assert STABLE.root(VALUES) is None


def test_a_root_leaves_at_the_temper_where_the_boundary_is_crossed() -> None:
    edge = float(evaluate(process.phase_boundary(), VALUES))
    with mpmath.workdps(30):
        near = TEMPERED.root({**VALUES, process.pull: S(edge * (1 - 1e-4))})
        assert 0.99 < float(near) < 1
        assert TEMPERED.root({**VALUES, process.pull: S(edge * (1 + 1e-4))}) is None


def test_jumps_that_carry_more_than_the_pull_are_refused() -> None:
    with pytest.raises(LonglagError, match="pull more"):
        EXPONENTIAL.root({**VALUES, process.rate: S(2)})
