"""Second moments of linear units: solved in symbols, summed in many digits, simulated."""

from __future__ import annotations

from functools import lru_cache

import mpmath
import numpy as np
import sympy
from scipy.signal import lfilter
from sympy import Expr, Rational, lambdify

from longlag.derivations.linear_networks import letters as the
from longlag.numerics.checks import combine
from longlag.theory.linear.second_moments import (
    angle_sensitivity,
    correlation,
    normalised_sensitivity,
    stationary_moments,
)
from longlag.theory.memory.kernel import rate
from longlag.theory.memory.reparametrisation import REPARAMETRISATIONS, multiplier, theta
from longlag.theory.statement import Level, Settings, Verdict, judged

_SEQUENCES, _STEPS, _BURN_IN = 48, 20_000, 600
#: λ and ρ of the simulated units.
_UNITS = ((0.9, 0.0), (0.8, 0.7), (-0.7, 0.5), (0.95, -0.6))
_STANDARD_ERRORS = 5.0
#: 1 − λ at which a limit is looked at, and by how much it may be off there.
_NEAR, _OFF = Rational(1, 10**7), 1e-5
#: A correlation, and the parameters of the maps, at which limits are looked at.
_AT = {correlation: Rational(4, 5)}


def moment_verdict(settings: Settings, *, moment: Expr, which: str) -> Verdict:
    """Judge a second moment by the covariance of one step, and by simulation.

    Args:
        settings: the seed.
        moment: over λ and ρ in the letters of the chapter.
        which: "state", "sensitivity" or "normalised".
    """
    solved = the.lettered(_solved(which))
    if sympy.cancel(sympy.together(solved - moment)) != 0:
        return Verdict(
            level=Level.REFUTED,
            method="the covariance Σ = A Σ Aᵀ + Q of (x, h, ∂h/∂λ), solved in symbols",
            counterexample=f"Σ gives {sympy.factor(solved)}",
        )
    proved = Verdict(
        level=Level.PROVED,
        method="the covariance Σ = A Σ Aᵀ + Q of (x, h, ∂h/∂λ), solved in symbols",
    )
    return combine([proved, _simulated_verdict(settings, moment, which)])


def excess_verdict(settings: Settings, *, power: int, limit: int) -> Verdict:
    """Judge lim (1−λ²)^power E (∂h/∂λ)² / E h² as λ → 1, at every correlation.

    Args:
        settings: not used.
        power: of 1 − λ².
        limit: as stated.
    """
    method = "the covariance Σ = A Σ Aᵀ + Q of (x, h, ∂h/∂λ), and its limit in symbols"
    ratio = sympy.cancel(_solved("sensitivity") / _solved("state"))
    found = sympy.limit(sympy.cancel(ratio * (1 - multiplier**2) ** power), multiplier, 1, "-")
    if sympy.simplify(found - limit) != 0:
        return Verdict(level=Level.REFUTED, method=method, counterexample=f"it is {found}")
    return Verdict(level=Level.PROVED, method=method)


@lru_cache(maxsize=4)
def _solved(which: str) -> Expr:
    covariance = stationary_moments()
    state, cross, sensitivity = covariance[1, 1], covariance[1, 2], covariance[2, 2]
    if which == "state":
        return state
    if which == "sensitivity":
        return sensitivity
    # h̃ = √(1−λ²) h, so that ∂h̃/∂λ = √(1−λ²) g − λ h/√(1−λ²).
    norm = 1 - multiplier**2
    return norm * sensitivity - 2 * multiplier * cross + multiplier**2 / norm * state


def _simulated_verdict(settings: Settings, moment: Expr, which: str) -> Verdict:
    stated = lambdify((the.LAMBDA, the.RHO), moment)
    worst, where = 0.0, ""
    for unit in _UNITS:
        found = simulated_moments(settings.seed, *unit)[which]
        mean, error = found.mean(), found.std(ddof=1) / np.sqrt(len(found))
        off = abs(mean - stated(*unit)) / error
        if off > worst:
            worst = float(off)
            where = f"λ, ρ = {unit}: {mean:.5g} ± {error:.2g}, stated {stated(*unit):.5g}"
    return judged(
        Level.MEASURED,
        f"{_SEQUENCES} independent sequences of {_STEPS} steps for each of {len(_UNITS)} units, in "
        "standard errors",
        worst,
        _STANDARD_ERRORS,
        where,
        points=len(_UNITS),
        seed=settings.seed,
    )


