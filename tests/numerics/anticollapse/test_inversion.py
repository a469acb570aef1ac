"""Envelopes and tails from a transform, where both are known in closed form."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erfcx
from sympy import Rational, S, gamma

from longlag.numerics.anticollapse.inversion import envelope_at, local_slope, survival_at
from longlag.theory.anticollapse import workload as process
from longlag.theory.anticollapse.workload import EXPONENTIAL, STABLE
from longlag.theory.notation import ell
from longlag.theory.scalar.evaluate import evaluate

VALUES = {process.pull: S.One, process.rate: S.One, process.decay: Rational(3, 2)}
HALF = {
    process.pull: S.One,
    process.index: Rational(3, 2),
    process.weight: 1 / gamma(Rational(-3, 2)),
}


@pytest.mark.parametrize("lag", [5, 50, 500])
def test_the_envelope_of_exponential_jumps(lag: int) -> None:
    stated = float(evaluate(process.envelope(), {**VALUES, ell: S(lag)}))
    assert envelope_at(EXPONENTIAL, VALUES, float(np.log(lag))) == pytest.approx(stated, rel=1e-9)


def test_the_slope_is_that_of_the_envelope() -> None:
    above, below = (np.log(envelope_at(EXPONENTIAL, VALUES, 3 + step)) for step in (1e-4, -1e-4))
    slope = (above - below) / 2e-4
    assert local_slope(EXPONENTIAL, VALUES, 3.0) == pytest.approx(slope, abs=1e-7)


def test_the_tail_of_exponential_jumps() -> None:
    found = survival_at(EXPONENTIAL, VALUES, 4.0, mpmath.mpf(1) / 2)
    assert float(found) == pytest.approx(2 / 3, rel=1e-9)


def test_the_envelope_of_stable_jumps_averages_the_law_of_mittag_leffler() -> None:
    log_lag = 6.0

    def averaged(g: float) -> float:
        """P(W > ln ℓ − g) = e^x erfc √x, times the density of the logarithm of an exponential."""
        return float(erfcx(np.sqrt(log_lag - g)) * np.exp(g - np.exp(g)))

    expected = quad(averaged, -40, log_lag, points=[0.0])[0] + np.exp(-np.exp(log_lag))
    assert envelope_at(STABLE, HALF, log_lag) == pytest.approx(expected, rel=1e-7)
