"""Exponential jumps: the stationary law in symbols, by quadrature and event by event."""

from __future__ import annotations

from functools import lru_cache

import mpmath
import numpy as np
import sympy
from jaxtyping import Float
from sympy import Expr, Rational, S, Symbol

from longlag.numerics.anticollapse.events import Estimate, levels_at_jumps, over_runs, tail_exponent
from longlag.numerics.anticollapse.inversion import envelope_at
from longlag.theory.anticollapse import workload as process
from longlag.theory.notation import ell
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.statement import Level, Settings, Verdict, judged

#: λ, η and κ of the simulations and of the quadrature: β = 1, .25 and 2.
_CASES = ((1.0, 2.0, 1.0), (0.75, 1.0, 1.0), (4.0, 4.0, 2.0))
_RUNS, _EVENTS, _BURN_IN = 200, 3000, 1000
_LEVELS, _LAGS = (0.25, 0.5, 1.0, 2.0), (1, 3, 10, 30)
_STANDARD_ERRORS, _CLOSE = 5.0, 1e-9
#: Lags at which a leading term is compared, and how close it is at the last.
_FAR, _FAR_CLOSE = (10.0, 20.0, 40.0), 1e-12
#: Loads around 1, and W over the events that a workload without a stationary law has at least.
_LOADS, _GROWTH = (0.5, 0.7, 1.4, 2.0), 0.05

Values = dict[Symbol, Expr]


def values_of(rate: float, decay: float, pull: float) -> Values:
    """Return numbers for λ, η and κ, exact."""
    numbers = (Rational(str(number)) for number in (rate, decay, pull))
    return dict(zip((process.rate, process.decay, process.pull), numbers, strict=True))


@lru_cache(maxsize=8)
def simulated(seed: int, rate: float, decay: float, pull: float) -> Float[np.ndarray, "runs n"]:
    """Return W before each jump, of independent runs from 0, without their first events."""
    generator = np.random.default_rng(seed)
    return levels_at_jumps(
        rate, decay, pull, runs=_RUNS, events=_BURN_IN + _EVENTS, generator=generator
    )[:, _BURN_IN:]


def law_verdict(settings: Settings, *, survival: Expr) -> Verdict:
    """Judge P(W > x) by its transform: 1 − s ∫ P(W > x) e^{−sx} dx = s ψ'(0)/ψ(s).

    Args:
        settings: not used.
        survival: over x and the parameters of exponential jumps.
    """
    x, s = process.level, process.frequency
    # P(W > x) is a factor times an exponential: that over s − the slope of its logarithm.
    slope = sympy.simplify(sympy.diff(survival, x) / survival)
    transform = 1 - s * survival.subs(x, 0) / (s - slope)
    gap = sympy.simplify(transform - process.EXPONENTIAL.transform())
    method = "transform by Pollaczek and Khinchine, in symbols"
    if gap != 0:
        return Verdict(level=Level.REFUTED, method=method, counterexample=f"off by {gap}")
    return Verdict(level=Level.PROVED, method=method)


def stationary_verdict(settings: Settings, *, load: Expr) -> Verdict:
    """Judge whether W stays where a load is below 1, and grows where it is above.

    Args:
        settings: the seed.
        load: over λ, η and κ, as stated.
    """
    worst, where, points = 0.0, "", 0
    for intended in _LOADS:
        for rate, decay in ((0.25, 1.0), (2.0, 3.0)):
            pull = rate / (decay * intended)
            values = values_of(rate, decay, round(pull, 6))
            generator = np.random.default_rng(settings.seed)
            last = levels_at_jumps(
                rate, decay, pull, runs=_RUNS, events=_EVENTS, generator=generator
            )[:, -1]
            growth = decay * float(last.mean()) / _EVENTS
            points += 1
            if (growth > _GROWTH) != bool(evaluate(load, values) > 1):
                worst = 2.0
                where = f"λ = {rate}, η = {decay}, κ = {pull:.4g}: η W/events = {growth:.3g}"
    return judged(
        Level.MEASURED,
        f"{_RUNS} runs of {_EVENTS} events from 0, loads {', '.join(map(str, _LOADS))}: W over the "
        f"events above {_GROWTH} or not",
        worst,
        1.0,
        where,
        points=points,
        seed=settings.seed,
    )


