"""Learnability windows: ten thousand horizons in NumPy, and how long a law takes to derive."""

from __future__ import annotations

from collections.abc import Callable
from math import log
from typing import Any

import numpy as np
from scipy.optimize import brentq
from sympy import exp, lambdify
from sympy.core.cache import clear_cache

from benchmarks.timing import Row, absolute, medians
from longlag.numerics import generate
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.window.total import LOG_LAG, guard, stable_log
from longlag.theory.window.window import derived_window, learnability_window

_POINTS, _FEW = 10**4, 50
_COST, _KAPPA = 2.0, 3.0


def _parameter(law: DecayLaw) -> dict[str, float]:
    return {symbol.name: 0.6 + 0.2 * n for n, symbol in enumerate(law.parameters)}


def _samples(number: int) -> np.ndarray:
    return np.geomspace(1e2, 1e5, number)


def _by_root(law: DecayLaw) -> Callable[[], object]:
    """What one would write without a formula: SciPy's bracketed root in ln ell, N by N."""
    own = {symbol: _parameter(law)[symbol.name] for symbol in law.parameters}
    log_envelope = lambdify(LOG_LAG, stable_log(law.envelope).subs(own).subs(ell, exp(LOG_LAG)))
    low = max(float(guard(law).lowest.subs(own)), -30.0)
    levels = [(log(_COST) - log(samples)) / _KAPPA for samples in _samples(_FEW).tolist()]
    return lambda: [
        brentq(lambda u, level=level: log_envelope(u) - level, low, 300.0) for level in levels
    ]


def _evaluation(name: str) -> Row:
    """Ten thousand horizons, and the time of one against SciPy's root and against mpmath."""
    law, own = LAWS[name], _parameter(LAWS[name])
    generated, exact = generate(law, "numpy"), generate(law, "mpmath")
    quantities: dict[str, Any] = {"cost": _COST, "kappa": _KAPPA}
    many, few = _samples(_POINTS), _samples(_FEW)
    candidates = {
        "here": lambda: generated.horizon(many, own, **quantities),
        "mpmath": lambda: exact.horizon(few, own, **quantities),
    }
    # A constant envelope has no root.
    if law.envelope.has(ell):
        candidates["brentq"] = _by_root(law)
    seconds = medians(candidates, repeats=7, warmup=1)
    here = seconds.pop("here") / _POINTS
    closed = "bisect" not in generated.source
    return absolute(
        f"{_POINTS} windows, {name}" + ("" if closed else " (bisected)"),
        here * _POINTS,
        0.01 if closed else 0.1,
        ", ".join(f"{other} {value / _FEW / here:.0f}×" for other, value in seconds.items()),
        name=f"{_POINTS} windows, {name}",
    )


def _derivation(name: str) -> Row:
    law = LAWS[name]

    def derive() -> object:
        derived_window.cache_clear()
        clear_cache()  # SymPy's own
        return learnability_window(law)

    seconds = medians({"": derive}, 5, 0)[""]
    return absolute(f"window of {name} derived", seconds, 5.0, yardstick="symbols")


def run() -> list[Row]:
    """Return the rows of this file."""
    return [*map(_derivation, LAWS), *map(_evaluation, LAWS)]
