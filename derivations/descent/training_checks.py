"""Checks of the section on training: finite widths and runs of descent against their bounds."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch

from longlag.derivations.descent.training_runs import (
    ALPHAS,
    PLAIN,
    PROJECTED,
    Case,
    Errors,
    Trained,
    finite_width,
    linearisation,
    trained,
)
from longlag.numerics.descent.finite_width import slope_of_repeats
from longlag.numerics.descent.network import symmetric_start
from longlag.numerics.descent.targets import draw_sequences
from longlag.theory.descent import symbols
from longlag.theory.descent.activation import ACTIVATIONS, activation
from longlag.theory.descent.convergence import drift_radius, progress, progress_bound, risk_bound
from longlag.theory.statement import Level, Settings, Verdict, judged

#: Of the intervals that an exponent must lie in: rarely missed by chance over all of them.
_CONFIDENCE = 0.999


def start_verdict(settings: Settings, *, mirrored: bool) -> Verdict:
    """Evaluate networks at their symmetric start, for every registered activation.

    Args:
        settings: examples and seed.
        mirrored: whether the second half has the opposite signs.
    """
    generator = torch.Generator().manual_seed(settings.seed)
    worst, where, count = 0.0, "", 0
    for name in ACTIVATIONS:
        for example in range(settings.examples):
            width, dimension = 2 * (1 + 7 * example), 1 + example % 3
            start = symmetric_start(
                activation(name),
                width=width,
                dimension=dimension,
                alpha=0.5 * (example % 4),
                generator=generator,
            )
            signs = start.signs if mirrored else start.signs.abs()
            hidden = start.hidden(draw_sequences(4, 12, dimension, generator))
            outputs = hidden @ signs / width**0.5
            error, count = float(outputs.abs().max()), count + 1
            if error > worst:
                worst, where = error, f"{name}, m = {width}, d = {dimension}: F = {error:.3g}"
    return judged(
        Level.MEASURED,
        f"outputs of {len(ACTIVATIONS)} activations",
        worst,
        1e-13,
        where,
        points=count,
        seed=settings.seed,
    )


def finite_width_verdict(settings: Settings, *, exponent: float, share: float) -> Verdict:
    """Compare distances from the infinite width with e_m, and their slope with an exponent.

    Args:
        settings: the seed.
        exponent: of m.
        share: of the bound that is judged.
    """
    runs = {alpha: finite_width(alpha, settings.seed) for alpha in ALPHAS}
    starts = sum(int(run.starts.sum()) for run in runs.values())
    return _errors_verdict(
        runs, share, exponent, settings, f"{starts} starts, alpha = {_listed(ALPHAS)}"
    )


def linearisation_verdict(settings: Settings, *, exponent: float, share: float) -> Verdict:
    """Compare distances from the linearisation with B ρ²/(2√m), and their slope.

    Args:
        settings: the seed.
        exponent: of m.
        share: of the bound that is judged.
    """
    runs = {alpha: linearisation(alpha, settings.seed, adverse=True) for alpha in ALPHAS}
    return _errors_verdict(
        runs, share, exponent, settings, f"remainders that add up, alpha = {_listed(ALPHAS)}"
    )


def random_directions_verdict(settings: Settings, *, exponent: float) -> Verdict:
    """Compare the slope of the distance from the linearisation in random directions.

    Args:
        settings: the seed.
        exponent: of m.
    """
    runs = {alpha: linearisation(alpha, settings.seed, adverse=False) for alpha in ALPHAS}
    return _errors_verdict(
        runs, 1.0, exponent, settings, f"random directions, alpha = {_listed(ALPHAS)}"
    )


def projected_verdict(settings: Settings, *, step: float, share: float) -> Verdict:
    """Compare the mean risk of projected descent with its bound at every step.

    Args:
        settings: the seed.
        step: times the largest step size that is allowed.
        share: of the bound that is judged.
    """
    runs = [trained(case, settings.seed, step) for case in PROJECTED]
    ratios = [run.run.mean_risk / run.bounds(risk_bound()) / share for run in runs]
    return _ratio_verdict("mean risk over its bound", runs, ratios, settings)


def step_verdict(settings: Settings, *, step: float, misfit: float) -> Verdict:
    """Compare what every step does to the distance from Φ̄ with the bounds on it.

    Args:
        settings: the seed.
        step: times the largest step size that is allowed.
        misfit: times x.
    """
    runs = [trained(case, settings.seed, step) for case in PROJECTED]
    stated = [
        bound.subs(symbols.misfit, misfit * symbols.misfit)
        for bound in (progress(), progress_bound())
    ]
    ratios = []
    for run in runs:
        moves = np.minimum(*(run.moves(bound) for bound in stated))
        distances = run.run.distance
        # Where the bound on a squared distance is negative it is broken by any distance.
        allowed = np.maximum(distances[:-1] + moves, 0)
        with np.errstate(divide="ignore"):
            ratios.append(distances[1:] / allowed)
    return _ratio_verdict("squared distance after a step over its bound", runs, ratios, settings)


def plain_verdict(settings: Settings, *, step: float, share: float) -> Verdict:
    """Compare risk and drift of plain descent with their bounds at every step.

    Args:
        settings: the seed.
        step: times the largest step size that is allowed.
        share: of the bound on the drift that is judged.
    """
    runs = [trained(case, settings.seed, step) for case in PLAIN]
    ratios = [
        np.maximum(
            run.run.mean_risk / run.bounds(risk_bound()),
            run.run.drift[1:] / run.bounds(drift_radius()) / share,
        )
        for run in runs
    ]
    return _ratio_verdict("drift and mean risk over their bounds", runs, ratios, settings)


def _errors_verdict(
    runs: dict[float, Errors], share: float, exponent: float, settings: Settings, method: str
) -> Verdict:
    worst, where, largest, slopes = 0.0, "", 0.0, []
    for alpha, run in runs.items():
        ratio = float((run.largest / run.bounds).max())
        largest = max(largest, ratio)
        if ratio > share:
            worst, where = math.inf, f"alpha = {alpha}: {ratio:.3g} of the bound"
        slope = slope_of_repeats(run.widths, run.typical, confidence=_CONFIDENCE)
        slopes.append(f"{slope.value:.3f} ± {slope.half_width:.3f}")
        missed = abs(slope.value - exponent) / slope.half_width
        if missed > worst:
            worst, where = missed, f"alpha = {alpha}: slope {slopes[-1]}, wanted {exponent}"
    holds = worst <= 1
    return Verdict(
        level=Level.MEASURED if holds else Level.REFUTED,
        points=len(runs),
        seed=settings.seed,
        method=f"{method}: at most {largest:.2g} of the bound; slopes {', '.join(slopes)}",
        counterexample="" if holds else where,
    )


def _ratio_verdict(
    what: str, runs: Sequence[Trained], ratios: Sequence[np.ndarray], settings: Settings
) -> Verdict:
    worst, where = 0.0, ""
    for run, ratio in zip(runs, ratios, strict=True):
        place = int(np.argmax(np.where(np.isnan(ratio), math.inf, ratio)))
        if not ratio[place] <= worst:
            worst, where = float(ratio[place]), f"{_shown(run.case)}, step {place + 1}"
    return judged(
        Level.MEASURED,
        what,
        worst,
        1.0,
        f"{where}: {worst:.3g}",
        points=sum(run.case.iterations for run in runs),
        seed=settings.seed,
    )


def _shown(case: Case) -> str:
    return f"alpha = {case.alpha:g}, m = {case.width}"


def _listed(numbers: Sequence[float]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)