def tail_verdict(settings: Settings, *, survival: Expr) -> Verdict:
    """Compare how often simulated W exceeds a level with what is stated.

    Args:
        settings: the seed.
        survival: over x and the parameters.
    """
    cases = []
    for case in _CASES:
        levels = simulated(settings.seed, *case)
        for x in _LEVELS:
            stated = float(evaluate(survival, {**values_of(*case), process.level: S(x)}))
            cases.append((f"{told(case)}, x = {x}", over_runs((levels > x).mean(1)), stated))
    return _in_errors(cases, f"levels {', '.join(map(str, _LEVELS))}", settings)


def envelope_simulated_verdict(settings: Settings, *, envelope: Expr) -> Verdict:
    """Compare the mean of exp(−ℓ/τ) over simulated events with what is stated.

    Args:
        settings: the seed.
        envelope: over ℓ and the parameters.
    """
    cases = []
    for case in _CASES:
        scales = np.exp(-simulated(settings.seed, *case))
        for lag in _LAGS:
            stated = float(evaluate(envelope, {**values_of(*case), ell: S(lag)}))
            found = over_runs(np.exp(-lag * scales).mean(1))
            cases.append((f"{told(case)}, lag {lag}", found, stated))
    return _in_errors(cases, f"lags {', '.join(map(str, _LAGS))}", settings)


def estimate_verdict(settings: Settings, *, exponent: Expr) -> Verdict:
    """Compare the fitted exponent with what is stated, in its standard errors.

    Args:
        settings: the seed.
        exponent: over the parameters.
    """
    cases = [
        (
            told(case),
            tail_exponent(simulated(settings.seed, *case)),
            float(evaluate(exponent, values_of(*case))),
        )
        for case in _CASES
    ]
    fits = ", ".join(
        "{:.3f} [{:.3f}, {:.3f}]".format(found.value, *found.interval()) for _, found, _ in cases
    )
    return _in_errors(cases, f"β and 95 % intervals {fits}", settings)


def _in_errors(cases: list[tuple[str, Estimate, float]], what: str, settings: Settings) -> Verdict:
    worst, where = 0.0, ""
    for case, found, stated in cases:
        off = abs(found.value - stated) / found.error
        if off > worst:
            worst = off
            where = f"{case}: {found.value:.5g} ± {found.error:.2g}, stated {stated:.5g}"
    return judged(
        Level.MEASURED,
        f"{_RUNS} independent runs of {_EVENTS} events, {what}; in standard errors over the runs",
        worst,
        _STANDARD_ERRORS,
        where,
        points=len(cases),
        seed=settings.seed,
    )


def envelope_verdict(settings: Settings, *, envelope: Expr) -> Verdict:
    """Compare an envelope with the contour integral of the transform.

    Args:
        settings: not used.
        envelope: over ℓ and the parameters.
    """
    worst, where = 0.0, ""
    for case in _CASES:
        values = values_of(*case)
        for lag in (3, 10, 30, 300):
            found = envelope_at(process.EXPONENTIAL, values, float(np.log(lag)))
            stated = float(evaluate(envelope, {**values, ell: S(lag)}))
            off = abs(stated / found - 1)
            if off > worst:
                worst, where = off, f"{told(case)}, lag {lag}: {found:.10g}"
    return judged(
        Level.COMPUTED,
        "a contour integral of the transform at ℓ = 3, 10, 30, 300",
        worst,
        _CLOSE,
        where,
        points=4 * len(_CASES),
    )


