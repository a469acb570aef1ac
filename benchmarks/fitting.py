"""400 refits of every law against SciPy's curve_fit on the same samples, from the same starts.

Both run on one thread, and are compared in seconds of processor time.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import OptimizeWarning, curve_fit

from benchmarks.timing import Row, at_least, at_most
from longlag.numerics.codegen import generate_scalar
from longlag.numerics.fitting import Curve, curve_of_sequences
from longlag.numerics.fitting.bootstrap import resampled
from longlag.numerics.fitting.least_squares import GAIN_OF_SAMPLES, fit_batch
from longlag.numerics.fitting.model import Model, model_of
from longlag.numerics.fitting.starts import best_fit
from longlag.theory.laws import LAWS
from longlag.theory.notation import ell

_REFITS, _LAGS, _SEQUENCES = 400, 128, 64
#: SciPy's are so slow that a part of them is measured, and counted as many times.
_OF_SCIPY = 20


def _curve() -> Curve:
    """A stretched decay with errors that hang together over the lags."""
    generator = np.random.default_rng(0)
    lags = np.arange(1.0, _LAGS + 1)
    steps = generator.standard_normal((_SEQUENCES, _LAGS))
    for lag in range(1, _LAGS):
        steps[:, lag] = 0.95 * steps[:, lag - 1] + np.sqrt(1 - 0.95**2) * steps[:, lag]
    envelope = 0.9 * np.exp(-((lags / 20) ** 0.7))
    return curve_of_sequences(lags, envelope * (1 + 0.3 * steps))


@dataclass(frozen=True)
class Candidate:
    """One way to ask curve_fit: the function of ln f, its Jacobian, a start, bounds."""

    function: Callable[..., Any]
    jacobian: Callable[..., Any] | None
    start: Any
    bounds: tuple[float, float] = (-np.inf, np.inf)


def _candidates(model: Model, a: float, u: Any) -> dict[str, Candidate]:
    """As a user writes it, in parameters above 0; and in our coordinates, with our gradient."""
    law = model.law
    envelope = generate_scalar(law.envelope, (ell, *law.parameters))
    numbers = model.parameter_values(np.array([a]), u[None])[0]

    def logarithm(lags: Any, *parameters: float) -> Any:
        return np.log(envelope(lags, *parameters))

    def in_coordinates(lags: Any, a: float, *u: float) -> Any:
        return a + model.log_shape(lags, np.array([u]))[0]

    def jacobian(lags: Any, a: float, *u: float) -> Any:
        slopes = model.evaluate(lags, np.array([u]))[1:]
        return np.stack([np.ones_like(lags), *(slope[0] for slope in slopes)], axis=1)

    start = np.array([a, *u])
    return {
        "curve_fit with bounds": Candidate(logarithm, None, numbers, (0.0, np.inf)),
        "curve_fit in our coordinates": Candidate(in_coordinates, None, start),
        "curve_fit with our gradient": Candidate(in_coordinates, jacobian, start),
    }


def run() -> list[Row]:
    curve = _curve()
    samples = resampled(curve, _REFITS, np.random.default_rng(1))
    assert samples is not None
    values, weights = samples
    own, worst = 0.0, 0.0
    seconds: dict[str, float] = {}
    for law in LAWS.values():
        model = model_of(law)
        found = best_fit(model, curve.lags, curve.log_values, curve.weights)
        start = np.clip(found.u[0], -7, 7)
        begun = time.process_time()
        repeated = np.tile(start, (_REFITS, 1))
        ours = fit_batch(model, curve.lags, values, weights, repeated, gain=GAIN_OF_SAMPLES)
        own += time.process_time() - begun
        for name, candidate in _candidates(model, float(found.a[0]), start).items():
            begun = time.process_time()
            squares = _by_scipy(candidate, curve, values)
            spent = (time.process_time() - begun) * _REFITS / _OF_SCIPY
            seconds[name] = seconds.get(name, 0.0) + spent
            worst = max(worst, float(np.max(ours.squares[:_OF_SCIPY] / squares)))
    what = f"{_REFITS} refits of all laws at {_LAGS} lags ({own:.2f} s)"
    goals = dict(zip(seconds, (20, 10, 5), strict=True))
    return [
        *(at_least(what, name, seconds[name] / own, goal) for name, goal in goals.items()),
        at_most("sum of squares, worst refit", "the best of them", worst, 1 + 1e-6),
    ]


def _by_scipy(candidate: Candidate, curve: Curve, values: Any) -> Any:
    errors = 1 / curve.weights
    found = np.full(_OF_SCIPY, np.inf)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", OptimizeWarning)
        for row in range(_OF_SCIPY):
            try:
                fitted, _ = curve_fit(
                    candidate.function,
                    curve.lags,
                    values[row],
                    candidate.start,
                    sigma=errors,
                    jac=candidate.jacobian,
                    bounds=candidate.bounds,
                )
            except (RuntimeError, ValueError):
                continue  # no end within its number of evaluations, or no finite number
            missed = (values[row] - candidate.function(curve.lags, *fitted)) / errors
            found[row] = missed @ missed
    return found
