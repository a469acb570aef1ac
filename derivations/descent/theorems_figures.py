"""What suffices for gradient descent, drawn over the number of steps, samples and dimension."""

from __future__ import annotations

from typing import Any

import mpmath
from sympy import Expr, Rational, S

from longlag.derivations.descent.theorems_checks import MIDDLING, needed
from longlag.numerics.canvas import canvas
from longlag.theory.descent.problem import Problem
from longlag.theory.descent.requirement import requirement
from longlag.theory.descent.scaling import Algorithm
from longlag.theory.statement import Settings

_HORIZONS = (1, 2, 4, 8, 16, 32, 64, 100, 150, 300, 1000)
_ALPHAS = (Rational(1, 2), Rational(9, 10), S.One, Rational(21, 20))
_LINES = {Algorithm.PROJECTED: "-", Algorithm.PLAIN: "--"}
_COUNTS = (1, 10**2, 10**4, 10**6, 10**8)
_DIMENSIONS = (1, 3, 10, 30, 100)
_DIGITS = 6


def _log10(number: Any) -> float:
    """Widths above the cutoff overflow a double: their logarithm is drawn."""
    return float(mpmath.log10(number))


def horizon_figure(settings: Settings) -> Any:
    """Draw m and τ over T, on both sides of the cutoff."""
    figure, (left, right) = canvas(2, size=(6.5, 3.2))
    for place, alpha in enumerate(_ALPHAS):
        for algorithm, line in _LINES.items():
            found = [needed("T", steps, algorithm, alpha) for steps in _HORIZONS]
            label = rf"$\alpha = {float(alpha):g}$" if line == "-" else None
            left.plot(
                _HORIZONS, [_log10(one.width) for one in found], f"C{place}{line}", label=label
            )
        found = [needed("T", steps, Algorithm.PROJECTED, alpha) for steps in _HORIZONS]
        right.plot(_HORIZONS, [_log10(one.iterations) for one in found], f"C{place}-", label=label)
    left.set_ylabel(r"$\log_{10} m$")
    right.set_ylabel(r"$\log_{10} \tau$")
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xlabel("$T$")
    left.set_ylim(2, 40)
    right.set_ylim(1, 14)
    left.legend(frameon=False, fontsize=8)
    return figure


def samples_figure(settings: Settings) -> Any:
    """Draw m over n for a small target, and over d for both kinds of inputs."""
    figure, (left, right) = canvas(2, size=(6.5, 3.2))
    target = MIDDLING | {"alpha": Rational(1, 2), "nu_w": 0.05, "nu_u": 0.05}
    found = [requirement(Problem(**target | {"samples": n}), digits=_DIGITS) for n in _COUNTS]
    left.plot(_COUNTS, [float(one.width) for one in found], "C0o-", ms=3, label="union bound")
    left.plot(_COUNTS, [float(one.mean_square) for one in found], "C1o-", ms=3, label="mean square")
    left.set_xlabel("$n$")
    left.set_ylabel("$m$")
    left.set_xscale("log")
    left.set_ylim(bottom=0)
    kinds = {"d": r"$\|X_t\| \leq 1$", "d, components in [-1, 1]": r"$|X_{t,j}| \leq 1$"}
    for place, (change, label) in enumerate(kinds.items()):
        for algorithm, line in _LINES.items():
            found = [needed(change, d, algorithm, _half()) for d in _DIMENSIONS]
            name = label if line == "-" else None
            right.plot(
                _DIMENSIONS, [_log10(one.width) for one in found], f"C{place}{line}", label=name
            )
    right.set_xlabel("$d$")
    right.set_ylabel(r"$\log_{10} m$")
    right.set_xscale("log")
    for axes in (left, right):
        axes.legend(frameon=False, fontsize=8)
    return figure


def _half() -> Expr:
    return Rational(1, 2)