def leading_verdict(settings: Settings, *, leading: Expr) -> Verdict:
    """Judge a leading term of the envelope by its ratio to the whole, and from which lag it holds.

    Args:
        settings: not used.
        leading: over ℓ and the parameters.
    """
    errors, where = [], ""
    for lag in _FAR:
        gaps = []
        for case in _CASES:
            given = {**values_of(*case), ell: S(lag)}
            with mpmath.workdps(30):
                whole, lead = evaluate(process.envelope(), given), evaluate(leading, given)
                gaps.append(float(abs(lead / whole - 1)))
        errors.append(max(gaps))
        where = f"ℓ = {lag:g}: off by {errors[-1]:.2g} of the envelope"
    shown = ", ".join(f"{error:.1e} at {lag:g}" for error, lag in zip(errors, _FAR, strict=True))
    return judged(
        Level.COMPUTED,
        f"the exact envelope, β = 1, .25, 2: off by {shown}",
        errors[-1] if errors == sorted(errors, reverse=True) else float("inf"),
        _FAR_CLOSE,
        where,
        points=len(_FAR) * len(_CASES),
    )


def interval_verdict(settings: Settings, *, share: float) -> Verdict:
    """Judge that an error that takes events as independent is below a share of that over runs.

    Args:
        settings: the seed.
        share: 1 as stated: it is too small.
    """
    case = _CASES[1]
    found = (simulated(settings.seed, *case) > 1).astype(np.float64)
    naive, true = float(found.std()) / found.size**0.5, over_runs(found.mean(1)).error
    shown = f"P(W > 1) at {told(case)}: {naive:.2g} as if independent, {true:.2g} over the runs"
    return judged(
        Level.MEASURED, shown, naive / true, share, shown, points=_RUNS, seed=settings.seed
    )


def exponential_verdict(settings: Settings, *, least: float, case: int) -> Verdict:
    """Judge whether −ln f/ℓ stays above a number at long lags, as for an exponential law.

    Args:
        settings: not used.
        least: the number.
        case: of the numbers of exponential jumps.
    """
    values = values_of(*_CASES[case])
    rates = {
        lag: -float(np.log(envelope_at(process.EXPONENTIAL, values, float(np.log(lag))))) / lag
        for lag in (1e2, 1e4, 1e6)
    }
    shown = ", ".join(f"{rate:.1e} at ℓ = {lag:.0e}" for lag, rate in rates.items())
    method = f"{told(_CASES[case])}, jumps with all moments: −ln f/ℓ = {shown}"
    # A rate that falls as ln ℓ/ℓ has no positive limit.
    return judged(Level.COMPUTED, method, least, rates[1e6], method, points=3)


def linear_pull_verdict(settings: Settings, *, transform: Expr) -> Verdict:
    """Judge E e^{−sW} under the pull κW by its equation κ φ' = −λ φ/(η+s), φ(0) = 1.

    Args:
        settings: not used.
        transform: over s and the parameters.
    """
    s = process.frequency
    slope = process.pull * sympy.diff(transform, s) + process.rate * transform / (process.decay + s)
    method = "put into the stationary equation of W, in symbols"
    if sympy.simplify(slope) != 0 or sympy.simplify(transform.subs(s, 0)) != 1:
        return Verdict(level=Level.REFUTED, method=method, counterexample="at a random s too")
    return Verdict(level=Level.PROVED, method=method)


def told(case: tuple[float, float, float]) -> str:
    """Return λ, η and κ in words."""
    return "λ = {:g}, η = {:g}, κ = {:g}".format(*case)


__all__ = [
    "envelope_simulated_verdict",
    "envelope_verdict",
    "estimate_verdict",
    "exponential_verdict",
    "interval_verdict",
    "law_verdict",
    "leading_verdict",
    "linear_pull_verdict",
    "simulated",
    "stationary_verdict",
    "tail_verdict",
    "told",
    "values_of",
]