@lru_cache(maxsize=len(_UNITS))
def simulated_moments(seed: int, unit: float, rho: float) -> dict[str, np.ndarray]:
    """Return mean squares over time, one for each independent sequence.

    Args:
        seed: of the inputs.
        unit: λ.
        rho: correlation of neighbouring inputs.
    """
    noise = np.random.default_rng(seed).standard_normal((_SEQUENCES, _STEPS))
    x = lfilter([np.sqrt(1 - rho**2)], [1, -rho], noise)
    state = lfilter([1], [1, -unit], x)
    before = np.concatenate([np.zeros((_SEQUENCES, 1)), state[:, :-1]], 1)
    slope = lfilter([1], [1, -unit], before)
    norm = np.sqrt(1 - unit**2)
    parts = {"state": state, "sensitivity": slope, "normalised": norm * slope - unit / norm * state}
    return {name: (part[:, _BURN_IN:] ** 2).mean(1) for name, part in parts.items()}


def learnt_verdict(settings: Settings, *, moment: Expr) -> Verdict:
    """Judge E (∂h̃/∂θ)² of λ = tanh θ, at every λ.

    Args:
        settings: not used.
        moment: over λ and ρ in the letters of the chapter.
    """
    slope = sympy.diff(sympy.tanh(theta), theta).subs(sympy.tanh(theta), multiplier)
    found = the.lettered(sympy.cancel(slope**2 * normalised_sensitivity()))
    method = "dλ/dθ = 1 − λ² put into E (∂h̃/∂λ)², in symbols"
    if sympy.cancel(found - moment) != 0:
        return Verdict(level=Level.REFUTED, method=method, counterexample=f"it is {found}")
    return Verdict(level=Level.PROVED, method=method)


def slope_of(name: str) -> Expr:
    """Return dλ/dθ of a registered reparametrisation, over λ and its parameters.

    Args:
        name: in ``REPARAMETRISATIONS``.
    """
    unit = REPARAMETRISATIONS[name]
    # The eigenvalue −w of a sampled unit is ln λ, of one with a multiplier of its own λ − 1.
    decay = -sympy.log(multiplier) if unit.discrete is None else 1 - multiplier
    return sympy.diff(unit.multiplier, theta).subs(theta, unit.inverse.subs(rate, decay))


def limit_verdict(settings: Settings, *, name: str, power: int, limit: Expr) -> Verdict:
    """Judge lim (1−λ)^power E (∂h̃/∂θ)² as λ → 1 of a reparametrisation, in many digits.

    Args:
        settings: the digits.
        name: of the reparametrisation, or "angle" of a complex multiplier.
        power: of 1 − λ.
        limit: in the letters of the chapter.
    """
    near = {multiplier: 1 - _NEAR, **_AT}
    with mpmath.workdps(settings.digits):
        if name == "angle":
            found = angle_sensitivity().subs(near)
        else:
            parameters = {
                symbol: Rational(3, 2) for symbol in (REPARAMETRISATIONS[name].domains or {})
            }
            found = (slope_of(name) ** 2 * normalised_sensitivity()).subs(parameters).subs(near)
        value = float((found * _NEAR**power).evalf(settings.digits))
    stated = float(limit.subs({the.RHO: _AT[correlation], the.CURVATURE: Rational(3, 2)}))
    return judged(
        Level.COMPUTED,
        f"in {settings.digits} digits at λ = 1 − {float(_NEAR):.0e}, ρ = 4/5: {value:.8g}",
        abs(value / stated - 1),
        _OFF,
        f"{value:.8g}, stated {stated:.8g}",
        points=1,
    )


def angle_verdict(settings: Settings, *, moment: Expr) -> Verdict:
    """Judge E |∂h̃/∂φ|² of a complex multiplier under white input, by its series.

    Args:
        settings: the digits.
        moment: over λ, here the modulus, in the letters of the chapter.
    """
    worst, where = 0.0, ""
    with mpmath.workdps(settings.digits):
        for modulus, angle in ((0.5, 0.3), (0.9, 1.7), (0.97, 3.0)):
            z = mpmath.mpf(modulus) * mpmath.expj(angle)
            # ∂h/∂φ = Σ_k i k z^k x_{t−k} with uncorrelated x.
            terms = mpmath.nsum(lambda k, z=z: abs(k * z**k) ** 2, [1, mpmath.inf])
            found = (1 - mpmath.mpf(modulus) ** 2) * terms
            stated = mpmath.mpf(str(moment.subs(the.LAMBDA, modulus).evalf(30)))
            off = float(abs(found / stated - 1))
            if off > worst:
                worst, where = off, f"|λ| = {modulus}: {mpmath.nstr(found, 8)}"
    return judged(
        Level.COMPUTED, "the series in k, summed in many digits", worst, 1e-12, where, points=3
    )


__all__ = [
    "angle_verdict",
    "excess_verdict",
    "learnt_verdict",
    "limit_verdict",
    "moment_verdict",
    "simulated_moments",
    "slope_of",
]
