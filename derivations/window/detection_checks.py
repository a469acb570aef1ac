"""Checks of the concentration of estimators: simulation, inversion, and the bound for any test."""

from __future__ import annotations

import random
from functools import lru_cache

import numpy as np
from sympy import Expr

from longlag.numerics.detection import KappaMeasurement, KappaTable, kappa_table
from longlag.numerics.detection.required import fewest_samples as fewest
from longlag.numerics.detection.required import fisher_information, required_samples
from longlag.numerics.stable import quantile, sample
from longlag.theory.estimators import ESTIMATORS
from longlag.theory.estimators.estimator import alpha as tail_index
from longlag.theory.statement import Level, Settings, Verdict, failure_rate_bound, judged

#: Where exponents are told apart: at α = 2 all of them agree.
ALPHA = 1.5
_SIZES = (256, 1024, 4096)
_REPLICATES = 8000
_INTERVAL = 0.999
#: Replicates of one test at the derived sample size, and how many standard errors it may be off.
_TRIALS, _DEVIATIONS = 40_000, 4
_NUMERIC = (1.2, 1.5, 1.8, 2.0)


@lru_cache(maxsize=8)
def simulated_exponents(seed: int) -> KappaTable:
    """Return κ of every estimator at α = 1.5, by simulation."""
    return kappa_table(
        tuple(ESTIMATORS),
        (ALPHA,),
        sizes=_SIZES,
        replicates=_REPLICATES,
        level=_INTERVAL,
        seed=seed,
    )


def simulated(estimator: str, seed: int) -> KappaMeasurement:
    """Return κ of one estimator at α = 1.5, by simulation."""
    return simulated_exponents(seed).at(estimator, ALPHA)


def kappa_verdict(settings: Settings, *, estimator: str, kappa: Expr) -> Verdict:
    """Compare a stated exponent with the simulated one of an estimator.

    Args:
        settings: the seed of the simulation.
        estimator: a name in ``ESTIMATORS``.
        kappa: the stated κ over the tail index, or a number.

    Returns:
        measured where the 99.9 % interval holds the stated exponent, else refuted with the numbers.
    """
    found = simulated(estimator, settings.seed)
    number = float(kappa.subs(tail_index, ALPHA))
    low, high = found.interval
    numbers = (
        f"{estimator.replace('_', ' ')}: κ = {found.kappa:.3f}, {100 * found.level:g} % interval "
        f"[{low:.3f}, {high:.3f}] from N = {found.sizes[0]} to {found.sizes[-1]}, "
        f"{found.replicates} replicates"
    )
    if found.rejects(number):
        return Verdict(
            level=Level.REFUTED,
            method=f"simulation at α = {ALPHA:g}",
            seed=settings.seed,
            counterexample=f"α = {ALPHA:g}, where it says κ = {number:g}; {numbers}",
        )
    method = f"simulation at α = {ALPHA:g}, {numbers}"
    return Verdict(level=Level.MEASURED, method=method, seed=settings.seed)


def error_level_verdict(settings: Settings, *, share: Expr | int) -> Verdict:
    """Simulate both errors of the mean's test at the derived number of samples.

    Args:
        settings: the seed.
        share: of the derived number of samples at which both levels are met.
    """
    levels = (0.1, 0.05)
    strength = 0.8
    needed = required_samples("mean", ALPHA, strength, false_alarm=levels[0], miss=levels[1])
    count = round(float(share) * needed)
    rng = np.random.default_rng(np.random.SeedSequence(settings.seed, spawn_key=(1,)))
    means = sample(ALPHA, (_TRIALS, count), rng).mean(-1)
    threshold = float(quantile(1 - levels[0], ALPHA)) * count ** (1 / ALPHA - 1)
    found = (float((means > threshold).mean()), float((means + strength < threshold).mean()))
    # Rounding the number of samples moves the second error by less than a standard error.
    errors = [
        abs(rate - level) / (level * (1 - level) / _TRIALS) ** 0.5
        for rate, level in zip(found, levels, strict=True)
    ]
    numbers = (
        f"α = {ALPHA:g}, N = {count}, {_TRIALS} replicates: errors {found[0]:.4f} and "
        f"{found[1]:.4f} where {levels[0]:g} and {levels[1]:g} are asked for"
    )
    holds = max(errors) <= _DEVIATIONS
    return Verdict(
        level=Level.MEASURED if holds else Level.REFUTED,
        method=f"simulation, within {_DEVIATIONS} standard errors" + (f"; {numbers}" * holds),
        seed=settings.seed,
        counterexample="" if holds else numbers,
    )


def information_verdict(settings: Settings, *, multiple: float) -> Verdict:
    """Compare the Fisher information with ∫ p'²/p dx by Fourier inversion of p and p'.

    Args:
        settings: not used; the quadrature has no randomness.
        multiple: of what is computed that the information is.
    """
    found = [multiple * fisher_information(alpha) for alpha in _NUMERIC]
    errors = [
        abs(value / _information_by_inversion(alpha) - 1)
        for value, alpha in zip(found, _NUMERIC, strict=True)
    ]
    numbers = ", ".join(f"{value:.3f}" for value in found)
    listed = ", ".join(f"{alpha:g}" for alpha in _NUMERIC)
    method = f"Fourier inversion of p and p'; I = {numbers} at α = {listed}"
    return judged(Level.COMPUTED, method, max(errors), 1e-3, f"α among {listed}")


def _information_by_inversion(alpha: float) -> float:
    t = np.arange(0.005, 45 ** (1 / alpha), 0.005)
    weight = np.exp(-(t**alpha)) * 0.005 / np.pi
    x, step = np.linspace(0, 60, 2001, retstep=True)
    phase = np.multiply.outer(x, t)
    density = np.cos(phase) @ weight + 0.0025 / np.pi
    slope = np.sin(phase) @ (weight * t)
    kept = density > 1e-9
    return float(2 * step * (slope[kept] ** 2 / density[kept]).sum())


def lower_bound_verdict(settings: Settings, *, multiple: float) -> Verdict:
    """Compare the bound for any test with what each estimator needs, at random numbers.

    Args:
        settings: examples and seed.
        multiple: of the derived bound that every estimator needs.
    """
    generator = random.Random(settings.seed)
    tightest = 0.0
    for _ in range(settings.examples):
        alpha, strength = generator.uniform(1.1, 2), generator.uniform(0.01, 0.1)
        levels = {name: generator.uniform(0.01, 0.2) for name in ("false_alarm", "miss")}
        bound = multiple * fewest(alpha, strength, **levels)
        for name in ESTIMATORS:
            share = bound / required_samples(name, alpha, strength, **levels)
            tightest = max(tightest, share)
            if not share <= 1:
                where = f"{name}, alpha = {alpha:.4g}, m = {strength:.4g} sigma, {levels}"
                return judged(Level.COMPUTED, "float64", share, 1.0, where)
    return Verdict(
        level=Level.COMPUTED,
        method=f"float64, every estimator; the bound reaches {100 * tightest:.0f} % of the need",
        points=settings.examples,
        seed=settings.seed,
        failure_rate=failure_rate_bound(settings.examples),
    )
