"""A spectrum as weights at rates: its envelope at any lags, in milliseconds.

The trapezoidal rule of ``theory.spectra.quadrature`` in float64. The density is worked out as a
function of the logarithm of the distance from the nearer end, so that neither (1 − ν)^{b−1} beside
1 nor (1 − ln ν)^{−b−1} at ν = e^{−10^100} loses a digit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike
from scipy.special import logsumexp
from sympy import Expr, Symbol, expand, expand_log, log, oo, powsimp
from sympy import exp as symbolic_exp

from longlag.numerics.codegen.scalar import generate_scalar
from longlag.theory.errors import LonglagError
from longlag.theory.spectra.spectrum import Spectrum, nu

Array = Float[np.ndarray, " n"]

#: Tried one after the other: a narrow density needs the second.
_STEPS = (1 / 16, 1 / 128)
#: The line w, s = w − e^{left − w} + e^{w − right}: beyond, it is stretched.
_ENDS, _STRETCHED = (-1100.0, 460.0), (-750.0, 110.0)
#: Of the total weight, which is 1.
_ACCURACY = 1e-7
#: ln of what no envelope of a double is made of.
_LEAST = -750.0


@dataclass(frozen=True)
class Rule:
    """A spectrum as weights at rates.

    Args:
        log_rates: ln ν, rising, shape (n,).
        log_weights: shape (n,); the weights sum to 1.

    >>> from longlag.theory.spectra import gamma_rates
    >>> rule = rule_of(gamma_rates, {"b": 2, "theta": 1})
    >>> rule.envelope([0, 1, 9]).round(12)
    array([1.  , 0.25, 0.01])
    """

    log_rates: Array
    log_weights: Array

    def log_envelope(self, log_lags: ArrayLike) -> Array:
        """Return ln f over ln ℓ <= 700, beyond which rates lie too far apart; shape (m,)."""
        with np.errstate(over="ignore"):
            decay = np.exp(self.log_rates + np.atleast_1d(np.asarray(log_lags, float))[:, None])
        return np.asarray(logsumexp(self.log_weights - decay, axis=1))

    def envelope(self, lags: ArrayLike) -> Array:
        """Return f(ℓ) = E e^{−νℓ}, ℓ in steps, shape (m,)."""
        with np.errstate(divide="ignore"):
            return np.exp(self.log_envelope(np.log(np.asarray(lags, dtype=float))))


def rule_of(spectrum: Spectrum, values: Mapping[Any, Any]) -> Rule:
    """Return the weights of a spectrum at numbers for its parameters.

    Args:
        spectrum: of rates or of time scales.
        values: parameter, by symbol or name, ↦ number.

    Raises:
        LonglagError: numbers missing or outside their domains; a density that is negative, or that
            does not integrate to 1.
    """
    numbers = spectrum.values(values)
    if spectrum.density is None:
        pairs = [(r.subs(numbers), w.subs(numbers)) for r, w in spectrum.rate_atoms.items()]
        rates, weights = (np.array([float(p[k]) for p in pairs]) for k in (0, 1))
        order = np.argsort(rates)
        with np.errstate(divide="ignore"):
            return Rule(np.log(rates[order]), np.log(weights[order]))
    average = spectrum.rate_average
    low, high = (limit.subs(numbers) for limit in average.support)
    if not 0 <= low < high:
        raise LonglagError(
            f"support ({low}, {high}) of spectrum {spectrum.name!r}",
            "rates live between 0 and infinity, the lower limit first",
            "choose other parameters",
        )
    return _ruled(spectrum, average.density.subs(numbers), low, high)


def _ruled(spectrum: Spectrum, density: Expr, low: Expr, high: Expr) -> Rule:
    rising = _at_distance(density, lambda distance: low + distance)
    falling = None if high == oo else _at_distance(density, lambda distance: high - distance)
    for step in _STEPS:
        w = np.arange(_ENDS[0], _ENDS[1] + step, step)
        below, above = np.exp(_STRETCHED[0] - w), np.exp(w - _STRETCHED[1])
        s = w - below + above
        with np.errstate(all="ignore"):
            if falling is None:
                log_rates, log_weights = _logarithm(low, s), rising(s)
            else:
                # ln of the distance from the nearer end.
                near = np.log(float(high - low)) - np.logaddexp(0, np.abs(s))
                log_weights = np.where(s < 0, rising(near), falling(near))
                log_weights = log_weights - np.logaddexp(0, -np.abs(s))
                upper = np.log(float(high) - np.exp(near))
                log_rates = np.where(s < 0, _logarithm(low, near), upper)
            log_weights = log_weights + np.log1p(below + above) + np.log(step)
            # Where nothing is left, infinities of both signs may have met.
            inside = log_weights > _LEAST
            total = logsumexp(log_weights[inside]) if inside.any() else -np.inf
        if abs(np.expm1(total)) < _ACCURACY:
            return Rule(log_rates[inside], log_weights[inside] - total)
    raise LonglagError(
        f"density {density} of spectrum {spectrum.name!r}",
        f"a density integrates to 1, and this one to {np.exp(total):.6g}",
        "divide it by its integral, correct its support, or check it with envelope_of",
    )


def _logarithm(low: Expr, log_distance: Array) -> Array:
    return log_distance if low == 0 else np.log(float(low) + np.exp(log_distance))


def _at_distance(density: Expr, rate: Any) -> Any:
    """ln(p u) as a function of ln u, u the distance from an end of the support."""
    logarithm = Symbol("t", real=True)
    inside = density.subs(nu, rate(symbolic_exp(logarithm)))
    # Powers of u meet before there are numbers: at u = e^{−10^100} they would cancel.
    expression = expand(expand_log(log(powsimp(inside)), force=True) + logarithm)
    return generate_scalar(expression, [logarithm])
