"""The stable law: draws against normal draws, densities against scipy.stats.levy_stable."""

from __future__ import annotations

import mpmath
import numpy as np
from scipy.stats import levy_stable

from benchmarks.timing import Row, at_least, at_most, medians
from longlag.numerics.stable import pdf, sample

_DRAWS, _POINTS, _SCIPY_POINTS, _EXACT_POINTS = 10**6, 10**4, 100, 20
_LAWS = ((1.5, 0.0), (1.2, 0.5), (1.8, -1.0))


def _exact_density(x: float, alpha: float, beta: float) -> float:
    """The density by its power series in x, with digits to spare for the cancellation."""
    with mpmath.workdps(120):
        a = mpmath.mpf(alpha)
        angle = mpmath.atan(mpmath.mpf(beta) * mpmath.tan(mpmath.pi * a / 2))
        shrink = mpmath.cos(angle) ** (1 / a)
        z, turn = -x * shrink, mpmath.pi / 2 + angle / a
        terms = (
            mpmath.gamma(1 + k / a) / mpmath.factorial(k) * mpmath.sin(k * turn) * z ** (k - 1)
            for k in range(1, 600)
        )
        return float(shrink / mpmath.pi * mpmath.fsum(terms))


def _rows(alpha: float, beta: float) -> list[Row]:
    rng = np.random.default_rng(0)
    law = f"alpha={alpha}, beta={beta:g}"
    draws = medians(
        {
            "stable": lambda: sample(alpha, _DRAWS, rng, beta),
            "normal": lambda: rng.standard_normal(_DRAWS),
        },
        repeats=21,
    )
    x = sample(alpha, _POINTS, rng, beta)
    densities = medians(
        {
            "here": lambda: pdf(x, alpha, beta),
            "scipy": lambda: levy_stable.pdf(x[:_SCIPY_POINTS], alpha, beta),
        },
        repeats=7,
        warmup=1,
    )
    per_point = {"here": densities["here"] / _POINTS, "scipy": densities["scipy"] / _SCIPY_POINTS}
    moderate = x[np.abs(x) < 4][:_EXACT_POINTS]
    exact = np.array([_exact_density(point, alpha, beta) for point in moderate.tolist()])
    ours, theirs = (
        float(np.max(np.abs(density(moderate, alpha, beta) / exact - 1)))
        for density in (pdf, levy_stable.pdf)
    )
    return [
        at_most(f"G10 stable draws, {law}", "numpy normal", draws["stable"] / draws["normal"], 4),
        at_least(
            f"G10 stable pdf, {law}, a point",
            "scipy levy_stable",
            per_point["scipy"] / per_point["here"],
            50,
        ),
        Row(
            f"G10 greatest relative error of it (scipy: {theirs:.0e})",
            "120 digits",
            f"{ours:.0e}",
            "≤ 1e-10",
            ours <= 1e-10,
        ),
    ]


def run() -> list[Row]:
    """Return the rows of this file."""
    return [row for alpha, beta in _LAWS for row in _rows(alpha, beta)]
